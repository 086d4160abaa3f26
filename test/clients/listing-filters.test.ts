// Every operator on every attribute (RFC 7644 §3.4.2.2, RFC 7643 §4), against the documents themselves.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Attribute, ResourceTable } from '../../src/attributes/attribute.ts';
import type { JsonObject } from '../../src/attributes/json.ts';
import { groupTable, userTable } from '../../src/attributes/resource-tables.ts';
import { ENTERPRISE_USER_SCHEMA } from '../../src/attributes/urns.ts';
import { type Connected, startTestService, type TestService } from '../harness/service.ts';
import { entraGroup, entraUser } from './entra-requests.ts';
import { comparedPaths, fits, valuesAt } from './filter-oracle.ts';
import { idOf, resourcesOf } from './scim-client.ts';

let service: TestService;
let connected: Connected;
let resources: Map<ResourceTable, JsonObject[]>;

beforeAll(async () => {
  service = await startTestService();
  connected = await service.connected();
  const { scim } = connected;
  const ids: string[] = [];
  for (const [number, person] of people().entries()) {
    const manager = number > 2 && number % 3 === 0 ? { manager: { value: ids[number % 2] } } : {};
    const enterprise = { ...(person[ENTERPRISE_USER_SCHEMA] as object | undefined), ...manager };
    const made = await scim.post('/Users', { ...person, [ENTERPRISE_USER_SCHEMA]: enterprise });
    ids.push(idOf(made));
  }
  for (const [number, name] of ['Éclair', 'Marketing', 'ΟΔΟΣ', 'empty'].entries()) {
    const members = ids.filter((_, position) => number < 3 && position % (number + 2) === 0);
    const group = await scim.post('/Groups', entraGroup(name, number === 1 ? { externalId: undefined } : {}));
    if (members.length > 0)
      await scim.patch(`/Groups/${idOf(group)}`, [
        { op: 'add', path: 'members', value: members.map((value) => ({ value })) },
      ]);
  }
  await scim.patch(`/Users/${ids[4]}`, [{ op: 'replace', path: 'nickName', value: 'changed' }]);
  resources = new Map([
    [userTable, resourcesOf(await scim.get('/Users')) as JsonObject[]],
    [groupTable, resourcesOf(await scim.get('/Groups')) as JsonObject[]],
  ]);
});
afterAll(() => service.close());

/** Values that differ by case, accents, presence and place in a list. */
function people(): JsonObject[] {
  const names = [
    'Ada',
    'ada.two',
    'ÉMILE',
    'émile.b',
    'ΟΔΟΣ',
    'zoë',
    '100%',
    'under_score',
    'back\\slash',
    "o'hara",
    'Ünal',
    '😀',
  ];
  return names.map((name, number) => {
    const person: JsonObject = entraUser(`user${number}`, {
      userName: `${name}@Contoso.example`,
      displayName: name,
      name: number % 4 === 0 ? {} : { familyName: name.toUpperCase(), givenName: number % 2 ? name : 'Same' },
      emails: [
        { type: 'work', value: `${name}@Contoso.example`, ...(number % 2 ? { primary: true } : {}) },
        ...(number % 3 === 0 ? [{ type: 'home', value: `Home${number}@x.example`, primary: number % 2 === 0 }] : []),
        ...(number % 5 === 0 ? [{ value: `plain${number}@x.example` }] : []),
      ],
    }) as JsonObject;
    if (number % 5 === 0) delete person.externalId;
    if (number % 4 === 1) person.active = false;
    if (number % 3 === 1)
      person.phoneNumbers = [
        { type: 'mobile', value: `+49 ${number}` },
        { type: 'work', value: '110', display: 'Desk' },
      ];
    if (number % 4 === 2)
      person.addresses = [
        { type: 'work', locality: name, country: 'DE', primary: true },
        { type: 'home', formatted: 'a\nb' },
      ];
    if (number % 6 === 1)
      Object.assign(person, { title: 'Señor', userType: 'Employee', locale: 'de-DE', timezone: 'Europe/Berlin' });
    if (number % 6 === 2)
      Object.assign(person, { preferredLanguage: 'de', profileUrl: 'https://x.example/Me', nickName: name });
    if (number % 6 === 3) person.roles = [{ value: 'Admin', display: 'The admin', primary: true }, { value: 'reader' }];
    if (number % 6 === 4)
      Object.assign(person, {
        ims: [{ type: 'xmpp', value: 'a@im' }],
        photos: [{ type: 'photo', value: 'https://x.example/P.png' }],
      });
    if (number % 6 === 5)
      Object.assign(person, { entitlements: [{ value: 'E1', type: 'a' }], x509Certificates: [{ value: 'TUlJRA==' }] });
    if (number % 2 === 0)
      person[ENTERPRISE_USER_SCHEMA] = { employeeNumber: `E-${number}`, department: name, costCenter: '4130' };
    return person;
  });
}

const equality = ['eq', 'ne'];
const order = [...equality, 'gt', 'ge', 'lt', 'le'];
const texts = [...order, 'co', 'sw', 'ew'];

function operatorsOf({ type }: Attribute): string[] {
  if (type === 'boolean' || type === 'binary') return equality;
  return type === 'string' || type === 'reference' ? texts : order;
}

/** Some of the values that are there, other spellings and parts of them, and one that nobody has. */
function operandsOf(table: ResourceTable, path: string, { type }: Attribute): (string | boolean)[] {
  if (type === 'boolean') return [true, false];
  const known = [...new Set((resources.get(table) ?? []).flatMap((resource) => valuesAt(resource, table, path)))].map(
    String,
  );
  const chosen = [known[0], known[Math.floor(known.length / 2)], known.at(-1)].filter((value) => value !== undefined);
  if (type === 'dateTime') return [...chosen, '2020-01-01T00:00:00Z', '2030-06-01T12:00:00+02:00'];
  const parts = chosen.slice(0, 1).flatMap((value) => [value.slice(0, 2), value.slice(-3), value.toUpperCase()]);
  return [...new Set([...chosen, ...parts, 'nobody has this'])];
}

async function differences(table: ResourceTable, filters: string[]): Promise<string[]> {
  const wrong: string[] = [];
  const waiting = [...filters];
  const worker = async () => {
    for (let filter = waiting.pop(); filter !== undefined; filter = waiting.pop()) {
      const expected = (resources.get(table) ?? []).filter((resource) => fits(filter as string, resource, table));
      const answer = await connected.scim.find(table.endpoint, filter, '&attributes=id');
      const found = answer.status === 200 ? resourcesOf(answer).map(({ id }) => id) : answer.text;
      const wanted = expected.map(({ id }) => id);
      if (JSON.stringify(found) !== JSON.stringify(wanted))
        wrong.push(`${filter}: ${found.length} for ${wanted.length} ${answer.status}`);
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  return wrong;
}

describe.for([
  ['Users', userTable],
  ['Groups', groupTable],
] as const)('filters of %s', ([_, table]) => {
  it('find exactly those who fit, by every operator on every attribute', { timeout: 120_000 }, async () => {
    const filters = comparedPaths(table).flatMap(({ path, attribute }) => [
      `${path} pr`,
      ...operandsOf(table, path, attribute).flatMap((operand) =>
        operatorsOf(attribute).map((operator) => `${path} ${operator} ${JSON.stringify(operand)}`),
      ),
    ]);
    expect(filters.length).toBeGreaterThan(table === userTable ? 1_500 : 200);
    expect(await differences(table, filters)).toEqual([]);
    expect(service.failures).toEqual([]);
  });

  it('find exactly those who fit a value path, and combinations', async () => {
    const lists = comparedPaths(table).filter(({ path }) => /(?<!^meta|^name)\.[$a-zA-Z]+$/.test(path));
    const filters = lists.flatMap(({ path, attribute }) => {
      const dot = path.lastIndexOf('.');
      const [parent, name] = [path.slice(0, dot), path.slice(dot + 1)];
      return operandsOf(table, path, attribute).flatMap((operand) => [
        `${parent}[${name} eq ${JSON.stringify(operand)}]`,
        `${parent}[not (${name} eq ${JSON.stringify(operand)})]`,
        `${parent}[${name} ne ${JSON.stringify(operand)} and ${name} pr]`,
        `not (${parent}[${name} eq ${JSON.stringify(operand)}]) and ${path} pr`,
      ]);
    });
    expect(await differences(table, filters)).toEqual([]);
  });
});

it.for([
  'emails[type eq "work"].value eq "ada@contoso.EXAMPLE"',
  'emails[type eq "work" and value co "@contoso"]',
  'emails[type eq "Work" and (value sw "a" or primary eq true)]',
  'emails[(type eq "home" or not (type pr)) and value ew "x.example"]',
  'emails[type eq "work" and value eq "home0@x.example"]',
  'emails co "HOME"',
  'emails.type ne "work"',
  'not (emails.type eq "home")',
  'manager pr',
  'manager ne "x"',
  'name pr and not (name.familyName sw "É")',
  'name[familyName co "A" and givenName pr]',
  'meta.resourceType eq "User" and (active eq "False" or title pr)',
  'meta[resourceType eq "User"]',
  'groups pr and not (groups.display eq "marketing")',
  'groups[display eq "MARKETING" and type eq "direct"]',
  `schemas eq "${ENTERPRISE_USER_SCHEMA}" and ${ENTERPRISE_USER_SCHEMA}:department sw "é"`,
  'userName sw "Ada" or userName sw "É" or userName eq "ΟΔΟΣ@contoso.example"',
  'displayName eq "οδος"',
  'displayName co "%" or displayName co "_" or displayName co "\\\\"',
  'id eq "unknown" or externalId eq "OBJECT-ID-OF-user1"',
  'title eq null and nickName ne null',
  'x509Certificates.value eq "TUlJRA=="',
  'userName gt "m" and userName le "z"',
])('finds exactly those who fit %s', async (filter) => {
  expect(await differences(userTable, [filter])).toEqual([]);
});

it('finds by meta.location and $ref, which only an address knows', async () => {
  const [user] = resources.get(userTable) ?? [];
  const location = (user?.meta as JsonObject | undefined)?.location;
  const found = await connected.scim.find('/Users', `meta.location eq "${String(location)}"`);
  expect(resourcesOf(found).map(({ id }) => id)).toEqual([user?.id]);
});

it('folds what has no folded copy letter by letter, and keys as a whole', async () => {
  const { scim } = await service.connected();
  await scim.post('/Users', entraUser('strasse', { userName: 'Straße@x.example', title: 'Straße' }));
  const totals = async (filter: string) => (await scim.find('/Users', filter)).body.totalResults;
  expect(await totals('userName eq "STRASSE@x.example"')).toBe(1);
  expect(await totals('title eq "STRASSE"')).toBe(0);
  expect(await totals('title eq "STRAßE"')).toBe(1);
});

it.for([
  ['nothing eq "x"', 'an unknown attribute'],
  ['password pr', 'password'],
  ['active gt true', 'an order of booleans'],
  ['x509Certificates.value sw "T"', 'a part of a binary'],
  ['meta.created co "2026"', 'a part of a moment'],
  ['meta.created gt "yesterday"', 'no moment'],
  ['name eq "x"', 'a complex attribute without value'],
  ['addresses eq "x"', 'a list without value'],
  ['emails[nothing eq "x"]', 'an unknown sub-attribute'],
  ['userName[value eq "x"]', 'a value path of a simple attribute'],
  ['userName eq "a\\u0000b"', 'a NUL'],
])('answers 400 invalidFilter to %s: %s', async ([filter = '']) => {
  const answer = await connected.scim.find('/Users', filter);
  expect([answer.status, answer.body.scimType]).toEqual([400, 'invalidFilter']);
});
