import { GROUP_SCHEMA, USER_SCHEMA } from '../../src/attributes/urns.ts';

/** The headers that Okta names in its SCIM reference. */
export const oktaHeaders = {
  Accept: 'application/scim+json',
  'Accept-Charset': 'utf-8',
  'Accept-Encoding': 'gzip,deflate',
  'User-Agent': 'Okta SCIM Client 1.0.0',
};

/** A POST of a user as Okta makes it with password sync on (Okta developer docs, "SCIM 2.0 reference"). */
export function oktaUser(name: string, overrides: Record<string, unknown> = {}): Record<string, unknown> {
  const userName = `${name}@okta.local`;
  return {
    schemas: [USER_SCHEMA],
    userName,
    name: { givenName: name, familyName: 'User' },
    emails: [{ primary: true, value: userName, type: 'work' }],
    displayName: `${name} User`,
    locale: 'en-US',
    externalId: `00u-${name}`,
    groups: [],
    password: '1mz050nq',
    active: true,
    ...overrides,
  };
}

/**
 * The user that Okta reads and writes back whole: what the service answered, with the profile of the app on top
 * (oktadeveloper/okta-blog-archive#1956 has a captured one). `id`, `groups` and `meta` are the service's own.
 */
export function oktaReplacement(
  read: Record<string, unknown>,
  profile: Record<string, unknown>,
): Record<string, unknown> {
  return { ...read, ...profile };
}

export function oktaGroup(displayName: string, overrides: Record<string, unknown> = {}): Record<string, unknown> {
  return { schemas: [GROUP_SCHEMA], displayName, members: [], ...overrides };
}
