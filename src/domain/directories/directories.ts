import { v7 as uuid } from 'uuid';
import type { Database, OrganizationTransaction } from '../../database/database.ts';
import { statement } from '../../database/statement.ts';
import { type Actor, requirePermission } from '../actors/actor.ts';
import type { Clock } from '../clock.ts';
import { DomainError, notFound } from '../domain-error.ts';
import { recordEvent } from '../events/domain-event.ts';
import { isId } from '../id.ts';
import { given, type OrderedPageRequest } from '../ordered-list.ts';
import type { OrganizationStatus } from '../organizations/organization.entity.ts';
import { requireInUse } from '../organizations/organization-status.ts';
import { type Plan, planIncludes } from '../organizations/plan.ts';
import type { Page } from '../page.ts';
import { readName } from '../text-input.ts';
import { requireVersion } from '../version.ts';
import type { DirectoryOrderField, DirectoryRow } from './directories.store.ts';
import * as store from './directories.store.ts';
import type { DirectoryStatus, GroupMatchAttribute } from './directory.entity.ts';
import { requireDirectory } from './directory-access.ts';
import type { DirectoryProjection } from './directory-projection.ts';

export const PRECEDENCE_MAX = 1_000;

export interface DirectoriesFilter {
  statuses?: readonly DirectoryStatus[] | null | undefined;
}

interface Gate {
  plan: Plan;
  scimWithoutSso: boolean;
  status: OrganizationStatus;
  hasEnabledConnection: boolean;
  /** The names of connections through which nobody signs in yet. */
  waitingConnections: string[];
}

const ofConnections = 'from connections c where c.organization_id = $1 and c.deleted_at is null and c.status';
const gate = statement<Gate>(
  `select plan, scim_without_sso as "scimWithoutSso", status,
          exists (select 1 ${ofConnections} = 'enabled') as "hasEnabledConnection",
          array(select c.name ${ofConnections} <> 'enabled' order by c.id) as "waitingConnections"
     from organizations where organization_id = $1`,
);

/**
 * Throws unless the organization is in use, its plan has SCIM and SSO stands first (S1, S2). It guards the making of
 * directories and tokens; a directory that runs is never stopped by it.
 */
export async function requireScimEntitlement(transaction: OrganizationTransaction): Promise<void> {
  const [organization] = await transaction.rows(gate);
  if (!organization) throw notFound('organization', transaction.organizationId);
  requireInUse(organization.status);
  if (!planIncludes(organization.plan, 'scim')) {
    throw new DomainError('planLacksScim', 'SCIM provisioning belongs to the enterprise plan.', {
      plan: organization.plan,
    });
  }
  if (!organization.scimWithoutSso && !organization.hasEnabledConnection) throw ssoMissing(organization);
}

function ssoMissing({ waitingConnections }: Gate): DomainError {
  const [name, ...others] = waitingConnections;
  const [missing, what] =
    name === undefined
      ? ['connection', 'there is no connection yet. Create one, test it and enable it']
      : others.length === 0
        ? ['enabledConnection', `the connection ${name} is not enabled. Test it and enable it`]
        : ['enabledConnection', 'no connection is enabled. Test one and enable it'];
  const message = `Single sign-on comes before SCIM, and ${what}, or let the operator lift that rule.`;
  return new DomainError('ssoRequired', message, { missing });
}

/** The connected identity providers of an organization. */
export class Directories {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #projection: DirectoryProjection;

  constructor(parts: { database: Database; clock: Clock; projection: DirectoryProjection }) {
    this.#database = parts.database;
    this.#clock = parts.clock;
    this.#projection = parts.projection;
  }

  /** Connects a directory. Throws `planLacksScim`, `ssoRequired`, `invalidValue`. */
  async create(
    actor: Actor,
    input: {
      name: string;
      /** Observing takes everything, and projects nothing until an admin has seen the preview. */
      status?: 'observing' | 'active' | null;
      matchesGroupsBy?: GroupMatchAttribute | null;
      isStrict?: boolean | null;
      precedence?: number | null;
    },
  ): Promise<DirectoryRow> {
    requirePermission(actor, 'rollcall:directories');
    readName(input.name, 'name');
    const at = this.#clock();
    const id = uuid();
    const { name } = input;
    const status = readFirstStatus(input.status);
    const settings = [
      input.matchesGroupsBy ?? 'displayName',
      input.isStrict ?? false,
      readPrecedence(input.precedence),
    ];
    return this.#database.transaction(actor.organizationId, async (transaction) => {
      await requireScimEntitlement(transaction);
      const [directory] = await transaction.rows(store.insertDirectory, id, name, status, ...settings, at);
      await transaction.rows(store.insertAddress, id);
      await recordEvent(transaction, actor, { type: 'directoryCreated', subjectId: id, data: { name, status }, at });
      return directory as DirectoryRow;
    });
  }

  /**
   * Changes settings; absent leaves. With a new precedence the profiles of people whom other directories have too are
   * worked out anew before it answers. Throws `notFound`, `versionConflict`, `invalidValue`.
   */
  async update(
    actor: Actor,
    input: {
      id: string;
      name?: string | null;
      matchesGroupsBy?: GroupMatchAttribute | null;
      isStrict?: boolean | null;
      precedence?: number | null;
      ifVersion?: number | null;
    },
  ): Promise<DirectoryRow> {
    requirePermission(actor, 'rollcall:directories');
    if (!isId(input.id)) throw notFound('directory', input.id);
    if (input.name != null) readName(input.name, 'name');
    const at = this.#clock();
    const updated = await this.#database
      .transaction(actor.organizationId, async (transaction) => {
        const [before] = await transaction.rows(store.lockDirectory, input.id);
        if (!before) throw notFound('directory', input.id);
        requireVersion(before, input.ifVersion);
        const name = input.name ?? before.name;
        const matchesGroupsBy = input.matchesGroupsBy ?? before.matchesGroupsBy;
        const isStrict = input.isStrict ?? before.isStrict;
        const precedence = readPrecedence(input.precedence ?? before.precedence);
        const isSettled = before.isSettled && precedence === before.precedence;
        const settings = [matchesGroupsBy, isStrict, precedence, isSettled];
        const [after] = await transaction.rows(store.updateDirectory, input.id, name, ...settings, at);
        if (matchesGroupsBy !== before.matchesGroupsBy)
          await transaction.rows(store.rekeyGroups, input.id, matchesGroupsBy);
        const data = { name, matchesGroupsBy, isStrict, precedence };
        await recordEvent(transaction, actor, { type: 'directoryUpdated', subjectId: input.id, data, at });
        return { ...(after as DirectoryRow), isReordered: precedence !== before.precedence };
      })
      .catch(explainEqualNames);
    const { isReordered, ...directory } = updated;
    if (!isReordered) return directory;
    await this.#projection.reorder(actor, directory.id);
    return (await this.get(actor, directory.id)) ?? directory;
  }

  async get(actor: Actor, id: string): Promise<DirectoryRow | undefined> {
    requirePermission(actor, 'rollcall:directories');
    if (!isId(id)) return undefined;
    return (await this.#database.run(actor.organizationId, store.getDirectory, id))[0];
  }

  /** Whether a directory is strict, for whoever may read its layer. Throws `notFound`, `forbidden`. */
  async isStrict(actor: Actor, id: string): Promise<boolean> {
    requireDirectory(actor, id);
    if (actor.kind === 'directory') return actor.isStrict === true;
    const directory = await this.get(actor, id);
    if (!directory) throw notFound('directory', id);
    return directory.isStrict;
  }

  /** Those that exist, in no particular order. */
  async getMany(actor: Actor, ids: readonly string[]): Promise<DirectoryRow[]> {
    requirePermission(actor, 'rollcall:directories');
    return this.#database.run(actor.organizationId, store.getDirectories, ids.filter(isId));
  }

  /** Whose directory it is; undefined for an unknown id. For the operator, who then acts inside that organization. */
  async organizationOf(id: string): Promise<string | undefined> {
    if (!isId(id)) return undefined;
    return (await this.#database.lookUp(store.lookUpAddress, id))[0]?.organizationId;
  }

  /** Throws `invalidValue` for a page that cannot be. */
  async list(
    actor: Actor,
    page: OrderedPageRequest<DirectoryOrderField>,
    filter: DirectoriesFilter = {},
  ): Promise<Page<DirectoryRow>> {
    requirePermission(actor, 'rollcall:directories');
    return store.directoryList.read(this.#database, actor.organizationId, page, {
      filters: { statuses: given(filter.statuses) },
    });
  }
}

function readFirstStatus(status: string | null | undefined): 'observing' | 'active' {
  if (status == null || status === 'active') return 'active';
  if (status === 'observing') return status;
  throw new DomainError('invalidValue', 'A directory begins as observing or active.', { path: 'status' });
}

function readPrecedence(precedence: number | null | undefined): number {
  const read = precedence ?? 1;
  if (Number.isInteger(read) && read >= 1 && read <= PRECEDENCE_MAX) return read;
  const message = `precedence must be a whole number from 1 to ${PRECEDENCE_MAX}.`;
  throw new DomainError('invalidValue', message, { path: 'precedence' });
}

function explainEqualNames(error: unknown): never {
  const constraint = (error as { constraint?: string }).constraint ?? '';
  if (!constraint.startsWith('directory_groups_display_name_key')) throw error;
  throw new DomainError('groupNameTaken', 'Groups of this directory share a name, so they cannot be matched by it.', {
    path: 'matchesGroupsBy',
  });
}
