// Every form of PATCH (RFC 7644 §3.5.2) on every kind of attribute, over HTTP. Where Entra or Okta need more than the RFC gives,
// their own tests in test/clients show it; docs/guides/strict.md says what a strict directory refuses.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { idOf, memberIdsOf } from '../clients/scim-client.ts';
import { type Connected, startTestService, type TestService } from '../harness/service.ts';
import { declareBadgeSchema } from './badge-schema.ts';
import { urns } from './urns.ts';

const badge = 'urn:acme:params:scim:schemas:2.0:Badge';
let service: TestService;
let connected: Connected;
let strict: Connected;
let made = 0;

beforeAll(async () => {
  service = await startTestService();
  connected = await service.connected();
  strict = await service.connected({}, { isStrict: true });
  await declareBadgeSchema(service, connected, badge);
});
afterAll(() => service.close());

const work = { value: 'ada@work.example', type: 'work', primary: true };
const home = { value: 'ada@home.example', type: 'home' };
const office = { streetAddress: '1 Main St', locality: 'London', country: 'GB', type: 'work' };
const full = {
  title: 'Engineer',
  name: { givenName: 'Ada', familyName: 'Lovelace' },
  emails: [work, home],
  addresses: [office],
  roles: [{ value: 'reader', primary: true }, { value: 'writer' }],
  ims: [{ value: 'ada', type: 'xmpp' }],
  photos: [{ value: 'https://photos.example/ada', type: 'photo' }],
  entitlements: [{ value: 'beta' }],
  x509Certificates: [{ value: 'QWRh' }],
  [urns.enterprise]: { department: 'Engines', costCenter: '4130', manager: { value: 'm1' } },
  [badge]: { number: 9, color: 'Red', doors: ['A', 'B'], office: { floor: 1, room: '1a' } },
};

async function aUser(
  { scim }: Connected,
  attributes: object = full,
): Promise<{ path: string; body: Record<string, unknown> }> {
  made += 1;
  const schemas = [urns.user, urns.enterprise, badge];
  const answer = await scim.post('/Users', { schemas, userName: `user-${made}@x.example`, ...attributes });
  return { path: `/Users/${idOf(answer)}`, body: answer.body };
}

type Operation = { op: string; path?: string; value?: unknown };
/** [what, operation, the attributes that are changed with their values afterwards, undefined for unassigned ones]. */
type Row = [string, Operation, Record<string, unknown>];

const add = (path: string | undefined, value: unknown): Operation => ({ op: 'add', ...(path && { path }), value });
const replace = (path: string | undefined, value: unknown): Operation => ({
  op: 'replace',
  ...(path && { path }),
  value,
});
const remove = (path: string): Operation => ({ op: 'remove', path });
const enterprise = (changes: object) => ({ [urns.enterprise]: changedObject(full[urns.enterprise], changes) });
const badged = (changes: object) => ({ [badge]: changedObject(full[badge], changes) });

function changedObject(object: object, changes: object): object {
  return Object.fromEntries(Object.entries({ ...object, ...changes }).filter(([, value]) => value !== undefined));
}

const single: Row[] = [
  ['add of a single value replaces it', add('title', 'Boss'), { title: 'Boss' }],
  ['add of an absent single value', add('nickName', 'Countess'), { nickName: 'Countess' }],
  ['replace of a single value', replace('title', 'Boss'), { title: 'Boss' }],
  ['replace of an absent value is an add', replace('nickName', 'Countess'), { nickName: 'Countess' }],
  ['replace with null unassigns', replace('title', null), { title: undefined }],
  ['remove of a single value', remove('title'), { title: undefined }],
  ['remove of an absent value changes nothing', remove('nickName'), {}],
  ['add without a path', add(undefined, { title: 'Boss', nickName: 'C' }), { title: 'Boss', nickName: 'C' }],
  ['replace without a path', replace(undefined, { title: 'Boss' }), { title: 'Boss' }],
  ['a path with the core URN', replace(`${urns.user}:title`, 'Boss'), { title: 'Boss' }],
  ['a path in any case', replace('TITLE', 'Boss'), { title: 'Boss' }],
  ['replace of a boolean', replace('active', false), { active: false }],
];

const complex: Row[] = [
  ['add merges sub-attributes', add('name', { middleName: 'K' }), { name: { ...full.name, middleName: 'K' } }],
  [
    'replace leaves the others',
    replace('name', { givenName: 'A' }),
    { name: { givenName: 'A', familyName: 'Lovelace' } },
  ],
  ['add of a sub-attribute', add('name.middleName', 'K'), { name: { ...full.name, middleName: 'K' } }],
  ['replace of a sub-attribute', replace('name.givenName', 'A'), { name: { givenName: 'A', familyName: 'Lovelace' } }],
  ['remove of a sub-attribute', remove('name.givenName'), { name: { familyName: 'Lovelace' } }],
  ['remove of the whole', remove('name'), { name: undefined }],
  [
    'without a path',
    replace(undefined, { name: { givenName: 'A' } }),
    { name: { givenName: 'A', familyName: 'Lovelace' } },
  ],
];

const other = { value: 'a@other.example', type: 'other' };
const multi: Row[] = [
  ['add appends', add('emails', [other]), { emails: [work, home, other] }],
  ['add of what is there changes nothing', add('emails', [home]), {}],
  ['add without a path appends', add(undefined, { emails: [other] }), { emails: [work, home, other] }],
  ['replace replaces all', replace('emails', [other]), { emails: [other] }],
  ['replace without a path replaces all', replace(undefined, { emails: [other] }), { emails: [other] }],
  ['replace with nothing unassigns', replace('emails', []), { emails: undefined }],
  ['remove of the whole', remove('emails'), { emails: undefined }],
  ['remove by filter', remove('emails[type eq "work"]'), { emails: [home] }],
  ['remove by a filter of two terms', remove('emails[type eq "work" and value ew "example"]'), { emails: [home] }],
  ['remove of all by filter unassigns', remove('emails[value co "@"]'), { emails: undefined }],
  ['remove by a filter that finds nothing', remove('emails[type eq "other"]'), {}],
  [
    'remove of a sub-attribute by filter',
    remove('emails[type eq "work"].primary'),
    { emails: [{ ...work, primary: undefined }, home] },
  ],
  [
    'replace of a value by filter',
    replace('emails[type eq "home"]', { value: 'new@x' }),
    { emails: [work, { value: 'new@x', type: 'home' }] },
  ],
  [
    'replace of a sub-attribute by filter',
    replace('emails[type eq "home"].value', 'new@x'),
    { emails: [work, { ...home, value: 'new@x' }] },
  ],
  [
    'replace of a sub-attribute of all',
    replace('emails.type', 'other'),
    {
      emails: [
        { ...work, type: 'other' },
        { ...home, type: 'other' },
      ],
    },
  ],
  [
    'add of a sub-attribute by filter',
    add('emails[type eq "home"].display', 'Home'),
    { emails: [work, { ...home, display: 'Home' }] },
  ],
  [
    'primary moves by filter',
    replace('emails[type eq "home"].primary', true),
    {
      emails: [
        { ...work, primary: false },
        { ...home, primary: true },
      ],
    },
  ],
  [
    'primary moves by add',
    add('emails', [{ ...other, primary: true }]),
    { emails: [{ ...work, primary: false }, home, { ...other, primary: true }] },
  ],
  [
    'a list without a value sub-attribute: by filter',
    replace('addresses[type eq "work"].streetAddress', '2 High St'),
    { addresses: [{ ...office, streetAddress: '2 High St' }] },
  ],
  [
    'a list without a value sub-attribute: add',
    add('addresses', [{ locality: 'Paris', type: 'home' }]),
    { addresses: [office, { locality: 'Paris', type: 'home' }] },
  ],
  ['a list without a value sub-attribute: remove', remove('addresses[country eq "gb"]'), { addresses: undefined }],
  [
    'roles: primary eq true',
    replace('roles[primary eq true].value', 'owner'),
    { roles: [{ value: 'owner', primary: true }, { value: 'writer' }] },
  ],
  ['ims: add', add('ims', [{ value: 'a', type: 'aim' }]), { ims: [...full.ims, { value: 'a', type: 'aim' }] }],
  ['photos: remove by value', remove('photos[value sw "https:"]'), { photos: undefined }],
  ['entitlements: replace', replace('entitlements', [{ value: 'alpha' }]), { entitlements: [{ value: 'alpha' }] }],
  [
    'x509Certificates: add',
    add('x509Certificates', [{ value: 'QmVu' }]),
    { x509Certificates: [{ value: 'QWRh' }, { value: 'QmVu' }] },
  ],
  ['x509Certificates: remove by value', remove('x509Certificates[value eq "QWRh"]'), { x509Certificates: undefined }],
];

const manager = (value: string) => ({ manager: { value, $ref: expect.stringContaining(`/Users/${value}`) } });
const extension: Row[] = [
  ['add by URN', add(`${urns.enterprise}:division`, 'North'), enterprise({ ...manager('m1'), division: 'North' })],
  [
    'replace by URN',
    replace(`${urns.enterprise}:department`, 'Rails'),
    enterprise({ ...manager('m1'), department: 'Rails' }),
  ],
  ['remove by URN', remove(`${urns.enterprise}:costCenter`), enterprise({ ...manager('m1'), costCenter: undefined })],
  [
    'without a path, by object',
    add(undefined, { [urns.enterprise]: { department: 'Rails' } }),
    enterprise({ ...manager('m1'), department: 'Rails' }),
  ],
  [
    'without a path, by key',
    replace(undefined, { [`${urns.enterprise}:department`]: 'Rails' }),
    enterprise({ ...manager('m1'), department: 'Rails' }),
  ],
  ['complex: replace', replace(`${urns.enterprise}:manager`, { value: 'm2' }), enterprise(manager('m2'))],
  ['complex: replace of a sub-attribute', replace(`${urns.enterprise}:manager.value`, 'm2'), enterprise(manager('m2'))],
  ['complex: remove', remove(`${urns.enterprise}:manager`), enterprise({ manager: undefined })],
  ['remove of the whole extension', remove(urns.enterprise), { [urns.enterprise]: undefined }],
];

const custom: Row[] = [
  ['single: add', add(`${badge}:note`, 'n'), badged({ note: 'n' })],
  ['single: replace', replace(`${badge}:number`, 10), badged({ number: 10 })],
  ['single: remove', remove(`${badge}:color`), badged({ color: undefined })],
  [
    'complex: replace leaves the others',
    replace(`${badge}:office`, { room: '2b' }),
    badged({ office: { floor: 1, room: '2b' } }),
  ],
  ['complex: sub-attribute', replace(`${badge}:office.floor`, 2), badged({ office: { floor: 2, room: '1a' } })],
  ['complex: remove of a sub-attribute', remove(`${badge}:office.room`), badged({ office: { floor: 1 } })],
  ['list: add appends', add(`${badge}:doors`, ['C']), badged({ doors: ['A', 'B', 'C'] })],
  ['list: add of what is there', add(`${badge}:doors`, ['A']), {}],
  ['list: replace', replace(`${badge}:doors`, ['C']), badged({ doors: ['C'] })],
  ['list: remove', remove(`${badge}:doors`), badged({ doors: undefined })],
  ['without a path, by object', replace(undefined, { [badge]: { number: 10 } }), badged({ number: 10 })],
  ['without a path, by key', add(undefined, { [`${badge}:color`]: 'Blue' }), badged({ color: 'Blue' })],
  ['the whole', remove(badge), { [badge]: undefined }],
];

/** Without what the server derives. `toEqual` takes an undefined attribute and an absent one for the same. */
const shown = ({ meta: _meta, schemas: _schemas, ...rest }: Record<string, unknown>) => rest;

async function changes([, operation, changed]: Row): Promise<void> {
  const { path, body } = await aUser(connected);
  const answer = await connected.scim.patch(path, [operation]);
  expect(answer.status, answer.text).toBe(200);
  expect(shown(answer.body)).toEqual({ ...shown(body), ...changed });
  expect((await connected.scim.get(path)).body).toEqual(answer.body);
  const { version, lastModified } = answer.body.meta as Record<string, string>;
  const before = body.meta as Record<string, string>;
  // RFC 7644 §3.5.2.1: what changes nothing does not touch the modify timestamp.
  const isChanged = Object.keys(changed).length > 0;
  expect([version !== before.version, (lastModified ?? '') > (before.lastModified ?? '')]).toEqual([
    isChanged,
    isChanged,
  ]);
}

describe('PATCH of a single-valued simple attribute', () => {
  it.for(single)('%s', (row) => changes(row));
});
describe('PATCH of a single-valued complex attribute', () => {
  it.for(complex)('%s', (row) => changes(row));
});
describe('PATCH of a multi-valued attribute', () => {
  it.for(multi)('%s', (row) => changes(row));
});
describe('PATCH of an enterprise attribute', () => {
  it.for(extension)('%s', (row) => changes(row));
});
describe('PATCH of an attribute that the organization declared', () => {
  it.for(custom)('%s', (row) => changes(row));
});

describe('a PATCH that cannot be done is refused and changes nothing', () => {
  const rows: [string, unknown[], string, 'any' | 'strict'][] = [
    ['an unknown op', [{ op: 'move', path: 'title', value: 'x' }], 'invalidSyntax', 'any'],
    ['no op', [{ path: 'title', value: 'x' }], 'invalidSyntax', 'any'],
    ['no operation', [], 'invalidSyntax', 'any'],
    ['add without a value', [{ op: 'add', path: 'title' }], 'invalidValue', 'any'],
    ['remove without a path', [{ op: 'remove' }], 'noTarget', 'any'],
    ['remove of a required attribute', [remove('userName')], 'mutability', 'any'],
    ['replace of id', [replace('id', 'mine')], 'mutability', 'any'],
    ['remove of id', [remove('id')], 'mutability', 'any'],
    ['replace of meta', [replace('meta.created', '2020-01-01T00:00:00Z')], 'mutability', 'any'],
    ['add to groups', [add('groups', [{ value: 'g' }])], 'mutability', 'any'],
    ['a path that is none', [replace('emails[', 'x')], 'invalidPath', 'any'],
    ['a filter by what is not there', [replace('emails[colour eq "red"].value', 'x')], 'invalidFilter', 'any'],
    ['a value of another type', [replace('active', 'perhaps')], 'invalidValue', 'any'],
    ['a list for a single value', [replace('title', ['a', 'b'])], 'invalidValue', 'any'],
    [
      'a filter that finds nothing and names nothing to make',
      [replace('emails[value co "nobody"].display', 'x')],
      'noTarget',
      'any',
    ],
    ['a filter that finds nothing (§3.5.2.3)', [replace('emails[type eq "other"].value', 'x')], 'noTarget', 'strict'],
    ['the second of two', [replace('title', 'Boss'), replace('id', 'mine')], 'mutability', 'any'],
  ];
  it.for(rows)('%s', async ([, operations, scimType, who]) => {
    const target = who === 'strict' ? strict : connected;
    const { path, body } = await aUser(target, { title: 'Engineer', emails: [work, home] });
    const answer = await target.scim.patch(path, operations);
    expect([answer.status, answer.body.scimType, answer.body.schemas]).toEqual([400, scimType, [urns.error]]);
    expect((await target.scim.get(path)).body).toEqual(body);
  });

  it('another body than a PatchOp', async () => {
    const { path } = await aUser(connected);
    const answer = await connected.scim.raw({
      method: 'PATCH',
      path,
      headers: { Authorization: `Bearer ${connected.directory.token}`, 'Content-Type': 'application/scim+json' },
      body: JSON.stringify({ schemas: [urns.user], Operations: [replace('title', 'x')] }),
    });
    expect([answer.status, answer.body.scimType]).toEqual([400, 'invalidSyntax']);
  });

  it('a userName that another has is 409 uniqueness', async () => {
    const { body } = await aUser(connected);
    const { path } = await aUser(connected);
    const answer = await connected.scim.patch(path, [replace('userName', String(body.userName).toUpperCase())]);
    expect([answer.status, answer.body.scimType]).toEqual([409, 'uniqueness']);
  });
});

describe('PATCH of a group', () => {
  async function aGroup(members: string[]) {
    made += 1;
    const displayName = `Group ${made}`;
    const body = { schemas: [urns.group], displayName, members: members.map((value) => ({ value })) };
    return { path: `/Groups/${idOf(await connected.scim.post('/Groups', body))}`, displayName };
  }
  const someUsers = async () => {
    const users = await Promise.all([aUser(connected, {}), aUser(connected, {}), aUser(connected, {})]);
    return users.map(({ body }) => String(body.id)).sort() as [string, string, string];
  };
  const members = (...ids: string[]) => ids.map((value) => ({ value }));
  type Ids = [string, string, string];
  const rows: [string, (ids: Ids) => Operation[], (ids: Ids) => string[]][] = [
    ['add of a member', ([, , c]) => [add('members', members(c))], (ids) => ids],
    ['add of one who is there', ([a]) => [add('members', members(a))], ([a, b]) => [a, b]],
    ['add without a path', ([, , c]) => [add(undefined, { members: members(c) })], (ids) => ids],
    ['remove by filter', ([a]) => [remove(`members[value eq "${a}"]`)], ([, b]) => [b]],
    ['remove by a filter without white space', ([a]) => [remove(`members[value eq"${a}"]`)], ([, b]) => [b]],
    ['remove of one who is none', ([, , c]) => [remove(`members[value eq "${c}"]`)], ([a, b]) => [a, b]],
    ['remove of all', () => [remove('members')], () => []],
    ['replace of all', ([, , c]) => [replace('members', members(c))], ([, , c]) => [c]],
    ['replace with nothing', () => [replace('members', [])], () => []],
    ['replace without a path', ([, , c]) => [replace(undefined, { members: members(c) })], ([, , c]) => [c]],
    [
      'remove and add in one request',
      ([a, , c]) => [remove(`members[value eq "${a}"]`), add('members', members(c))],
      ([, b, c]) => [b, c],
    ],
    ['remove of all and add', ([, , c]) => [remove('members'), add('members', members(c))], ([, , c]) => [c]],
    ['remove by a filter of two', ([a, b]) => [remove(`members[value eq "${a}" or value eq "${b}"]`)], () => []],
    ['a rename leaves the members', () => [replace('displayName', `Renamed ${Math.random()}`)], ([a, b]) => [a, b]],
  ];
  it.for(rows)('%s', async ([, operations, left]) => {
    const ids = await someUsers();
    const { path } = await aGroup(ids.slice(0, 2));
    const answer = await connected.scim.patch(path, operations(ids));
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect(memberIdsOf(await connected.scim.get(path))).toEqual(left(ids));
  });

  it('answers 200 with the group when attributes are asked for', async () => {
    const { path } = await aGroup([]);
    const answer = await connected.scim.patch(`${path}?attributes=displayName`, [
      replace('displayName', `Asked ${made}`),
    ]);
    expect([answer.status, Object.keys(answer.body).sort()]).toEqual([200, ['displayName', 'id', 'schemas']]);
  });

  it('refuses the name of another group with 409 and removes of the name with 400 mutability', async () => {
    const first = await aGroup([]);
    const { path } = await aGroup([]);
    const taken = await connected.scim.patch(path, [replace('displayName', first.displayName.toUpperCase())]);
    const removed = await connected.scim.patch(path, [remove('displayName')]);
    expect([taken.status, taken.body.scimType, removed.status, removed.body.scimType]).toEqual([
      409,
      'uniqueness',
      400,
      'mutability',
    ]);
  });
});
