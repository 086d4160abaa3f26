// Many writers at once on one record: nothing is lost, nothing is made twice, and who loses a race is told so.
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ENTERPRISE_USER_SCHEMA } from '../../src/attributes/urns.ts';
import { startTestService, type TestService } from '../harness/service.ts';
import { defaultDialect, entraGroup, entraUser, flagDialect } from './entra-requests.ts';
import { idOf, memberIdsOf, resourcesOf, type ScimAnswer, type ScimClient } from './scim-client.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterEach(() => expect(service.failures).toEqual([]));
afterAll(() => service.close());

async function people(scim: ScimClient, count: number): Promise<string[]> {
  const names = Array.from({ length: count }, (_, number) => `person-${number}`);
  return Promise.all(names.map(async (name) => idOf(await scim.post('/Users', entraUser(name)))));
}

/** The answers' statuses, sorted. */
function statusesOf(answers: ScimAnswer[]): number[] {
  return answers.map((answer) => answer.status).sort((one, other) => one - other);
}

function repeated(count: number, status: number): number[] {
  return Array.from({ length: count }, () => status);
}

describe('one group', () => {
  it.for([
    ['default', defaultDialect.addMembers],
    ['flag', flagDialect.addMembers],
  ] as const)(
    'security 29: has all members after 32 concurrent PATCHes that add one each, in the %s dialect (SCIMMY#79, fleet#50724)',
    async ([, add]) => {
      const { scim } = await service.connected();
      const ids = await people(scim, 32);
      const path = `/Groups/${idOf(await scim.post('/Groups', entraGroup('Screens')))}`;
      const answers = await Promise.all(ids.map((id) => scim.patch(path, [add(id)])));
      expect(statusesOf(answers)).toEqual(repeated(32, 204));
      expect(memberIdsOf(await scim.get(path))).toEqual([...ids].sort());
    },
  );

  it('is empty after 32 concurrent PATCHes that remove one member each', async () => {
    const { scim } = await service.connected();
    const ids = await people(scim, 32);
    const path = `/Groups/${idOf(await scim.post('/Groups', entraGroup('Screens')))}`;
    await scim.patch(path, [defaultDialect.addMembers(...ids)]);
    const answers = await Promise.all(ids.map((id) => scim.patch(path, [flagDialect.removeMember(id)])));
    expect(statusesOf(answers)).toEqual(repeated(32, 204));
    expect(memberIdsOf(await scim.get(path))).toEqual([]);
  });

  it('keeps the members that are added while others rename it and replace its externalId', async () => {
    const { scim } = await service.connected();
    const ids = await people(scim, 16);
    const path = `/Groups/${idOf(await scim.post('/Groups', entraGroup('Screens')))}`;
    const answers = await Promise.all([
      ...ids.map((id) => scim.patch(path, [defaultDialect.addMembers(id)])),
      ...ids.map((_, number) => scim.patch(path, [defaultDialect.replace('displayName', `Screens ${number}`)])),
      ...ids.map((_, number) => scim.patch(path, [flagDialect.replace({ externalId: `external-${number}` })])),
    ]);
    expect(statusesOf(answers)).toEqual(repeated(48, 204));
    const after = await scim.get(path);
    expect(memberIdsOf(after)).toEqual([...ids].sort());
    expect([after.body.displayName, after.body.externalId]).toEqual([
      expect.stringMatching(/^Screens \d+$/),
      expect.stringMatching(/^external-\d+$/),
    ]);
  });

  it('ends with one of the lists when 8 clients replace the whole list at once', async () => {
    const { scim } = await service.connected();
    const ids = await people(scim, 16);
    const path = `/Groups/${idOf(await scim.post('/Groups', entraGroup('Screens')))}`;
    const pairs = Array.from({ length: 8 }, (_, number) => ids.slice(number * 2, number * 2 + 2).sort());
    const replace = (pair: string[]) => ({ op: 'replace', path: 'members', value: pair.map((value) => ({ value })) });
    const answers = await Promise.all(pairs.map((pair) => scim.patch(path, [replace(pair)])));
    expect(statusesOf(answers)).toEqual(repeated(8, 204));
    expect(pairs).toContainEqual(memberIdsOf(await scim.get(path)));
  });
});

describe('one user', () => {
  it('has 16 different attributes after 16 concurrent PATCHes of one each', async () => {
    const { scim } = await service.connected();
    const path = `/Users/${idOf(await scim.post('/Users', entraUser('ada')))}`;
    const core = [
      'displayName',
      'nickName',
      'title',
      'userType',
      'preferredLanguage',
      'locale',
      'timezone',
      'profileUrl',
    ];
    const parts = ['familyName', 'givenName', 'middleName'];
    const enterprise = ['employeeNumber', 'costCenter', 'organization', 'division', 'department'];
    const paths = [
      ...core,
      ...parts.map((name) => `name.${name}`),
      ...enterprise.map((name) => `${ENTERPRISE_USER_SCHEMA}:${name}`),
    ];
    expect(paths).toHaveLength(16);
    const answers = await Promise.all(
      paths.map((name) => scim.patch(path, [defaultDialect.replace(name, `new ${name.slice(-12)}`)])),
    );
    expect(statusesOf(answers)).toEqual(repeated(16, 200));
    const valuesOf = (names: string[], prefix = '') =>
      Object.fromEntries(names.map((name) => [name, `new ${`${prefix}${name}`.slice(-12)}`]));
    expect((await scim.get(path)).body).toMatchObject({
      ...valuesOf(core),
      name: valuesOf(parts, 'name.'),
      [ENTERPRISE_USER_SCHEMA]: valuesOf(enterprise, `${ENTERPRISE_USER_SCHEMA}:`),
      meta: { version: 'W/"17"' },
    });
  });

  it('is changed by exactly one of 8 concurrent PATCHes under the same If-Match', async () => {
    const { scim } = await service.connected();
    const created = await scim.post('/Users', entraUser('ada'));
    const guard = { 'If-Match': String(created.headers.etag) };
    const path = `/Users/${idOf(created)}`;
    const titles = Array.from({ length: 8 }, (_, number) => `title ${number}`);
    const answers = await Promise.all(
      titles.map((title) => scim.patch(path, [defaultDialect.replace('title', title)], guard)),
    );
    expect(statusesOf(answers)).toEqual([200, ...repeated(7, 412)]);
    const winner = answers.find((answer) => answer.status === 200);
    expect((await scim.get(path)).body).toEqual(winner?.body);
  });

  it('ends deleted when it is patched, disabled and deleted at once, and every answer says what happened', async () => {
    const { scim } = await service.connected();
    const path = `/Users/${idOf(await scim.post('/Users', entraUser('ada')))}`;
    const answers = await Promise.all([
      ...Array.from({ length: 10 }, (_, number) => scim.patch(path, [defaultDialect.replace('title', `t${number}`)])),
      scim.patch(path, [defaultDialect.disable]),
      scim.delete(path),
      scim.delete(path),
    ]);
    for (const { status } of answers.slice(0, 11)) expect([200, 404]).toContain(status);
    expect(statusesOf(answers.slice(11))).toEqual([204, 404]);
    expect((await scim.get(path)).status).toBe(404);
  });
});

describe('one name', () => {
  it('security 30: is one user after 8 identical POSTs, and seven are told 409 (measured on Polis: seven users)', async () => {
    const { organization, scim } = await service.connected();
    const answers = await Promise.all(Array.from({ length: 8 }, () => scim.post('/Users', entraUser('ada'))));
    expect(statusesOf(answers)).toEqual([201, ...repeated(7, 409)]);
    for (const { status, body } of answers) if (status === 409) expect(body.scimType).toBe('uniqueness');
    expect((await scim.get('/Users')).body.totalResults).toBe(1);
    expect((await service.domain.users.list(organization.operator, {})).items).toHaveLength(1);
  });

  it('security 30: is one group after 8 identical POSTs, and seven are told 409', async () => {
    const { organization, scim } = await service.connected();
    const answers = await Promise.all(Array.from({ length: 8 }, () => scim.post('/Groups', entraGroup('Screens'))));
    expect(statusesOf(answers)).toEqual([201, ...repeated(7, 409)]);
    expect((await scim.get('/Groups')).body.totalResults).toBe(1);
    expect((await service.domain.groups.list(organization.operator, {})).items).toHaveLength(1);
  });

  it('goes to one of 8 users who are renamed to it at once', async () => {
    const { scim } = await service.connected();
    const ids = await people(scim, 8);
    const rename = defaultDialect.replace('userName', 'wanted@contoso.example');
    const answers = await Promise.all(ids.map((id) => scim.patch(`/Users/${id}`, [rename])));
    expect(statusesOf(answers)).toEqual([200, ...repeated(7, 409)]);
    expect((await scim.find('/Users', 'userName eq "wanted@contoso.example"')).body.totalResults).toBe(1);
  });

  it('goes to one of 8 groups that are renamed to it at once', async () => {
    const { scim } = await service.connected();
    const names = Array.from({ length: 8 }, (_, number) => `group ${number}`);
    const ids = await Promise.all(names.map(async (name) => idOf(await scim.post('/Groups', entraGroup(name)))));
    const rename = defaultDialect.replace('displayName', 'Wanted');
    const answers = await Promise.all(ids.map((id) => scim.patch(`/Groups/${id}`, [rename])));
    expect(statusesOf(answers)).toEqual([...repeated(1, 204), ...repeated(7, 409)]);
  });

  it('revives an inactive user once when 8 POSTs bring the person back at once', async () => {
    const { scim } = await service.connected();
    const id = idOf(await scim.post('/Users', entraUser('ada')));
    await scim.patch(`/Users/${id}`, [defaultDialect.disable]);
    const answers = await Promise.all(Array.from({ length: 8 }, () => scim.post('/Users', entraUser('ada'))));
    expect(statusesOf(answers)).toEqual([201, ...repeated(7, 409)]);
    expect((await scim.get(`/Users/${id}`)).body.active).toBe(true);
  });

  it('is one group of the product with one active link when 8 directories push it at once', async () => {
    const { organization } = await service.connected();
    const directories = await Promise.all(
      Array.from({ length: 8 }, (_, number) => service.directory(organization, { name: `Directory ${number}` })),
    );
    const answers = await Promise.all(
      directories.map((directory) => service.scim(directory).post('/Groups', entraGroup('Screens'))),
    );
    expect(statusesOf(answers)).toEqual(repeated(8, 201));
    expect((await service.domain.groups.list(organization.operator, {})).items).toHaveLength(1);
    const { items } = await service.domain.links.list(organization.operator, { kind: 'group' }, {});
    expect(items.map((link) => link.state).sort()).toEqual(['active', ...Array.from({ length: 7 }, () => 'pending')]);
  });
});

it('ends a storm of adding, removing and deleting people consistent, without one 5xx', async () => {
  const { organization, scim } = await service.connected();
  const ids = await people(scim, 24);
  const groups = await Promise.all(
    ['One', 'Two', 'Three'].map(async (name) => idOf(await scim.post('/Groups', entraGroup(name)))),
  );
  const deleted = new Set(ids.filter((_, number) => number % 4 === 0));
  const answers = await Promise.all(
    ids.flatMap((id, number) => {
      const group = `/Groups/${groups[number % groups.length]}`;
      const other = `/Groups/${groups[(number + 1) % groups.length]}`;
      return [
        scim.patch(group, [defaultDialect.addMembers(id)]),
        scim.patch(other, [flagDialect.addMembers(id, ...ids.slice(0, number))]),
        scim.patch(group, [flagDialect.removeMember(id)]),
        scim.patch(other, [{ op: 'replace', path: 'members', value: [{ value: id }] }]),
        deleted.has(id) ? scim.delete(`/Users/${id}`) : scim.patch(`/Users/${id}`, [defaultDialect.disable]),
      ];
    }),
  );
  expect(answers.filter((answer) => ![200, 204].includes(answer.status)).map((answer) => answer.text)).toEqual([]);
  const left = resourcesOf(await scim.get('/Users?attributes=id')).map((user) => user.id);
  expect(left.sort()).toEqual(ids.filter((id) => !deleted.has(id)).sort());
  for (const group of groups) {
    for (const member of memberIdsOf(await scim.get(`/Groups/${group}`))) expect(left).toContain(member);
  }
  expect(await orphansOf(organization.id)).toEqual([]);
});

/** Links and memberships that point at nothing, read past every rule. */
async function orphansOf(organizationId: string): Promise<unknown[]> {
  const superuser = new pg.Client(service.connection);
  await superuser.connect();
  try {
    const { rows } = await superuser.query(
      `select 'member' as what, m.directory_user_id as id from directory_group_members m
         left join directory_users u on u.organization_id = m.organization_id and u.id = m.directory_user_id
        where m.organization_id = $1 and u.id is null
       union all
       select 'user without a link', u.id from directory_users u
        where u.organization_id = $1 and not exists (
          select 1 from user_links l where l.organization_id = $1 and l.directory_user_id = u.id and l.state <> 'superseded')
       union all
       select 'group without a link', g.id from directory_groups g
        where g.organization_id = $1 and not exists (
          select 1 from group_links l where l.organization_id = $1 and l.directory_group_id = g.id)`,
      [organizationId],
    );
    return rows;
  } finally {
    await superuser.end();
  }
}
