// A client secret whose key is lost, as after `keys rotate --old-key-lost`: it stops its own connection and nothing beside it.
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startOidcProvider, type TestOidcProvider } from '../harness/oidc-provider.ts';
import { type SamlIdentityProvider, startSamlIdentityProvider } from '../harness/saml-identity-provider.ts';
import { startTestService, type TestService } from '../harness/service.ts';
import { aBrowser, aCompany, aPerson, type Company, logIn, viewerOf } from './sign-in-stage.ts';

let service: TestService;
let oidc: TestOidcProvider;
let saml: SamlIdentityProvider;

beforeAll(async () => {
  [oidc, saml] = await Promise.all([startOidcProvider(), startSamlIdentityProvider()]);
  service = await startTestService({ NODE_ENV: '' });
});
afterAll(async () => {
  await service.close();
  await Promise.all([oidc.close(), saml.close()]);
});

/** As if it had been sealed under a data key that is gone. */
async function loseSecret({ connectionId }: Company): Promise<void> {
  const rows = new pg.Client(service.connection);
  await rows.connect();
  await rows.query('update connections set client_secret = $2 where id = $1', [
    connectionId,
    `v1.${randomUUID()}.${'A'.repeat(64)}`,
  ]);
  await rows.end();
}

it('refuses who begins there, tells the log of the organization and the operator why', async () => {
  const company = await aCompany(service, oidc);
  const { operator, slug } = company.organization;
  await loseSecret(company);
  const browser = aBrowser(service);
  expect((await browser.open(`/sso/${slug}`)).status).toBe(200);
  const shown = await browser.submit(`/sso/${slug}`);
  expect([shown.status, shown.words]).toEqual([403, expect.stringContaining('client secret')]);
  const { items } = await service.domain.signInEvents.list(operator, { first: 1 });
  expect(items[0]).toMatchObject({ reason: 'connectionDisabled', detail: { secretLost: true } });
  expect(service.failures.at(-1)).toMatchObject({ event: 'a client secret cannot be opened' });
  expect(service.failures.at(-1)).toMatchObject({ connectionId: company.connectionId });
});

it('refuses who comes back from there, and leads to the admins by every other page', async () => {
  const company = await aCompany(service, oidc);
  const { slug } = company.organization;
  const person = await aPerson(oidc, company);
  const browser = aBrowser(service);
  expect((await logIn(browser, oidc, slug, person.sub)).url.pathname).toBe('/');
  oidc.signInAs(person.sub);
  const away = await aBrowser(service).step('POST', `/sso/${slug}`, '');
  const answered = `/connections/${company.connectionId}/oidc/callback?code=1&state=${new URL(away.headers.get('location') ?? '').searchParams.get('state')}`;
  await loseSecret(company);
  const shown = await aBrowser(service).open(answered);
  expect([shown.status, shown.words]).toEqual([403, expect.stringContaining('client secret')]);
  expect((await browser.open('/')).status).toBe(200);
  expect((await viewerOf(service, browser))?.user?.userName).toBe(person.userName);
});

it('leaves the other connections of the organization as they are', async () => {
  const company = await aCompany(service, oidc);
  const { operator, slug } = company.organization;
  await loseSecret(company);
  const metadata = saml.metadata();
  const { id } = await service.domain.connections.create(operator, { protocol: 'saml', metadata });
  await service.domain.connections.enable(operator, id);
  const browser = aBrowser(service);
  expect((await browser.open(`/sso/${slug}`)).status).toBe(200);
  const away = await browser.step('POST', `/sso/${slug}`, `connection=${id}`);
  expect(away.headers.get('location')).toContain(`${saml.url}/sso?`);
});

it('is a failed check of the connection, until an admin gives a new one', async () => {
  const company = await aCompany(service, oidc);
  const { operator, slug } = company.organization;
  const person = await aPerson(oidc, company);
  await loseSecret(company);
  const { checks } = await service.domain.connectionTests.start(operator, company.connectionId);
  expect(checks).toEqual([
    { name: 'clientSecret', isOk: false, message: expect.stringMatching(/^The data key .* give it anew\.$/) },
  ]);
  await service.domain.connections.update(operator, company.connectionId, { clientSecret: oidc.clientSecret });
  expect((await logIn(aBrowser(service), oidc, slug, person.sub)).url.pathname).toBe('/');
});
