import type { ClientBase, Pool } from 'pg';

/**
 * The role every pooled connection takes: it owns nothing and row-level security binds it. Whoever connects may be more,
 * and could take that back (RESET ROLE); `rollcall doctor` warns of it.
 */
export const SERVICE_ROLE = 'rollcall_service';

const INSUFFICIENT_PRIVILEGE = '42501';
const alreadyThere = new Set(['42710', '23505']);

/** Makes the service role where it is missing and gives it the rights to rows, never to the schema. */
export async function prepareServiceRole(client: ClientBase): Promise<void> {
  await createRole(client);
  await client.query(`grant usage on schema public to ${SERVICE_ROLE}`);
  await client.query(`grant select, insert, update, delete on all tables in schema public to ${SERVICE_ROLE}`);
  // It may look which migrations ran: a start whose user may not migrate does.
  await client.query(`revoke insert, update, delete on table migrations from ${SERVICE_ROLE}`);
}

async function createRole(client: ClientBase): Promise<void> {
  const known = await client.query('select 1 from pg_roles where rolname = $1', [SERVICE_ROLE]);
  if (known.rowCount === 0) {
    await client.query(`create role ${SERVICE_ROLE} nologin`).catch((error: { code?: string }) => {
      // Roles are of the cluster and our lock of one database: another database's migration may have been first.
      if (!alreadyThere.has(error.code ?? '')) throw explainRights(error);
    });
  }
  // From PostgreSQL 16 on whoever creates a role may grant it, but may not become it before.
  if (await canBecome(client)) return;
  await client.query(`grant ${SERVICE_ROLE} to current_user`).catch((error: { code?: string }) => {
    throw explainRights(error);
  });
}

async function canBecome(client: ClientBase): Promise<boolean> {
  try {
    await client.query(`set role ${SERVICE_ROLE}`);
    await client.query('reset role');
    return true;
  } catch (error) {
    if (!isPermissionDenied(error)) throw error;
    return false;
  }
}

export function isPermissionDenied(error: unknown): boolean {
  return (error as { code?: unknown }).code === INSUFFICIENT_PRIVILEGE;
}

/** A refusal of rights over the service role with what to do; every other error as it is. */
export function explainRights(error: unknown): unknown {
  if (!isPermissionDenied(error)) return error;
  return new Error(
    `The database user may not create the role ${SERVICE_ROLE} or take it. Set MIGRATION_DATABASE_URL to a user that may, or do it once: create role ${SERVICE_ROLE} nologin; grant ${SERVICE_ROLE} to <the user of DATABASE_URL>;`,
  );
}

/**
 * Refuses to serve as a role that row-level security does not bind: a superuser, one with BYPASSRLS, or the owner of
 * a table, who could lift the policies. Throws with what to change.
 */
export async function refuseUnboundRole(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ name: string; rolsuper: boolean; rolbypassrls: boolean; owns: boolean }>(
    `select rolname as name, rolsuper, rolbypassrls,
            exists (select 1 from pg_class c where c.relowner = r.oid and c.relkind = 'r') as owns
       from pg_roles r where rolname = current_user`,
  );
  const role = rows[0];
  if (!role) throw new Error('The database did not say which role this connection has.');
  const reasons = [
    role.rolsuper && 'is a superuser',
    role.rolbypassrls && 'has BYPASSRLS',
    role.owns && 'owns tables',
  ].filter((reason) => typeof reason === 'string');
  if (reasons.length > 0) {
    throw new Error(
      `The database role ${role.name} ${reasons.join(' and ')}, so row-level security would not bind it. Let the service run as ${SERVICE_ROLE}.`,
    );
  }
}
