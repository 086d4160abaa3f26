// Every operator of RFC 7644 §3.4.2.2 on every type of attribute, over HTTP, against a handful of people whose values are known.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { idOf, resourcesOf, type ScimAnswer } from '../clients/scim-client.ts';
import { type Connected, startTestService, type TestService } from '../harness/service.ts';
import { declareBadgeSchema } from './badge-schema.ts';
import { urns } from './urns.ts';

let service: TestService;
let connected: Connected;
const ids: Record<string, string> = {};
const badge = 'urn:acme:params:scim:schemas:2.0:Badge';

/** Ada has everything, Ben little, Cem nothing but a name. */
const people: Record<string, object> = {
  ada: {
    externalId: 'Ext-Ada',
    title: 'Engineer',
    nickName: 'Countess',
    active: true,
    profileUrl: 'https://people.example/ada',
    name: { givenName: 'Ada', familyName: 'Lovelace' },
    emails: [
      { value: 'ada@work.example', type: 'work', primary: true },
      { value: 'ada@home.example', type: 'home' },
    ],
    phoneNumbers: [{ value: '+44 1', type: 'mobile' }],
    addresses: [{ locality: 'London', country: 'GB', type: 'work' }],
    x509Certificates: [{ value: 'QWRh' }],
    [urns.enterprise]: { department: 'Engines', employeeNumber: '9', manager: { value: 'boss-1' } },
    [badge]: {
      number: 9,
      weight: 1.5,
      issued: '2024-03-01T10:00:00+02:00',
      isMaster: true,
      color: 'Red',
      doors: ['A', 'B'],
    },
  },
  ben: {
    externalId: 'ext-ben',
    title: 'engine driver',
    active: false,
    name: { givenName: 'Ben', familyName: 'Lovett' },
    emails: [{ value: 'BEN@home.example', type: 'home' }],
    [urns.enterprise]: { department: 'Rails' },
    [badge]: { number: 10, weight: 0.25, issued: '2024-03-01T09:00:00Z', isMaster: false, color: 'blue', doors: ['B'] },
  },
  cem: { active: true },
};

beforeAll(async () => {
  service = await startTestService();
  connected = await service.connected();
  await declareBadgeSchema(service, connected, badge);
  const { scim } = connected;
  for (const [name, person] of Object.entries(people)) {
    const body = { schemas: [urns.user, urns.enterprise, badge], userName: `${name}@x.example`, ...person };
    ids[name] = idOf(await scim.post('/Users', body));
  }
  const group = (displayName: string, ...members: string[]) =>
    scim.post('/Groups', {
      schemas: [urns.group],
      displayName,
      members: members.map((name) => ({ value: ids[name] })),
    });
  ids.Screens = idOf(await group('Screens', 'ada', 'ben'));
  ids.stage = idOf(await group('stage', 'ada'));
  ids.Empty = idOf(await group('Empty'));
});
afterAll(() => service.close());

const withIds = (filter: string) => filter.replace(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? '');

async function find(endpoint: string, filter: string): Promise<ScimAnswer> {
  return connected.scim.find(endpoint, withIds(filter));
}

function namesIn(answer: ScimAnswer): string[] {
  const names = resourcesOf(answer).map(
    (resource) => String(resource.userName ?? resource.displayName).split('@')[0] ?? '',
  );
  expect(answer.body.totalResults).toBe(names.length);
  return names.sort();
}

/** [what, filter, who is found]. An absent value is never equal, so that `ne` and `not (… eq …)` find it. */
const userRows: [string, string, string[]][] = [
  ['text: eq folds case', 'title eq "ENGINEER"', ['ada']],
  ['text: ne finds the absent too', 'title ne "engineer"', ['ben', 'cem']],
  ['text: co', 'title co "GINE"', ['ada', 'ben']],
  ['text: sw', 'title sw "engine"', ['ada', 'ben']],
  ['text: ew', 'title ew "DRIVER"', ['ben']],
  ['text: gt is lexicographical', 'title gt "engine driver"', ['ada']],
  ['text: ge', 'title ge "engine driver"', ['ada', 'ben']],
  ['text: lt', 'title lt "engineer"', ['ben']],
  ['text: le', 'title le "engineer"', ['ada', 'ben']],
  ['text: pr', 'title pr', ['ada', 'ben']],
  ['text: not pr', 'not (title pr)', ['cem']],
  ['text: eq null', 'title eq null', ['cem']],
  ['text: ne null', 'title ne null', ['ada', 'ben']],
  ['indexed text: eq', 'userName eq "ADA@x.example"', ['ada']],
  ['indexed text: ne', 'userName ne "ada@x.example"', ['ben', 'cem']],
  ['indexed text: co', 'userName co "E"', ['ada', 'ben', 'cem']],
  ['indexed text: sw', 'userName sw "B"', ['ben']],
  ['indexed text: ew', 'userName ew "m@X.example"', ['cem']],
  ['indexed text: gt', 'userName gt "ben@x.example"', ['cem']],
  ['indexed text: le', 'userName le "ben@x.example"', ['ada', 'ben']],
  ['indexed text: pr', 'userName pr', ['ada', 'ben', 'cem']],
  ['exact text: eq', 'externalId eq "Ext-Ada"', ['ada']],
  ['exact text: eq minds case', 'externalId eq "ext-ada"', []],
  ['exact text: sw minds case', 'externalId sw "ext"', ['ben']],
  ['exact text: co', 'externalId co "t-"', ['ada', 'ben']],
  ['exact text: ne', 'externalId ne "Ext-Ada"', ['ben', 'cem']],
  ['exact text: gt', 'externalId gt "a"', ['ben']],
  ['id: eq', 'id eq "{ada}"', ['ada']],
  ['id: ne', 'id ne "{ada}"', ['ben', 'cem']],
  ['id: eq of nobody', 'id eq "nobody"', []],
  ['id: pr', 'id pr', ['ada', 'ben', 'cem']],
  ['boolean: eq', 'active eq true', ['ada', 'cem']],
  ['boolean: ne', 'active ne true', ['ben']],
  ['boolean: Entra writes text', 'active eq "False"', ['ben']],
  ['boolean in a list: eq', 'emails.primary eq true', ['ada']],
  ['moment: gt', 'meta.created gt "2020-01-01T00:00:00Z"', ['ada', 'ben', 'cem']],
  ['moment: lt in another zone', 'meta.created lt "2020-01-01T00:00:00-12:00"', []],
  ['moment: ge of lastModified', 'meta.lastModified ge "2020-01-01T00:00:00.000Z"', ['ada', 'ben', 'cem']],
  ['moment: pr', 'meta.lastModified pr', ['ada', 'ben', 'cem']],
  ['meta.resourceType: eq', 'meta.resourceType eq "User"', ['ada', 'ben', 'cem']],
  ['meta.resourceType: another', 'meta.resourceType eq "Group"', []],
  ['meta.location: ew', 'meta.location ew "{ada}"', ['ada']],
  ['reference: eq', 'profileUrl eq "https://people.example/ada"', ['ada']],
  ['reference: minds case', 'profileUrl eq "https://PEOPLE.example/ada"', []],
  ['reference: sw', 'profileUrl sw "https:"', ['ada']],
  ['binary: eq', 'x509Certificates.value eq "QWRh"', ['ada']],
  ['binary: minds case', 'x509Certificates.value eq "qwrh"', []],
  ['binary: pr', 'x509Certificates pr', ['ada']],
  ['complex: pr', 'name pr', ['ada', 'ben']],
  ['complex: sub-attribute eq', 'name.familyName eq "lovelace"', ['ada']],
  ['complex: sub-attribute co', 'name.familyName co "LOVE"', ['ada', 'ben']],
  ['complex: sub-attribute ne', 'name.familyName ne "lovelace"', ['ben', 'cem']],
  ['list: its value stands for it', 'emails eq "ben@HOME.example"', ['ben']],
  ['list: co on its value', 'emails co "home.example"', ['ada', 'ben']],
  ['list: any value may match', 'emails.type eq "home"', ['ada', 'ben']],
  ['list: eq on an indexed value', 'phoneNumbers.value eq "+44 1"', ['ada']],
  ['list: sw on an indexed value', 'emails.value sw "ada@"', ['ada']],
  ['list: pr', 'emails pr', ['ada', 'ben']],
  ['list without values: pr', 'ims pr', []],
  ['list: not', 'not (emails pr)', ['cem']],
  ['list without a value of its own', 'addresses.locality eq "LONDON"', ['ada']],
  ['value path', 'emails[type eq "work" and value co "@work"]', ['ada']],
  ['value path: both of one value', 'emails[type eq "work" and value co "@home"]', []],
  ['value path: or', 'emails[type eq "work" or value sw "ben"]', ['ada', 'ben']],
  ['value path: not', 'emails[not (type eq "home")]', ['ada']],
  ['value path: nested', 'emails[(type eq "home" or type eq "work") and not (primary eq true)]', ['ada', 'ben']],
  ['value path: pr', 'addresses[country pr and type eq "work"]', ['ada']],
  ["value path: Entra's form", 'emails[type eq "work"].value eq "ADA@work.example"', ['ada']],
  ['negated value path', 'not (emails[type eq "home"])', ['cem']],
  ['groups of a user: eq', 'groups.value eq "{stage}"', ['ada']],
  ['groups of a user: its value stands for it', 'groups eq "{Screens}"', ['ada', 'ben']],
  ['groups of a user: display', 'groups.display eq "STAGE"', ['ada']],
  ['groups of a user: pr', 'groups pr', ['ada', 'ben']],
  ['schemas: eq', `schemas eq "${urns.enterprise}"`, ['ada', 'ben']],
  ['schemas: of all', `schemas eq "${urns.user}"`, ['ada', 'ben', 'cem']],
  ['extension: eq', `${urns.enterprise}:department eq "engines"`, ['ada']],
  ['extension: without its URN', 'department co "a"', ['ben']],
  ['extension: indexed', `${urns.enterprise}:employeeNumber eq "9"`, ['ada']],
  ['extension: complex', 'manager eq "boss-1"', ['ada']],
  ['extension: sub-attribute', `${urns.enterprise}:manager.value pr`, ['ada']],
  ['core URN', `${urns.user}:userName sw "a"`, ['ada']],
  ['and', 'active eq true and title pr', ['ada']],
  ['or', 'title sw "engineer" or active eq false', ['ada', 'ben']],
  ['and binds closer than or', 'userName sw "cem" or active eq true and title pr', ['ada', 'cem']],
  ['brackets first', '(userName sw "cem" or active eq true) and title pr', ['ada']],
  ['not closer than and', 'not (title pr) and active eq true', ['cem']],
  ['names and operators in any case', 'USERNAME Eq "ada@x.example" AND Title PR', ['ada']],
];

const extensionRows: [string, string, string[]][] = [
  ['integer: eq', `${badge}:number eq 9`, ['ada']],
  ['integer: ne', `${badge}:number ne 9`, ['ben', 'cem']],
  ['integer: gt is numeric', `${badge}:number gt 9`, ['ben']],
  ['integer: ge', `${badge}:number ge 9`, ['ada', 'ben']],
  ['integer: lt', `${badge}:number lt 10`, ['ada']],
  ['integer: le', `${badge}:number le 10`, ['ada', 'ben']],
  ['integer: pr', `${badge}:number pr`, ['ada', 'ben']],
  ['decimal: gt', `${badge}:weight gt 0.5`, ['ada']],
  ['decimal: eq', `${badge}:weight eq 0.25`, ['ben']],
  ['moment: gt is chronological', `${badge}:issued gt "2024-03-01T08:30:00Z"`, ['ben']],
  ['moment: eq in another zone', `${badge}:issued eq "2024-03-01T08:00:00Z"`, ['ada']],
  ['boolean: eq', `${badge}:isMaster eq true`, ['ada']],
  ['boolean: ne', `${badge}:isMaster ne true`, ['ben', 'cem']],
  ['text: eq folds case', `${badge}:color eq "red"`, ['ada']],
  ['text: sw', `${badge}:color sw "B"`, ['ben']],
  ['text: co', `${badge}:color co "e"`, ['ada', 'ben']],
  ['list of plain values: eq', `${badge}:doors eq "a"`, ['ada']],
  ['list of plain values: pr', `${badge}:doors pr`, ['ada', 'ben']],
  ['schemas', `schemas eq "${badge}"`, ['ada', 'ben']],
];

const groupRows: [string, string, string[]][] = [
  ['displayName: eq', 'displayName eq "SCREENS"', ['Screens']],
  ['displayName: ne', 'displayName ne "screens"', ['Empty', 'stage']],
  ['displayName: sw', 'displayName sw "s"', ['Screens', 'stage']],
  ['displayName: co', 'displayName co "A"', ['stage']],
  ['displayName: ew', 'displayName ew "S"', ['Screens']],
  ['displayName: gt', 'displayName gt "f"', ['Screens', 'stage']],
  ['members: its value stands for it', 'members eq "{ben}"', ['Screens']],
  ['members.value: eq', 'members.value eq "{ada}"', ['Screens', 'stage']],
  ['members: value path', 'members[value eq "{ada}"]', ['Screens', 'stage']],
  ['members: eq of nobody', 'members eq "nobody"', []],
  ['members: pr', 'members pr', ['Screens', 'stage']],
  ['members: not pr', 'not (members pr)', ['Empty']],
  ["Entra's membership check", 'id eq "{stage}" and members eq "{ada}"', ['stage']],
  ['externalId: not pr', 'not (externalId pr)', ['Empty', 'Screens', 'stage']],
  ['meta.resourceType: eq', 'meta.resourceType eq "Group"', ['Empty', 'Screens', 'stage']],
];

const invalid: [string, string][] = [
  ['an operator that is none', 'userName regex "a"'],
  ['an attribute that is none', 'shoeSize eq 7'],
  ['a sub-attribute that is none', 'name.colour eq "a"'],
  ['nothing', ' '],
  ['half an expression', 'userName eq'],
  ['text without quotes', 'userName eq ada'],
  ['the order of booleans: gt', 'active gt true'],
  ['the order of booleans: ge', 'active ge true'],
  ['the order of booleans: lt', 'active lt true'],
  ['the order of booleans: le', 'active le true'],
  ['the order of binaries: gt', 'x509Certificates.value gt "QQ=="'],
  ['the order of binaries: le', 'x509Certificates.value le "QQ=="'],
  ['a complex attribute as a whole', 'name eq "Ada"'],
  ['a moment that is none', 'meta.created gt "yesterday"'],
  ['a password', 'password eq "secret"'],
  ['an open bracket', '(userName eq "a"'],
  ['a value path in a value path', 'emails[emails[type eq "a"]]'],
];

describe('a filter of users', () => {
  it.for(userRows)('%s: %s', async ([, filter, names]) => {
    expect(namesIn(await find('/Users', filter))).toEqual(names);
  });
});

describe('a filter by an extension that the organization declared', () => {
  it.for(extensionRows)('%s: %s', async ([, filter, names]) => {
    expect(namesIn(await find('/Users', filter))).toEqual(names);
  });
});

describe('a filter of groups', () => {
  it.for(groupRows)('%s: %s', async ([, filter, names]) => {
    expect(namesIn(await find('/Groups', filter))).toEqual(names);
  });
});

describe('a filter that cannot be answered is refused with 400 invalidFilter and never widened', () => {
  it.for(invalid)('%s: %s', async ([, filter]) => {
    const { status, body } = await find('/Users', filter);
    expect([status, body.scimType, body.schemas]).toEqual([400, 'invalidFilter', [urns.error]]);
  });
});

it('answers a miss with 200 and an empty list', async () => {
  const { status, body } = await find('/Users', 'userName eq "nobody"');
  expect(status).toBe(200);
  expect(body).toMatchObject({ schemas: [urns.listResponse], totalResults: 0 });
  expect(body.Resources ?? []).toEqual([]);
});

it('finds a person by what the last write made of it, defaults included', async () => {
  const { scim } = connected;
  const created = await scim.post('/Users', { schemas: [urns.user], userName: 'default@x.example' });
  expect(created.body.active).toBe(true);
  const filter = 'userName eq "default@x.example" and active eq';
  expect(namesIn(await find('/Users', `${filter} true`))).toEqual(['default']);
  await scim.patch(`/Users/${idOf(created)}`, [{ op: 'replace', path: 'active', value: false }]);
  expect(namesIn(await find('/Users', `${filter} false`))).toEqual(['default']);
  await scim.delete(`/Users/${idOf(created)}`);
  expect(namesIn(await find('/Users', 'userName eq "default@x.example"'))).toEqual([]);
});
