// How Okta pushes groups. Sources: Okta developer docs, "SCIM 2.0 reference" (group push); the threads named in the tests.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PATCH_OP } from '../../src/attributes/urns.ts';
import { startTestService, type TestService } from '../harness/service.ts';
import { oktaGroup, oktaHeaders, oktaUser } from './okta-requests.ts';
import { idOf, memberIdsOf } from './scim-client.ts';

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
