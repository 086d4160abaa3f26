// Signing in by the company's slug, in a real browser, with real identity providers: every way that does not lead in.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultDialect } from '../clients/entra-requests.ts';
import { look } from '../harness/browser.ts';
import { aCompany, aPerson, type Company } from '../sso/sign-in-stage.ts';
import { expectHeading, logInAt, type Scene, startScene, walkBySlug } from './sign-in-scene.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await startScene();
});
afterAll(async () => {
  expect(scene.service.failures).toEqual([]);
  await scene.close();
});

/** The page names an id that the organization's log knows, for this reason, and signed nobody in. */
async function expectRefused(page: Page, company: Company, reason: string): Promise<void> {
  const shown = await page.locator('.reference code').first().textContent();
  const { items } = await scene.service.domain.signInEvents.list(
    company.organization.operator,
    { first: 1 },
    { search: shown },
  );
  expect(items).toMatchObject([{ outcome: 'refused', reason }]);
  const cookies = await page.context().cookies(scene.home);
  expect(cookies.map(({ name }) => name)).not.toContain('rollcall_session');
}

describe('who is not let in, and why', () => {
  it('not provisioned (S19)', async () => {
    const company = await aCompany(scene.service, scene.entra, { name: 'Acme Signage' });
    await scene.service.domain.organizations.update(company.organization.operator, {
      signInContact: 'it@acme.example',
    });
    scene.entra.person('stranger', { email: 'stranger@acme.example', email_verified: true });
    scene.entra.signInAs('stranger');
    const page = await scene.open();
    await walkBySlug(page, scene, company.organization.slug);
    await expectHeading(page, 'You are not a member of Acme Signage yet');
    await expectRefused(page, company, 'notProvisioned');
    await look(page, '20-not-provisioned');
    await page.getByRole('link', { name: 'Try again' }).click();
    await expectHeading(page, 'Acme Signage');
  });

  it('deactivated by the directory (S15)', async () => {
    const company = await aCompany(scene.service, scene.entra, { name: 'Acme Signage' });
    const person = await aPerson(scene.entra, company);
    await company.scim.patch(`/Users/${person.directoryUserId}`, [defaultDialect.disable]);
    scene.entra.signInAs(person.sub);
    const page = await scene.open();
    await walkBySlug(page, scene, company.organization.slug);
    await expectHeading(page, 'Your access was deactivated');
    await expectRefused(page, company, 'deactivated');
    await look(page, '21-deactivated');
  });

  it('an e-mail that signs in through Google already, until that was proved once (S18)', async () => {
    const company = await aCompany(scene.service, scene.entra, { name: 'Acme Signage' });
    await scene.proveDomain(company, 'eighteen.example');
    const person = await aPerson(scene.entra, company, { userName: 'ada@eighteen.example' });
    scene.google.person('google-ada', { email: 'ada@eighteen.example', email_verified: true });
    scene.google.signInAs('google-ada');
    const before = await scene.open();
    await before.goto(`${scene.home}/sign-in/google`);
    scene.entra.signInAs(person.sub);
    const page = await scene.open();
    await walkBySlug(page, scene, company.organization.slug);
    await expectHeading(page, 'You already sign in another way');
    await expectRefused(page, company, 'otherSignInMethod');
    await look(page, '22-other-sign-in-method');
    await page.getByRole('link', { name: 'Continue with Google' }).click();
    await expectHeading(page, 'No access yet');
    await page.getByText('Acme Signage').first().waitFor();
  });

  it('an address whose Google account is somebody else’s, until an admin gave them one of their own (S18)', async () => {
    const company = await aCompany(scene.service, scene.entra, { name: 'Acme Signage' });
    await scene.proveDomain(company, 'formerly.example');
    const person = await aPerson(scene.entra, company, { userName: 'ada@formerly.example' });
    scene.google.person('former-ada', { email: 'ada@formerly.example', email_verified: true });
    scene.google.person('somebody-else', { email: 'else@formerly.example', email_verified: true });
    scene.google.signInAs('former-ada');
    const stranger = await scene.open();
    await stranger.goto(`${scene.home}/sign-in/google`);
    await expectHeading(stranger, 'Your account is empty');
    scene.entra.signInAs(person.sub);
    const page = await scene.open();
    await walkBySlug(page, scene, company.organization.slug);
    await expectHeading(page, 'You already sign in another way');
    scene.google.signInAs('somebody-else');
    await page.getByRole('link', { name: 'Continue with Google' }).click();
    await page.getByText('by another account than the one').waitFor();
    await look(page, '28-other-account-proved');
    await page.getByRole('button', { name: 'This is not my account: ask an admin' }).click();
    await expectHeading(page, 'An admin has to confirm that this is you');
    await page.getByText('you said that it is not yours').waitFor();
    await expectRefused(page, company, 'approvalRequired');
    await look(page, '29-own-account-asked');
    await page.goBack();
    await expectHeading(page, 'This sign-in is over');
    const { operator, slug } = company.organization;
    const { bindingRequests } = scene.service.domain;
    const [request] = (await bindingRequests.list(operator, { first: 10 })).items;
    expect(request).toMatchObject({ reason: 'otherSignInMethod', state: 'pending', attempts: 1 });
    await bindingRequests.approve(operator, { id: request?.id ?? '' });
    await logInAt(page, scene, slug);
    await expectHeading(page, 'No access yet');
    await page.getByText('Acme Signage').first().waitFor();
    await stranger.reload();
    await expectHeading(stranger, 'Your account is empty');
  });

  it('a fresh sign-in for which nobody was asked; who was stays signed in', async () => {
    const company = await aCompany(scene.service, scene.entra, { name: 'Acme Signage' });
    const person = await aPerson(scene.entra, company);
    scene.entra.signInAs(person.sub);
    const page = await scene.open();
    await walkBySlug(page, scene, company.organization.slug);
    await expectHeading(page, 'No access yet');
    // Who sits there takes the question out of the address.
    const sent = await page.context().request.get(`${scene.home}/sign-in/again`, { maxRedirects: 0 });
    const address = new URL(sent.headers().location ?? '');
    for (const name of ['prompt', 'max_age']) address.searchParams.delete(name);
    await page.goto(address.href);
    await expectHeading(page, 'You were not asked to sign in again');
    await look(page, '34-not-proved-anew');
    await page.getByRole('link', { name: 'Try again' }).click();
    await expectHeading(page, 'No access yet');
  });

  it('an account of another tenant', async () => {
    const company = await aCompany(scene.service, scene.entra, { name: 'Acme Signage' });
    const description =
      'AADSTS50020: User account from identity provider does not exist in tenant and cannot access the application.';
    scene.entra.failSignInsWith({ error: 'access_denied', error_description: description });
    const page = await scene.open();
    await walkBySlug(page, scene, company.organization.slug);
    scene.entra.failSignInsWith(undefined);
    await expectHeading(page, 'That is the account of another company');
    await expectRefused(page, company, 'wrongTenant');
    await look(page, '23-wrong-tenant');
  });

  it('an error of the identity provider, with its code explained', async () => {
    const company = await aCompany(scene.service, scene.entra, { name: 'Acme Signage' });
    const description = 'AADSTS50105: Your administrator has configured the application to block users.';
    scene.entra.failSignInsWith({ error: 'access_denied', error_description: description });
    const page = await scene.open();
    await walkBySlug(page, scene, company.organization.slug);
    scene.entra.failSignInsWith(undefined);
    await expectHeading(page, 'Your identity provider did not let you in');
    await page.getByText('AADSTS50105').waitFor();
    await page.getByText('not assigned to this application').waitFor();
    await expectRefused(page, company, 'identityProviderError');
    await look(page, '24-identity-provider-error');
  });

  it('an error of a SAML identity provider', async () => {
    const { service, saml } = scene;
    const company = await aCompany(service, scene.entra, { name: 'Samlight', isEnabled: false });
    const { operator, slug } = company.organization;
    const { id } = await service.domain.connections.create(operator, { protocol: 'saml', metadata: saml.metadata() });
    await service.domain.connections.enable(operator, id);
    saml.refuseWith({ code: 'RequestDenied', message: 'Not today.' });
    const page = await scene.open();
    await walkBySlug(page, scene, slug);
    saml.refuseWith(null);
    await expectHeading(page, 'Your identity provider did not let you in');
    await expectRefused(page, company, 'identityProviderError');
    await look(page, '25-saml-error');
  });

  it('a connection that was switched off meanwhile', async () => {
    const company = await aCompany(scene.service, scene.entra, { name: 'Acme Signage' });
    const person = await aPerson(scene.entra, company);
    scene.entra.signInAs(undefined);
    const page = await scene.open();
    await walkBySlug(page, scene, company.organization.slug);
    await expectHeading(page, 'Identity provider');
    await scene.service.domain.connections.disable(company.organization.operator, company.connectionId);
    await page.getByLabel('Who are you?').selectOption(person.sub);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expectHeading(page, 'This sign-in is switched off');
    await expectRefused(page, company, 'connectionDisabled');
    await look(page, '26-connection-disabled');
  });

  it('an owner, until somebody confirmed the first sign-in', async () => {
    const company = await aCompany(scene.service, scene.entra, { name: 'Acme Signage' });
    const { operator } = company.organization;
    const owner = await aPerson(scene.entra, company, { userName: 'olga@acme.example' });
    const { items } = await scene.service.domain.users.list(operator, { first: 10 });
    const user = items.find(({ userName }) => userName === owner.userName);
    const sets = await scene.service.domain.permissionSets.list(operator, {});
    const set = sets.items.find(({ builtIn }) => builtIn === 'owner');
    if (!user || !set) throw new Error('The owner or the set of owners is not there.');
    await scene.service.domain.grants.grant(operator, { permissionSetId: set.id, userId: user.id });
    scene.entra.signInAs(owner.sub);
    const page = await scene.open();
    await walkBySlug(page, scene, company.organization.slug);
    await expectHeading(page, 'An admin has to confirm that this is you');
    await expectRefused(page, company, 'approvalRequired');
    await look(page, '27-approval-required');
  });
});

describe('an attempt is good once, for minutes, in its browser', () => {
  async function atTheIdentityProvider(page: Page): Promise<Company> {
    const company = await aCompany(scene.service, scene.entra, { name: 'Acme Signage' });
    await aPerson(scene.entra, company, { sub: 'patient', userName: 'patient@acme.example' });
    scene.entra.signInAs(undefined);
    await walkBySlug(page, scene, company.organization.slug);
    await expectHeading(page, 'Identity provider');
    await page.getByLabel('Who are you?').selectOption('patient');
    return company;
  }

  it('is over after a quarter of an hour', async () => {
    const page = await scene.open();
    const company = await atTheIdentityProvider(page);
    scene.wait(16 * 60_000);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expectHeading(page, 'This sign-in is over');
    scene.wait(-16 * 60_000);
    await look(page, '30-attempt-expired');
    await page.getByRole('link', { name: 'Try again' }).click();
    await expectHeading(page, 'Acme Signage');
    expect(company.connectionId).toBeDefined();
  });

  it('is over once it was used, also for the back button', async () => {
    const page = await scene.open();
    const answers: string[] = [];
    page.on('request', (request) => {
      if (/\/oidc\/callback|\/sign-in\/finish/.test(request.url())) answers.push(request.url());
    });
    await atTheIdentityProvider(page);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expectHeading(page, 'No access yet');
    expect(answers).toHaveLength(2);
    for (const address of [...answers]) {
      await page.goto(address);
      await expectHeading(page, 'This sign-in is over');
    }
    // Nothing of it ends the session that the first one opened.
    await page.goto(`${scene.home}/`);
    await expectHeading(page, 'No access yet');
  });

  it('is nothing in another browser (login CSRF)', async () => {
    const company = await aCompany(scene.service, scene.entra);
    const attacker = await aPerson(scene.entra, company);
    scene.entra.signInAs(attacker.sub);
    const { request } = (await scene.open()).context();
    const address = `${scene.home}/sso/${company.organization.slug}`;
    const begun = await request.post(address, { form: {}, headers: { origin: scene.home }, maxRedirects: 0 });
    const answer = await scene.entra.walk(begun.headers().location ?? '');
    const victim = await scene.open();
    await victim.goto(`${scene.home}/sign-in`);
    await victim.goto(answer.href);
    await expectHeading(victim, 'This sign-in is over');
    expect((await victim.context().cookies(scene.home)).map(({ name }) => name)).not.toContain('rollcall_session');
    await look(victim, '31-another-browser');
  });
});

describe('before the identity provider', () => {
  it('an unknown slug looks the same as one that takes no sign-ins', async () => {
    const draft = await aCompany(scene.service, scene.entra, { name: 'Draft Only', isEnabled: false });
    const page = await scene.open();
    await page.goto(`${scene.home}/sso`);
    const textOf = async (slug: string) => {
      await page.getByLabel('Company slug').fill(slug);
      await page.getByRole('button', { name: 'Verify Organization' }).click();
      await page.getByText('We found no organization').waitFor();
      return (await page.locator('main').textContent())?.replaceAll(slug, 'X');
    };
    const unknown = await textOf('nobody-here');
    await look(page, '40-unknown-slug');
    expect(await textOf(draft.organization.slug)).toBe(unknown);
    expect(await page.getByLabel('Company slug').evaluate((field) => field === document.activeElement)).toBe(true);
  });

  it('an organization that does not disclose its name is called by its slug', async () => {
    const company = await aCompany(scene.service, scene.entra, { slug: 'quiet-co', name: 'Very Secret Ltd' });
    await scene.service.domain.organizations.update(company.organization.operator, { disclosesName: false });
    scene.entra.person('curious', {});
    scene.entra.signInAs('curious');
    const page = await scene.open();
    await page.goto(`${scene.home}/sso/quiet-co`);
    await expectHeading(page, 'quiet-co');
    await look(page, '41-undisclosed');
    await page.getByRole('button', { name: 'Log in' }).click();
    await expectHeading(page, 'You are not a member of your organization yet');
    expect(await page.content()).not.toContain('Very Secret');
  });

  it('a work e-mail address of a proved domain leads to the organization', async () => {
    const company = await aCompany(scene.service, scene.entra, { name: 'Found by Mail' });
    await scene.proveDomain(company, 'mail-found.example');
    const page = await scene.open();
    await page.goto(`${scene.home}/sso`);
    await page.getByLabel('Company slug').fill('somebody@mail-found.example');
    await page.getByRole('button', { name: 'Verify Organization' }).click();
    await expectHeading(page, 'Found by Mail');
  });

  it('a page that does not exist', async () => {
    const page = await scene.open();
    await page.goto(`${scene.home}/sign-in/nowhere/at/all`);
    await expectHeading(page, 'This page does not exist');
    await look(page, '42-not-found');
  });
});

describe('a way in that the organization does not take', () => {
  it('leads to its own sign-in when one switches to it', async () => {
    const company = await aCompany(scene.service, scene.entra, { name: 'Only SSO', slug: 'only-sso' });
    const person = await aPerson(scene.entra, company, { userName: 'switcher@only.example' });
    scene.entra.signInAs(person.sub);
    const page = await scene.open();
    await logInAt(page, scene, 'only-sso');
    await expectHeading(page, 'No access yet');
    await company.scim.patch(`/Users/${person.directoryUserId}`, [defaultDialect.disable]);
    await page.reload();
    await expectHeading(page, 'Your account is empty');
    await look(page, '43-removed-while-signed-in');
  });
});
