// /sign-in/again and the page that asks whose account it is: what a session of this browser is worth by its cookie, and what it
// is worth once the person has proved anew who they are.
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CookieBrowser, Shown } from '../harness/cookie-browser.ts';
import { startOidcProvider, type TestOidcProvider } from '../harness/oidc-provider.ts';
import { startTestService, type TestService } from '../harness/service.ts';
import { aBrowser, aCompany, aPerson, type Company, type Person, viewerOf } from './sign-in-stage.ts';

const MINUTE = 60_000;

let service: TestService;
let entra: TestOidcProvider;
let google: TestOidcProvider;
let offset = 0;
let proved = 0;
const proofs = new Map<string, string[][]>();

beforeAll(async () => {
  [entra, google] = await Promise.all([startOidcProvider(), startOidcProvider()]);
  const { issuer: GOOGLE_ISSUER, clientId: GOOGLE_CLIENT_ID, clientSecret: GOOGLE_CLIENT_SECRET } = google;
  service = await startTestService(
    { NODE_ENV: '', GOOGLE_ISSUER, GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET },
    { resolveTxt: async (name) => proofs.get(name) ?? [], clock: () => new Date(Date.now() + offset) },
  );
});
beforeEach(() => {
  offset = 0;
});
afterAll(async () => {
  expect(service.failures).toEqual([]);
  await Promise.all([service.close(), entra.close(), google.close()]);
});

/** Somebody who came by Google to a company without an enabled connection. */
async function byGoogle(): Promise<{ company: Company; browser: CookieBrowser; person: Person }> {
  const company = await aCompany(service, entra, { isEnabled: false });
  const { operator } = company.organization;
  proved += 1;
  const { recordName, recordValue, id, domain } = await service.domain.emailDomains.add(
    operator,
    `g-${proved}.example`,
  );
  proofs.set(recordName, [[recordValue]]);
  await service.domain.emailDomains.verify(operator, id);
  const person = await aPerson(google, company, { userName: `ada@${domain}` });
  const browser = aBrowser(service);
  await goByGoogle(browser, person);
  expect((await viewerOf(service, browser))?.organization?.id).toBe(company.organization.id);
  return { company, browser, person };
}

/** By Google, which asks everybody who comes. */
function goByGoogle(browser: CookieBrowser, { sub }: Pick<Person, 'sub'>, path = '/sign-in/google'): Promise<Shown> {
  return comeBack(browser, google, sub, browser.step('GET', path));
}

/** Goes where a step leads to the provider, is this person there, and comes back. */
async function comeBack(
  browser: CookieBrowser,
  provider: TestOidcProvider,
  sub: string,
  sent: Promise<Response>,
): Promise<Shown> {
  provider.signInAs(sub);
  return browser.open(await provider.walk((await sent).headers.get('location') ?? ''));
}

interface Authenticated {
  freshUntil: string | null;
  authenticatedAt: string;
  expiresAt: string;
}

async function sessionOf(browser: CookieBrowser): Promise<Authenticated | undefined> {
  const response = await fetch(`${service.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', cookie: browser.cookieHeader },
    body: JSON.stringify({ query: '{ viewer { session { freshUntil authenticatedAt expiresAt } } }' }),
  });
  const { data } = (await response.json()) as { data?: { viewer: { session: Authenticated } } | null };
  return data?.viewer.session;
}

const organizationOf = async (browser: CookieBrowser) => (await viewerOf(service, browser))?.organization?.id;

/** Makes the account of the browser a user of another company too, which takes Google. */
async function joined(browser: CookieBrowser): Promise<Company> {
  const company = await aCompany(service, entra, { isEnabled: false });
  const { operator, id } = company.organization;
  const { id: userId } = await service.domain.users.create(operator, { userName: `ada-${proved}@second.example` });
  const session = await service.domain.sessions.find(browser.cookie('rollcall_session'));
  const values = [session?.accountId, id, userId];
  await run(
    'insert into account_memberships (account_id, organization_id, user_id, created_at) values ($1, $2, $3, now())',
    values,
  );
  return company;
}

const switchTo = (browser: CookieBrowser, { organization }: Company) =>
  browser.step('POST', '/session/switch', `organizationId=${organization.id}`);

describe('/sign-in/again of somebody who came by Google', () => {
  it('renews the organization in which this session acts, though the account was last in another one', async () => {
    const { company, browser, person } = await byGoogle();
    const other = await joined(browser);
    const phone = aBrowser(service);
    await goByGoogle(phone, person);
    offset += 2 * MINUTE;
    await switchTo(phone, other);
    expect(await organizationOf(phone)).toBe(other.organization.id);
    await goByGoogle(browser, person, '/sign-in/again');
    expect(await organizationOf(browser)).toBe(company.organization.id);
    expect((await sessionOf(browser))?.freshUntil).not.toBeNull();
    expect((await sessionOf(phone))?.freshUntil).toBeNull();
  });

  it('is refused where that takes Google no more and the sign-in there is over, and leads to no other one', async () => {
    const { company, browser, person } = await byGoogle();
    const other = await joined(browser);
    google.signInAs(person.sub);
    const asked = (await browser.step('GET', '/sign-in/again?returnTo=/?here')).headers.get('location') ?? '';
    const { operator, slug } = company.organization;
    await service.domain.connections.enable(operator, company.connectionId);
    await outlive(company);
    const cookies = browser.cookieHeader;
    const refused = await browser.open(await google.walk(asked));
    expect([refused.status, refused.words]).toEqual([403, expect.stringContaining('signs in with SSO')]);
    expect(refused.text).toContain(`href="/sso/${slug}?choose=&amp;returnTo=%2F%3Fhere"`);
    expect(browser.cookieHeader).toBe(cookies);
    expect(await organizationOf(browser)).toBeUndefined();
    expect(other.organization.id).not.toBe(company.organization.id);
    const [event] = (await service.domain.signInEvents.list(operator, {})).items;
    expect(event).toMatchObject({ outcome: 'refused', method: 'google', reason: 'methodNotAccepted' });
    // What the organization asks for by now is where that leads at once.
    const again = await browser.step('GET', '/sign-in/again');
    expect(again.headers.get('location')).toBe(`${service.url}/sso/${slug}?choose=`);
  });

  it('is fresh although a connection was enabled since, under another cookie, and lasts no longer for it', async () => {
    const { company, browser, person } = await byGoogle();
    const { operator } = company.organization;
    await service.domain.connections.enable(operator, company.connectionId);
    await age();
    const before = await sessionOf(browser);
    const thief = browser.copy();
    const { url } = await goByGoogle(browser, person, '/sign-in/again?returnTo=/?here');
    expect(url.pathname).toBe('/');
    const after = await sessionOf(browser);
    expect(after).toEqual({ ...before, freshUntil: expect.any(String) });
    expect(before?.freshUntil).toBeNull();
    expect(await organizationOf(browser)).toBe(company.organization.id);
    expect(await viewerOf(service, thief)).toBeUndefined();
    const [event] = (await service.domain.signInEvents.list(operator, {})).items;
    expect(event).toMatchObject({ outcome: 'signedIn', method: 'google', detail: { isRenewal: true } });
    const elsewhere = aBrowser(service);
    await goByGoogle(elsewhere, person);
    expect(await organizationOf(elsewhere)).toBeUndefined();
  });

  it('is not brought back by an answer that an admin came before', async () => {
    const { company, browser, person } = await byGoogle();
    const { operator } = company.organization;
    const userId = (await viewerOf(service, browser))?.user?.id ?? '';
    google.signInAs(person.sub);
    const asked = (await browser.step('GET', '/sign-in/again')).headers.get('location') ?? '';
    await service.domain.userSessions.endAllOf(operator, userId);
    expect((await browser.open(await google.walk(asked))).words).toContain('This sign-in is over');
    expect(await organizationOf(browser)).toBeUndefined();
  });

  it('signs another account in as usual, where that is what came back', async () => {
    const { browser } = await byGoogle();
    const bob = await byGoogle();
    await goByGoogle(browser, bob.person, '/sign-in/again');
    expect(await organizationOf(browser)).toBe(bob.company.organization.id);
  });
});

/** As the superuser, past the rules. */
async function run(text: string, values: unknown[]): Promise<void> {
  const client = new pg.Client(service.connection);
  await client.connect();
  await client.query(text, values).finally(() => client.end());
}

/** All that was proved is 20 minutes older. */
async function age(): Promise<void> {
  const earlier = (column: string) => `${column} = ${column} - interval '20 minutes'`;
  await run(`update sessions set ${earlier('login_proved_at')}`, []);
  await run(`update session_authentications set ${earlier('authenticated_at')}, ${earlier('proved_at')}`, []);
}

/** What was proved to the company is over, as after a long time; the sessions still say which account is signed in. */
async function outlive({ organization }: Company): Promise<void> {
  const text = `update session_authentications set authenticated_at = authenticated_at - interval '30 days' where organization_id = $1`;
  await run(text, [organization.id]);
}

const fieldsOf = ({ text }: Shown) =>
  Object.fromEntries(
    [...text.matchAll(/ name="([^"]+)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]),
  );
const againOf = ({ text }: Shown) =>
  /href="([^"]*\/sign-in\/again\?[^"]*)"/.exec(text)?.[1]?.replaceAll('&amp;', '&') ?? '';

describe('“Is that you as well?”', () => {
  /** Somebody who is signed in at one company, and comes to another one in the same browser. */
  async function asked(browser: CookieBrowser) {
    const company = await aCompany(service, entra);
    const { sub } = await aPerson(entra, company);
    const page = await comeBack(browser, entra, sub, browser.step('POST', `/sso/${company.organization.slug}`, ''));
    expect(page.words).toContain('Is that you as well?');
    return { company, page };
  }

  it('adds nothing to an account by its cookie alone: the account is to be proved once more', async () => {
    const { company: home, browser, person } = await byGoogle();
    await age();
    const { company, page } = await asked(browser);
    expect(page.words).toContain(`Yes: sign in as ${person.email} once more`);
    expect(page.text).not.toContain('sameAccount');
    const forced = await browser.submit('/sign-in/finish', { ...fieldsOf(page), choice: 'sameAccount' });
    expect(forced.words).toContain('Is that you as well?');
    const fresh = await goByGoogle(browser, person, againOf(page));
    expect(fresh.words).toContain(`Yes, add it to ${person.email}`);
    const added = await browser.submit('/sign-in/finish', { ...fieldsOf(fresh), choice: 'sameAccount' });
    expect(added.url.pathname).toBe('/');
    const { organizations } = (await viewerOf(service, browser)) ?? {};
    const slugs = organizations?.map(({ slug }) => slug);
    expect(new Set(slugs)).toEqual(new Set([home.organization.slug, company.organization.slug]));
  });

  it('takes a fresh sign-in by a connection, also where the sign-in to its organization is over meanwhile', async () => {
    const home = await aCompany(service, entra);
    const ada = await aPerson(entra, home);
    for (const isOver of [false, true]) {
      const browser = aBrowser(service);
      await comeBack(browser, entra, ada.sub, browser.step('POST', `/sso/${home.organization.slug}`, ''));
      if (isOver) await outlive(home);
      const { page } = await asked(browser);
      const fields = isOver ? fieldsOf(await browser.open(againOf(page))) : {};
      const sent = isOver
        ? browser.step('POST', `/sso/${home.organization.slug}`, new URLSearchParams(fields).toString())
        : browser.step('GET', againOf(page));
      const fresh = await comeBack(browser, entra, ada.sub, sent);
      expect(fresh.words).toContain(`Yes, add it to ${ada.email}`);
    }
  });

  it('asks the account itself, where the organization in which the session acted takes its login no more', async () => {
    const { company: home, browser, person } = await byGoogle();
    await service.domain.connections.enable(home.organization.operator, home.connectionId);
    await outlive(home);
    await age();
    const { page } = await asked(browser);
    const fresh = await goByGoogle(browser, person, againOf(page));
    expect(fresh.words).toContain(`Yes, add it to ${person.email}`);
  });

  it('adds to no other account than the page has named', async () => {
    const { browser } = await byGoogle();
    const eve = await byGoogle();
    const { company, page } = await asked(browser);
    expect(page.text).toContain('sameAccount');
    const own = browser.cookie('rollcall_session') ?? '';
    for (const choice of ['sameAccount', 'separate']) {
      browser.setCookie('rollcall_session', eve.browser.cookie('rollcall_session') ?? '');
      const again = await browser.submit('/sign-in/finish', { ...fieldsOf(page), choice });
      expect(again.words).toContain(`This browser is signed in as ${eve.person.email}`);
    }
    expect((await service.domain.bindings.list(company.organization.operator, {})).items).toEqual([]);
    browser.setCookie('rollcall_session', own);
    await browser.submit('/sign-in/finish', { ...fieldsOf(page), choice: 'sameAccount' });
    expect(await organizationOf(browser)).toBe(company.organization.id);
  });
});
