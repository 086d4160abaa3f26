import type { OrganizationTransaction } from '../../database/database.ts';
import { statement } from '../../database/statement.ts';
import type { EarlierDecision, LinkState } from './link.entity.ts';

const KEPT_DAYS = 30;
const DAY_MILLISECONDS = 86_400_000;

/** How the link of a directory group stood when the directory group was deleted. */
export interface Tombstone {
  groupId: string | null;
  state: LinkState;
  decidedBy: Record<string, unknown> | null;
  decidedAt: Date | null;
  grantsDigest: string;
}

const insert = statement<never>(
  `insert into group_tombstones (organization_id, directory_id, external_id, group_id, state, decided_by, decided_at,
                                 grants_digest, deleted_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
   on conflict (organization_id, directory_id, external_id) do update
     set group_id = excluded.group_id, state = excluded.state, decided_by = excluded.decided_by,
         decided_at = excluded.decided_at, grants_digest = excluded.grants_digest, deleted_at = excluded.deleted_at`,
);
const take = statement<Tombstone & { deletedAt: Date }>(
  `delete from group_tombstones where organization_id = $1 and directory_id = $2 and external_id = $3
   returning group_id as "groupId", state, decided_by as "decidedBy", decided_at as "decidedAt",
             grants_digest as "grantsDigest", deleted_at as "deletedAt"`,
);
const expire = statement<never>('delete from group_tombstones where organization_id = $1 and deleted_at < $2');
const digest = statement<{ digest: string }>(
  `select coalesce(md5(string_agg(permission_set_id::text || coalesce(space_id::text, ''), ','
                                  order by permission_set_id, space_id)), '') as digest
     from grants where organization_id = $1 and group_id = $2`,
);

/** Names the grants of a group: which permission sets, in which spaces. */
export async function grantsDigest(transaction: OrganizationTransaction, groupId: string | null): Promise<string> {
  if (groupId === null) return '';
  return (await transaction.rows(digest, groupId))[0]?.digest ?? '';
}

/** Remembers a deleted directory group for 30 days; a later one of the same externalId takes its place. */
export async function keepTombstone(
  transaction: OrganizationTransaction,
  input: { directoryId: string; externalId: string; tombstone: Tombstone; at: Date },
): Promise<void> {
  const { groupId, state, decidedBy, decidedAt, grantsDigest } = input.tombstone;
  const by = decidedBy && JSON.stringify(decidedBy);
  const values = [input.directoryId, input.externalId, groupId, state, by, decidedAt, grantsDigest, input.at];
  await transaction.rows(insert, ...values);
}

/** Takes what is remembered of a directory group that is pushed again; undefined after 30 days. */
export async function takeTombstone(
  transaction: OrganizationTransaction,
  input: { directoryId: string; externalId: string | null; at: Date },
): Promise<Tombstone | undefined> {
  if (input.externalId === null) return undefined;
  const [tombstone] = await transaction.rows(take, input.directoryId, input.externalId);
  return tombstone && tombstone.deletedAt > oldestTombstone(input.at) ? tombstone : undefined;
}

/** Forgets what is older than 30 days. */
export async function expireTombstones(transaction: OrganizationTransaction, at: Date): Promise<void> {
  await transaction.rows(expire, oldestTombstone(at));
}

/** The decision as a link that waits again shows it. */
export function earlierDecision({ state, decidedBy, decidedAt }: Tombstone): EarlierDecision {
  return { state, decidedBy, decidedAt: decidedAt?.toISOString() ?? null };
}

/** What was deleted at this time or before is remembered no more. */
export function oldestTombstone(at: Date): Date {
  return new Date(at.getTime() - KEPT_DAYS * DAY_MILLISECONDS);
}
