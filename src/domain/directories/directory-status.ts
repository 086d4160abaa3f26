import type { Database, OrganizationTransaction } from '../../database/database.ts';
import { type Actor, requireFreshSignIn, requirePermission } from '../actors/actor.ts';
import type { Clock } from '../clock.ts';
import type { ScimTokens } from '../directory-credentials/scim-tokens.ts';
import { DomainError, notFound } from '../domain-error.ts';
import { recordEvent } from '../events/domain-event.ts';
import { requireId } from '../id.ts';
import type { PeopleAfterwards } from '../links/link-decisions.ts';
import { type Page, type PageRequest, readPage } from '../page.ts';
import type { PermissionCatalogue } from '../permissions/catalogue.ts';
import { requireOwn } from '../permissions/own-permissions.ts';
import { keepingAnOwner } from '../permissions/owners.ts';
import { protectionParameters } from '../permissions/protected.ts';
import type { DirectoryRow } from './directories.store.ts';
import * as store from './directories.store.ts';
import type { DirectoryStatus } from './directory.entity.ts';
import { listMatching, type MatchingPerson } from './directory-preview.store.ts';
import { type DirectoryPreview, previewDirectory } from './directory-preview.ts';
import type { DirectoryProjection } from './directory-projection.ts';
import type { PreviewedGroup } from './preview-groups.ts';
import { retireRecords } from './retire-records.ts';

interface Parts {
  database: Database;
  clock: Clock;
  catalogue: PermissionCatalogue;
  projection: DirectoryProjection;
  scimTokens: Pick<ScimTokens, 'forgetOrganization'>;
}

/** The ways that a directory may take (docs/life-cycles.md). Retired is final. */
const ways: Readonly<Record<'active' | 'paused' | 'retired', readonly DirectoryStatus[]>> = {
  active: ['observing', 'paused'],
  paused: ['active'],
  retired: ['observing', 'active', 'paused'],
};

/** Where a directory stands between its identity provider and the product. Needs `rollcall:directories`. */
export class DirectoryStatuses {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #catalogue: PermissionCatalogue;
  readonly #projection: DirectoryProjection;
  readonly #scimTokens: Parts['scimTokens'];

  constructor(parts: Parts) {
    this.#database = parts.database;
    this.#clock = parts.clock;
    this.#catalogue = parts.catalogue;
    this.#projection = parts.projection;
    this.#scimTokens = parts.scimTokens;
  }

  /**
   * What activating a directory that observes or is paused would do, without doing it. Throws `notFound`,
   * `directoryStatusConflict`.
   */
  async preview(actor: Actor, id: string): Promise<DirectoryPreview> {
    requirePermission(actor, 'rollcall:directories');
    requireId('directory', id);
    return this.#database.transaction(actor.organizationId, (transaction) => this.#preview(transaction, id));
  }

  /** The groups of a preview in the order of their making, those with one of the outcomes where any is named. */
  listPreviewedGroups(
    preview: DirectoryPreview,
    page: PageRequest,
    outcomes?: readonly PreviewedGroup['outcome'][] | null,
  ): Promise<Page<PreviewedGroup>> {
    const groups = outcomes ? preview.groups.filter(({ outcome }) => outcomes.includes(outcome)) : preview.groups;
    return readPage(page, async (after, limit) => {
      const behind = after === null ? groups : groups.filter(({ id }) => id > after);
      return behind.slice(0, limit);
    });
  }

  /** The people of a preview whom a user matches by name or e-mail, whose links would wait. */
  async listMatchingPeople(actor: Actor, preview: DirectoryPreview, page: PageRequest): Promise<Page<MatchingPerson>> {
    requirePermission(actor, 'rollcall:directories');
    const values = [preview.directoryId, ...protectionParameters(this.#catalogue)];
    return readPage(page, (after, limit) =>
      this.#database.run(actor.organizationId, listMatching, ...values, after, limit),
    );
  }

  /**
   * Lets a directory reach the product, as the preview with this digest showed it, and answers when all its records have.
   * What a crash leaves undone, the next maintenance does. Throws `notFound`, `directoryStatusConflict`, `freshSignInRequired`,
   * `previewOutdated` when anything moved since, `permissionsExceedOwn` unless the actor holds all that joined groups give.
   */
  async activate(actor: Actor, { id, digest }: { id: string; digest: string }): Promise<DirectoryRow> {
    const activated = await this.#change(actor, id, 'active', async (transaction) => {
      requireFreshSignIn(actor, this.#clock());
      const preview = await this.#preview(transaction, id);
      if (preview.digest !== digest) {
        const message = 'The ground has moved since the preview. Look at it again.';
        throw new DomainError('previewOutdated', message, { path: 'digest' });
      }
      requireOwn(actor, preview.permissions);
      const { newPeopleCount, matchingPeopleCount, adoptedPeopleCount, newGroupsCount, joiningGroupsCount } = preview;
      return { newPeopleCount, matchingPeopleCount, adoptedPeopleCount, newGroupsCount, joiningGroupsCount };
    });
    await this.#projection.project(actor, id);
    const [settled] = await this.#database.run(actor.organizationId, store.getDirectory, id);
    return settled ?? activated;
  }

  /**
   * Lets an active directory wait: who leaves goes at once, who comes and what they are called waits until it is activated
   * again. Throws `notFound`, `directoryStatusConflict`.
   */
  async pause(actor: Actor, id: string): Promise<DirectoryRow> {
    return this.#change(actor, id, 'paused', async () => ({}));
  }

  /**
   * Disconnects a directory for good: its tokens end, its links are superseded, and groups that it made go where nothing of
   * the product hangs on them. `keep` makes the people whom it has as active manual users and manual members of their
   * groups, `letGo` leaves them deactivated. `confirmName` is the directory's name. Throws `notFound`,
   * `directoryStatusConflict`, `confirmationRequired`, `lastOwner`; where people are kept in more than the actor holds
   * `permissionsExceedOwn`, in something sensitive `freshSignInRequired`; `forbidden` when somebody else than an owner
   * touches owners.
   */
  async retire(
    actor: Actor,
    { id, people, confirmName }: { id: string; people: PeopleAfterwards; confirmName: string },
  ): Promise<DirectoryRow> {
    const retired = await this.#change(actor, id, 'retired', async (transaction, directory) => {
      if (confirmName !== directory.name) {
        const message = `Retiring is final. Give the directory's name, ${directory.name}, as confirmName.`;
        throw new DomainError('confirmationRequired', message, { path: 'confirmName' });
      }
      const at = this.#clock();
      return retireRecords({ transaction, actor, directoryId: id, people, at, catalogue: this.#catalogue });
    });
    this.#scimTokens.forgetOrganization(actor.organizationId);
    return retired;
  }

  /** Writes a new status, after `work`, which answers the facts to tell. Writes by the old status have committed by then. */
  async #change(
    actor: Actor,
    id: string,
    to: keyof typeof ways,
    work: (transaction: OrganizationTransaction, directory: DirectoryRow) => Promise<Record<string, unknown>>,
  ): Promise<DirectoryRow> {
    requirePermission(actor, 'rollcall:directories');
    requireId('directory', id);
    return this.#database.transaction(actor.organizationId, (transaction) => {
      const change = async () => {
        const [directory] = await transaction.rows(store.lockDirectory, id);
        if (!directory) throw notFound('directory', id);
        requireWay(directory.status, to);
        const facts = await work(transaction, directory);
        const at = this.#clock();
        const [changed] = await transaction.rows(store.setStatus, id, to, to !== 'active', at);
        const data = { from: directory.status, to, ...facts };
        await recordEvent(transaction, actor, { type: 'directoryStatusChanged', subjectId: id, data, at });
        return changed ?? directory;
      };
      return to === 'retired' ? keepingAnOwner(transaction, change) : change();
    });
  }

  #preview(transaction: OrganizationTransaction, id: string): Promise<DirectoryPreview> {
    return previewDirectory(transaction, id, { catalogue: this.#catalogue, at: this.#clock() });
  }
}

function requireWay(from: DirectoryStatus, to: keyof typeof ways): void {
  if (ways[to].includes(from)) return;
  const message = from === to ? `The directory is ${to} already.` : `A directory that is ${from} cannot become ${to}.`;
  throw new DomainError('directoryStatusConflict', message, { path: 'id', status: from });
}
