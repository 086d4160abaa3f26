import { payloadType } from '../payload.ts';
import { ApiKeyType } from './api-key.type.ts';

export const CreateApiKeyPayload = payloadType('CreateApiKeyPayload', 'What making an API key answers.', {
  apiKey: { type: () => ApiKeyType, description: 'The new key as lists show it.' },
  key: {
    type: () => String,
    description: 'The key itself, shown this once: keep it now, as nobody can read it again.',
  },
});

export const RevokeApiKeyPayload = payloadType('RevokeApiKeyPayload', 'What revoking an API key answers.', {
  apiKey: { type: () => ApiKeyType, description: 'The revoked key.' },
});
