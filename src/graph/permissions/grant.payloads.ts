import { payloadType } from '../payload.ts';
import { GrantType } from './grant.type.ts';

export const GrantPermissionSetPayload = payloadType('GrantPermissionSetPayload', 'What granting answers.', {
  grant: {
    type: () => GrantType,
    description: 'The grant; the same grant again is answered with the one that stands.',
  },
});

export const RevokeGrantPayload = payloadType('RevokeGrantPayload', 'What revoking a grant answers.', {
  grant: { type: () => GrantType, description: 'The grant that is gone.' },
});
