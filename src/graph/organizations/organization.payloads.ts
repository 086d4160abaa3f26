import { payloadType } from '../payload.ts';
import { OrganizationType } from './organization.type.ts';

export const UpdateOrganizationPayload = payloadType(
  'UpdateOrganizationPayload',
  'What changing the organization answers.',
  { organization: { type: () => OrganizationType, description: 'The organization as it now stands.' } },
);
