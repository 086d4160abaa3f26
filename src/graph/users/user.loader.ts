import type { GroupOfUserRow } from '../../domain/groups/groups.store.ts';
import type { UserRow } from '../../domain/users/users.store.ts';
import type { BatchRead } from '../context.ts';

export const usersById: BatchRead<UserRow | undefined> = (domain, actor, ids) => domain.users.getMany(actor, ids);

export const groupsOfUsers: BatchRead<GroupOfUserRow[]> = (domain, actor, ids) =>
  domain.groups.listGroupsOfMany(actor, ids);

export const effectivePermissionsOfUsers: BatchRead<string[] | undefined, { spaceId: string | null }> = (
  domain,
  actor,
  ids,
  { spaceId },
) => domain.access.effectivePermissionsOfMany(actor, ids, spaceId);
