import { createHash } from 'node:crypto';
import type { Database } from '../../database/database.ts';
import { prepared } from '../../database/statement.ts';
import { isActiveUser } from '../users/active-user.ts';
import { isReserved, type PermissionCatalogue } from './catalogue.ts';
import { accessPathsOf } from './grant-paths.ts';

const VERSION_LENGTH = 16;

/**
 * SQL array of what a user holds, wherever: texts of the form `permission`, `owner` or, on a space, `permission space`.
 * `user` is an SQL expression of the user's id. Whether the user is active is asked apart.
 */
export function heldEverywhere(user: string): string {
  return `array(
    select distinct coalesce(s.built_in, p.permission) || coalesce(' ' || path.space_id, '')
      from (${accessPathsOf(user)}) path
     cross join lateral (
       select s.id, s.built_in from permission_sets s
        where s.organization_id = $1 and s.id = path.permission_set_id offset 0) s
      left join permission_set_permissions p on p.organization_id = $1 and p.permission_set_id = s.id
     where coalesce(s.built_in, p.permission) is not null)`;
}

const selectHeld = prepared<{ held: string[] }>(
  'permission_version',
  `select case when ${isActiveUser('u')} then ${heldEverywhere('u.id')} else '{}' end as held
     from users u where u.organization_id = $1 and u.id = $2`,
);

/**
 * A fingerprint of all that a user may do, on the organization and on every space: another one whenever that changed, and
 * the same again when it is what it was. For an unknown or inactive user it is that of nothing.
 */
export async function permissionVersionOf(
  database: Pick<Database, 'run'>,
  catalogue: PermissionCatalogue,
  { organizationId, userId }: { organizationId: string; userId: string },
): Promise<string> {
  const [user] = await database.run(organizationId, selectHeld, userId);
  return permissionVersion(catalogue, user?.held ?? []);
}

/** The fingerprint of what `heldEverywhere` answered. */
export function permissionVersion(catalogue: PermissionCatalogue, held: readonly string[]): string {
  const effective = new Set<string>();
  const onSpaces: [permission: string, space: string][] = [];
  for (const text of held) {
    const [name = '', space] = text.split(' ', 2);
    for (const permission of catalogue.resolveHeld(name)) {
      if (space === undefined) effective.add(permission);
      else if (!isReserved(permission)) onSpaces.push([permission, space]);
    }
  }
  for (const [permission, space] of onSpaces) {
    if (!effective.has(permission)) effective.add(`${permission} ${space}`);
  }
  const hash = createHash('sha256').update(JSON.stringify([...effective].sort()));
  return hash.digest('base64url').slice(0, VERSION_LENGTH);
}
