import type { GroupRow } from '../../domain/groups/groups.store.ts';
import type { BatchRead } from '../context.ts';

export const groupsById: BatchRead<GroupRow | undefined> = (domain, actor, ids) => domain.groups.getMany(actor, ids);
