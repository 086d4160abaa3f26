// What happened to others at sign-in: each is tried here, over HTTP and with a real identity provider, and fails. The numbers are
// those of the cases; the attacks on the protocols themselves are in oidc/ and saml/.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultDialect } from '../clients/entra-requests.ts';
import type { CookieBrowser } from '../harness/cookie-browser.ts';
import { startOidcProvider, type TestOidcProvider } from '../harness/oidc-provider.ts';
import { startTestService, type TestService } from '../harness/service.ts';
import { aBrowser, aCompany, aPerson, type Company, logIn, viewerOf } from './sign-in-stage.ts';

let service: TestService;
let entra: TestOidcProvider;
const proofs = new Map<string, string[][]>();

beforeAll(async () => {
  entra = await startOidcProvider();
  service = await startTestService({ NODE_ENV: '' }, { resolveTxt: async (name) => proofs.get(name) ?? [] });
});
afterAll(async () => {
  expect(service.failures).toEqual([]);
  await service.close();
  await entra.close();
});

async function proveDomain({ organization: { operator } }: Company, domain: string) {
  const added = await service.domain.emailDomains.add(operator, domain);
  proofs.set(added.recordName, [[added.recordValue]]);
  await service.domain.emailDomains.verify(operator, added.id);
}

async function ask(browser: { cookieHeader: string }, query: string, variables = {}, headers = {}) {
  const response = await fetch(`${service.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', cookie: browser.cookieHeader, ...headers },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()) as {
    data?: Record<string, unknown> | null;
    errors?: { extensions: { code: string } }[];
  };
}

/** Begins in the browser and walks to the identity provider: the address with its answer, which is not opened yet. */
async function answerFor(browser: CookieBrowser, { organization }: Company): Promise<URL> {
  const started = await browser.step('POST', `/sso/${organization.slug}`, '');
  return entra.walk(started.headers.get('location') ?? '');
}

/** Of the last sign-in of the organization: why it was refused. */
async function lastReason({ organization: { operator } }: Company): Promise<string | null | undefined> {
  const { items } = await service.domain.signInEvents.list(operator, {
    first: 1,
    orderBy: { field: 'createdAt', direction: 'desc' },
  } as never);
  return items[0]?.reason;
}

describe('security 12, 13 and 19: an e-mail address claims nobody', () => {
  it('of an organization that has not proved its domain', async () => {
    const victim = await aCompany(service, entra);
    await aPerson(entra, victim, { userName: 'ceo@victim.example', externalId: 'of the victim' });
    const attacker = await aCompany(service, entra);
    entra.person('mallory', { email: 'ceo@victim.example', email_verified: true });
    for (const company of [victim, attacker]) {
      const shown = await logIn(aBrowser(service), entra, company.organization.slug, 'mallory');
      expect(shown.status).toBe(403);
      expect(await lastReason(company)).toBe('notProvisioned');
    }
  });

  it('of another organization, however proved: the same address twice is two people', async () => {
    const [first, second] = [await aCompany(service, entra), await aCompany(service, entra)];
    await proveDomain(first, 'first.example');
    await aPerson(entra, first, { sub: 'of-first', userName: 'ada@first.example' });
    // Another company's directory says that it has her too.
    await aPerson(entra, second, { sub: 'of-second', userName: 'ada@first.example' });
    const browser = aBrowser(service);
    const shown = await logIn(browser, entra, second.organization.slug, 'of-second');
    expect(shown.url.pathname).toBe('/');
    const viewer = await viewerOf(service, browser);
    expect(viewer?.organizations.map(({ slug }) => slug)).toEqual([second.organization.slug]);
  });

  it('when SCIM rewrites it: the account keeps the address that was proved', async () => {
    const company = await aCompany(service, entra);
    const person = await aPerson(entra, company, { userName: 'eve@acme.example' });
    const browser = aBrowser(service);
    await logIn(browser, entra, company.organization.slug, person.sub);
    const before = await viewerOf(service, browser);
    await company.scim.patch(`/Users/${person.directoryUserId}`, [
      { op: 'Replace', path: 'emails[type eq "work"].value', value: 'ceo@victim.example' },
    ]);
    expect((await viewerOf(service, browser))?.account).toEqual(before?.account);
  });
});

describe('security 21: no step of a sign-in is left out', () => {
  it('a response counts for nothing in a browser that did not begin (login CSRF)', async () => {
    const company = await aCompany(service, entra);
    const attacker = await aPerson(entra, company);
    const [attackers, victims] = [aBrowser(service), aBrowser(service)];
    entra.signInAs(attacker.sub);
    const callback = await answerFor(attackers, company);
    const shown = await victims.open(callback);
    expect(shown.status).toBe(400);
    expect(await viewerOf(service, victims)).toBeUndefined();
    // Nor is it good in its own browser any more, if the victim's used it up; and never twice.
    await attackers.open(callback);
    expect((await attackers.open(callback)).status).toBe(400);
  });

  it('the last step before the one in between', async () => {
    const company = await aCompany(service, entra);
    const browser = aBrowser(service);
    const started = await browser.step('POST', `/sso/${company.organization.slug}`, '');
    const state = new URL(started.headers.get('location') ?? '').searchParams.get('state') ?? '';
    const shown = await browser.open(`/sign-in/finish?state=${state}`);
    expect(shown.status).toBe(400);
    expect(await viewerOf(service, browser)).toBeUndefined();
  });

  it('a code of one connection at the address of another (mix-up)', async () => {
    const [one, other] = [await aCompany(service, entra), await aCompany(service, entra)];
    const person = await aPerson(entra, one);
    entra.signInAs(person.sub);
    const browser = aBrowser(service);
    const callback = await answerFor(browser, one);
    callback.pathname = callback.pathname.replace(one.connectionId, other.connectionId);
    expect((await browser.open(callback)).status).toBeGreaterThanOrEqual(400);
    expect(await viewerOf(service, browser)).toBeUndefined();
  });

  it('a code a second time', async () => {
    const company = await aCompany(service, entra);
    const person = await aPerson(entra, company);
    entra.signInAs(person.sub);
    const browser = aBrowser(service);
    const callback = await answerFor(browser, company);
    expect((await browser.open(callback)).url.pathname).toBe('/');
    const thief = browser.copy();
    expect((await thief.open(callback)).status).toBe(400);
  });

  it('a code twice at the same time signs in once, and neither stands in the way of the other', async () => {
    const company = await aCompany(service, entra);
    const person = await aPerson(entra, company);
    entra.signInAs(person.sub);
    const browser = aBrowser(service);
    const callback = await answerFor(browser, company);
    const answers = await Promise.all([1, 2, 3].map(() => browser.copy().step('GET', callback)));
    const onwards = answers.flatMap(({ headers }) => headers.get('location') ?? []);
    expect(onwards.length).toBeGreaterThan(0);
    const finished = await Promise.all(onwards.map((address) => browser.copy().open(address)));
    expect(finished.filter(({ url }) => url.pathname === '/')).toHaveLength(1);
  });

  it('an attempt that began before the connection was changed or disabled', async () => {
    const company = await aCompany(service, entra);
    const person = await aPerson(entra, company);
    entra.signInAs(person.sub);
    const browser = aBrowser(service);
    const callback = await answerFor(browser, company);
    await service.domain.connections.disable(company.organization.operator, company.connectionId);
    const shown = await browser.open(callback);
    expect(shown.status).toBeGreaterThanOrEqual(400);
    expect(await viewerOf(service, browser)).toBeUndefined();
  });

  it('no page leads elsewhere than the product says (open redirect)', async () => {
    const company = await aCompany(service, entra);
    const person = await aPerson(entra, company);
    const { slug } = company.organization;
    const elsewhere = [
      'https://evil.example/',
      '//evil.example/',
      '/\\evil.example',
      'javascript:alert(1)',
      'https:evil.example',
      '/%09/evil.example',
      ' //evil.example',
      'http://127.0.0.1.evil.example/',
    ];
    for (const returnTo of elsewhere) {
      const browser = aBrowser(service);
      entra.signInAs(person.sub);
      const query = `returnTo=${encodeURIComponent(returnTo)}`;
      for (const path of [`/sign-in?${query}`, `/sso?${query}`, `/sso/${slug}?${query}`]) {
        const page = await browser.open(path);
        expect(page.url.origin, path).toBe(service.url);
      }
      const landed = await browser.submit(`/sso/${slug}?${query}`, { returnTo });
      expect(landed.url.origin, returnTo).toBe(service.url);
    }
  });
});

describe('security 31: what one organization asked for opens no other', () => {
  it('a session of one does not act in the other, and cannot be switched to it', async () => {
    const [one, other] = [await aCompany(service, entra), await aCompany(service, entra)];
    const person = await aPerson(entra, one, { sub: 'in-both' });
    await aPerson(entra, other, { sub: 'in-both', userName: 'in-both@other.example' });
    const browser = aBrowser(service);
    await logIn(browser, entra, other.organization.slug, 'in-both');
    await logIn(browser, entra, one.organization.slug, person.sub);
    const fresh = aBrowser(service);
    await logIn(fresh, entra, one.organization.slug, person.sub);
    const query = `mutation S($id: ID!) { switchOrganization(input: { organizationId: $id }) { errors { code } } }`;
    const { data } = await ask(fresh, query, { id: other.organization.id });
    const { errors = [] } = (data?.switchOrganization ?? {}) as { errors?: { code: string }[] };
    const [error] = errors;
    expect(['SIGN_IN_REQUIRED', 'NOT_FOUND']).toContain(error?.code);
    expect(await viewerOf(service, fresh)).toMatchObject({ organization: { id: one.organization.id } });
  });

  it('a deactivation in one ends that part alone', async () => {
    const [one, other] = [await aCompany(service, entra), await aCompany(service, entra)];
    const person = await aPerson(entra, one, { sub: 'leaver' });
    await aPerson(entra, other, { sub: 'leaver', userName: 'leaver@other.example' });
    const [atOne, atOther] = [aBrowser(service), aBrowser(service)];
    await logIn(atOne, entra, one.organization.slug, 'leaver');
    await logIn(atOther, entra, other.organization.slug, 'leaver');
    await one.scim.patch(`/Users/${person.directoryUserId}`, [defaultDialect.disable]);
    expect((await viewerOf(service, atOne))?.organization).toBeNull();
    expect((await viewerOf(service, atOther))?.organization).toMatchObject({ id: other.organization.id });
  });
});

describe('security 32: a leaked SCIM token', () => {
  it("that writes the attacker's id into a victim's record waits for an admin, who sees both", async () => {
    const company = await aCompany(service, entra);
    const victim = await aPerson(entra, company, { sub: 'victim' });
    const victims = aBrowser(service);
    await logIn(victims, entra, company.organization.slug, victim.sub);
    const { id: victimId } = (await viewerOf(service, victims))?.user ?? { id: '' };
    entra.person('attacker', { email: 'attacker@evil.example' });
    await company.scim.patch(`/Users/${victim.directoryUserId}`, [
      { op: 'Replace', path: 'externalId', value: 'attacker' },
    ]);
    const attackers = aBrowser(service);
    const shown = await logIn(attackers, entra, company.organization.slug, 'attacker');
    expect(shown.status).toBe(403);
    expect(await viewerOf(service, attackers)).toBeUndefined();
    const { items } = await service.domain.bindingRequests.list(company.organization.operator, {});
    expect(items).toMatchObject([{ subject: 'attacker', reason: 'alreadyBound', candidateUserIds: [victimId] }]);
  });

  it('or into that of an owner who never signed in waits as well', async () => {
    const company = await aCompany(service, entra);
    const owner = await aPerson(entra, company, { sub: 'owner', externalId: 'the owner' });
    const { operator } = company.organization;
    const { items: users } = await service.domain.users.list(operator, {}, { search: owner.userName });
    const { items: sets } = await service.domain.permissionSets.list(operator, {});
    const set = sets.find(({ builtIn }) => builtIn === 'owner');
    await service.domain.grants.grant(operator, { permissionSetId: set?.id ?? '', userId: users[0]?.id ?? '' });
    entra.person('taker', {});
    await company.scim.patch(`/Users/${owner.directoryUserId}`, [
      { op: 'Replace', path: 'externalId', value: 'taker' },
    ]);
    const browser = aBrowser(service);
    expect((await logIn(browser, entra, company.organization.slug, 'taker')).status).toBe(403);
    expect(await lastReason(company)).toBe('approvalRequired');
  });

  it('two records of one id are nobody', async () => {
    const company = await aCompany(service, entra);
    await aPerson(entra, company, { sub: 'twice' });
    await aPerson(entra, company, { sub: 'other', externalId: 'twice' });
    const shown = await logIn(aBrowser(service), entra, company.organization.slug, 'twice');
    expect(shown.status).toBe(403);
    expect(await lastReason(company)).toBe('approvalRequired');
  });
});

describe('security 33: a new person under a reused userName', () => {
  it("inherits no sign-in, and the leaver's opens nothing of theirs", async () => {
    const company = await aCompany(service, entra);
    const leaver = await aPerson(entra, company, { sub: 'old-person', userName: 'chair@acme.example' });
    const leavers = aBrowser(service);
    await logIn(leavers, entra, company.organization.slug, leaver.sub);
    const path = `/Users/${leaver.directoryUserId}`;
    await company.scim.patch(path, [defaultDialect.disable]);
    entra.person('new-person', {});
    await company.scim.patch(path, [
      { op: 'Replace', path: 'externalId', value: 'new-person' },
      { op: 'Replace', path: 'active', value: 'True' },
    ]);
    const again = await logIn(leavers, entra, company.organization.slug, leaver.sub);
    expect(again.status).toBe(403);
    const newcomers = aBrowser(service);
    expect((await logIn(newcomers, entra, company.organization.slug, 'new-person')).url.pathname).toBe('/');
    expect((await viewerOf(service, leavers))?.organization ?? null).toBeNull();
  });
});

describe('security 6 and 38: what opens an organization to others', () => {
  it('needs the permission and a sign-in of the last minutes; a member has neither', async () => {
    const company = await aCompany(service, entra);
    const person = await aPerson(entra, company);
    const browser = aBrowser(service);
    await logIn(browser, entra, company.organization.slug, person.sub);
    const mutations = [
      `mutation { createScimToken(input: { directoryId: "${company.directory.id}" }) { errors { code } } }`,
      `mutation { createApiKey(input: { name: "mine", permissionSetId: "${randomUUID()}" }) { errors { code } } }`,
      `mutation { disableSsoConnection(input: { id: "${company.connectionId}" }) { errors { code } } }`,
      'mutation { addEmailDomain(input: { domain: "mine.example" }) { errors { code } } }',
    ];
    for (const mutation of mutations) {
      const { errors } = await ask(browser, mutation);
      expect(errors?.[0]?.extensions.code, mutation).toBe('FORBIDDEN');
    }
    const { errors } = await ask(browser, '{ users(first: 5) { nodes { userName } } }');
    expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  });

  it('is not done by a page of another site with the cookie', async () => {
    const company = await aCompany(service, entra);
    const person = await aPerson(entra, company);
    const browser = aBrowser(service);
    await logIn(browser, entra, company.organization.slug, person.sub);
    const { errors } = await ask(browser, '{ viewer { user { id } } }', {}, { origin: 'https://evil.example' });
    expect(errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });
});
