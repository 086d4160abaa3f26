import { payloadType } from '../payload.ts';
import { OrganizationType } from './organization.type.ts';

export const UpdateOrganizationPayload = payloadType(
  'UpdateOrganizationPayload',
  'What changing the organization answers.',
  { organization: { type: () => OrganizationType, description: 'The organization as it now stands.' } },
);

export const ChangeSlugPayload = payloadType('ChangeSlugPayload', 'What changing the slug answers.', {
  organization: { type: () => OrganizationType, description: 'The organization under its new slug.' },
});

export const ReleaseSlugPayload = payloadType('ReleaseSlugPayload', 'What releasing an alias answers.', {
  organization: { type: () => OrganizationType, description: 'The organization without the alias.' },
});

export const CloseOrganizationPayload = payloadType('CloseOrganizationPayload', 'What closing answers.', {
  organization: { type: () => OrganizationType, description: 'The organization, with the time of its end.' },
});
