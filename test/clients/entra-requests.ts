import { ENTERPRISE_USER_SCHEMA, GROUP_SCHEMA, USER_SCHEMA } from '../../src/attributes/urns.ts';

const ADSCIM_GROUP = 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group';

/** A POST of a user as Entra's default mapping makes it (Microsoft Learn, "Use SCIM to provision users and groups"). */
export function entraUser(name: string, overrides: Record<string, unknown> = {}): Record<string, unknown> {
  const userName = name.includes('@') ? name : `${name}@contoso.example`;
  return {
    schemas: [USER_SCHEMA, ENTERPRISE_USER_SCHEMA],
    externalId: `object-id-of-${name}`,
    userName,
    active: true,
    displayName: `${name} Contoso`,
    emails: [{ primary: true, type: 'work', value: userName }],
    meta: { resourceType: 'User' },
    name: { formatted: `${name} Contoso`, familyName: 'Contoso', givenName: name },
    roles: [],
    ...overrides,
  };
}

/** A POST of a group as Entra makes it: empty, with Microsoft's own schema beside the core one. */
export function entraGroup(displayName: string, overrides: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    schemas: [GROUP_SCHEMA, ADSCIM_GROUP],
    externalId: `object-id-of-${displayName}`,
    displayName,
    meta: { resourceType: 'Group' },
    ...overrides,
  };
}

type Operation = { op: string; path?: string; value?: unknown };

/** What Entra sends without a flag on its tenant URL: capitals, references with `$ref`, text for booleans. */
export const defaultDialect = {
  replace: (path: string, value: unknown): Operation => ({ op: 'Replace', path, value }),
  add: (path: string, value: unknown): Operation => ({ op: 'Add', path, value }),
  disable: { op: 'Replace', path: 'active', value: 'False' } satisfies Operation,
  restore: { op: 'Replace', path: 'active', value: 'True' } satisfies Operation,
  addMembers: (...ids: string[]): Operation => ({ op: 'Add', path: 'members', value: ids.map(reference) }),
  removeMembers: (...ids: string[]): Operation => ({ op: 'Remove', path: 'members', value: ids.map(reference) }),
};

/** What Entra sends with `?aadOptscim062020`: the RFC's own forms, several attributes in one object without a path. */
export const flagDialect = {
  replace: (value: Record<string, unknown>): Operation => ({ op: 'replace', value }),
  disable: { op: 'replace', path: 'active', value: false } satisfies Operation,
  restore: { op: 'replace', path: 'active', value: true } satisfies Operation,
  addMembers: (...ids: string[]): Operation => ({ op: 'add', path: 'members', value: ids.map((value) => ({ value })) }),
  removeMember: (id: string): Operation => ({ op: 'remove', path: `members[value eq "${id}"]` }),
};

function reference(value: string): { $ref: null; value: string } {
  return { $ref: null, value };
}
