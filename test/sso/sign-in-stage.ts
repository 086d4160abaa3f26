// What the tests of sign-in by HTTP share: a company with a directory and a connection, and people who walk in.
import { expect } from 'vitest';
import { idOf, type ScimClient } from '../clients/scim-client.ts';
import { CookieBrowser, type Shown } from '../harness/cookie-browser.ts';
import type { TestOidcProvider } from '../harness/oidc-provider.ts';
import type { ServiceDirectory, ServiceOrganization, TestService } from '../harness/service.ts';

export interface Company {
  organization: ServiceOrganization;
  directory: ServiceDirectory;
  scim: ScimClient;
  connectionId: string;
}

export interface Person {
  sub: string;
  userName: string;
  email: string;
  directoryUserId: string;
}

export interface ViewerAnswer {
  user: { id: string; userName: string } | null;
  organization: { id: string; name: string } | null;
  permissions: string[];
  organizations: { slug: string; isCurrent: boolean; isAuthenticated: boolean; signInUrl: string }[];
  account: { email: string | null } | null;
}

const VIEWER = `{ viewer {
  user { id userName } organization { id name } permissions account { email }
  organizations { slug isCurrent isAuthenticated signInUrl } } }`;

let made = 0;
function next(): number {
  made += 1;
  return made;
}

/** A company of its own, whose people sign in through the provider. */
export async function aCompany(
  service: TestService,
  provider: TestOidcProvider,
  facts: { slug?: string; name?: string; isEnabled?: boolean } = {},
): Promise<Company> {
  const number = next();
  const { slug = `company-${number}`, name = `Company ${number}`, isEnabled = true } = facts;
  const { organization, directory, scim } = await service.connected({ slug, name, scimWithoutSso: true });
  const { issuer, clientId, clientSecret } = provider;
  const input = { protocol: 'oidc' as const, issuer, clientId, clientSecret };
  const { id } = await service.domain.connections.create(organization.operator, input);
  if (isEnabled) await service.domain.connections.enable(organization.operator, id);
  return { organization, directory, scim, connectionId: id };
}

/** Somebody whom the directory provisioned and the identity provider knows under the same id. */
export async function aPerson(
  provider: TestOidcProvider,
  { scim }: Pick<Company, 'scim'>,
  facts: { sub?: string; userName?: string; externalId?: string; email?: string } = {},
): Promise<Person> {
  const number = next();
  const { sub = `sub-${number}`, userName = `person-${number}@acme.example`, externalId = sub } = facts;
  const email = facts.email ?? userName;
  provider.person(sub, { email, email_verified: true, name: userName });
  const created = await scim.post('/Users', {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
    userName,
    externalId,
    active: true,
    emails: [{ value: email, type: 'work', primary: true }],
  });
  expect(created.status).toBe(201);
  return { sub, userName, email, directoryUserId: idOf(created) };
}

/** Presses "Log in" on the page of the slug as this person, and goes where it leads. */
export async function logIn(
  browser: CookieBrowser,
  provider: TestOidcProvider,
  slug: string,
  sub: string,
): Promise<Shown> {
  provider.signInAs(sub);
  return browser.submit(`/sso/${slug}`);
}

/** What the browser's session is told of itself; undefined where nobody is signed in. */
export async function viewerOf(service: TestService, browser: CookieBrowser): Promise<ViewerAnswer | undefined> {
  const response = await fetch(`${service.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', cookie: browser.cookieHeader },
    body: JSON.stringify({ query: VIEWER }),
  });
  const { data, errors } = (await response.json()) as {
    data?: { viewer: ViewerAnswer } | null;
    errors?: { extensions: { code: string } }[];
  };
  if (errors) expect(errors[0]?.extensions.code).toBe('UNAUTHENTICATED');
  return data?.viewer;
}

export function aBrowser(service: TestService): CookieBrowser {
  return new CookieBrowser(service.url);
}
