import { payloadType } from '../payload.ts';
import { ScimTokenType } from './scim-token.type.ts';

export const CreateScimTokenPayload = payloadType('CreateScimTokenPayload', 'What making a SCIM token answers.', {
  scimToken: { type: () => ScimTokenType, description: 'The new token as lists show it.' },
  token: {
    type: () => String,
    description:
      'The token itself, shown this once: put it into the identity provider now, as nobody can read it again.',
  },
});

export const RevokeScimTokenPayload = payloadType('RevokeScimTokenPayload', 'What revoking a SCIM token answers.', {
  scimToken: { type: () => ScimTokenType, description: 'The revoked token.' },
});
