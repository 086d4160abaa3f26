import type { JsonObject } from '../src/attributes/json.ts';
import { ENTERPRISE_USER_SCHEMA, USER_SCHEMA } from '../src/attributes/urns.ts';

const givenNames = ['Ada', 'Grace', 'Linus', 'Barbara', 'Edsger', 'Frances', 'Donald', 'Radia', 'Ken', 'Margaret'];
const surnames = ['Lovelace', 'Hopper', 'Torvalds', 'Liskov', 'Dijkstra', 'Allen', 'Knuth', 'Perlman', 'Thompson'];
const departments = ['Marketing', 'Field Sales', 'Engineering', 'Finance', 'Support', 'Legal', 'Operations'];

export function userNameOf(prefix: string, number: number): string {
  return `${prefix}-${number}@contoso.example`;
}

/** The body with which Entra creates a person under its default attribute mapping; in ASCII. */
export function entraUser(prefix: string, number: number): JsonObject {
  const givenName = pick(givenNames, number);
  const familyName = pick(surnames, Math.floor(number / 10));
  const userName = userNameOf(prefix, number);
  return {
    schemas: [USER_SCHEMA, ENTERPRISE_USER_SCHEMA],
    externalId: `${prefix}-${number}`,
    userName,
    active: true,
    displayName: `${givenName} ${familyName}`,
    title: 'Senior Specialist',
    preferredLanguage: 'en-US',
    emails: [{ primary: true, type: 'work', value: userName }],
    meta: { resourceType: 'User' },
    name: { formatted: `${givenName} ${familyName}`, familyName, givenName },
    addresses: [
      {
        primary: true,
        type: 'work',
        streetAddress: '1 Main Street',
        locality: 'Redmond',
        country: 'US',
        postalCode: '98052',
      },
    ],
    phoneNumbers: [{ primary: true, type: 'work', value: `+1 425 ${5_550_000 + (number % 10_000)}` }],
    roles: [],
    [ENTERPRISE_USER_SCHEMA]: {
      employeeNumber: String(100_000 + number),
      department: pick(departments, number),
    },
  };
}

function pick(names: readonly string[], number: number): string {
  return names[number % names.length] ?? '';
}
