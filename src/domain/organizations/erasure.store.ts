import { statement } from '../../database/statement.ts';
import { addressTables, organizationTables } from './organization-tables.ts';

/** How many rows of which table went, with the slugs that nobody else will have. */
export interface ErasureProof {
  organizationId: string;
  slugs: string[];
  deletedCounts: Record<string, number>;
  begunAt: Date;
  /** Null while it is under way, or was interrupted. */
  erasedAt: Date | null;
}

const COLUMNS = `e.organization_id as "organizationId", e.slugs, e.deleted_counts as "deletedCounts",
  e.begun_at as "begunAt", e.erased_at as "erasedAt"`;

export const lockProof = statement<ErasureProof>(
  `select ${COLUMNS} from organization_erasures e where e.organization_id = $1 for update`,
);
// The slugs are global, so `$1` is no organization here.
export const lookUpProof = statement<ErasureProof>(
  `select ${COLUMNS} from organization_slugs s join organization_erasures e on e.organization_id = s.organization_id
    where s.slug = $1 and e.erased_at is not null`,
);
export const beginProof = statement<never>(
  `insert into organization_erasures (organization_id, slugs, deleted_counts, begun_at)
   select $1, (select jsonb_agg(slug order by created_at, slug) from organization_slugs where organization_id = $1), '{}', $2
   on conflict do nothing`,
);
export const finishProof = statement<ErasureProof>(
  `update organization_erasures e set erased_at = $2 where e.organization_id = $1 returning ${COLUMNS}`,
);

/** From now on the organization is due, whatever was chosen before: what has begun cannot be taken back. */
export const bringForward = statement<{ transactionId: string }>(
  `update organizations set closes_at = least(closes_at, $2) where organization_id = $1
   returning pg_current_xact_id()::text as "transactionId"`,
);
/** True when every transaction that wrote before that one has ended, so that no row of theirs can still appear. */
export const areEarlierTransactionsOver = statement<{ isOver: boolean }>(
  'select pg_snapshot_xmin(pg_current_snapshot()) > $1::xid8 as "isOver"',
);

/**
 * Deletes up to `$2` rows and adds their number to the proof. Rows are found by their place: joined by their keys, a table
 * without statistics would be read once a row.
 */
function deletePortion(table: string) {
  return statement<{ count: number }>(
    `with gone as (
       delete from ${table} where organization_id = $1
          and ctid = any(array(select ctid from ${table} where organization_id = $1 limit $2)) returning 1),
     counted as (select count(*) as count from gone)
     update organization_erasures e
        set deleted_counts = e.deleted_counts ||
              jsonb_build_object('${table}', coalesce((e.deleted_counts->>'${table}')::bigint, 0) + counted.count)
       from counted where e.organization_id = $1 returning counted.count`,
  );
}

const emptied = [...organizationTables.map(({ name }) => name), ...addressTables];
const portions = new Map([...emptied, 'organizations'].map((name) => [name, deletePortion(name)]));

export function portionOf(table: string) {
  const found = portions.get(table);
  if (!found) throw new Error(`There is no table ${table} of organizations.`);
  return found;
}

/** By which an organization is reached from outside; they go first, so that nothing new is written behind the erasure. */
export const doors = [
  'api_keys',
  'scim_tokens',
  'oauth_client_secrets',
  'workload_identities',
  ...addressTables,
] as const;

/**
 * Deletes the accounts of people whom only this organization made and nobody else knows: no other membership, no login of
 * their own. Whoever else is signed in acts in it no longer. Before the memberships go.
 */
export const forgetAccounts = statement<never>(
  `with own as (
     select m.account_id from account_memberships m
      where m.organization_id = $1
        and not exists (select 1 from account_memberships o
                         where o.account_id = m.account_id and o.organization_id <> $1)
        and not exists (select 1 from account_logins l where l.account_id = m.account_id)
   ), signed_out as (
     delete from sessions s using own where s.account_id = own.account_id
   ), left_sessions as (
     update sessions s set organization_id = null
      where s.organization_id = $1 and not s.account_id = any(array(select account_id from own))
   )
   delete from accounts a using own where a.id = own.account_id`,
);

/** The number of rows that are left in each table that has to be empty. */
export const countLeftovers = statement<Record<string, number>>(
  `select ${emptied.map((name) => `(select count(*) from ${name} where organization_id = $1) as ${name}`).join(', ')}`,
);

export const releaseSlugs = statement<never>(
  `update organization_slugs set kind = 'released' where organization_id = $1`,
);
