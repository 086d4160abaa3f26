import type { Database } from '../../database/database.ts';
import { SERVICE_ROLE } from '../../database/service-role.ts';
import { statement } from '../../database/statement.ts';
import { type Check, ok, warning } from './check.ts';

// Membership counts as much as the attribute itself: a member takes the role by SET ROLE.
const powers = statement<{ name: string; isSuperuser: boolean; bypasses: boolean; owns: boolean }>(
  `select session_user as name,
          bool_or(r.rolsuper) as "isSuperuser",
          bool_or(r.rolbypassrls) as bypasses,
          bool_or(exists (select 1 from pg_class c
                           where c.relowner = r.oid and c.relkind = 'r' and c.relnamespace = 'public'::regnamespace)) as owns
     from pg_roles r where pg_has_role(session_user, r.oid, 'member')`,
);

/** Warns where the user who connects could leave the service's role for one that row-level security does not bind. */
export async function checkUser(database: Database): Promise<Check> {
  const [user] = await database.lookUp(powers);
  if (!user) throw new Error('The database did not say who is connected.');
  const power = user.isSuperuser
    ? 'a superuser'
    : [user.bypasses && 'one with BYPASSRLS', user.owns && 'the owner of the tables'].filter(Boolean).join(' and ');
  if (power === '') return ok('User', `${user.name}, who owns nothing`);
  return warning(
    'User',
    `${user.name} is or can become ${power}: leaving ${SERVICE_ROLE}, it would pass row-level security`,
    'Better: a DATABASE_URL of a user who owns nothing, and MIGRATION_DATABASE_URL (docs/guides/operations.md).',
  );
}
