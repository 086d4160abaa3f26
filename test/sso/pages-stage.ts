// The sign-in pages over rules that are played: what the domain would answer is set by the test.
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CredentialHasher } from '../../src/domain/actors/credential.ts';
import type { OpenedConnection, SignInOrganization } from '../../src/domain/connections/sign-in-connection.ts';
import { RememberedSlugs } from '../../src/domain/sign-in/remembered-slugs.ts';
import type { StartAttempt, StartedAttempt } from '../../src/domain/sign-in/sign-in-attempts.ts';
import type { SignInRefusal } from '../../src/domain/sign-in/sign-in-outcome.ts';
import { createHttpApp, listen, stopListening } from '../../src/http/server.ts';
import { Cookies } from '../../src/sso/cookies.ts';
import { createSsoRouter, type SsoOptions } from '../../src/sso/router.ts';
import { aClock, TEST_SECRET_KEY, type TestClock } from '../harness/builders.ts';
import { CookieBrowser } from '../harness/cookie-browser.ts';

export const CONNECTION_ID = '01900000-0000-7000-8000-000000000001';
export const ORGANIZATION_ID = '01900000-0000-7000-8000-000000000002';

export function aConnection(facts: Partial<OpenedConnection> = {}): OpenedConnection {
  return {
    id: CONNECTION_ID,
    organizationId: ORGANIZATION_ID,
    name: 'Entra',
    protocol: 'oidc',
    status: 'enabled',
    version: 1,
    issuer: 'https://idp.example',
    clientId: 'rollcall',
    clientSecret: 'secret',
    tenantId: null,
    ssoUrl: null,
    certificates: null,
    stableIdClaim: 'sub',
    allowsJustInTime: false,
    ...facts,
  };
}

export function anOrganization(facts: Partial<SignInOrganization> = {}): SignInOrganization {
  return {
    id: ORGANIZATION_ID,
    name: 'Acme <Screens>',
    slug: 'acme',
    status: 'active',
    plan: 'enterprise',
    disclosesName: true,
    signInContact: null,
    takesOtherMethods: false,
    connections: [aConnection()],
    hasConnections: true,
    ...facts,
  };
}

export function aRefusal(facts: Partial<SignInRefusal> = {}): SignInRefusal {
  return {
    reason: 'notProvisioned',
    eventId: '01900000-0000-7000-8000-0123456789ab',
    organization: { name: 'Acme', slug: 'acme' },
    contact: null,
    connectionName: 'Entra',
    email: 'ada@acme.example',
    otherMethods: [],
    detail: {},
    ...facts,
  };
}

export const STATE = 's'.repeat(43);

export function anAttempt(facts: Partial<StartedAttempt> = {}): StartedAttempt {
  return {
    id: '01900000-0000-7000-8000-000000000009',
    state: STATE,
    nonce: 'nonce',
    codeVerifier: 'verifier',
    requestId: '_request',
    connectionId: CONNECTION_ID,
    connectionVersion: 1,
    provider: null,
    organizationId: ORGANIZATION_ID,
    purpose: 'signIn',
    asksAnew: false,
    returnTo: null,
    ...facts,
  };
}

/** Signs what a browser remembers, as the service does. */
export const rememberedSlugs = new RememberedSlugs({ hasher: new CredentialHasher(TEST_SECRET_KEY) });

export interface PagesStage {
  url: string;
  router: ReturnType<typeof createSsoRouter>;
  clock: TestClock;
  /** What the tests put behind the pages; change what a test is about. */
  domain: PlayedDomain;
  oidc: { -readonly [Name in keyof SsoOptions['oidc']]: SsoOptions['oidc'][Name] };
  saml: { -readonly [Name in keyof SsoOptions['saml']]: SsoOptions['saml'][Name] };
  /** What was asked of `signInAttempts.start`, in order. */
  started: StartAttempt[];
  refused: Parameters<SsoOptions['domain']['signIn']['refuse']>[0][];
  logged: object[];
  browser(): CookieBrowser;
  close(): Promise<void>;
}

type PlayedDomain = {
  [Service in keyof SsoOptions['domain']]: {
    -readonly [Name in keyof SsoOptions['domain'][Service]]: SsoOptions['domain'][Service][Name];
  };
};

export async function startPages(config: Partial<SsoOptions['config']> = {}): Promise<PagesStage> {
  const clock = aClock();
  const started: StartAttempt[] = [];
  const refused: PagesStage['refused'] = [];
  const logged: object[] = [];
  const domain = playedDomain({ started, refused });
  const oidc: PagesStage['oidc'] = {
    authorizationUrl: async (party, { state }) => new URL(`${party.issuer}/authorize?state=${state}`),
    verify: async () => anIdentity(),
  };
  const saml: PagesStage['saml'] = {
    loginUrl: async (_connection, { relayState }) => new URL(`https://idp.example/saml?RelayState=${relayState}`),
    verify: async () => anIdentity(),
    isUnsolicited: () => false,
  };
  const product = { name: 'Screens', url: null, origins: ['https://app.example.com'], logoFile: null, color: null };
  let server: Server | undefined;
  const url = () => `http://127.0.0.1:${(server?.address() as AddressInfo | undefined)?.port ?? 0}`;
  const address = {
    get publicUrl() {
      return url();
    },
  };
  const sso = createSsoRouter({
    domain,
    oidc,
    saml,
    cookies: new Cookies({ publicUrl: 'http://127.0.0.1' }, rememberedSlugs),
    address,
    config: { product, loginProviders: {}, isLocal: true, ...config },
    clock,
    log: (_level, event, facts) => logged.push({ event, ...facts }),
  });
  const app = createHttpApp({
    sso,
    scim: (_request, _response, next) => next(),
    ping: async () => undefined,
    trustedProxies: ['loopback'],
  });
  server = await listen(app, { host: '127.0.0.1', port: 0 });
  const running = server;
  return {
    url: url(),
    router: sso,
    clock,
    domain,
    oidc,
    saml,
    started,
    refused,
    logged,
    browser: () => new CookieBrowser(url()),
    close: () => {
      running.closeAllConnections();
      return stopListening(running);
    },
  };
}

export function anIdentity() {
  const nothing = {
    stableId: null,
    email: null,
    emailVerification: 'unsaid',
    displayName: null,
    authTime: null,
  } as const;
  return { subject: 'sub', ...nothing, claims: {} };
}

function playedDomain(seen: { started: StartAttempt[]; refused: PagesStage['refused'] }): PlayedDomain {
  return {
    signInConnections: {
      find: async (id) => (id === CONNECTION_ID ? aConnection() : undefined),
      open: async ({ id }) => aConnection({ id }),
      findOrganization: async (slug) => (slug === 'acme' ? anOrganization() : undefined),
      organizationOf: async () => anOrganization(),
    },
    connectionTests: { read: async () => undefined },
    signInAttempts: {
      start: async (input) => {
        seen.started.push(input);
        const { purpose, returnTo, provider = null } = input;
        const connectionId = input.connection?.id ?? null;
        return anAttempt({ purpose, returnTo, provider, connectionId });
      },
      find: async () => undefined,
      findStarted: async (state) => (state === STATE ? anAttempt() : undefined),
      verified: async () => 'verified',
      findPending: async () => undefined,
    },
    signIn: {
      refuse: async (input) => {
        seen.refused.push(input);
        return aRefusal({ reason: input.reason, detail: input.detail ?? {} });
      },
      askForOwnAccount: async () => ({ kind: 'refused', refusal: aRefusal({ reason: 'attemptExpired' }) }),
      finish: async () => ({ kind: 'refused', refusal: aRefusal({ reason: 'attemptExpired' }) }),
      useAssertion: async () => true,
    },
    emailDomains: { findOrganization: async () => undefined },
    accounts: {
      find: async () => undefined,
      memberships: async () => [],
      listLogins: async () => [],
    },
    sessions: {
      find: async () => undefined,
      switchOrganization: async () => {
        throw new Error('No session is played.');
      },
      signOut: async () => undefined,
    },
    ownSessions: { list: async () => [] },
    oneTimeLinks: {
      peek: async () => undefined,
      use: async () => ({ kind: 'refused', reason: 'attemptExpired', eventId: null }),
    },
    setUp: { complete: async () => ({ kind: 'refused', reason: 'attemptExpired', eventId: null }) },
    signInOverview: { holdsAnything: async () => false, recentChanges: async () => [] },
  };
}
