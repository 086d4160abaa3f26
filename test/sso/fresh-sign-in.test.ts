// What asks for a fresh sign-in gets one only where the person proved anew who they are: by an OpenID provider and a SAML identity
// provider that remember their browsers, as all do.
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CookieBrowser, Shown } from '../harness/cookie-browser.ts';
import { startOidcProvider, type TestOidcProvider } from '../harness/oidc-provider.ts';
import { type SamlIdentityProvider, startSamlIdentityProvider } from '../harness/saml-identity-provider.ts';
import { startTestService, type TestService } from '../harness/service.ts';
import { aBrowser, aCompany, aPerson, type Company, logIn, viewerOf } from './sign-in-stage.ts';

const HOUR = 3_600_000;
const SESSION = `{ viewer { session { freshUntil freshSignInUrl } } }`;

let service: TestService;
let entra: TestOidcProvider;
let saml: SamlIdentityProvider;
const proofs = new Map<string, string[][]>();

beforeAll(async () => {
  [entra, saml] = await Promise.all([startOidcProvider(), startSamlIdentityProvider()]);
  const { issuer: GOOGLE_ISSUER, clientId: GOOGLE_CLIENT_ID, clientSecret: GOOGLE_CLIENT_SECRET } = entra;
  const google = { GOOGLE_ISSUER, GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET };
  const environment = { NODE_ENV: '', PRODUCT_ORIGINS: 'https://app.example.com', ...google };
  service = await startTestService(environment, { resolveTxt: async (name) => proofs.get(name) ?? [] });
});
beforeEach(() => {
  entra.remembersSince(null);
  saml.remembersSince(null);
});
afterAll(async () => {
  expect(service.failures).toEqual([]);
  await Promise.all([service.close(), entra.close(), saml.close()]);
});

async function ask(browser: CookieBrowser, query: string) {
  const response = await fetch(`${service.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', cookie: browser.cookieHeader },
    body: JSON.stringify({ query }),
  });
  return (await response.json()) as {
    data?: Record<string, Record<string, unknown>> | null;
    errors?: { message: string; extensions: { code: string; reason: string } }[];
  };
}

async function sessionOf(browser: CookieBrowser) {
  const { data } = await ask(browser, SESSION);
  return data?.viewer?.session as { freshUntil: string | null; freshSignInUrl: string };
}

let tried = 0;
/** Whether what opens the organization to others is let through. */
async function mayOpen(browser: CookieBrowser): Promise<boolean> {
  tried += 1;
  const { data, errors } = await ask(
    browser,
    `mutation { addEmailDomain(input: { domain: "acme-${tried}.example" }) { errors { code } } }`,
  );
  if (errors) expect(errors[0]?.extensions).toEqual({ code: 'FORBIDDEN', reason: 'FRESH_SIGN_IN_REQUIRED' });
  else expect(data?.addEmailDomain).toEqual({ errors: [] });
  return errors === undefined;
}

/** Lets whoever is signed in there administrate the connections. */
async function entrust({ organization }: Company, browser: CookieBrowser): Promise<void> {
  const viewer = await viewerOf(service, browser);
  const { operator } = organization;
  const permissions = ['rollcall:connections'];
  const set = await service.domain.permissionSets.create(operator, { name: `Connectors ${tried}`, permissions });
  await service.domain.grants.grant(operator, { permissionSetId: set.id, userId: viewer?.user?.id ?? '' });
}

/** Somebody who administrates the connections, and signed in as everybody does every day. */
async function anAdmin(): Promise<{ company: Company; browser: CookieBrowser; sub: string }> {
  const company = await aCompany(service, entra);
  const { sub } = await aPerson(entra, company);
  const browser = aBrowser(service);
  await logIn(browser, entra, company.organization.slug, sub);
  await entrust(company, browser);
  return { company, browser, sub };
}

/** The request with which the browser is sent to the identity provider. */
async function sentWith(browser: CookieBrowser, path = '/sign-in/again'): Promise<URL> {
  const response = await browser.step('GET', path);
  expect(response.status).toBe(303);
  return new URL(response.headers.get('location') ?? '');
}

const without = (address: URL, ...names: string[]) => {
  for (const name of names) address.searchParams.delete(name);
  return address;
};

describe('OpenID Connect', () => {
  it('asks the person anew where the sign-in of every day does not say when they did it', async () => {
    const { browser } = await anAdmin();
    expect(await sessionOf(browser)).toEqual({ freshUntil: null, freshSignInUrl: `${service.url}/sign-in/again` });
    expect(await mayOpen(browser)).toBe(false);
    const before = Math.floor(Date.now() / 1000) * 1000;
    const { searchParams } = await sentWith(browser);
    expect(Object.fromEntries(searchParams)).toMatchObject({ prompt: 'login', max_age: '900' });
    const { url } = await browser.open(`/sign-in/again?${new URLSearchParams({ returnTo: '/?here' })}`);
    expect(`${url.pathname}${url.search}`).toBe('/?here');
    const until = Date.parse((await sessionOf(browser)).freshUntil ?? '');
    expect(until).toBeGreaterThanOrEqual(before + 900_000);
    expect(until).toBeLessThanOrEqual(Date.now() + 900_000);
    expect(await mayOpen(browser)).toBe(true);
  });

  it('is not believed without the word of the identity provider, as when the browser left the question out', async () => {
    const { browser } = await anAdmin();
    const cookies = browser.cookieHeader;
    const refused = await browser.open(await entra.walk(without(await sentWith(browser), 'prompt', 'max_age')));
    expect(refused.status).toBe(403);
    expect(refused.words).toContain('You were not asked to sign in again');
    expect(refused.words).toContain('auth_time');
    expect(refused.text).toContain('href="/sign-in/again"');
    expect(browser.cookieHeader).toBe(cookies);
    expect(await mayOpen(browser)).toBe(false);
  });

  it('counts from when the person did it, not from when they came back', async () => {
    const { browser } = await anAdmin();
    const minutesAgo = new Date(Math.floor(Date.now() / 1000 - 600) * 1000);
    entra.remembersSince(minutesAgo);
    await browser.open(await entra.walk(without(await sentWith(browser), 'prompt')));
    expect((await sessionOf(browser)).freshUntil).toBe(new Date(minutesAgo.getTime() + 900_000).toISOString());
  });

  it('goes to Google for somebody who came by it', async () => {
    const company = await aCompany(service, entra, { isEnabled: false });
    const { operator } = company.organization;
    const { recordName, recordValue, id } = await service.domain.emailDomains.add(operator, 'google.example');
    proofs.set(recordName, [[recordValue]]);
    await service.domain.emailDomains.verify(operator, id);
    const { sub } = await aPerson(entra, company, { email: 'ada@google.example' });
    const browser = aBrowser(service);
    entra.signInAs(sub);
    await browser.open('/sign-in/google');
    await entrust(company, browser);
    expect(await mayOpen(browser)).toBe(false);
    const { searchParams } = await sentWith(browser);
    expect(searchParams.get('redirect_uri')).toBe(`${service.url}/sign-in/google/callback`);
    expect((await browser.open('/sign-in/again')).url.pathname).toBe('/');
    expect(await mayOpen(browser)).toBe(true);
  });
});

describe('SAML', () => {
  const post = async (browser: CookieBrowser, address: URL): Promise<Shown> => {
    const page = await (await fetch(address)).text();
    const fields = [...page.matchAll(/name="([^"]+)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [
      name,
      value,
    ]);
    return browser.submit(/action="([^"]+)"/.exec(page)?.[1] ?? '', Object.fromEntries(fields));
  };
  const begin = async (browser: CookieBrowser, slug: string): Promise<URL> => {
    const response = await browser.step('POST', `/sso/${slug}`, '');
    return new URL(response.headers.get('location') ?? '');
  };
  async function aSamlAdmin(rememberedSince: Date | null) {
    const company = await aCompany(service, entra, { isEnabled: false });
    const { slug, operator } = company.organization;
    const input = { protocol: 'saml' as const, metadata: saml.metadata() };
    const { id } = await service.domain.connections.create(operator, input);
    await service.domain.connections.enable(operator, id);
    const { sub } = await aPerson(entra, company);
    saml.signInAs({ nameId: sub });
    saml.remembersSince(rememberedSince);
    const browser = aBrowser(service);
    expect((await post(browser, await begin(browser, slug))).url.pathname).toBe('/');
    await entrust(company, browser);
    return browser;
  }

  it('is fresh where the identity provider has just asked, and is not where it remembers the browser', async () => {
    expect(await mayOpen(await aSamlAdmin(null))).toBe(true);
    expect(await mayOpen(await aSamlAdmin(new Date(Date.now() - HOUR)))).toBe(false);
  });

  it('forces the identity provider to ask', async () => {
    const browser = await aSamlAdmin(new Date(Date.now() - HOUR));
    const asked = await sentWith(browser);
    expect(inflateRawSync(Buffer.from(asked.searchParams.get('SAMLRequest') ?? '', 'base64')).toString()).toContain(
      'ForceAuthn="true"',
    );
    expect((await post(browser, asked)).url.pathname).toBe('/');
    expect(await mayOpen(browser)).toBe(true);
  });

  it('refuses an answer of somebody who was not asked, as when the browser took that out of the request', async () => {
    const browser = await aSamlAdmin(new Date(Date.now() - HOUR));
    const asked = await sentWith(browser);
    const xml = inflateRawSync(Buffer.from(asked.searchParams.get('SAMLRequest') ?? '', 'base64')).toString();
    const tampered = deflateRawSync(Buffer.from(xml.replace(' ForceAuthn="true"', ''))).toString('base64');
    asked.searchParams.set('SAMLRequest', tampered);
    const refused = await post(browser, asked);
    expect(refused.status).toBe(403);
    expect(refused.words).toContain('let your browser through without asking you');
    expect(await mayOpen(browser)).toBe(false);
  });
});

describe('the address of a fresh sign-in', () => {
  it('begins with nothing where nobody is signed in, and keeps where to go on', async () => {
    const returnTo = 'https://app.example.com/settings';
    const asked = await sentWith(aBrowser(service), `/sign-in/again?${new URLSearchParams({ returnTo })}`);
    expect(asked.href).toBe(`${service.url}/sign-in?${new URLSearchParams({ returnTo })}`);
    const elsewhere = await sentWith(aBrowser(service), '/sign-in/again?returnTo=https://evil.example');
    expect(elsewhere.href).toBe(`${service.url}/sign-in`);
  });

  it('is that of the only connection, or another link, for somebody who came by a one-time link', async () => {
    const company = await aCompany(service, entra, { isEnabled: false });
    const { operator } = company.organization;
    const link = await service.domain.oneTimeLinks.create(operator, { email: 'owner@acme.example' });
    const browser = aBrowser(service);
    await browser.submit(`/sign-in/link/${link.secret}`);
    expect(await mayOpen(browser)).toBe(true);
    expect((await browser.open('/sign-in/again')).words).toContain('You came by a one-time link');
    await service.domain.connections.enable(operator, company.connectionId);
    expect((await sentWith(browser)).origin).toBe(entra.issuer);
    const input = { protocol: 'saml' as const, metadata: saml.metadata() };
    const other = await service.domain.connections.create(operator, input);
    await service.domain.connections.enable(operator, other.id);
    const chosen = await browser.open('/sign-in/again');
    expect([chosen.url.pathname, chosen.text]).toEqual([
      `/sso/${company.organization.slug}`,
      expect.stringContaining('<input type="hidden" name="again" value="">'),
    ]);
    const body = new URLSearchParams({ connection: company.connectionId, again: '' }).toString();
    const asked = await browser.step('POST', chosen.url, body);
    expect(new URL(asked.headers.get('location') ?? '').searchParams.get('prompt')).toBe('login');
  });

  it('leads to the organization where the sign-in is over', async () => {
    const { company, browser } = await anAdmin();
    const viewer = await viewerOf(service, browser);
    await service.domain.userSessions.endAllOf(company.organization.operator, viewer?.user?.id ?? '');
    expect((await sentWith(browser)).pathname).toBe(`/sso/${company.organization.slug}`);
  });
});
