import type { GroupMemberOrderField } from '../../domain/groups/group-list.store.ts';
import type { GroupMemberRow, GroupRow } from '../../domain/groups/groups.store.ts';
import type { GroupMemberFilter } from '../../domain/groups/groups.ts';
import type { OrderedPageRequest } from '../../domain/ordered-list.ts';
import type { Page } from '../../domain/page.ts';
import type { GrantOrderField, GrantRow } from '../../domain/permissions/grants.store.ts';
import type { BatchRead } from '../context.ts';

export const groupsById: BatchRead<GroupRow | undefined> = (domain, actor, ids) => domain.groups.getMany(actor, ids);

export interface GroupMemberSelection {
  page: OrderedPageRequest<GroupMemberOrderField>;
  filter: GroupMemberFilter;
}

export const membersOfGroups: BatchRead<Page<GroupMemberRow>, GroupMemberSelection> = (
  domain,
  actor,
  ids,
  { page, filter },
) => domain.groups.listMembersOfMany(actor, ids, page, filter);

export const grantsOfGroups: BatchRead<Page<GrantRow>, OrderedPageRequest<GrantOrderField>> = (
  domain,
  actor,
  ids,
  page,
) => domain.grants.listOfGroups(actor, ids, page);
