import { payloadType } from '../payload.ts';
import { WorkloadIdentityType } from './workload-identity.type.ts';

export const SetWorkloadIdentityPayload = payloadType(
  'SetWorkloadIdentityPayload',
  'What setting a workload identity answers.',
  { workloadIdentity: { type: () => WorkloadIdentityType, description: 'The workload identity.' } },
);

export const RemoveWorkloadIdentityPayload = payloadType(
  'RemoveWorkloadIdentityPayload',
  'What taking a workload identity away answers.',
  { workloadIdentity: { type: () => WorkloadIdentityType, description: 'The workload identity as it was.' } },
);
