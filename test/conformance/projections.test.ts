// attributes and excludedAttributes (RFC 7644 §3.4.2.5, §3.9) on every operation that answers with a resource.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { idOf, resourcesOf } from '../clients/scim-client.ts';
import { type Connected, startTestService, type TestService } from '../harness/service.ts';
import { declareBadgeSchema } from './badge-schema.ts';
import { urns } from './urns.ts';

const badge = 'urn:acme:params:scim:schemas:2.0:Badge';
let service: TestService;
let connected: Connected;
let user: Record<string, unknown>;
let group: Record<string, unknown>;
let userPath: string;
let groupPath: string;

const ada = {
  schemas: [urns.user, urns.enterprise, badge],
  userName: 'ada@x.example',
  externalId: 'ext',
  title: 'Engineer',
  password: 'secret',
  name: { givenName: 'Ada', familyName: 'Lovelace' },
  emails: [
    { value: 'a@work.example', type: 'work', primary: true },
    { value: 'a@home.example', type: 'home' },
  ],
  [urns.enterprise]: { department: 'Engines', costCenter: '4130' },
  [badge]: { number: 9, color: 'Red', office: { floor: 1, room: '1a' } },
};

beforeAll(async () => {
  service = await startTestService();
  connected = await service.connected();
  const { scim } = connected;
  await declareBadgeSchema(service, connected, badge);
  userPath = `/Users/${idOf(await scim.post('/Users', ada))}`;
  const id = userPath.split('/').at(-1);
  groupPath = `/Groups/${idOf(await scim.post('/Groups', { schemas: [urns.group], displayName: 'Screens', members: [{ value: id }] }))}`;
  user = (await scim.get(userPath)).body;
  group = (await scim.get(groupPath)).body;
});
afterAll(() => service.close());

const encoded = (names: string) => encodeURIComponent(names);

it('returns by default what is always and by default returned, and no password', () => {
  expect(Object.keys(user).sort()).toEqual(
    [...Object.keys(ada).filter((name) => name !== 'password'), 'active', 'groups', 'id', 'meta'].sort(),
  );
});

describe('attributes', () => {
  const rows: [string, () => object][] = [
    ['userName', () => ({ userName: ada.userName })],
    ['USERNAME', () => ({ userName: ada.userName })],
    [`${urns.user}:userName`, () => ({ userName: ada.userName })],
    ['userName,title', () => ({ userName: ada.userName, title: ada.title })],
    ['name.givenName', () => ({ name: { givenName: 'Ada' } })],
    ['name', () => ({ name: ada.name })],
    ['emails.value', () => ({ emails: ada.emails.map(({ value }) => ({ value })) })],
    ['groups.display', () => ({ groups: [{ display: 'Screens' }] })],
    ['meta.resourceType', () => ({ meta: { resourceType: 'User' } })],
    ['id', () => ({})],
    ['externalId', () => ({ externalId: 'ext' })],
    ['password', () => ({})],
    ['nothing', () => ({})],
    [`${urns.enterprise}:department`, () => ({ [urns.enterprise]: { department: 'Engines' } })],
    [urns.enterprise, () => ({ [urns.enterprise]: ada[urns.enterprise] })],
    ['department', () => ({ [urns.enterprise]: { department: 'Engines' } })],
    [`${badge}:number`, () => ({ [badge]: { number: 9 } })],
    [`${badge}:office.floor`, () => ({ [badge]: { office: { floor: 1 } } })],
    [badge, () => ({ [badge]: ada[badge] })],
  ];
  it.for(rows)('%s', async ([names, rest]) => {
    const expected = { schemas: user.schemas, id: user.id, ...rest() };
    expect((await connected.scim.get(`${userPath}?attributes=${encoded(names)}`)).body).toEqual(expected);
    const listed = await connected.scim.get(`/Users?attributes=${encoded(names)}`);
    expect(resourcesOf(listed)).toEqual([expected]);
  });
});

describe('excludedAttributes', () => {
  const without = (...names: string[]) =>
    Object.fromEntries(Object.entries(user).filter(([name]) => !names.includes(name)));
  const rows: [string, () => object][] = [
    ['userName', () => without('userName')],
    ['emails,NAME', () => without('emails', 'name')],
    ['id,schemas', () => user],
    ['meta', () => without('meta')],
    ['groups', () => without('groups')],
    ['name.givenName', () => ({ ...user, name: { familyName: 'Lovelace' } })],
    ['emails.type,emails.primary', () => ({ ...user, emails: ada.emails.map(({ value }) => ({ value })) })],
    ['nothing', () => user],
    [`${urns.enterprise}:department`, () => ({ ...user, [urns.enterprise]: { costCenter: '4130' } })],
    [urns.enterprise, () => without(urns.enterprise)],
    [`${badge}:number`, () => ({ ...user, [badge]: { color: 'Red', office: { floor: 1, room: '1a' } } })],
    [`${badge}:office.room`, () => ({ ...user, [badge]: { number: 9, color: 'Red', office: { floor: 1 } } })],
    [badge, () => without(badge)],
  ];
  it.for(rows)('%s', async ([names, expected]) => {
    expect((await connected.scim.get(`${userPath}?excludedAttributes=${encoded(names)}`)).body).toEqual(expected());
    const listed = await connected.scim.get(`/Users?excludedAttributes=${encoded(names)}`);
    expect(resourcesOf(listed)).toEqual([expected()]);
  });
});

it('of a group: members by sub-attribute, and left out with their key', async () => {
  const { scim } = connected;
  const always = { schemas: group.schemas, id: group.id };
  expect((await scim.get(`${groupPath}?attributes=members.value`)).body).toEqual({
    ...always,
    members: [{ value: user.id }],
  });
  expect((await scim.get(`${groupPath}?attributes=displayName`)).body).toEqual({ ...always, displayName: 'Screens' });
  const { members: _members, ...rest } = group;
  expect((await scim.get(`${groupPath}?excludedAttributes=members`)).body).toEqual(rest);
  expect(resourcesOf(await scim.get('/Groups?excludedAttributes=members'))).toEqual([rest]);
});

it('is heeded by POST, PUT and PATCH too', async () => {
  const { scim } = connected;
  const other = { schemas: [urns.user], userName: 'other@x.example', title: 'T' };
  const answers = [
    await scim.post('/Users?attributes=userName', other),
    await scim.put(`${userPath}?attributes=userName`, ada),
    await scim.patch(`${userPath}?attributes=userName`, [{ op: 'add', path: 'title', value: 'Engineer' }]),
  ];
  for (const { body } of answers) expect(Object.keys(body).sort()).toEqual(['id', 'schemas', 'userName']);
  expect(answers.map(({ status }) => status)).toEqual([201, 200, 200]);
  await scim.delete(`/Users/${idOf(answers[0] as never)}`);
});
