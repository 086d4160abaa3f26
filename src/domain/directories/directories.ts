import { v7 as uuid } from 'uuid';
import type { Database, OrganizationTransaction } from '../../database/database.ts';
import { prepared, statement } from '../../database/statement.ts';
import { type Actor, requirePermission } from '../actors/actor.ts';
import type { Clock } from '../clock.ts';
import { DomainError, notFound } from '../domain-error.ts';
import { recordEvent } from '../events/domain-event.ts';
import { isId } from '../id.ts';
import { type Plan, planIncludes } from '../organizations/plan.ts';
import { type Page, type PageRequest, readPage } from '../page.ts';
import { readName } from '../text-input.ts';
import { requireVersion } from '../version.ts';
import type { DirectoryStatus, GroupMatchAttribute } from './directory.entity.ts';

export interface DirectoryRow {
  id: string;
  name: string;
  status: DirectoryStatus;
  matchesGroupsBy: GroupMatchAttribute;
  isStrict: boolean;
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

const COLUMNS = `d.id, d.name, d.status, d.matches_groups_by as "matchesGroupsBy", d.is_strict as "isStrict", d.version,
  d.created_at as "createdAt", d.updated_at as "updatedAt"`;

const insert = statement<DirectoryRow>(
  `insert into directories as d (organization_id, id, name, status, matches_groups_by, is_strict, version, created_at, updated_at)
   values ($1, $2, $3, 'active', $4, $5, 1, $6, $6) returning ${COLUMNS}`,
);
const insertAddress = statement<never>(
  'insert into directory_addresses (directory_id, organization_id) values ($2, $1)',
);
// The addresses are global, so `$1` is no organization here.
const lookUpAddress = prepared<{ organizationId: string }>(
  'directory_address_look_up',
  'select organization_id as "organizationId" from directory_addresses where directory_id = $1',
);
const update = statement<DirectoryRow>(
  `update directories d set name = $3, matches_groups_by = $4, is_strict = $5, version = version + 1, updated_at = $6
    where d.organization_id = $1 and d.id = $2 returning ${COLUMNS}`,
);
const get = statement<DirectoryRow>(`select ${COLUMNS} from directories d where d.organization_id = $1 and d.id = $2`);
const lock = statement<DirectoryRow>(`${get.text} for update`);
const getMany = statement<DirectoryRow>(
  `select ${COLUMNS} from directories d where d.organization_id = $1 and d.id = any($2::uuid[])`,
);
const list = statement<DirectoryRow>(
  `select ${COLUMNS} from directories d
    where d.organization_id = $1 and ($2::uuid is null or d.id > $2) order by d.id limit $3`,
);
const rekeyGroups = statement<never>(
  `update directory_groups set unique_name_key = case when $3 = 'displayName' then display_name_key end
    where organization_id = $1 and directory_id = $2`,
);
const gate = statement<{ plan: Plan; scimWithoutSso: boolean; status: string }>(
  'select plan, scim_without_sso as "scimWithoutSso", status from organizations where organization_id = $1',
);

/**
 * Throws unless the organization's plan has SCIM and SSO stands first (S1, S2). It guards the making of directories and
 * tokens; a directory that runs is never stopped by it.
 */
export async function requireScimEntitlement(transaction: OrganizationTransaction): Promise<void> {
  const [organization] = await transaction.rows(gate);
  if (!organization) throw notFound('organization', transaction.organizationId);
  if (!planIncludes(organization.plan, 'scim')) {
    throw new DomainError('planLacksScim', 'SCIM provisioning belongs to the enterprise plan.', {
      plan: organization.plan,
    });
  }
  // Connections follow with sign-in; until then only the operator's exception opens SCIM.
  if (!organization.scimWithoutSso) {
    throw new DomainError('ssoRequired', 'Set up SSO before SCIM, or let the operator lift that rule.');
  }
}

/** The connected identity providers of an organization. */
export class Directories {
  readonly #database: Database;
  readonly #clock: Clock;

  constructor({ database, clock }: { database: Database; clock: Clock }) {
    this.#database = database;
    this.#clock = clock;
  }

  /** Connects a directory. Throws `planLacksScim`, `ssoRequired`, `invalidValue`. */
  async create(
    actor: Actor,
    input: { name: string; matchesGroupsBy?: GroupMatchAttribute | null; isStrict?: boolean | null },
  ): Promise<DirectoryRow> {
    requirePermission(actor, 'rollcall:directories');
    readName(input.name, 'name');
    const at = this.#clock();
    const id = uuid();
    const { name, matchesGroupsBy, isStrict } = input;
    return this.#database.transaction(actor.organizationId, async (transaction) => {
      await requireScimEntitlement(transaction);
      const values = [id, name, matchesGroupsBy ?? 'displayName', isStrict ?? false, at];
      const [directory] = await transaction.rows(insert, ...values);
      await transaction.rows(insertAddress, id);
      await recordEvent(transaction, actor, { type: 'directoryCreated', subjectId: id, data: { name }, at });
      return directory as DirectoryRow;
    });
  }

  /** Changes settings; absent leaves. Throws `notFound`, `versionConflict`, `invalidValue`. */
  async update(
    actor: Actor,
    input: {
      id: string;
      name?: string | null;
      matchesGroupsBy?: GroupMatchAttribute | null;
      isStrict?: boolean | null;
      ifVersion?: number | null;
    },
  ): Promise<DirectoryRow> {
    requirePermission(actor, 'rollcall:directories');
    if (!isId(input.id)) throw notFound('directory', input.id);
    if (input.name != null) readName(input.name, 'name');
    const at = this.#clock();
    return this.#database
      .transaction(actor.organizationId, async (transaction) => {
        const [before] = await transaction.rows(lock, input.id);
        if (!before) throw notFound('directory', input.id);
        requireVersion(before, input.ifVersion);
        const name = input.name ?? before.name;
        const matchesGroupsBy = input.matchesGroupsBy ?? before.matchesGroupsBy;
        const isStrict = input.isStrict ?? before.isStrict;
        const [after] = await transaction.rows(update, input.id, name, matchesGroupsBy, isStrict, at);
        if (matchesGroupsBy !== before.matchesGroupsBy) await transaction.rows(rekeyGroups, input.id, matchesGroupsBy);
        const data = { name, matchesGroupsBy, isStrict };
        await recordEvent(transaction, actor, { type: 'directoryUpdated', subjectId: input.id, data, at });
        return after as DirectoryRow;
      })
      .catch(explainEqualNames);
  }

  async get(actor: Actor, id: string): Promise<DirectoryRow | undefined> {
    requirePermission(actor, 'rollcall:directories');
    if (!isId(id)) return undefined;
    return (await this.#database.run(actor.organizationId, get, id))[0];
  }

  /** Those that exist, in no particular order. */
  async getMany(actor: Actor, ids: readonly string[]): Promise<DirectoryRow[]> {
    requirePermission(actor, 'rollcall:directories');
    return this.#database.run(actor.organizationId, getMany, ids.filter(isId));
  }

  /** Whose directory it is; undefined for an unknown id. For the operator, who then acts inside that organization. */
  async organizationOf(id: string): Promise<string | undefined> {
    if (!isId(id)) return undefined;
    return (await this.#database.lookUp(lookUpAddress, id))[0]?.organizationId;
  }

  async list(actor: Actor, page: PageRequest): Promise<Page<DirectoryRow>> {
    requirePermission(actor, 'rollcall:directories');
    return readPage(page, (after, limit) => this.#database.run(actor.organizationId, list, after, limit));
  }
}

function explainEqualNames(error: unknown): never {
  const constraint = (error as { constraint?: string }).constraint ?? '';
  if (!constraint.startsWith('directory_groups_display_name_key')) throw error;
  throw new DomainError('groupNameTaken', 'Groups of this directory share a name, so they cannot be matched by it.', {
    path: 'matchesGroupsBy',
  });
}
