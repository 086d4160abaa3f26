// The setting `strict` of a directory (docs/guides/strict.md): what identity providers send beside the standard is understood by
// default and refused in a strict directory, where nothing is changed by it.
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  BULK_REQUEST,
  ENTERPRISE_USER_SCHEMA,
  GROUP_SCHEMA,
  PATCH_OP,
  USER_SCHEMA,
} from '../../src/attributes/urns.ts';
import { type Connected, startTestService, type TestService } from '../harness/service.ts';
import { idOf, memberIdsOf, type ScimAnswer } from './scim-client.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

const user = (more: Record<string, unknown> = {}) => ({ schemas: [USER_SCHEMA], userName: 'ada', ...more });
const group = (more: Record<string, unknown> = {}) => ({ schemas: [GROUP_SCHEMA], displayName: 'Screens', ...more });
const patch = (...operations: object[]) => ({ schemas: [PATCH_OP], Operations: operations });

interface World extends Connected {
  userId: string;
  groupId: string;
}

async function world(isStrict: boolean): Promise<World> {
  const connected = await service.connected({}, { isStrict });
  const { scim } = connected;
  const userId = idOf(await scim.post('/Users', user()));
  const groupId = idOf(await scim.post('/Groups', group({ members: [{ value: userId }] })));
  return { ...connected, userId, groupId };
}

function send({ directory, scim }: World, method: string, path: string, body: object): Promise<ScimAnswer> {
  const headers = { Authorization: `Bearer ${directory.token}`, 'Content-Type': 'application/scim+json' };
  return scim.raw({ method, path, headers, body: JSON.stringify(body) });
}

type Case = [name: string, method: string, path: string, body: object | ((at: World) => object), scimType: string];

const cases: Case[] = [
  ['no schemas', 'POST', '/Users', { userName: 'grace' }, 'invalidSyntax'],
  [
    'the schemas of SCIM 1',
    'POST',
    '/Users',
    user({ userName: 'grace', schemas: ['urn:scim:schemas:core:2.0'] }),
    'invalidSyntax',
  ],
  ['an unknown attribute', 'POST', '/Users', user({ userName: 'grace', shoeSize: 40 }), 'invalidSyntax'],
  ['the text of a boolean', 'POST', '/Users', user({ userName: 'grace', active: 'True' }), 'invalidValue'],
  ['one e-mail as an object', 'PUT', '/Users/USER', user({ emails: { value: 'a@b.c' } }), 'invalidValue'],
  [
    'a manager as a text',
    'PUT',
    '/Users/USER',
    user({ schemas: [USER_SCHEMA, ENTERPRISE_USER_SCHEMA], [ENTERPRISE_USER_SCHEMA]: { manager: 'm' } }),
    'invalidValue',
  ],
  [
    'a PATCH without schemas',
    'PATCH',
    '/Users/USER',
    { Operations: [{ op: 'replace', path: 'title', value: 'x' }] },
    'invalidSyntax',
  ],
  ['"Replace"', 'PATCH', '/Users/USER', patch({ op: 'Replace', path: 'title', value: 'x' }), 'invalidSyntax'],
  ['an unknown path', 'PATCH', '/Users/USER', patch({ op: 'replace', path: 'shoeSize', value: 40 }), 'invalidPath'],
  [
    'a bare attribute of an extension',
    'PATCH',
    '/Users/USER',
    patch({ op: 'replace', path: 'department', value: 'IT' }),
    'invalidPath',
  ],
  [
    'a filter that meets nothing',
    'PATCH',
    '/Users/USER',
    patch({ op: 'replace', path: 'emails[type eq "work"].value', value: 'a@b.c' }),
    'noTarget',
  ],
  [
    'a dotted key',
    'PATCH',
    '/Users/USER',
    patch({ op: 'replace', value: { 'name.givenName': 'Ada' } }),
    'invalidSyntax',
  ],
  ['the id in a value', 'PATCH', '/Users/USER', patch({ op: 'replace', value: { id: 'x', title: 'x' } }), 'mutability'],
  ['a group without schemas', 'POST', '/Groups', { displayName: 'Other' }, 'invalidSyntax'],
  ['members as texts', 'PUT', '/Groups/GROUP', (at) => group({ members: [at.userId] }), 'invalidValue'],
  [
    'a removal with a list',
    'PATCH',
    '/Groups/GROUP',
    (at) => patch({ op: 'remove', path: 'members', value: [{ value: at.userId }] }),
    'invalidValue',
  ],
];

async function run(at: World, [, method, path, body]: Case): Promise<ScimAnswer> {
  const address = path.replace('USER', at.userId).replace('GROUP', at.groupId);
  return send(at, method, address, typeof body === 'function' ? body(at) : body);
}

const everything = async ({ scim }: World) => [
  (await scim.get('/Users')).body.Resources,
  (await scim.get('/Groups')).body.Resources,
];

it.for(cases)('takes %s by default', async (row) => {
  const answer = await run(await world(false), row);
  expect([200, 201, 204]).toContain(answer.status);
});

it.for(cases)('strict: refuses %s and changes nothing', async (row) => {
  const at = await world(true);
  const before = await everything(at);
  const answer = await run(at, row);
  expect([answer.status, answer.body.scimType, answer.body.status]).toEqual([400, row[4], '400']);
  expect(await everything(at)).toEqual(before);
});

describe('a strict directory', () => {
  it('takes everything that keeps to the standard', async () => {
    const at = await world(true);
    const { scim, userId, groupId } = at;
    const path = `/Users/${userId}`;
    const answers = [
      await scim.put(path, user({ id: userId, active: true, emails: [{ value: 'a@b.c', type: 'work' }], title: null })),
      await scim.patch(path, [{ op: 'replace', path: 'emails[type eq "work"].value', value: 'd@e.f' }]),
      await scim.patch(path, [{ op: 'replace', value: { active: false } }]),
      await scim.patch(path, [{ op: 'add', path: `${ENTERPRISE_USER_SCHEMA}:department`, value: 'IT' }]),
      await scim.patch(`/Groups/${groupId}`, [{ op: 'remove', path: `members[value eq "${userId}"]` }]),
      await scim.patch(`/Groups/${groupId}`, [{ op: 'add', path: 'members', value: [{ value: userId }] }]),
      await scim.put(`/Groups/${groupId}`, group({ displayName: 'Renamed', members: [{ value: userId }] })),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 204, 204, 200]);
    const read = (await scim.get(path)).body;
    expect(read).toMatchObject({ active: false, emails: [{ value: 'd@e.f', type: 'work' }] });
    expect(read[ENTERPRISE_USER_SCHEMA]).toEqual({ department: 'IT' });
    expect(memberIdsOf(await scim.get(`/Groups/${groupId}`))).toEqual([userId]);
  });

  it('keeps an extension that nobody declared, when "schemas" names it', async () => {
    const { scim, userId } = await world(true);
    const urn = 'urn:acme:params:user';
    const path = `/Users/${userId}`;
    const unnamed = await scim.put(path, user({ [urn]: { badge: 7 } }));
    expect([unnamed.status, unnamed.body.scimType]).toEqual([400, 'invalidSyntax']);
    const kept = await scim.put(path, user({ schemas: [USER_SCHEMA, urn], [urn]: { badge: 7 } }));
    expect([kept.status, kept.body[urn]]).toEqual([200, { badge: 7 }]);
    const patched = await scim.patch(path, [{ op: 'replace', path: `${urn}:badge`, value: 8 }]);
    expect([patched.status, patched.body[urn]]).toEqual([200, { badge: 8 }]);
    expect((await scim.patch(path, [{ op: 'replace', path: 'active', value: false }])).body.active).toBe(false);
  });

  it('judges each operation of a bulk request for itself', async () => {
    const at = await world(true);
    const create = (userName: string, more: object = {}) => ({
      method: 'POST',
      path: '/Users',
      bulkId: userName,
      data: user({ userName, ...more }),
    });
    const Operations = [create('grace', { active: 'True' }), create('edsger')];
    const answer = await send(at, 'POST', '/Bulk', { schemas: [BULK_REQUEST], Operations });
    expect(answer.body.Operations).toMatchObject([
      { bulkId: 'grace', status: '400', response: { scimType: 'invalidValue' } },
      { bulkId: 'edsger', status: '201' },
    ]);
  });

  it('still revives an inactive user by POST: a life cycle is no tolerance', async () => {
    const { scim, userId } = await world(true);
    await scim.patch(`/Users/${userId}`, [{ op: 'replace', path: 'active', value: false }]);
    const answer = await scim.post('/Users', user());
    expect([answer.status, answer.body.id, answer.body.active]).toEqual([201, userId, true]);
  });

  it('answers a changed If-Match with 412 and a taken name with 409, as any', async () => {
    const { scim, userId } = await world(true);
    expect((await scim.put(`/Users/${userId}`, user({ title: 'x' }), { 'If-Match': 'W/"7"' })).status).toBe(412);
    expect((await scim.post('/Users', user())).status).toBe(409);
  });

  it('is one for access tokens of OAuth clients too', async () => {
    const { organization, directory } = await world(true);
    const client = { directoryId: directory.id, name: 'Ping' };
    const { oauthClient, clientSecret } = await service.domain.oauthClients.create(organization.operator, client);
    const body = { grant_type: 'client_credentials', client_id: oauthClient.clientId, client_secret: clientSecret };
    const answer = await fetch(`${service.url}/oauth/token`, { method: 'POST', body: new URLSearchParams(body) });
    const { access_token: token } = (await answer.json()) as { access_token: string };
    const scim = service.scim({ ...directory, token });
    expect((await scim.post('/Users', { userName: 'grace' })).status).toBe(400);
    expect((await scim.post('/Users', user({ userName: 'grace' }))).status).toBe(201);
  });

  it('has its refusals in the provisioning log', async () => {
    const at = await world(true);
    await send(at, 'POST', '/Users', { userName: 'grace' });
    await expect
      .poll(
        async () => {
          const { items } = await service.domain.provisioningEvents.list(at.organization.operator, at.directory.id, {
            first: 5,
          });
          return items.map(({ outcome }) => outcome);
        },
        { timeout: 5000 },
      )
      .toContain('invalidSyntax');
  });

  it('says DIRECTORY_IS_STRICT in GraphQL to whoever does not vouch for the document', async () => {
    const { directory } = await world(true);
    const create = (more: object) =>
      service.graphql<{ createDirectoryUser: { errors: { code: string }[] } }>(
        directory.token,
        'mutation ($input: CreateDirectoryUserInput!) { createDirectoryUser(input: $input) { errors { code } } }',
        { input: { directoryId: directory.id, resource: user({ userName: 'grace' }), ...more } },
      );
    expect((await create({})).data?.createDirectoryUser.errors).toEqual([{ code: 'DIRECTORY_IS_STRICT' }]);
    expect((await create({ isStandard: true })).data?.createDirectoryUser.errors).toEqual([]);
  });

  it('becomes one, and none again, within a second of the change', async () => {
    const at = await world(false);
    const set = async (isStrict: boolean) => {
      await service.domain.directories.update(at.organization.operator, { id: at.directory.id, isStrict });
      await setTimeout(1100);
    };
    const replace = () => send(at, 'PATCH', `/Users/${at.userId}`, patch({ op: 'Replace', path: 'title', value: 'x' }));
    expect((await replace()).status).toBe(200);
    await set(true);
    expect((await replace()).status).toBe(400);
    await set(false);
    expect((await replace()).status).toBe(200);
  });
});
