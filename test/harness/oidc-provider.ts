import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair } from 'jose';
import {
  type Adapter,
  type AdapterPayload,
  type Configuration,
  type InteractionResults,
  interactionPolicy,
  type JWK,
  Provider,
} from 'oidc-provider';
import { walkTo } from './walk.ts';

type Algorithm = 'RS256' | 'PS256' | 'ES256';

export interface OidcError {
  error: string;
  error_description?: string;
}

/** A real OpenID Provider (oidc-provider) on a free port of this machine: the identity provider of a test. */
export interface TestOidcProvider {
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** Adds a person, or replaces the one with this `sub`; the claims are sent as they stand here. */
  person(sub: string, claims?: Record<string, unknown>): void;
  /** From now on whoever comes is this person, without a page; undefined shows a page that asks who it is. */
  signInAs(sub: string | undefined): void;
  /**
   * From now on whoever comes proved at that time who they are, and is asked for it again only by a request that says so; null
   * asks everybody.
   */
  remembersSince(time: Date | null): void;
  /** From now on sign-ins come back with this error; undefined ends that. */
  failSignInsWith(error: OidcError | undefined): void;
  /** From now on the token endpoint answers 401 with this; undefined ends that. */
  failTokensWith(error: (OidcError & Record<string, unknown>) | undefined): void;
  /** Takes a new signing key, under a new id, instead of the old one. */
  rotateKeys(): Promise<void>;
  /** How often the keys were asked for. */
  keyReads(): number;
  /** Walks from an authorization address as a browser would, and answers the address at which it comes back. */
  walk(authorizationUrl: URL | string): Promise<URL>;
  close(): Promise<void>;
}

export interface OidcProviderOptions {
  clientId?: string;
  clientSecret?: string;
  /** Signs the id tokens. */
  algorithm?: Algorithm;
  clientAuthentication?: 'client_secret_basic' | 'client_secret_post';
  /** Leaves the claims of the person out of the id token, so that they are at the userinfo endpoint only. */
  conformIdTokenClaims?: boolean;
}

interface Behaviour {
  people: Map<string, Record<string, unknown>>;
  signInAs: string | undefined;
  rememberedSince: Date | null;
  signInError: OidcError | undefined;
  tokenError: (OidcError & Record<string, unknown>) | undefined;
  keyReads: number;
}

/** What a person may have; oidc-provider sends no claim that it was not told of. */
const CLAIMS = ['oid', 'tid', 'upn', 'xms_edov', 'groups', 'employee_id', 'preferred_username', 'idp', 'ext'];
const PROFILE = ['name', 'given_name', 'family_name', 'locale'];

/** Any redirect address on this machine is accepted; PKCE is required. */
export async function startOidcProvider(options: OidcProviderOptions = {}): Promise<TestOidcProvider> {
  const { clientId = 'rollcall', clientSecret = 'a secret of the tests: ~+/%', algorithm = 'RS256' } = options;
  const behaviour: Behaviour = {
    people: new Map(),
    signInAs: undefined,
    rememberedSince: null,
    signInError: undefined,
    tokenError: undefined,
    keyReads: 0,
  };
  let round = 0;
  let provider: Provider | undefined;
  const server = createServer((request, response) => {
    if (provider) void answer(provider, behaviour, request, response);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const issuer = `http://127.0.0.1:${port}`;
  const adapter = memoryAdapter();
  const renew = async () => {
    const key = await makeKey(algorithm, `${algorithm}-${round}`);
    round += 1;
    provider = makeProvider(issuer, {
      ...options,
      clientId,
      clientSecret,
      algorithm,
      key,
      adapter,
      people: behaviour.people,
    });
  };
  await renew();
  return {
    issuer,
    clientId,
    clientSecret,
    person: (sub, claims = {}) => void behaviour.people.set(sub, claims),
    signInAs: (sub) => {
      behaviour.signInAs = sub;
    },
    remembersSince: (time) => {
      behaviour.rememberedSince = time;
    },
    failSignInsWith: (error) => {
      behaviour.signInError = error;
    },
    failTokensWith: (error) => {
      behaviour.tokenError = error;
    },
    rotateKeys: renew,
    keyReads: () => behaviour.keyReads,
    walk: (authorizationUrl) => walkTo(authorizationUrl, issuer),
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

async function makeKey(algorithm: Algorithm, kid: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true });
  return { ...(await exportJWK(privateKey)), kid, use: 'sig', alg: algorithm } as JWK;
}

type ProviderParts = OidcProviderOptions & {
  clientId: string;
  clientSecret: string;
  algorithm: Algorithm;
  key: JWK;
  people: Behaviour['people'];
  adapter: (name: string) => Adapter;
};

function makeProvider(issuer: string, parts: ProviderParts): Provider {
  const { people, algorithm, clientAuthentication = 'client_secret_basic' } = parts;
  const port = new URL(issuer).port;
  const configuration: Configuration = {
    clients: [
      {
        client_id: parts.clientId,
        client_secret: parts.clientSecret,
        redirect_uris: ['http://127.0.0.1/'],
        response_types: ['code'],
        grant_types: ['authorization_code'],
        id_token_signed_response_alg: algorithm,
        token_endpoint_auth_method: clientAuthentication,
      },
    ],
    jwks: { keys: [parts.key] },
    adapter: parts.adapter,
    enabledJWA: { idTokenSigningAlgValues: [algorithm] },
    claims: { openid: ['sub', ...CLAIMS], email: ['email', 'email_verified'], profile: PROFILE },
    conformIdTokenClaims: parts.conformIdTokenClaims ?? false,
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    clientAuthMethods: [clientAuthentication],
    // Cookies of 127.0.0.1 are sent to all of its ports: several providers and the service share one jar in a browser.
    cookies: {
      keys: ['of the tests'],
      names: { session: `op_${port}_session`, interaction: `op_${port}_interaction`, resume: `op_${port}_resume` },
    },
    interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}`, policy: alwaysAsking() },
    findAccount: (_context, sub) =>
      people.has(sub) ? { accountId: sub, claims: () => ({ ...people.get(sub), sub }) } : undefined,
    loadExistingGrant: async (context) => {
      const { client, account } = context.oidc;
      const grant = new context.oidc.provider.Grant();
      if (client) grant.clientId = client.clientId;
      if (account) grant.accountId = account.accountId;
      grant.addOIDCScope('openid email profile');
      grant.addOIDCClaims(CLAIMS);
      await grant.save();
      return grant;
    },
    ttl: { AccessToken: 600, AuthorizationCode: 60, IdToken: 600, Grant: 600, Interaction: 600, Session: 600 },
  };
  const provider = new Provider(issuer, configuration);
  provider.Client.prototype.redirectUriAllowed = (address: string) =>
    ['127.0.0.1', 'localhost'].includes(new URL(address).hostname);
  return provider;
}

/** One store a provider: what it remembers outlives its keys and is no other provider's. */
function memoryAdapter(): (name: string) => Adapter {
  const stored = new Map<string, AdapterPayload>();
  return (name) => {
    const find = async (id: string) => stored.get(`${name} ${id}`);
    return {
      upsert: async (id, payload) => void stored.set(`${name} ${id}`, payload),
      find,
      findByUid: async (uid) => [...stored.values()].find((payload) => payload.kind === name && payload.uid === uid),
      findByUserCode: async () => undefined,
      async consume(id) {
        const payload = await find(id);
        if (payload) payload.consumed = Math.floor(Date.now() / 1000);
      },
      destroy: async (id) => void stored.delete(`${name} ${id}`),
      async revokeByGrantId(grantId) {
        for (const [key, payload] of stored) if (payload.grantId === grantId) stored.delete(key);
      },
    };
  };
}

/** Who signs in is asked every time, so that one test's or one page's person is not the next one's. */
function alwaysAsking(): interactionPolicy.DefaultPolicy {
  const { base, Check } = interactionPolicy;
  const policy = base();
  const isAsked = new Check('always', 'Every sign-in asks.', 'login_required', ({ oidc }) =>
    oidc.result?.login ? Check.NO_NEED_TO_PROMPT : Check.REQUEST_PROMPT,
  );
  policy.get('login')?.checks.add(isAsked);
  return policy;
}

async function answer(
  provider: Provider,
  behaviour: Behaviour,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = request.url ?? '/';
  if (path.startsWith('/interaction/')) return interact(provider, behaviour, request, response);
  if (path.startsWith('/jwks')) behaviour.keyReads += 1;
  if (path.startsWith('/token') && behaviour.tokenError) {
    response.writeHead(401, { 'content-type': 'application/json' }).end(JSON.stringify(behaviour.tokenError));
    return;
  }
  await provider.callback()(request, response);
}

async function interact(
  provider: Provider,
  { people, signInAs, signInError, rememberedSince }: Behaviour,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const finish = (result: InteractionResults) =>
    provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
  if (signInError) return finish({ ...signInError });
  const { params } = await provider.interactionDetails(request, response);
  const ts = rememberedSince && params.prompt !== 'login' ? Math.floor(rememberedSince.getTime() / 1000) : undefined;
  if (signInAs !== undefined) return finish({ login: { accountId: signInAs, ...(ts !== undefined && { ts }) } });
  if (request.method === 'POST') {
    const sub = new URLSearchParams(await readBody(request)).get('sub') ?? '';
    return finish({ login: { accountId: sub } });
  }
  const options = [...people.keys()].map((sub) => `<option>${sub}</option>`).join('');
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(`<!doctype html>
<html lang="en"><title>Identity provider</title>
<h1>Identity provider</h1>
<form method="post"><label>Who are you? <select name="sub">${options}</select></label> <button>Sign in</button></form>
</html>`);
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks).toString();
}
