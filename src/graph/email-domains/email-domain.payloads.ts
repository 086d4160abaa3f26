import { ID } from 'type-graphql';
import { payloadType } from '../payload.ts';
import { EmailDomainType } from './email-domain.type.ts';

export const AddEmailDomainPayload = payloadType('AddEmailDomainPayload', 'What adding a domain answers.', {
  emailDomain: { type: () => EmailDomainType, description: 'The domain, with the TXT record to make.' },
});

export const VerifyEmailDomainPayload = payloadType(
  'VerifyEmailDomainPayload',
  'What looking for the proof of a domain answers.',
  { emailDomain: { type: () => EmailDomainType, description: 'The domain, which is proved now.' } },
);

export const RemoveEmailDomainPayload = payloadType('RemoveEmailDomainPayload', 'What giving a domain up answers.', {
  deletedId: { type: () => ID, description: 'The id of the domain that is gone.' },
});
