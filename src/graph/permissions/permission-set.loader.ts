import type { PermissionSetRow } from '../../domain/permissions/permission-sets.store.ts';
import type { BatchRead } from '../context.ts';

export const permissionSetsById: BatchRead<PermissionSetRow | undefined> = (domain, actor, ids) =>
  domain.permissionSets.getMany(actor, ids);
