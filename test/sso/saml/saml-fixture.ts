import { afterAll, beforeAll } from 'vitest';
import type { SignInConnection } from '../../../src/domain/connections/sign-in-connection.ts';
import { readMetadata } from '../../../src/sso/saml/metadata.ts';
import { type ReceivedSamlResponse, SamlSignIn } from '../../../src/sso/saml/saml-sign-in.ts';
import {
  type SamlIdentityProvider,
  type SamlResponseInput,
  startSamlIdentityProvider,
} from '../../harness/saml-identity-provider.ts';

const base = 'http://localhost:4000/connections/0198c0de-0000-7000-8000-000000000001/saml';
export const addresses = { acsUrl: `${base}/acs`, entityId: `${base}/metadata` };
export const requestId = '_0123456789abcdef0123456789abcdef';

/** One identity provider for the tests of a file. */
export function anIdentityProvider(): { readonly it: SamlIdentityProvider } {
  let started: SamlIdentityProvider | undefined;
  beforeAll(async () => {
    started = await startSamlIdentityProvider();
  });
  afterAll(() => started?.close());
  return {
    get it() {
      if (started === undefined) throw new Error('The identity provider runs from the first test on.');
      return started;
    },
  };
}

export function aConnection(
  identityProvider: SamlIdentityProvider,
  more: Partial<SignInConnection> = {},
): SignInConnection {
  return {
    id: '0198c0de-0000-7000-8000-000000000001',
    organizationId: '0198c0de-0000-7000-8000-000000000002',
    name: 'SSO',
    protocol: 'saml',
    status: 'enabled',
    version: 1,
    clientId: null,
    tenantId: null,
    stableIdClaim: 'NameID',
    allowsJustInTime: false,
    ...readMetadata(identityProvider.metadata(), new Date()),
    ...more,
  };
}

/** A response to `requestId`, as XML. */
export async function responseXml(identityProvider: SamlIdentityProvider, input: Partial<SamlResponseInput> = {}) {
  const response = await identityProvider.respond({ ...addresses, requestId, ...input });
  return Buffer.from(response, 'base64').toString('utf8');
}

interface VerifyInput extends Partial<ReceivedSamlResponse> {
  xml?: string;
  now?: Date;
  connection?: Partial<SignInConnection>;
}

/** Verifies a response as the service would; every assertion is new unless given. */
export function verify(identityProvider: SamlIdentityProvider, { xml, now, connection, ...received }: VerifyInput) {
  const saml = new SamlSignIn({ clock: () => now ?? new Date() });
  return saml.verify(aConnection(identityProvider, connection), {
    ...addresses,
    requestId,
    samlResponse: Buffer.from(xml ?? '', 'utf8').toString('base64'),
    useAssertion: async () => true,
    ...received,
  });
}
