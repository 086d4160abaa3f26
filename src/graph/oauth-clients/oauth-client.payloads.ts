import { payloadType } from '../payload.ts';
import { OAuthClientSecretType, OAuthClientType } from './oauth-client.type.ts';

const newSecret = {
  oauthClientSecret: { type: () => OAuthClientSecretType, description: 'The new secret as lists show it.' },
  clientSecret: {
    type: () => String,
    description:
      'The secret itself, shown this once: put it into the identity provider now, as nobody can read it again.',
  },
};

export const CreateOAuthClientPayload = payloadType(
  'CreateOAuthClientPayload',
  'What making an OAuth client answers.',
  { oauthClient: { type: () => OAuthClientType, description: 'The new OAuth client.' }, ...newSecret },
);

export const AddOAuthClientSecretPayload = payloadType(
  'AddOAuthClientSecretPayload',
  'What adding a secret to an OAuth client answers.',
  newSecret,
);

export const RevokeOAuthClientSecretPayload = payloadType(
  'RevokeOAuthClientSecretPayload',
  'What revoking a secret of an OAuth client answers.',
  { oauthClientSecret: { type: () => OAuthClientSecretType, description: 'The revoked secret.' } },
);
