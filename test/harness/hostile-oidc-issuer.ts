import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWTHeaderParameters, type JWTPayload, SignJWT } from 'jose';
import { walkTo } from './walk.ts';

interface ReceivedRequest {
  path: string;
  authorization: string | undefined;
  form: URLSearchParams;
}

/** What the issuer does from now on; all of it may be changed at any time, undefined leaves a claim or an entry out. */
interface Behaviour {
  /** Over what a good discovery document says. */
  metadata: Record<string, unknown>;
  /** Over the claims of a good id token. */
  claims: Record<string, unknown>;
  header: Partial<JWTHeaderParameters>;
  /** Instead of a signed id token. */
  idToken: ((claims: JWTPayload) => string | Promise<string>) | undefined;
  /** Over the parameters with which the browser is sent back. */
  answer: Record<string, string | undefined>;
  userInfo: Record<string, unknown>;
  /** Answers a path instead of what stands above; true when it did. */
  intercept: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined;
}

/** An identity provider that forges whatever a test says; without that it behaves well. */
export interface HostileIssuer extends Behaviour {
  /** Where it listens. */
  url: string;
  /** What it calls itself where the test says nothing else; the same as `url`, or an address that `fetch` leads to it. */
  issuer: string;
  requests: ReceivedRequest[];
  /** Asks this issuer for what is addressed to `issuer`, and the network for the rest. */
  fetch: typeof fetch;
  walk(authorizationUrl: URL): Promise<URL>;
  /** Signs by its published key. */
  sign(claims: JWTPayload, header?: Partial<JWTHeaderParameters>): Promise<string>;
  publicKey: CryptoKey;
  close(): Promise<void>;
}

const HOSTILE_CLIENT_ID = 'rollcall';

export type KeyPair = Awaited<ReturnType<typeof generateKeyPair>>;

let shared: Promise<KeyPair> | undefined;

export function makeKeyPair(): Promise<KeyPair> {
  return generateKeyPair('RS256', { extractable: true });
}

/**
 * All sign by one key, as all tenants of Entra do, unless a pair is given. `issuer` and `origin` give it another name than its
 * address.
 */
export async function startHostileIssuer(
  named: { issuer?: string; origin?: string; keyPair?: KeyPair } = {},
): Promise<HostileIssuer> {
  shared ??= makeKeyPair();
  const { privateKey, publicKey } = named.keyPair ?? (await shared);
  const keys = { keys: [{ ...(await exportJWK(publicKey)), kid: 'published', use: 'sig', alg: 'RS256' }] };
  const nonces = new Map<string, string>();
  const server = createServer((request, response) => void respond(request, response));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const origin = named.origin ?? url;
  const sign: HostileIssuer['sign'] = (claims, header = {}) =>
    new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'published', ...header }).sign(privateKey);
  const hostile: HostileIssuer = {
    url,
    issuer: named.issuer ?? url,
    metadata: {},
    claims: {},
    header: {},
    idToken: undefined,
    answer: {},
    userInfo: {},
    intercept: undefined,
    requests: [],
    fetch: (input, options) => {
      const address = String(input);
      return fetch(address.startsWith(`${origin}/`) ? url + address.slice(origin.length) : address, options);
    },
    walk: (authorizationUrl) => walkTo(authorizationUrl.href.replace(`${origin}/`, `${url}/`), url),
    sign,
    publicKey,
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', url);
    const form = new URLSearchParams(await readBody(request));
    hostile.requests.push({ path: pathname, authorization: request.headers.authorization, form });
    if (hostile.intercept?.(request, response)) return;
    if (pathname.endsWith('/.well-known/openid-configuration')) return send(response, discovery());
    if (pathname === '/keys') return send(response, keys);
    if (pathname === '/userinfo') return send(response, { sub: 'ada', ...hostile.userInfo });
    if (pathname === '/token') return send(response, await tokens(form.get('code') ?? ''));
    const code = `code-${nonces.size}`;
    nonces.set(code, searchParams.get('nonce') ?? '');
    const back = new URL(searchParams.get('redirect_uri') ?? url);
    const answer = { code, state: searchParams.get('state') ?? '', ...hostile.answer };
    for (const [name, value] of Object.entries(answer)) if (value !== undefined) back.searchParams.set(name, value);
    response.writeHead(302, { location: back.href }).end();
  }

  function discovery(): object {
    return {
      issuer: hostile.issuer,
      authorization_endpoint: `${origin}/authorize`,
      token_endpoint: `${origin}/token`,
      jwks_uri: `${origin}/keys`,
      userinfo_endpoint: `${origin}/userinfo`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      ...hostile.metadata,
    };
  }

  async function tokens(code: string): Promise<object> {
    const now = Math.floor(Date.now() / 1000);
    const good = {
      iss: hostile.issuer,
      aud: HOSTILE_CLIENT_ID,
      sub: 'ada',
      iat: now,
      exp: now + 600,
      nonce: nonces.get(code),
      email: 'ada@acme.example',
      email_verified: true,
    };
    const claims = withoutUndefined({ ...good, ...hostile.claims });
    const idToken = hostile.idToken ? await hostile.idToken(claims) : await sign(claims, hostile.header);
    return { access_token: 'access', token_type: 'Bearer', expires_in: 60, id_token: idToken };
  }
  return hostile;
}

function send(response: ServerResponse, body: object): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks).toString();
}

function withoutUndefined(claims: Record<string, unknown>): JWTPayload {
  return Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined));
}
