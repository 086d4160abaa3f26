// What the product's pages and back ends ask of a session, over HTTP.
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { v7 as uuid } from 'uuid';
import { beforeAll, describe, expect, it } from 'vitest';
import { Database } from '../../src/database/database.ts';
import { type ServiceOrganization, startTestService, type TestService } from '../harness/service.ts';
import { type SignedIn, signedIn } from '../harness/signed-in.ts';

const PRODUCT = 'https://app.product.example';
const OTHER = 'https://admin.product.example';
const STRANGER = 'https://evil.example';

let service: TestService;
let database: Database;
let acme: ServiceOrganization;
beforeAll(async () => {
  service = await startTestService({ PRODUCT_URL: `${PRODUCT}/start`, PRODUCT_ORIGINS: OTHER });
  database = await Database.open({ connection: service.connection, poolSizeMax: 2 });
  acme = await service.organization();
  return async () => {
    await database.close();
    await service.close();
  };
});

async function aSession(): Promise<SignedIn & { userId: string }> {
  const { id: userId } = await service.domain.users.create(acme.operator, { userName: `person-${uuid().slice(-12)}` });
  const facts = { organizationId: acme.id, userId };
  return { userId, ...(await signedIn({ domain: service.domain, database }, facts)) };
}

function send(path: string, init: { method?: string; cookie?: string; body?: string; headers?: object } = {}) {
  const { method = 'POST', cookie, body, headers } = init;
  return fetch(`${service.url}${path}`, {
    method,
    headers: { ...(cookie === undefined ? {} : { cookie: `rollcall_session=${cookie}` }), ...headers },
    ...(body === undefined ? {} : { body }),
  });
}

describe('POST /session/token', () => {
  it('answers a token that the keys at /.well-known/jwks.json prove', async () => {
    const { cookie, userId, sessionId } = await aSession();
    const response = await send('/session/token', { cookie, headers: { origin: PRODUCT } });
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('no-store');
    const { token, expiresAt } = (await response.json()) as { token: string; expiresAt: string };
    expect(decodeProtectedHeader(token).alg).toBe('ES256');
    const keys = createRemoteJWKSet(new URL(`${service.url}/.well-known/jwks.json`));
    const { payload } = await jwtVerify(token, keys, { issuer: service.url, audience: PRODUCT });
    expect(payload).toMatchObject({ sub: userId, org: acme.id, sid: sessionId });
    expect(Number(payload.exp) - Number(payload.iat)).toBe(300);
    expect(new Date(expiresAt).getTime()).toBe(Number(payload.exp) * 1000);
  });

  it('takes an empty JSON body, and none, but no form', async () => {
    const { cookie } = await aSession();
    const json = { cookie, body: '{}', headers: { 'content-type': 'application/json' } };
    expect((await send('/session/token', json)).status).toBe(200);
    expect((await send('/session/token', { cookie })).status).toBe(200);
    for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data; boundary=x']) {
      const form = { cookie, body: 'a=b', headers: { 'content-type': type } };
      expect((await send('/session/token', form)).status, type).toBe(415);
    }
    const broken = { cookie, body: '{', headers: { 'content-type': 'application/json' } };
    expect((await send('/session/token', broken)).status).toBe(400);
  });

  it('says where to sign in without a session', async () => {
    for (const cookie of [undefined, '', 'x', 'rcsession_unknown']) {
      const response = await send('/session/token', { ...(cookie === undefined ? {} : { cookie }) });
      expect(response.status).toBe(401);
      expect(await response.json()).toEqual({ error: 'sign_in_required', signInUrl: `${service.url}/sign-in` });
    }
  });

  it('leads who was deactivated to their own organization, and mints nothing more', async () => {
    const { cookie, userId } = await aSession();
    await service.domain.users.block(acme.operator, userId);
    const response = await send('/session/token', { cookie });
    expect(response.status).toBe(401);
    // Without a connection nobody is known at the slug.
    expect(await response.json()).toEqual({ error: 'sign_in_required', signInUrl: `${service.url}/sign-in` });
    const input = { issuer: 'https://idp.example', clientId: 'id', clientSecret: 'secret' };
    const { id } = await service.domain.connections.create(acme.operator, { protocol: 'oidc', ...input });
    await service.domain.connections.enable(acme.operator, id);
    const signInUrl = `${service.url}/sso/${acme.slug}`;
    const again = await send('/session/token', { cookie });
    expect(await again.json()).toEqual({ error: 'sign_in_required', signInUrl });
    await service.domain.connections.remove(acme.operator, id);
  });

  it('is no page of anybody else’s, whatever cookie its visitor has', async () => {
    const { cookie } = await aSession();
    for (const origin of [STRANGER, 'null', `${PRODUCT}.evil.example`, 'http://app.product.example', '']) {
      const response = await send('/session/token', { cookie, headers: { origin } });
      expect([response.status, origin]).toEqual([403, origin]);
      expect(response.headers.get('access-control-allow-origin')).toBeNull();
    }
  });

  it('is at one address, in one spelling', async () => {
    const { cookie } = await aSession();
    for (const path of ['/session/TOKEN', '/Session/sign-out', '/session/%73ign-out', '//session/sign-out']) {
      const headers = { origin: STRANGER, 'sec-fetch-site': 'cross-site' };
      expect([path, (await send(path, { cookie, headers })).status]).toEqual([path, 404]);
    }
    expect((await send('/session/token', { cookie })).status).toBe(200);
  });

  it('is a POST', async () => {
    const { cookie } = await aSession();
    for (const method of ['GET', 'HEAD', 'PUT', 'DELETE']) {
      const response = await send('/session/token', { method, cookie });
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
    }
  });

  it('takes a session from its own cookie alone: no bearer, no other name', async () => {
    const { cookie } = await aSession();
    for (const headers of [
      { authorization: `Bearer ${cookie}` },
      { cookie: `session=${cookie}` },
      { cookie: `__Host-rollcall_session=${cookie}` },
    ]) {
      expect((await send('/session/token', { headers })).status).toBe(401);
    }
    expect((await send('/session/token', { headers: { authorization: `Bearer ${acme.apiKey}` } })).status).toBe(401);
  });
});

describe('POST /session/sign-out', () => {
  it('ends the session and takes the cookie back', async () => {
    const { cookie } = await aSession();
    const response = await send('/session/sign-out', { cookie, headers: { origin: service.url } });
    expect(response.status).toBe(204);
    expect(response.headers.getSetCookie()).toEqual(['rollcall_session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0']);
    expect((await send('/session/token', { cookie })).status).toBe(401);
    expect((await send('/session/sign-out', { cookie })).status).toBe(204);
  });

  it('is not done by the page of anybody else', async () => {
    const { cookie } = await aSession();
    expect((await send('/session/sign-out', { cookie, headers: { origin: STRANGER } })).status).toBe(403);
    expect((await send('/session/token', { cookie })).status).toBe(200);
  });
});

describe('GET /.well-known/jwks.json', () => {
  it('shows public keys alone, to every page, for a while', async () => {
    const response = await send('/.well-known/jwks.json', { method: 'GET', headers: { origin: STRANGER } });
    expect(response.status).toBe(200);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(response.headers.get('cache-control')).toBe('public, max-age=300');
    const { keys } = (await response.json()) as { keys: Record<string, unknown>[] };
    expect(keys.length).toBeGreaterThan(0);
    for (const key of keys) {
      expect(key).toMatchObject({ kty: 'EC', crv: 'P-256' });
      expect(key).not.toHaveProperty('d');
    }
  });
});

describe('pages of the product', () => {
  const preflight = (path: string, origin: string) =>
    send(path, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' },
    });

  it.each(['/graphql', '/session/token', '/session/sign-out'])('may ask %s with cookies', async (path) => {
    for (const origin of [PRODUCT, OTHER]) {
      const response = await preflight(path, origin);
      expect(response.status).toBe(204);
      expect(response.headers.get('access-control-allow-origin')).toBe(origin);
      expect(response.headers.get('access-control-allow-credentials')).toBe('true');
      expect(response.headers.get('access-control-allow-headers')?.toLowerCase()).toContain('content-type');
      expect(response.headers.get('vary')).toContain('Origin');
    }
  });

  it.each(['/graphql', '/session/token', '/session/sign-out'])('of others may not ask %s', async (path) => {
    for (const origin of [STRANGER, 'null']) {
      const response = await preflight(path, origin);
      expect(response.headers.get('access-control-allow-origin')).toBeNull();
      expect(response.headers.get('access-control-allow-credentials')).toBeNull();
    }
  });

  const ask = async (cookie: string, headers: object) => {
    const body = JSON.stringify({ query: '{ viewer { user { id } } }' });
    const response = await send('/graphql', {
      cookie,
      body,
      headers: { 'content-type': 'application/json', ...headers },
    });
    return (await response.json()) as { data?: unknown; errors?: unknown };
  };

  it('ask /graphql as whoever is signed in', async () => {
    const { cookie, userId } = await aSession();
    for (const headers of [{}, { origin: service.url }, { origin: PRODUCT }, { origin: OTHER }]) {
      expect(await ask(cookie, headers)).toEqual({ data: { viewer: { user: { id: userId } } } });
    }
  });

  it('of others ask /graphql as nobody, whatever cookie comes along', async () => {
    const { cookie } = await aSession();
    for (const origin of [STRANGER, 'null', `${PRODUCT}.evil.example`, `${service.url}0`]) {
      expect(await ask(cookie, { origin })).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    }
  });

  it('send no form to /graphql', async () => {
    const { cookie, sessionId } = await aSession();
    const query = 'mutation { signOut(input: {}) { isSignedOut } }';
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const body = `query=${encodeURIComponent(query)}`;
    expect((await send('/graphql', { cookie, body, headers: form })).status).toBeGreaterThanOrEqual(400);
    const get = await send(`/graphql?query=${encodeURIComponent('{ viewer { user { id } } }')}`, {
      method: 'GET',
      cookie,
    });
    expect(get.status).toBeGreaterThanOrEqual(400);
    expect(await service.domain.sessions.find(cookie)).toMatchObject({ sessionId });
  });
});

describe('the facade of SCIM', () => {
  it('security 22: is opened by no session', async () => {
    const { cookie } = await aSession();
    const { id } = await service.directory(acme);
    const response = await send(`/scim/v2/${id}/Users`, { method: 'GET', cookie });
    expect(response.status).toBe(401);
    const headers = { 'content-type': 'application/json', 'x-rollcall-scim-method': 'GET' };
    const body = JSON.stringify({ query: '{ viewer { user { id } } }' });
    const answer = (await (await send('/graphql', { cookie, body, headers })).json()) as object;
    expect(answer).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  });
});

describe('in production', () => {
  it('shows the schema to who is signed in', async () => {
    const { cookie } = await aSession();
    const body = JSON.stringify({ query: '{ __schema { queryType { name } } }' });
    const headers = { 'content-type': 'application/json' };
    expect((await send('/graphql', { cookie, body, headers })).status).toBe(200);
    expect((await send('/graphql', { body, headers })).status).toBe(401);
  });

  it('nothing of all this is a mistake of ours', () => {
    expect(service.failures).toEqual([]);
  });
});
