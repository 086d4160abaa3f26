import { v7 as uuid } from 'uuid';
import type { Database, OrganizationTransaction } from '../../database/database.ts';
import { statement } from '../../database/statement.ts';
import { type Actor, type ActorRecord, describeActor, requirePermission, requireReader } from '../actors/actor.ts';
import type { Clock } from '../clock.ts';
import { DomainError, notFound } from '../domain-error.ts';
import { recordEvent } from '../events/domain-event.ts';
import { isId, requireId } from '../id.ts';
import { type Page, type PageRequest, readPage } from '../page.ts';
import type { PermissionSets } from './permission-sets.ts';

export interface GrantRow {
  id: string;
  permissionSetId: string;
  /** Either a group or a user has the grant. */
  groupId: string | null;
  userId: string | null;
  grantedBy: ActorRecord;
  createdAt: Date;
}

/** Whom a permission set is given to: exactly one of the two. */
export interface GrantSubject {
  groupId?: string | null | undefined;
  userId?: string | null | undefined;
}

export interface GrantFilter extends GrantSubject {
  permissionSetId?: string | null | undefined;
}

const COLUMNS = `id, permission_set_id as "permissionSetId", group_id as "groupId", user_id as "userId",
  granted_by as "grantedBy", created_at as "createdAt"`;

const insertGrant = statement<GrantRow>(
  `insert into grants (organization_id, id, permission_set_id, group_id, user_id, granted_by, created_at)
   values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing returning ${COLUMNS}`,
);
const selectGrant = statement<GrantRow>(
  `select ${COLUMNS} from grants
    where organization_id = $1 and permission_set_id = $2 and (group_id = $3 or user_id = $4)`,
);
const deleteGrant = statement<GrantRow>(
  `delete from grants where organization_id = $1 and id = $2 returning ${COLUMNS}`,
);
// Held until the grant stands, so that neither is deleted or removed meanwhile.
const holdGroup = statement<{ id: string }>('select id from groups where organization_id = $1 and id = $2 for share');
const holdUser = statement<{ id: string }>(
  'select id from users where organization_id = $1 and id = $2 and removed_at is null for share',
);
const listGrants = statement<GrantRow>(
  `select ${COLUMNS} from grants
    where organization_id = $1 and ($2::uuid is null or id > $2)
      and ($4::uuid is null or group_id = $4) and ($5::uuid is null or user_id = $5)
      and ($6::uuid is null or permission_set_id = $6)
    order by id limit $3`,
);

/** Permission sets given to groups and users, on the whole organization. */
export class Grants {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #permissionSets: PermissionSets;

  constructor(parts: { database: Database; clock: Clock; permissionSets: PermissionSets }) {
    this.#database = parts.database;
    this.#clock = parts.clock;
    this.#permissionSets = parts.permissionSets;
  }

  /**
   * Gives a permission set to a group or a user; the same grant again is answered with the one that stands. Throws
   * `permissionsExceedOwn` when the set holds more than the actor, `notFound`, `invalidValue`.
   */
  async grant(actor: Actor, input: GrantSubject & { permissionSetId: string }): Promise<GrantRow> {
    requirePermission(actor, 'rollcall:grants');
    const { groupId, userId } = readSubject(input);
    return this.#database.transaction(actor.organizationId, async (transaction) => {
      await this.#permissionSets.requireGivable(transaction, actor, input.permissionSetId);
      await holdSubject(transaction, groupId, userId);
      const at = this.#clock();
      const by = JSON.stringify(describeActor(actor));
      const values = [uuid(), input.permissionSetId, groupId, userId, by, at];
      const [grant] = await transaction.rows(insertGrant, ...values);
      if (!grant) return existing(await transaction.rows(selectGrant, input.permissionSetId, groupId, userId));
      await recordEvent(transaction, actor, { type: 'grantCreated', subjectId: grant.id, data: factsOf(grant), at });
      return grant;
    });
  }

  /** Takes a grant away. Throws `notFound`. */
  async revoke(actor: Actor, id: string): Promise<GrantRow> {
    requirePermission(actor, 'rollcall:grants');
    requireId('grant', id);
    return this.#database.transaction(actor.organizationId, async (transaction) => {
      const [grant] = await transaction.rows(deleteGrant, id);
      if (!grant) throw notFound('grant', id);
      const data = factsOf(grant);
      await recordEvent(transaction, actor, { type: 'grantRevoked', subjectId: id, data, at: this.#clock() });
      return grant;
    });
  }

  /** The grants in the order of their making, of one group, user or permission set where the filter names it. */
  async list(actor: Actor, page: PageRequest, filter: GrantFilter = {}): Promise<Page<GrantRow>> {
    requireReader(actor);
    const ids = [filter.groupId, filter.userId, filter.permissionSetId].map((id) => id ?? null);
    if (ids.some((id) => id !== null && !isId(id))) return { items: [], hasNextPage: false };
    return readPage(page, (after, limit) => this.#database.run(actor.organizationId, listGrants, after, limit, ...ids));
  }
}

function readSubject({ groupId = null, userId = null }: GrantSubject): {
  groupId: string | null;
  userId: string | null;
} {
  if ((groupId === null) === (userId === null)) {
    throw new DomainError('invalidValue', 'Name either a group or a user.', { path: 'groupId' });
  }
  return { groupId, userId };
}

async function holdSubject(
  transaction: OrganizationTransaction,
  groupId: string | null,
  userId: string | null,
): Promise<void> {
  const [noun, hold, id] =
    groupId === null ? (['user', holdUser, userId ?? ''] as const) : (['group', holdGroup, groupId] as const);
  requireId(noun, id);
  const [held] = await transaction.rows(hold, id);
  if (!held) throw notFound(noun, id);
}

function existing([grant]: GrantRow[]): GrantRow {
  if (!grant) throw new DomainError('versionConflict', 'The same grant was revoked at this moment. Try again.');
  return grant;
}

function factsOf({ permissionSetId, groupId, userId }: GrantRow): Record<string, unknown> {
  return { permissionSetId, groupId, userId };
}
