// What customers of two products have today, as far as it is about signing in. The numbers are those of the rows.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultDialect } from '../clients/entra-requests.ts';
import { startOidcProvider, type TestOidcProvider } from '../harness/oidc-provider.ts';
import { startTestService, type TestService } from '../harness/service.ts';
import { aBrowser, aCompany, aPerson, logIn, viewerOf } from './sign-in-stage.ts';

let service: TestService;
let entra: TestOidcProvider;
let google: TestOidcProvider;
const proofs = new Map<string, string[][]>();

beforeAll(async () => {
  [entra, google] = await Promise.all([startOidcProvider(), startOidcProvider({ clientId: 'google' })]);
  const settings = {
    NODE_ENV: '',
    GOOGLE_CLIENT_ID: google.clientId,
    GOOGLE_CLIENT_SECRET: google.clientSecret,
    GOOGLE_ISSUER: google.issuer,
  };
  service = await startTestService(settings, { resolveTxt: async (name) => proofs.get(name) ?? [] });
});
afterAll(async () => {
  expect(service.failures).toEqual([]);
  await service.close();
  await Promise.all([entra.close(), google.close()]);
});

/** Proves a domain as the company's IT department would. */
async function proveDomain(operator: Parameters<typeof service.domain.emailDomains.add>[0], domain: string) {
  const added = await service.domain.emailDomains.add(operator, domain);
  proofs.set(added.recordName, [[added.recordValue]]);
  await service.domain.emailDomains.verify(operator, added.id);
}

describe('parity S1: SSO is set up before SCIM', () => {
  it('a directory is refused, saying what is missing, until a connection is enabled', async () => {
    const { issuer, clientId, clientSecret } = entra;
    const organization = await service.organization({ slug: 's-one', scimWithoutSso: false });
    const { operator } = organization;
    const connect = () => service.domain.directories.create(operator, { name: 'Entra' });
    await expect(connect()).rejects.toMatchObject({ code: 'ssoRequired' });
    const input = { protocol: 'oidc' as const, issuer, clientId, clientSecret };
    const connection = await service.domain.connections.create(operator, input);
    await expect(connect()).rejects.toMatchObject({ code: 'ssoRequired', message: expect.stringMatching(/enable/i) });
    await service.domain.connections.enable(operator, connection.id);
    await expect(connect()).resolves.toMatchObject({ name: 'Entra' });
  });
});

describe('parity S2: SSO and SCIM belong to the enterprise plan', () => {
  it('a connection is refused on another plan, by a code of its own', async () => {
    const { operator } = await service.organization({ slug: 's-two', plan: 'free' });
    const { issuer, clientId, clientSecret } = entra;
    const input = { protocol: 'oidc' as const, issuer, clientId, clientSecret };
    await expect(service.domain.connections.create(operator, input)).rejects.toMatchObject({ code: 'planLacksSso' });
  });
});

describe('parity S13: without an invitation, by the company slug', () => {
  it('Continue with SSO, slug, Verify Organization, the name, Log in, the identity provider, in', async () => {
    const company = await aCompany(service, entra, { slug: 'acme-s', name: 'Acme Screens' });
    const person = await aPerson(entra, company);
    const browser = aBrowser(service);
    const start = await browser.open('/sign-in');
    expect(start.words).toContain('Continue with SSO');
    const slugPage = await browser.open('/sso');
    expect(slugPage.words).toContain('Verify Organization');
    const verified = await browser.submit('/sso', { slug: 'acme-s' });
    expect(verified.url.pathname).toBe('/sso/acme-s');
    expect(verified.words).toContain('Acme Screens');
    expect(verified.words).toContain('Log in');
    const landed = await logIn(browser, entra, 'acme-s', person.sub);
    expect(landed.status).toBe(200);
    expect(landed.url.pathname).toBe('/');
    expect(await viewerOf(service, browser)).toMatchObject({
      user: { userName: person.userName },
      organization: { name: 'Acme Screens' },
    });
  });

  it('an old slug goes on leading there, and a browser that was there before goes straight on', async () => {
    const company = await aCompany(service, entra);
    const { slug, operator } = company.organization;
    const person = await aPerson(entra, company);
    await service.domain.organizationSlugs.change(operator, `${slug}-renamed`);
    const browser = aBrowser(service);
    expect((await logIn(browser, entra, slug, person.sub)).url.pathname).toBe('/');
    const again = await browser.step('GET', `/sso/${slug}`);
    expect(again.status).toBe(303);
    expect(again.headers.get('location')).toMatch(new RegExp(`^${entra.issuer}/`));
  });
});

describe('parity S14: the first sign-in without permissions', () => {
  it('shows nothing of the product, and whom to ask', async () => {
    const company = await aCompany(service, entra);
    await service.domain.organizations.update(company.organization.operator, { signInContact: 'it@acme.example' });
    const person = await aPerson(entra, company);
    const browser = aBrowser(service);
    const landed = await logIn(browser, entra, company.organization.slug, person.sub);
    expect(landed.words).toMatch(/no access yet/i);
    expect(landed.words).toContain('it@acme.example');
    expect(await viewerOf(service, browser)).toMatchObject({ permissions: [] });
  });
});

describe('parity S15: unassigning somebody', () => {
  it('ends their sessions in the moment; the login remains and opens an empty account', async () => {
    const company = await aCompany(service, entra);
    const person = await aPerson(entra, company);
    const browser = aBrowser(service);
    await logIn(browser, entra, company.organization.slug, person.sub);
    expect((await viewerOf(service, browser))?.organization).not.toBeNull();
    await company.scim.patch(`/Users/${person.directoryUserId}`, [defaultDialect.disable]);
    const viewer = await viewerOf(service, browser);
    expect(viewer?.organization).toBeNull();
    expect(viewer?.permissions ?? []).toEqual([]);
    const page = await browser.open('/');
    expect(page.status).toBe(200);
    expect(page.words).not.toContain(person.userName.replace(/@.*/, '@nowhere'));
    expect(page.words).toMatch(/empty|no organization|not (a member|part)/i);
    const refused = await logIn(aBrowser(service), entra, company.organization.slug, person.sub);
    expect(refused.status).toBe(403);
    expect(refused.words).toMatch(/deactivated/i);
  });

  it('and assigning them again lets them in, but no session of before', async () => {
    const company = await aCompany(service, entra);
    const person = await aPerson(entra, company);
    const [before, after] = [aBrowser(service), aBrowser(service)];
    await logIn(before, entra, company.organization.slug, person.sub);
    await company.scim.patch(`/Users/${person.directoryUserId}`, [defaultDialect.disable]);
    await company.scim.patch(`/Users/${person.directoryUserId}`, [{ op: 'Replace', path: 'active', value: 'True' }]);
    expect((await viewerOf(service, before))?.organization ?? null).toBeNull();
    await logIn(after, entra, company.organization.slug, person.sub);
    expect(await viewerOf(service, after)).toMatchObject({ user: { userName: person.userName } });
  });
});

describe('parity S18: an e-mail that signs in through Google already', () => {
  it('gets a page that says so, and is in after it proved the old way once', async () => {
    const company = await aCompany(service, entra);
    const { slug, operator } = company.organization;
    await proveDomain(operator, 'eighteen.example');
    const person = await aPerson(entra, company, { userName: 'ada@eighteen.example' });
    google.person('google-ada', { email: 'ada@eighteen.example', email_verified: true });
    google.signInAs('google-ada');
    const browser = aBrowser(service);
    expect((await browser.open('/sign-in/google')).url.pathname).toBe('/');
    const refused = await logIn(aBrowser(service), entra, slug, person.sub);
    expect(refused.status).toBe(403);
    expect(refused.words).toMatch(/Google/);
    const walking = aBrowser(service);
    const page = await logIn(walking, entra, slug, person.sub);
    const link = /(?:href|action)="([^"]*\/sign-in\/google\?[^"]*)"/.exec(page.text)?.[1]?.replaceAll('&amp;', '&');
    if (!link) throw new Error('The page has no way to prove the old login.');
    const linked = await walking.open(link);
    expect(linked.url.pathname).toBe('/');
    expect(await viewerOf(service, walking)).toMatchObject({ user: { userName: person.userName } });
    // From now on the company's connection is enough.
    const later = aBrowser(service);
    expect((await logIn(later, entra, slug, person.sub)).url.pathname).toBe('/');
  });

  it('is told nothing on a domain that the organization has not proved', async () => {
    const company = await aCompany(service, entra);
    const person = await aPerson(entra, company, { userName: 'bob@unproved.example' });
    google.person('google-bob', { email: 'bob@unproved.example', email_verified: true });
    google.signInAs('google-bob');
    await aBrowser(service).open('/sign-in/google');
    const shown = await logIn(aBrowser(service), entra, company.organization.slug, person.sub);
    expect(shown.words).not.toMatch(/signs in with Google|already/i);
  });
});

describe('parity S19: the right slug and somebody who was not provisioned', () => {
  it('gets a page that says why, whom to ask, and an id that the admin finds in the log', async () => {
    const company = await aCompany(service, entra);
    const { slug, operator } = company.organization;
    await service.domain.organizations.update(operator, { signInContact: 'Ask the help desk, extension 7' });
    entra.person('stranger', { email: 'stranger@elsewhere.example', email_verified: true });
    const browser = aBrowser(service);
    const refused = await logIn(browser, entra, slug, 'stranger');
    expect(refused.status).toBe(403);
    expect(refused.words).toContain('Ask the help desk, extension 7');
    expect(await viewerOf(service, browser)).toBeUndefined();
    const reference = /<code>(.*?)<\/code>/.exec(refused.text)?.[1]?.replace(/<[^>]+>/g, '');
    const { items } = await service.domain.signInEvents.list(operator, {}, { search: reference });
    expect(items).toMatchObject([
      { outcome: 'refused', reason: 'notProvisioned', email: 'stranger@elsewhere.example' },
    ]);
  });
});

describe('parity S20: one person in several organizations', () => {
  it('switches between them in one session, each by its own sign-in', async () => {
    const [one, other] = [await aCompany(service, entra), await aCompany(service, entra)];
    const atOne = await aPerson(entra, one, { sub: 'both' });
    await aPerson(entra, other, { sub: 'both', userName: 'both@other.example' });
    const browser = aBrowser(service);
    await logIn(browser, entra, one.organization.slug, 'both');
    const asked = await logIn(browser, entra, other.organization.slug, 'both');
    expect(asked.words).toContain('Yes: sign in as');
    const [, again = ''] = /href="([^"]*\/sign-in\/again[^"]*)"/.exec(asked.text) ?? [];
    const fresh = await browser.open(again.replaceAll('&amp;', '&'));
    const landed = await browser.submit('/sign-in/finish', { ...hiddenFields(fresh.text), choice: 'sameAccount' });
    expect(landed.url.pathname).toBe('/');
    const viewer = await viewerOf(service, browser);
    expect(viewer?.organizations.map(({ slug, isAuthenticated }) => [slug, isAuthenticated])).toEqual(
      expect.arrayContaining([
        [one.organization.slug, true],
        [other.organization.slug, true],
      ]),
    );
    const response = await fetch(`${service.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie: browser.cookieHeader },
      body: JSON.stringify({
        query: `mutation S($id: ID!) { switchOrganization(input: { organizationId: $id }) { errors { code } } }`,
        variables: { id: one.organization.id },
      }),
    });
    expect(await response.json()).toEqual({ data: { switchOrganization: { errors: [] } } });
    expect(await viewerOf(service, browser)).toMatchObject({ user: { userName: atOne.userName } });
  });
});

function hiddenFields(html: string): Record<string, string> {
  return Object.fromEntries(
    [...html.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [
      name,
      value.replaceAll('&amp;', '&'),
    ]),
  );
}
