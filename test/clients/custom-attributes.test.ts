// Attributes that organizations declare, and those that nobody declared. Entra maps custom attributes to a URN of the admin's
// choice that `schemas` does not name (Microsoft Learn, "Customize application attributes"), in both of its PATCH dialects
// ("Known issues: SCIM 2.0 protocol compliance"); Okta sends extensions on groups (lightdash#28062).
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENTERPRISE_USER_SCHEMA, GROUP_SCHEMA, USER_SCHEMA } from '../../src/attributes/urns.ts';
import { type Connected, startTestService, type TestService } from '../harness/service.ts';
import { entraUser } from './entra-requests.ts';
import { idOf, memberIdsOf, resourcesOf } from './scim-client.ts';

const URN = 'urn:ietf:params:scim:schemas:extension:acme:2.0:User';
const GROUP_URN = 'urn:okta:acme:1.0:Group';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

const CREATE = `mutation ($input: CreateCustomSchemaInput!) {
  createCustomSchema(input: $input) {
    customSchema { id urn resourceType isSettled version attributes { name type multiValued uniqueness } }
    recordsCount misfitsCount
    errors { code message path }
  }
}`;

interface Declared {
  createCustomSchema: {
    customSchema: { id: string; isSettled: boolean } | null;
    recordsCount: number | null;
    misfitsCount: number | null;
    errors: { code: string; message: string; path: string | null }[];
  };
}

async function declare({ organization }: Connected, attributes: object[], more: object = {}) {
  const input = { urn: URN, resourceType: 'USER', attributes, ...more };
  const answer = await service.graphql<Declared>(organization.apiKey, CREATE, { input });
  if (!answer.data) throw new Error(JSON.stringify(answer));
  return answer.data.createCustomSchema;
}

const badge = [
  { name: 'badge', uniqueness: 'SERVER', description: 'The number of the badge.' },
  { name: 'level', type: 'INTEGER' },
  { name: 'vip', type: 'BOOLEAN' },
  { name: 'shifts', multiValued: true, canonicalValues: ['early', 'late'] },
  { name: 'car', type: 'COMPLEX', subAttributes: [{ name: 'plate' }, { name: 'doors', type: 'INTEGER' }] },
];

describe('what nobody declared', () => {
  it('is kept and shown by POST, GET, PUT and lists, and named in schemas', async () => {
    const { scim } = await service.connected();
    const extension = { tag: 'x', level: 3, vip: false, list: ['a', { b: 1 }] };
    const created = await scim.post('/Users', entraUser('ada', { [URN]: extension }));
    expect(created.status).toBe(201);
    expect(created.body.schemas).toContain(URN);
    expect(created.body[URN]).toEqual(extension);
    const id = idOf(created);
    expect((await scim.get(`/Users/${id}`)).body).toEqual(created.body);
    expect(resourcesOf(await scim.get('/Users'))).toEqual([created.body]);
    const replaced = await scim.put(`/Users/${id}`, entraUser('ada'));
    expect(replaced.body).not.toHaveProperty([URN]);
    expect(replaced.body.schemas).not.toContain(URN);
  });

  it.each([
    ['by path', [{ op: 'Add', path: `${URN}:tag`, value: 'x' }]],
    ['in the flag dialect', [{ op: 'add', value: { [`${URN}:tag`]: 'x' } }]],
    ['as an object at the URN', [{ op: 'add', path: URN, value: { tag: 'x' } }]],
    ['as a pathless object', [{ op: 'replace', value: { [URN]: { tag: 'x' } } }]],
  ])('takes a PATCH %s', async (_how, operations) => {
    const { scim } = await service.connected();
    const id = idOf(await scim.post('/Users', entraUser('ada')));
    const patched = await scim.patch(`/Users/${id}`, operations);
    expect(patched.status).toBe(200);
    expect(patched.body[URN]).toEqual({ tag: 'x' });
    const removed = await scim.patch(`/Users/${id}`, [{ op: 'Remove', path: `${URN.toLowerCase()}:TAG` }]);
    expect(removed.body).not.toHaveProperty([URN]);
  });

  it('is filtered by and projected', async () => {
    const { scim } = await service.connected();
    for (const [name, tag, level] of [
      ['ada', 'Red', 3],
      ['grace', 'blue', 4],
    ] as const)
      await scim.post('/Users', entraUser(name, { [URN]: { tag, level, car: { plate: name } } }));
    const found = async (filter: string) =>
      resourcesOf(await scim.find('/Users', filter)).map(({ userName }) => String(userName).split('@')[0]);
    expect(await found(`${URN}:tag eq "red"`)).toEqual(['ada']);
    expect(await found(`${URN}:TAG sw "BL"`)).toEqual(['grace']);
    expect(await found(`${URN}:level gt 3`)).toEqual(['grace']);
    expect(await found(`${URN}:car.plate eq "ada"`)).toEqual(['ada']);
    expect(await found(`${URN}:car[plate eq "grace"]`)).toEqual(['grace']);
    expect(await found(`not (${URN}:tag pr)`)).toEqual([]);
    expect(await found(`${URN}:none eq "x"`)).toEqual([]);
    const [shown] = resourcesOf(await scim.get(`/Users?attributes=userName,${URN}:car.plate`));
    expect(shown?.[URN]).toEqual({ car: { plate: 'ada' } });
    const [left] = resourcesOf(await scim.get(`/Users?excludedAttributes=${URN}:car,${URN}:LEVEL`));
    expect(left?.[URN]).toEqual({ tag: 'Red' });
  });

  it('is kept on groups, whose PATCH neither loses nor reads members', async () => {
    const { scim } = await service.connected();
    const user = idOf(await scim.post('/Users', entraUser('ada')));
    const body = { schemas: [GROUP_SCHEMA], displayName: 'Sales', members: [{ value: user }], [GROUP_URN]: { a: 1 } };
    const created = await scim.post('/Groups', body);
    expect(created.body).toMatchObject({ schemas: [GROUP_SCHEMA, GROUP_URN], [GROUP_URN]: { a: 1 } });
    const id = idOf(created);
    const patched = await scim.patch(`/Groups/${id}?attributes=displayName,${GROUP_URN}`, [
      { op: 'add', path: `${GROUP_URN}:labels`, value: ['x'] },
      { op: 'replace', value: { displayName: 'Sales 2', [`${GROUP_URN}:b`]: 2 } },
    ]);
    expect(patched.body).toMatchObject({ displayName: 'Sales 2', [GROUP_URN]: { a: 1, b: 2, labels: ['x'] } });
    await scim.patch(`/Groups/${id}`, [{ op: 'add', path: `${GROUP_URN}:labels`, value: ['x', 'y'] }]);
    const read = await scim.get(`/Groups/${id}`);
    expect(read.body[GROUP_URN]).toEqual({ a: 1, b: 2, labels: ['x', 'y'] });
    expect(memberIdsOf(read)).toEqual([user]);
    const kept = await scim.patch(`/Groups/${id}?attributes=displayName,${GROUP_URN}`, [
      { op: 'replace', path: 'displayName', value: 'Sales 3' },
    ]);
    expect(kept.body[GROUP_URN]).toEqual({ a: 1, b: 2, labels: ['x', 'y'] });
    const replaced = await scim.put(`/Groups/${id}`, { schemas: [GROUP_SCHEMA], displayName: 'Sales' });
    expect(replaced.body).not.toHaveProperty([GROUP_URN]);
    expect(memberIdsOf(replaced)).toEqual([]);
  });

  it('loses nothing of a group to patches of several attributes and members at once', async () => {
    const { scim } = await service.connected();
    const names = Array.from({ length: 12 }, (_, number) => `a${number}`);
    const users: string[] = [];
    for (const name of names) users.push(idOf(await scim.post('/Users', entraUser(name))));
    const id = idOf(await scim.post('/Groups', { schemas: [GROUP_SCHEMA], displayName: 'Sales' }));
    // One after the other, so that the version rises between the reads and writes of the others.
    const addMembers = async () => {
      for (const value of users)
        await scim.patch(`/Groups/${id}`, [{ op: 'add', path: 'members', value: [{ value }] }]);
    };
    const [, ...answers] = await Promise.all([
      addMembers(),
      ...names.map((name) => scim.patch(`/Groups/${id}`, [{ op: 'add', path: `${GROUP_URN}:${name}`, value: 1 }])),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(names.map(() => 204));
    const read = await scim.get(`/Groups/${id}`);
    expect(read.body[GROUP_URN]).toEqual(Object.fromEntries(names.map((name) => [name, 1])));
    expect(memberIdsOf(read)).toEqual(users.sort());
  });

  it('is bounded: 400 and nothing kept', async () => {
    const { scim, directory } = await service.connected();
    const deep = JSON.parse(`${'{"a":'.repeat(20)}1${'}'.repeat(20)}`) as object;
    for (const extension of [deep, { a: 'x\u0000' }, { a: Array(1001).fill(1) }]) {
      const answer = await scim.post('/Users', entraUser('ada', { [URN]: extension }));
      expect([answer.status, answer.body.scimType]).toEqual([400, 'invalidValue']);
    }
    const polluting = `{"schemas":["${USER_SCHEMA}"],"userName":"eve","${URN}":{"__proto__":{"x":1},"a":{"__proto__":{"x":1},"b":1}}}`;
    const headers = { Authorization: `Bearer ${directory.token}`, 'Content-Type': 'application/scim+json' };
    const answer = await scim.raw({ method: 'POST', path: '/Users', body: polluting, headers });
    expect(answer.text).not.toContain('__proto__');
    expect(answer.body[URN]).toEqual({ a: { b: 1 } });
    expect(service.failures).toEqual([]);
  });
});

describe('what an organization declared', () => {
  it('is made of the declared types, in both dialects of Entra', async () => {
    const connected = await service.connected();
    const { scim } = connected;
    expect(await declare(connected, badge)).toMatchObject({
      customSchema: { urn: URN, resourceType: 'USER', isSettled: true, version: 1 },
      recordsCount: 0,
      misfitsCount: 0,
      errors: [],
    });
    const id = idOf(await scim.post('/Users', entraUser('ada', { [URN]: { BADGE: 'B-1', level: '3', vip: 'True' } })));
    const read = async () => (await scim.get(`/Users/${id}`)).body[URN];
    expect(await read()).toEqual({ badge: 'B-1', level: 3, vip: true });
    await scim.patch(`/Users/${id}`, [
      { op: 'Replace', path: `${URN}:level`, value: '4' },
      { op: 'Add', path: `${URN}:shifts`, value: 'early' },
      { op: 'Add', path: `${URN}:car.doors`, value: '5' },
    ]);
    expect(await read()).toEqual({ badge: 'B-1', level: 4, vip: true, shifts: ['early'], car: { doors: 5 } });
    await scim.patch(`/Users/${id}`, [
      { op: 'add', value: { [`${URN}:Shifts`]: ['late', 'EARLY'], [`${URN}:VIP`]: 'False' } },
    ]);
    expect(await read()).toMatchObject({ vip: false, shifts: ['early', 'late'] });
  });

  it.each([
    ['a value of another type', { level: 'x' }, 400, 'invalidValue'],
    ['a value that is none of the canonical ones', { shifts: ['night'] }, 400, 'invalidValue'],
    ['a value that another user has', { badge: 'TAKEN' }, 409, 'uniqueness'],
  ])('refuses %s, in POST, PUT and PATCH', async (_what, extension, status, scimType) => {
    const connected = await service.connected();
    const { scim } = connected;
    await declare(connected, badge);
    await scim.post('/Users', entraUser('first', { [URN]: { badge: 'taken' } }));
    const id = idOf(await scim.post('/Users', entraUser('grace')));
    const answers = [
      await scim.post('/Users', entraUser('ada', { [URN]: extension })),
      await scim.put(`/Users/${id}`, entraUser('grace', { [URN]: extension })),
      await scim.patch(`/Users/${id}`, [{ op: 'add', path: URN, value: extension }]),
    ];
    for (const answer of answers) {
      expect([answer.status, answer.body.scimType]).toEqual([status, scimType]);
      expect(answer.body.detail).toContain(`${URN}:${Object.keys(extension)[0]}`);
    }
    expect((await scim.get(`/Users/${id}`)).body).not.toHaveProperty([URN]);
  });

  it('answers 400 mutability to another value of what is immutable', async () => {
    const connected = await service.connected();
    const { scim } = connected;
    await declare(connected, [{ name: 'hired', mutability: 'IMMUTABLE' }]);
    const id = idOf(await scim.post('/Users', entraUser('ada', { [URN]: { hired: '2026' } })));
    const refused = await scim.patch(`/Users/${id}`, [{ op: 'replace', path: `${URN}:hired`, value: '2027' }]);
    expect([refused.status, refused.body.scimType]).toEqual([400, 'mutability']);
    const disabled = await scim.patch(`/Users/${id}`, [{ op: 'replace', path: 'active', value: false }]);
    expect(disabled.body).toMatchObject({ active: false, [URN]: { hired: '2026' } });
  });

  it('is written and read by its own name, whatever every object inherits', async () => {
    const connected = await service.connected();
    const { scim } = connected;
    await declare(connected, [
      { name: 'constructor', required: true },
      { name: 'toString', mutability: 'IMMUTABLE' },
      { name: 'ok' },
    ]);
    const lacking = await scim.post('/Users', entraUser('grace', { [URN]: { ok: '1' } }));
    expect([lacking.status, lacking.body.scimType]).toEqual([400, 'invalidValue']);
    const id = idOf(await scim.post('/Users', entraUser('ada', { [URN]: { constructor: 'c' } })));
    const set = await scim.patch(`/Users/${id}`, [{ op: 'add', path: `${URN}:toString`, value: 't' }]);
    expect([set.status, set.body[URN]]).toEqual([200, { constructor: 'c', toString: 't' }]);
    const changed = await scim.patch(`/Users/${id}`, [{ op: 'replace', path: `${URN}:toString`, value: 'u' }]);
    expect([changed.status, changed.body.scimType]).toEqual([400, 'mutability']);
  });

  it.each([
    ['declared', true],
    ['open', false],
  ])('has its simple values changed by a filter of their value where it is %s', async (_kind, isDeclared) => {
    const connected = await service.connected();
    const { scim } = connected;
    if (isDeclared) await declare(connected, badge);
    const id = idOf(await scim.post('/Users', entraUser('ada', { [URN]: { shifts: ['early', 'late'] } })));
    const path = `${URN}:shifts[value eq "early"]`;
    const removed = await scim.patch(`/Users/${id}`, [{ op: 'remove', path }]);
    expect([removed.status, removed.body[URN]]).toEqual([200, { shifts: ['late'] }]);
    const replaced = await scim.patch(`/Users/${id}`, [
      { op: 'replace', path: `${URN}:shifts[value eq "late"].value`, value: 'early' },
    ]);
    expect([replaced.status, replaced.body[URN]]).toEqual([200, { shifts: ['early'] }]);
    expect(resourcesOf(await scim.find('/Users', path))).toHaveLength(1);
    expect(resourcesOf(await scim.find('/Users', `${URN}:shifts[value eq "late"]`))).toEqual([]);
  });

  it('is found by filters of its types', async () => {
    const connected = await service.connected();
    const { scim } = connected;
    await declare(connected, badge);
    await scim.post('/Users', entraUser('ada', { [URN]: { badge: 'B-1', level: 9, vip: true, shifts: ['early'] } }));
    await scim.post('/Users', entraUser('grace', { [URN]: { badge: 'B-20', level: 10, shifts: ['early', 'late'] } }));
    const found = async (filter: string) =>
      resourcesOf(await scim.find('/Users', filter)).map(({ userName }) => String(userName).split('@')[0]);
    expect(await found(`${URN}:badge eq "b-1"`)).toEqual(['ada']);
    expect(await found(`${URN}:Badge sw "B-2"`)).toEqual(['grace']);
    expect(await found(`${URN}:level gt 9`)).toEqual(['grace']);
    expect(await found(`${URN}:level eq 9`)).toEqual(['ada']);
    expect(await found(`${URN}:vip eq true`)).toEqual(['ada']);
    expect(await found(`${URN}:shifts eq "late"`)).toEqual(['grace']);
    expect(await found(`${URN}:shifts co "ar"`)).toEqual(['ada', 'grace']);
  });

  it('is returned as it was declared', async () => {
    const connected = await service.connected();
    const { scim } = connected;
    await declare(connected, [
      { name: 'salary', returned: 'REQUEST' },
      { name: 'unit', returned: 'ALWAYS' },
      { name: 'floor' },
    ]);
    const created = await scim.post('/Users', entraUser('ada', { [URN]: { salary: '9', unit: 'u', floor: '3' } }));
    expect(created.body[URN]).toEqual({ unit: 'u', floor: '3' });
    const id = idOf(created);
    const shown = async (query: string) => (await scim.get(`/Users/${id}${query}`)).body[URN];
    expect(await shown('')).toEqual({ unit: 'u', floor: '3' });
    expect(await shown(`?attributes=${URN}:salary`)).toEqual({ salary: '9', unit: 'u' });
    expect(await shown('?attributes=userName')).toEqual({ unit: 'u' });
    expect(await shown(`?excludedAttributes=${URN}`)).toEqual({ unit: 'u' });
    expect(resourcesOf(await scim.get('/Users'))[0]?.[URN]).toEqual({ unit: 'u', floor: '3' });
    const patched = await scim.patch(`/Users/${id}`, [{ op: 'replace', path: `${URN}:floor`, value: '4' }]);
    expect(patched.body[URN]).toEqual({ unit: 'u', floor: '4' });
    expect(await shown(`?attributes=${URN}:salary`)).toEqual({ salary: '9', unit: 'u' });
  });

  it('is shown by /Schemas and /ResourceTypes of its own directories only', async () => {
    const connected = await service.connected();
    const other = await service.connected();
    await declare(connected, badge, { name: 'Acme', description: 'What Acme adds.' });
    const shown = await connected.scim.get(`/Schemas/${URN}`);
    expect(shown.body).toMatchObject({
      id: URN,
      name: 'Acme',
      description: 'What Acme adds.',
      attributes: [
        {
          name: 'badge',
          type: 'string',
          multiValued: false,
          description: 'The number of the badge.',
          required: false,
          caseExact: false,
          mutability: 'readWrite',
          returned: 'default',
          uniqueness: 'server',
        },
        { name: 'level', type: 'integer' },
        { name: 'vip', type: 'boolean' },
        { name: 'shifts', canonicalValues: ['early', 'late'], multiValued: true },
        { name: 'car', type: 'complex', subAttributes: [{ name: 'plate' }, { name: 'doors', type: 'integer' }] },
      ],
      meta: { resourceType: 'Schema' },
    });
    const ids = async ({ scim }: Connected) => resourcesOf(await scim.get('/Schemas')).map(({ id }) => id);
    expect(new Set(await ids(connected))).toEqual(new Set([USER_SCHEMA, ENTERPRISE_USER_SCHEMA, GROUP_SCHEMA, URN]));
    expect(await ids(other)).not.toContain(URN);
    expect((await other.scim.get(`/Schemas/${URN}`)).status).toBe(404);
    expect((await connected.scim.get('/ResourceTypes/User')).body.schemaExtensions).toContainEqual({
      schema: URN,
      required: false,
    });
  });

  it('takes over what was kept before, and lets misfits be', async () => {
    const connected = await service.connected();
    const { scim } = connected;
    const fits = idOf(
      await scim.post('/Users', entraUser('fits', { [URN.toUpperCase().replace('URN', 'urn')]: { Level: '3' } })),
    );
    const misfit = idOf(await scim.post('/Users', entraUser('misfit', { [URN]: { level: 'high', badge: 'x' } })));
    expect(await declare(connected, badge)).toMatchObject({ recordsCount: 2, misfitsCount: 1, errors: [] });
    expect((await scim.get(`/Users/${fits}`)).body[URN]).toEqual({ level: 3 });
    const disabled = await scim.patch(`/Users/${misfit}`, [{ op: 'Replace', path: 'active', value: 'False' }]);
    expect(disabled.body).toMatchObject({ active: false, [URN]: { level: 'high', badge: 'x' } });
    const corrected = await scim.patch(`/Users/${misfit}`, [{ op: 'Replace', path: `${URN}:level`, value: '4' }]);
    expect(corrected.body[URN]).toEqual({ level: 4, badge: 'x' });
  });

  it('is refused as data where values that must be unique are not', async () => {
    const connected = await service.connected();
    for (const name of ['ada', 'grace'])
      await connected.scim.post('/Users', entraUser(name, { [URN]: { badge: 'same' } }));
    expect(await declare(connected, badge)).toMatchObject({
      customSchema: null,
      errors: [
        {
          code: 'ATTRIBUTE_VALUE_TAKEN',
          path: `${URN}:badge`,
          message: expect.stringMatching(/^1 value of .*:badge stands on several users/),
        },
      ],
    });
  });
});
