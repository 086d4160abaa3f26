import { payloadType } from '../payload.ts';
import { ScimTokenType } from './scim-token.type.ts';

const newToken = {
  scimToken: { type: () => ScimTokenType, description: 'The new token as lists show it.' },
  token: {
    type: () => String,
    description:
      'The token itself, shown this once: put it into the identity provider now, as nobody can read it again.',
  },
};

export const CreateScimTokenPayload = payloadType(
  'CreateScimTokenPayload',
  'What making a SCIM token answers.',
  newToken,
);

export const RotateScimTokenPayload = payloadType('RotateScimTokenPayload', 'What replacing a SCIM token answers.', {
  ...newToken,
  replaced: { type: () => ScimTokenType, description: 'The replaced token with the end that it has now.' },
});

export const RevokeScimTokenPayload = payloadType('RevokeScimTokenPayload', 'What revoking a SCIM token answers.', {
  scimToken: { type: () => ScimTokenType, description: 'The revoked token.' },
});
