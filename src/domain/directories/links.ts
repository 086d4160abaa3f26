import { createHash } from 'node:crypto';
import type { Database, OrganizationTransaction } from '../../database/database.ts';
import { statement } from '../../database/statement.ts';
import { type Actor, describeActor, requirePermission, requireReader } from '../actors/actor.ts';
import type { Clock } from '../clock.ts';
import { DomainError, notFound } from '../domain-error.ts';
import { recordEvent } from '../events/domain-event.ts';
import { isId, requireId } from '../id.ts';
import { type Page, type PageRequest, readPage } from '../page.ts';
import type { PermissionCatalogue } from '../permissions/catalogue.ts';
import { grantPathsOf } from '../permissions/grant-paths.ts';
import { permissionsGrantedTo, resolveHeld } from '../permissions/granted-permissions.ts';
import { requireOwn } from '../permissions/own-permissions.ts';
import type { BuiltInSet } from '../permissions/permission-set.entity.ts';
import type { LinkState } from './link.entity.ts';
import type { LinkRow } from './links.store.ts';
import * as store from './links.store.ts';

/** What approving a link would do; `digest` names exactly this state of affairs. */
export interface LinkPreview {
  link: LinkRow;
  /** People who would come into the group anew; 1 for the link of a user. */
  peopleCount: number;
  /** What the group, or the existing user, brings them. */
  permissions: string[];
  digest: string;
}

const heldByUser = statement<{ builtIn: BuiltInSet | null; permission: string | null }>(
  `select distinct s.built_in as "builtIn", p.permission
     from (${grantPathsOf('$2')}) path
     join permission_sets s on s.organization_id = $1 and s.id = path.permission_set_id
     left join permission_set_permissions p on p.organization_id = $1 and p.permission_set_id = s.id`,
);

/** The joints of the two layers, and an admin's decisions on those that wait. */
export class Links {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #catalogue: PermissionCatalogue;

  constructor(parts: { database: Database; clock: Clock; catalogue: PermissionCatalogue }) {
    this.#database = parts.database;
    this.#clock = parts.clock;
    this.#catalogue = parts.catalogue;
  }

  async list(
    actor: Actor,
    filter: { states?: LinkState[] | null; kind?: 'user' | 'group' | null },
    page: PageRequest,
  ): Promise<Page<LinkRow>> {
    requireReader(actor);
    const { states = null, kind = null } = filter;
    return readPage(page, (after, limit) =>
      this.#database.run(actor.organizationId, store.listLinks, states, kind, after, limit),
    );
  }

  async get(actor: Actor, id: string): Promise<LinkRow | undefined> {
    requireReader(actor);
    return isId(id) ? (await this.#database.run(actor.organizationId, store.linksById, [id]))[0] : undefined;
  }

  /** The links of many users, one list each, in their order. For loaders. */
  async ofUsers(actor: Actor, userIds: readonly string[]): Promise<LinkRow[][]> {
    return this.#ofTargets(actor, store.linksOfUsers, userIds);
  }

  /** The links of many groups, one list each, in their order. For loaders. */
  async ofGroups(actor: Actor, groupIds: readonly string[]): Promise<LinkRow[][]> {
    return this.#ofTargets(actor, store.linksOfGroups, groupIds);
  }

  /** What approving would do, without doing it. Throws `notFound`. */
  async preview(actor: Actor, id: string): Promise<LinkPreview> {
    requirePermission(actor, 'rollcall:links');
    requireId('link', id);
    return this.#database.transaction(actor.organizationId, (transaction) => this.#preview(transaction, id));
  }

  /**
   * Activates a waiting link as the preview with this digest showed it. Throws `notFound`, `linkNotPending`,
   * `previewOutdated` when anything moved since, `permissionsExceedOwn` unless the actor holds all that it gives,
   * `groupIsLinked` while another directory group is linked to the group.
   */
  async approve(actor: Actor, input: { id: string; digest: string }): Promise<LinkRow> {
    requirePermission(actor, 'rollcall:links');
    requireId('link', input.id);
    return this.#decide(actor, input.id, 'active', async (transaction, preview) => {
      if (preview.digest !== input.digest) {
        throw new DomainError('previewOutdated', 'The ground has moved since the preview. Look at it again.', {
          path: 'digest',
        });
      }
      requireOwn(actor, preview.permissions);
      if (preview.link.kind === 'group') await refuseSecondLink(transaction, preview.link);
      else await this.#adopt(transaction, preview.link);
    });
  }

  /** Declines a waiting link: SCIM keeps answering, nobody gains anything. Throws `notFound`, `linkNotPending`. */
  async reject(actor: Actor, id: string): Promise<LinkRow> {
    requirePermission(actor, 'rollcall:links');
    requireId('link', id);
    return this.#decide(actor, id, 'rejected', async () => undefined);
  }

  async #decide(
    actor: Actor,
    id: string,
    to: LinkState,
    allow: (transaction: OrganizationTransaction, preview: LinkPreview) => Promise<void>,
  ): Promise<LinkRow> {
    return this.#database.transaction(actor.organizationId, async (transaction) => {
      // The group comes before its link everywhere, so two decisions never wait for each other.
      await transaction.rows(store.lockGroupLink, id);
      await transaction.rows(store.lockUserLink, id);
      const preview = await this.#preview(transaction, id);
      const { link } = preview;
      if (link.state !== 'pending' && !(link.state === 'rejected' && to === 'active')) {
        throw new DomainError('linkNotPending', `The link is ${link.state}, so there is nothing to decide.`);
      }
      await allow(transaction, preview);
      const at = this.#clock();
      const decide = link.kind === 'user' ? store.decideUserLink : store.decideGroupLink;
      await transaction.rows(decide, id, to, JSON.stringify(describeActor(actor)), at);
      const data = { from: link.state, to, targetId: link.targetId, peopleCount: preview.peopleCount };
      await recordEvent(transaction, actor, { type: 'linkStateChanged', subjectId: id, data, at });
      const [decided] = await transaction.rows(store.linksById, [id]);
      return decided as LinkRow;
    });
  }

  async #adopt(transaction: OrganizationTransaction, link: LinkRow): Promise<void> {
    const [adopted] = await transaction.rows(store.endManual, link.targetId, this.#clock());
    if (!adopted) throw new DomainError('linkNotPending', 'The user was removed, so there is nobody to adopt.');
  }

  async #preview(transaction: OrganizationTransaction, id: string): Promise<LinkPreview> {
    const [link] = await transaction.rows(store.linksById, [id]);
    if (!link) throw notFound('link', id);
    const { peopleCount, permissions, directoryVersion } =
      link.kind === 'group' ? await this.#gainOfGroup(transaction, link) : await this.#gainOfUser(transaction, link);
    const facts = [link.id, link.version, link.targetId, directoryVersion, peopleCount, ...permissions];
    return {
      link,
      peopleCount,
      permissions,
      digest: createHash('sha256').update(facts.join('\n')).digest('base64url'),
    };
  }

  async #gainOfGroup(transaction: OrganizationTransaction, link: LinkRow) {
    const held = await permissionsGrantedTo(transaction, link.targetId, this.#catalogue);
    const [gainers] = await transaction.rows(store.countGroupGainers, link.directoryRecordId, link.targetId);
    return {
      peopleCount: gainers?.count ?? 0,
      permissions: [...held].sort(),
      directoryVersion: gainers?.directoryVersion ?? 0,
    };
  }

  async #gainOfUser(transaction: OrganizationTransaction, link: LinkRow) {
    const held = resolveHeld(this.#catalogue, await transaction.rows(heldByUser, link.targetId));
    return { peopleCount: 1, permissions: [...held].sort(), directoryVersion: 0 };
  }

  async #ofTargets(actor: Actor, links: typeof store.linksOfUsers, targetIds: readonly string[]): Promise<LinkRow[][]> {
    requireReader(actor);
    const rows = await this.#database.run(actor.organizationId, links, targetIds.filter(isId));
    const byTarget = Map.groupBy(rows, (row) => row.targetId);
    return targetIds.map((id) => byTarget.get(id) ?? []);
  }
}

async function refuseSecondLink(transaction: OrganizationTransaction, link: LinkRow): Promise<void> {
  const [other] = await transaction.rows(store.hasActiveGroupLink, link.targetId);
  if (!other) return;
  throw new DomainError('groupIsLinked', 'Another directory group is linked to this group. Unlink it first.');
}
