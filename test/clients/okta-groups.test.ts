// How Okta pushes groups. Sources: Okta developer docs, "SCIM 2.0 reference" (group push); the threads named in the tests.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PATCH_OP } from '../../src/attributes/urns.ts';
import { startTestService, type TestService } from '../harness/service.ts';
import { oktaGroup, oktaHeaders, oktaUser } from './okta-requests.ts';
import { idOf, memberIdsOf, resourcesOf } from './scim-client.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

async function pushed() {
  const { directory, scim } = await service.connected();
  const a = idOf(await scim.post('/Users', oktaUser('a')));
  const b = idOf(await scim.post('/Users', oktaUser('b')));
  const id = idOf(await scim.post('/Groups', oktaGroup('Okta'), oktaHeaders));
  const path = `/Groups/${id}`;
  const members = async () => memberIdsOf(await scim.get(path));
  return { directory, scim, a, b, id, path, members };
}

const member = (value: string, display: string) => ({ value, display });

it('looks a group up, and creates it with an extension that nobody knows (lightdash#28062)', async () => {
  const { scim } = await service.connected();
  const miss = await scim.get('/Groups?filter=displayName%20eq%20%22Okta%22&startIndex=1&count=100', oktaHeaders);
  expect(miss.body).toMatchObject({ totalResults: 0, Resources: [] });
  const group = oktaGroup('Okta', {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group', 'urn:okta:example:1.0:Group'],
  });
  expect((await scim.post('/Groups', group, oktaHeaders)).status).toBe(201);
});

it('renames by an object without a path that repeats the id, and keeps the members', async () => {
  const { scim, a, id, path, members } = await pushed();
  await scim.patch(path, [{ op: 'add', path: 'members', value: [member(a, 'a')] }]);
  await scim.patch(path, [{ op: 'replace', value: { id, displayName: 'Okta renamed' } }], oktaHeaders);
  expect((await scim.get(path)).body.displayName).toBe('Okta renamed');
  expect(await members()).toEqual([a]);
});

it('adds members that come with a display and without a type (SCIM-SDK#419)', async () => {
  const { scim, a, b, path, members } = await pushed();
  await scim.patch(path, [{ op: 'add', path: 'members', value: [member(a, 'a'), member(b, 'b')] }]);
  expect(await members()).toEqual([a, b].sort());
});

it('removes and adds in one PATCH', async () => {
  const { scim, a, b, path, members } = await pushed();
  await scim.patch(path, [{ op: 'add', path: 'members', value: [member(a, 'a')] }]);
  await scim.patch(path, [
    { op: 'remove', path: `members[value eq "${a}"]` },
    { op: 'add', path: 'members', value: [member(b, 'b')] },
  ]);
  expect(await members()).toEqual([b]);
});

it('takes a full push as the whole list', async () => {
  const { scim, a, b, path, members } = await pushed();
  await scim.patch(path, [{ op: 'add', path: 'members', value: [member(a, 'a')] }]);
  await scim.patch(path, [{ op: 'replace', path: 'members', value: [member(b, 'b')] }]);
  expect(await members()).toEqual([b]);
});

it('empties the group on the push of an empty one, in both forms (SCIM-SDK#757, scimgateway#113)', async () => {
  const { directory, scim, a, id, path, members } = await pushed();
  const fill = () => scim.patch(path, [{ op: 'add', path: 'members', value: [member(a, 'a')] }]);
  await fill();
  await scim.patch(path, [{ op: 'replace', path: 'members', value: [] }]);
  expect(await members()).toEqual([]);
  await fill();
  const answer = await scim.raw({
    method: 'PATCH',
    path,
    headers: { Authorization: `Bearer ${directory.token}`, 'Content-Type': 'application/scim+json; charset=utf-8' },
    body: JSON.stringify({ Operations: [{ op: 'replace', value: { members: [], id, displayName: 'Okta' } }] }),
  });
  expect(answer.status).toBe(204);
  expect(await members()).toEqual([]);
});

it('updates a group by PUT, as custom apps do: name, members and nothing left over', async () => {
  const { scim, a, b, path, members } = await pushed();
  await scim.patch(path, [{ op: 'add', path: 'members', value: [member(a, 'a')] }]);
  const answer = await scim.put(path, oktaGroup('Put', { members: [member(b, 'b')] }));
  expect([answer.status, answer.body.displayName]).toEqual([200, 'Put']);
  expect(await members()).toEqual([b]);
});

it('adds 256 members with one PATCH, the largest batch that Okta sends (ory/polis#4080)', async () => {
  const { scim, path, members } = await pushed();
  const names = Array.from({ length: 256 }, (_, number) => `batch-${number}`);
  const ids = await Promise.all(names.map(async (name) => idOf(await scim.post('/Users', oktaUser(name)))));
  const answer = await scim.patch(path, [{ op: 'add', path: 'members', value: ids.map((id) => member(id, 'x')) }]);
  expect(answer.status).toBe(204);
  expect(await members()).toEqual([...ids].sort());
});

it('reads a PATCH whose schemas and operations are written in another case', async () => {
  const { directory, scim, a, path, members } = await pushed();
  const body = {
    Schemas: [PATCH_OP.toUpperCase()],
    operations: [{ OP: 'ADD', Path: 'Members', Value: [{ value: a }] }],
  };
  const answer = await scim.raw({
    method: 'PATCH',
    path,
    headers: { Authorization: `bearer ${directory.token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(answer.status).toBe(204);
  expect(await members()).toEqual([a]);
});

it('links a group that is there: finds it by name in another case and pushes everything over it', async () => {
  const { scim, a, b, id, path, members } = await pushed();
  await scim.patch(path, [{ op: 'add', path: 'members', value: [member(a, 'a')] }]);
  const filter = `filter=${encodeURIComponent('displayName eq "OKTA"')}&startIndex=1&count=100`;
  const found = await scim.get(`/Groups?${filter}`, oktaHeaders);
  expect(resourcesOf(found).map((group) => group.id)).toEqual([id]);
  await scim.patch(path, [
    { op: 'replace', value: { id, displayName: 'OKTA' } },
    { op: 'replace', path: 'members', value: [member(b, 'b')] },
  ]);
  expect((await scim.get(path)).body.displayName).toBe('OKTA');
  expect(await members()).toEqual([b]);
});

it('takes a full push in batches of 256: the first replaces, the next add (ory/polis#4080)', async () => {
  const { scim, a, path, members } = await pushed();
  await scim.patch(path, [{ op: 'add', path: 'members', value: [member(a, 'a')] }]);
  const names = Array.from({ length: 300 }, (_, number) => `full-${number}`);
  const ids = await Promise.all(names.map(async (name) => idOf(await scim.post('/Users', oktaUser(name)))));
  const values = ids.map((id) => member(id, 'x'));
  const first = await scim.patch(path, [{ op: 'replace', path: 'members', value: values.slice(0, 256) }], oktaHeaders);
  const second = await scim.patch(path, [{ op: 'add', path: 'members', value: values.slice(256) }], oktaHeaders);
  expect([first.status, second.status]).toEqual([204, 204]);
  expect(await members()).toEqual([...ids].sort());
});

it('removes 256 members with one operation each in one PATCH', async () => {
  const { scim, a, path, members } = await pushed();
  const names = Array.from({ length: 256 }, (_, number) => `leaving-${number}`);
  const ids = await Promise.all(names.map(async (name) => idOf(await scim.post('/Users', oktaUser(name)))));
  await scim.patch(path, [{ op: 'add', path: 'members', value: [a, ...ids].map((id) => member(id, 'x')) }]);
  const removals = ids.map((id) => ({ op: 'remove', path: `members[value eq "${id}"]` }));
  expect((await scim.patch(path, removals, oktaHeaders)).status).toBe(204);
  expect(await members()).toEqual([a]);
});

it('goes on past a member that is not provisioned, because Okta never sends a 400 again (fleetdm/fleet#52600)', async () => {
  const { scim, a, path, members } = await pushed();
  const value = [member('00000000-0000-7000-8000-00000000dead', 'ghost'), member(a, 'a')];
  expect((await scim.patch(path, [{ op: 'replace', path: 'members', value }], oktaHeaders)).status).toBe(204);
  expect(await members()).toEqual([a]);
});

it('custom apps: renames and fills by PUT of the whole group, and empties it by PUT of an empty list', async () => {
  const { scim, a, b, id, path, members } = await pushed();
  const put = (displayName: string, list: object[]) =>
    scim.put(path, oktaGroup(displayName, { id, members: list }), oktaHeaders);
  const filled = await put('Renamed', [member(a, 'a'), member(b, 'b')]);
  expect([filled.status, filled.body.id, filled.body.displayName]).toEqual([200, id, 'Renamed']);
  expect(memberIdsOf(filled)).toEqual([a, b].sort());
  expect((await put('Renamed', [])).status).toBe(200);
  expect(await members()).toEqual([]);
});

it('is imported page by page with the members of each group', async () => {
  const { scim, a, path } = await pushed();
  await scim.patch(path, [{ op: 'add', path: 'members', value: [member(a, 'a')] }]);
  for (let number = 0; number < 4; number += 1) await scim.post('/Groups', oktaGroup(`Group ${number}`));
  const pages = await Promise.all(
    [1, 3, 5].map((start) => scim.get(`/Groups?startIndex=${start}&count=2`, oktaHeaders)),
  );
  expect(pages.map(({ body }) => body.itemsPerPage)).toEqual([2, 2, 1]);
  const groups = pages.flatMap(resourcesOf);
  expect(new Set(groups.map(({ id }) => id)).size).toBe(5);
  expect(groups.find(({ displayName }) => displayName === 'Okta')).toMatchObject({ members: [{ value: a }] });
});

it('deletes a pushed group that is unlinked, and its people stay', async () => {
  const { scim, a, path } = await pushed();
  await scim.patch(path, [{ op: 'add', path: 'members', value: [member(a, 'a')] }]);
  expect((await scim.delete(path, oktaHeaders)).status).toBe(204);
  expect((await scim.get(path)).status).toBe(404);
  expect((await scim.get(`/Users/${a}`)).body).toMatchObject({ active: true });
});
