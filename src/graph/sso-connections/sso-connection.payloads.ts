import { payloadType } from '../payload.ts';
import { SsoConnectionCheckType, SsoConnectionType } from './sso-connection.type.ts';

const made = {
  ssoConnection: {
    type: () => SsoConnectionType,
    description: 'The new connection, a draft: enter its addresses at the identity provider, test it, then enable it.',
  },
};

export const CreateOidcConnectionPayload = payloadType(
  'CreateOidcConnectionPayload',
  'What setting up an OIDC connection answers.',
  made,
);

export const CreateSamlConnectionPayload = payloadType(
  'CreateSamlConnectionPayload',
  'What setting up a SAML connection answers.',
  made,
);

export const UpdateSsoConnectionPayload = payloadType(
  'UpdateSsoConnectionPayload',
  'What changing an SSO connection answers.',
  { ssoConnection: { type: () => SsoConnectionType, description: 'The connection as it now stands.' } },
);

export const EnableSsoConnectionPayload = payloadType(
  'EnableSsoConnectionPayload',
  'What enabling an SSO connection answers.',
  {
    ssoConnection: {
      type: () => SsoConnectionType,
      description: 'The connection, enabled. Where `testedAt` is null, nobody has tried it out.',
    },
  },
);

export const DisableSsoConnectionPayload = payloadType(
  'DisableSsoConnectionPayload',
  'What disabling an SSO connection answers.',
  { ssoConnection: { type: () => SsoConnectionType, description: 'The connection, disabled.' } },
);

export const TestSsoConnectionPayload = payloadType(
  'TestSsoConnectionPayload',
  'What testing an SSO connection answers.',
  {
    checks: { type: () => [SsoConnectionCheckType], description: 'What was looked at without anybody signing in.' },
    testUrl: {
      type: () => String,
      description:
        'Open it in a browser within 15 minutes and sign in: what the identity provider sends is shown, and nobody is signed in here.',
    },
  },
);
