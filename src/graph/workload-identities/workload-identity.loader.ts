import type { WorkloadIdentityRow } from '../../domain/directory-credentials/workload-identities.store.ts';
import type { BatchRead } from '../context.ts';

export const workloadIdentitiesOfDirectories: BatchRead<WorkloadIdentityRow | undefined> = (domain, actor, ids) =>
  domain.workloadIdentities.ofDirectories(actor, ids);

export const workloadIdentitiesById: BatchRead<WorkloadIdentityRow | undefined> = (domain, actor, ids) =>
  domain.workloadIdentities.getMany(actor, ids);
