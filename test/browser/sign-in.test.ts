// Signing in by the company's slug, in a real browser, with real identity providers: the ways that lead in.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { look } from '../harness/browser.ts';
import { aCompany, aPerson } from '../sso/sign-in-stage.ts';
import { expectHeading, logInAt, permit, type Scene, startScene, walkBySlug } from './sign-in-scene.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await startScene();
});
afterAll(async () => {
  expect(scene.service.failures).toEqual([]);
  await scene.close();
});

describe('by OpenID Connect', () => {
  it('Continue with SSO, slug, Verify Organization, the name, Log in, the identity provider, back in the product', async () => {
    const company = await aCompany(scene.service, scene.entra, { slug: 'acme', name: 'Acme Signage' });
    const ada = await aPerson(scene.entra, company, { userName: 'ada@acme.example' });
    await permit(scene, company, ada.userName);
    const page = await scene.open();
    await page.goto(`${scene.home}/sign-in`);
    await expectHeading(page, 'Sign in to Bright Screens');
    await look(page, '01-start');
    await page.getByRole('link', { name: 'Continue with SSO' }).click();
    await expectHeading(page, 'Continue with SSO');
    await look(page, '02-slug');
    await page.getByLabel('Company slug').fill('Acme');
    await page.getByRole('button', { name: 'Verify Organization' }).click();
    await expectHeading(page, 'Acme Signage');
    await look(page, '03-organization');
    scene.entra.signInAs(undefined);
    await page.getByRole('button', { name: 'Log in' }).click();
    await expectHeading(page, 'Identity provider');
    await page.getByLabel('Who are you?').selectOption(ada.sub);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expectHeading(page, 'Your screens');
    expect(new URL(page.url()).origin).toBe(new URL(scene.productUrl).origin);
    await page.goto(`${scene.home}/`);
    await expectHeading(page, 'Acme Signage');
    await look(page, '04-landing');
  });

  it('goes straight on where the browser signed in before, and to where the product wanted', async () => {
    const company = await aCompany(scene.service, scene.entra, { name: 'Straight On' });
    const { slug } = company.organization;
    const person = await aPerson(scene.entra, company);
    await permit(scene, company, person.userName);
    scene.entra.signInAs(person.sub);
    const page = await scene.open();
    await walkBySlug(page, scene, slug);
    await expectHeading(page, 'Your screens');
    await page.goto(`${scene.home}/sign-in`);
    await look(page, '05-start-remembered');
    await page.getByRole('link', { name: 'Continue to Straight On' }).click();
    await expectHeading(page, 'Your screens');
    await page.goto(`${scene.home}/sso/${slug}?returnTo=${encodeURIComponent(`${scene.productUrl}/screens/7`)}`);
    expect(page.url()).toBe(`${scene.productUrl}/screens/7`);
    await page.goto(`${scene.home}/sso/${slug}?returnTo=https%3A%2F%2Fevil.example`);
    expect(new URL(page.url()).origin).toBe(scene.productUrl);
  });

  it('needs no script', async () => {
    const company = await aCompany(scene.service, scene.entra, { name: 'No Script' });
    const person = await aPerson(scene.entra, company);
    await permit(scene, company, person.userName);
    scene.entra.signInAs(person.sub);
    const page = await scene.open({ isScriptOff: true });
    await walkBySlug(page, scene, company.organization.slug);
    await expectHeading(page, 'Your screens');
  });

  it('works by the keyboard alone, with the focus to be seen', async () => {
    const company = await aCompany(scene.service, scene.entra, { slug: 'keys', name: 'Keys Only' });
    const person = await aPerson(scene.entra, company);
    await permit(scene, company, person.userName);
    scene.entra.signInAs(person.sub);
    const page = await scene.open();
    await page.goto(`${scene.home}/sign-in`);
    await page.keyboard.press('Tab');
    await look(page, '06-start-focus');
    await page.keyboard.press('Enter');
    await expectHeading(page, 'Continue with SSO');
    // The one field has the focus already.
    await page.keyboard.type('keys');
    await page.keyboard.press('Enter');
    await expectHeading(page, 'Keys Only');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await expectHeading(page, 'Your screens');
  });

  it('asks which sign-in where a company has several', async () => {
    const company = await aCompany(scene.service, scene.entra, { slug: 'several', name: 'Several Ways' });
    const metadata = scene.saml.metadata();
    const { operator } = company.organization;
    const { id } = await scene.service.domain.connections.create(operator, {
      protocol: 'saml',
      metadata,
      name: 'Okta',
    });
    await scene.service.domain.connections.enable(operator, id);
    const page = await scene.open();
    await page.goto(`${scene.home}/sso/several`);
    await expectHeading(page, 'Several Ways');
    expect(await page.getByRole('button', { name: /^Log in with/ }).count()).toBe(2);
    await look(page, '07-several-connections');
  });
});

describe('by SAML', () => {
  it('goes the same way, with the answer as a form of another site', async () => {
    const { service, saml } = scene;
    const company = await aCompany(service, scene.entra, { slug: 'saml-co', name: 'Samlight', isEnabled: false });
    const { operator } = company.organization;
    const connection = await service.domain.connections.create(operator, {
      protocol: 'saml',
      metadata: saml.metadata(),
    });
    await service.domain.connections.enable(operator, connection.id);
    const person = await aPerson(scene.entra, company, { userName: 'grace@samlight.example' });
    await permit(scene, company, person.userName);
    saml.signInAs({ nameId: person.sub, attributes: { email: person.email } });
    const page = await scene.open();
    await walkBySlug(page, scene, 'saml-co');
    await expectHeading(page, 'Your screens');
    await page.goto(`${scene.home}/`);
    await expectHeading(page, 'Samlight');
  });
});

describe('after the sign-in', () => {
  it('somebody without a permission is told so, and whom to ask (S14)', async () => {
    const company = await aCompany(scene.service, scene.entra, { name: 'Nothing Yet' });
    const { operator, slug } = company.organization;
    await scene.service.domain.organizations.update(operator, { signInContact: 'it@nothing.example' });
    const person = await aPerson(scene.entra, company);
    scene.entra.signInAs(person.sub);
    const page = await scene.open();
    await walkBySlug(page, scene, slug);
    await expectHeading(page, 'No access yet');
    expect(await page.getByRole('link', { name: 'it@nothing.example' }).getAttribute('href')).toBe(
      'mailto:it@nothing.example',
    );
    await look(page, '10-no-access-yet');
    await permit(scene, company, person.userName);
    await page.reload();
    await expectHeading(page, 'Nothing Yet');
    const { items } = await scene.service.domain.users.list(operator, {}, { search: person.userName });
    await scene.service.domain.userSessions.endAllOf(operator, items[0]?.id ?? '');
    await page.reload();
    await expectHeading(page, 'Your sign-in to Nothing Yet has ended');
    await look(page, '09-sign-in-ended');
    await page.getByRole('link', { name: 'Sign in again' }).click();
    await expectHeading(page, 'Nothing Yet');
  });

  it('a login without any organization opens an empty account (S15)', async () => {
    scene.google.person('alone', { email: 'alone@example.com', email_verified: true, name: 'Robin Alone' });
    scene.google.signInAs('alone');
    const page = await scene.open();
    await page.goto(`${scene.home}/sign-in`);
    await page.getByRole('link', { name: 'Continue with Google' }).click();
    await expectHeading(page, 'Your account is empty');
    await look(page, '11-empty-account');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await expectHeading(page, 'Sign in to Bright Screens');
    await page.getByText('You are signed out.').waitFor();
    await look(page, '08-signed-out');
    await page.goto(`${scene.home}/`);
    await expectHeading(page, 'Sign in to Bright Screens');
  });

  it('somebody in two organizations adds the second to the account, and switches (S20)', async () => {
    const one = await aCompany(scene.service, scene.entra, { name: 'First Light' });
    const other = await aCompany(scene.service, scene.entra, { name: 'Second Wind' });
    await aPerson(scene.entra, one, { sub: 'both', userName: 'both@first.example' });
    await aPerson(scene.entra, other, { sub: 'both', userName: 'both@second.example' });
    scene.entra.signInAs('both');
    const page = await scene.open();
    await walkBySlug(page, scene, one.organization.slug);
    await expectHeading(page, 'No access yet');
    await logInAt(page, scene, other.organization.slug);
    await expectHeading(page, 'Is that you as well?');
    await look(page, '12-choose-account');
    await page.getByRole('link', { name: /^Yes: sign in as .* once more$/ }).click();
    await page.getByRole('button', { name: /^Yes, add it to/ }).waitFor();
    await look(page, '12-choose-account-proved');
    await page.getByRole('button', { name: /^Yes/ }).click();
    await page.getByText('Second Wind').first().waitFor();
    await page.getByRole('button', { name: 'Switch to First Light' }).click();
    await page.getByRole('button', { name: 'Switch to Second Wind' }).waitFor();
    await look(page, '13-switch-organization');
    const { operator } = other.organization;
    await scene.service.domain.connections.disable(operator, other.connectionId);
    await scene.service.domain.connections.enable(operator, other.connectionId);
    await page.getByRole('button', { name: 'Switch to Second Wind' }).click();
    // Its sessions ended with the connection, so it asks for its own sign-in.
    await expectHeading(page, 'Second Wind');
    expect(new URL(page.url()).pathname).toBe(`/sso/${other.organization.slug}`);
  });

  it('keeps two people at one browser apart', async () => {
    const one = await aCompany(scene.service, scene.entra, { name: 'Morning Shift' });
    const other = await aCompany(scene.service, scene.entra, { name: 'Evening Shift' });
    await aPerson(scene.entra, one, { sub: 'early', userName: 'early@shift.example' });
    await aPerson(scene.entra, other, { sub: 'late', userName: 'late@shift.example' });
    const page = await scene.open();
    scene.entra.signInAs('early');
    await logInAt(page, scene, one.organization.slug);
    await expectHeading(page, 'No access yet');
    scene.entra.signInAs('late');
    // Of the identity provider, at which the first person signed out.
    await page.context().clearCookies({ name: /^op_/ });
    await logInAt(page, scene, other.organization.slug);
    await page.getByRole('button', { name: 'No, keep them apart' }).click();
    await expectHeading(page, 'No access yet');
    expect(await page.getByText('Morning Shift').count()).toBe(0);
  });
});

describe('by a one-time link', () => {
  it('an owner presses the button, and sees what changed about sign-in', async () => {
    const company = await aCompany(scene.service, scene.entra, { slug: 'owned', name: 'Owned and Operated' });
    const { operator } = company.organization;
    await scene.proveDomain(company, 'owned.example');
    const changes = { acceptsOtherMethods: true, groupMatching: 'ask', sessionIdleMinutes: 30 } as const;
    await scene.service.domain.organizations.update(operator, changes);
    await scene.service.domain.organizationSlugs.change(operator, 'owned-and-operated');
    const owner = { email: 'olive@owned.example', displayName: 'Olive Owner' };
    const { secret } = await scene.service.domain.oneTimeLinks.create(operator, owner);
    const page = await scene.open();
    await page.goto(`${scene.home}/sign-in/link/${secret}`);
    await expectHeading(page, 'Sign in to Owned and Operated');
    await look(page, '14-one-time-link');
    await page.reload();
    await page.getByRole('button', { name: 'Sign in as Olive Owner' }).click();
    await expectHeading(page, 'Owned and Operated');
    await page.getByRole('heading', { name: 'Recent changes to sign-in' }).waitFor();
    expect(await page.getByText('The domain owned.example was proved').count()).toBe(1);
    expect(await page.getByText('sessions end after 30 minutes without use').count()).toBe(1);
    await look(page, '15-landing-owner');
    await page.goto(`${scene.home}/sign-in/link/${secret}`);
    await expectHeading(page, 'This link leads nowhere');
    await look(page, '16-link-unknown');
  });
});

describe('a test of a connection', () => {
  it('shows what was received, signs nobody in, and is remembered', async () => {
    const company = await aCompany(scene.service, scene.entra, { name: 'Try It First', isEnabled: false });
    const { operator } = company.organization;
    const person = await aPerson(scene.entra, company);
    scene.entra.signInAs(person.sub);
    const { secret } = await scene.service.domain.connectionTests.start(operator, company.connectionId);
    const page = await scene.open();
    await page.goto(`${scene.home}/connections/${company.connectionId}/test/${secret}`);
    await expectHeading(page, 'The test worked');
    await page.getByText('This person would be signed in').waitFor();
    await look(page, '17-test-of-a-connection');
    scene.entra.person('stranger', { email: 'stranger@elsewhere.example', name: 'Sam Stranger' });
    scene.entra.signInAs('stranger');
    await page.context().clearCookies({ name: /^op_/ });
    await page.goto(`${scene.home}/connections/${company.connectionId}/test/${secret}`);
    await page.getByText('Nobody here has the externalId').waitFor();
    await look(page, '18-test-would-refuse');
    const description = 'AADSTS50105: Your administrator has configured the application to block users.';
    scene.entra.failSignInsWith({ error: 'access_denied', error_description: description });
    await page.goto(`${scene.home}/connections/${company.connectionId}/test/${secret}`);
    await expectHeading(page, 'Your identity provider did not let you in');
    await look(page, '19-test-failed');
    scene.entra.failSignInsWith(undefined);
    await page.getByRole('link', { name: 'Test again' }).click();
    await expectHeading(page, 'The test worked');
    await page.goto(`${scene.home}/`);
    await expectHeading(page, 'Sign in to Bright Screens');
    expect(await scene.service.domain.connections.get(operator, company.connectionId)).toMatchObject({
      testedClaims: { sub: 'stranger' },
    });
  });
});
