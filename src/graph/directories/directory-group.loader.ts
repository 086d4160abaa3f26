import type { DirectoryGroupMember } from '../../domain/directories/directory-group-members.store.ts';
import type { MemberPage } from '../../domain/directories/directory-group-members.ts';
import type { BatchRead } from '../context.ts';

export const membersOfDirectoryGroups: BatchRead<DirectoryGroupMember[], MemberPage & { directoryId: string }> = (
  domain,
  actor,
  ids,
  { directoryId, ...page },
) => domain.directoryGroupMembers.list(actor, { directoryId, ids }, page);
