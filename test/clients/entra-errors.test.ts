// What Entra reads of an error: the status, and a SCIM error at the root of the body. Sources: RFC 7644 §3.12; Microsoft Learn,
// "Provisioning logs" (error codes); the threads named in the tests.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ERROR, PATCH_OP, USER_SCHEMA } from '../../src/attributes/urns.ts';
import { type Connected, startTestService, type TestService } from '../harness/service.ts';
import { defaultDialect, entraUser } from './entra-requests.ts';
import { idOf, type RawRequest } from './scim-client.ts';

let service: TestService;
let connected: Connected;
let userPath: string;
beforeAll(async () => {
  service = await startTestService();
  connected = await service.connected();
  userPath = `/Users/${idOf(await connected.scim.post('/Users', entraUser('errors')))}`;
});
afterAll(() => service.close());

function send(request: RawRequest) {
  const { directory, scim } = connected;
  const headers = { Authorization: `Bearer ${directory.token}`, 'Content-Type': 'application/scim+json' };
  return scim.raw({ ...request, headers: { ...headers, ...request.headers } });
}

const unknownId = 'd950a5ce-61da-4979-8423-4600c745a897';
const patchOp = (...operations: unknown[]) => JSON.stringify({ schemas: [PATCH_OP], Operations: operations });
const aRename = defaultDialect.replace('displayName', 'x');

type Case = [title: string, request: RawRequest, status: number, scimType?: string];
const cases: Case[] = [
  ['GET of an id of another shape', { method: 'GET', path: '/Users/5171a35d82074e068ce2' }, 404],
  ['GET of an unknown id', { method: 'GET', path: `/Users/${unknownId}` }, 404],
  ['GET of an unknown group', { method: 'GET', path: `/Groups/${unknownId}` }, 404],
  ['PATCH of an unknown id', { method: 'PATCH', path: `/Users/${unknownId}`, body: patchOp(aRename) }, 404],
  ['PATCH of an id of another shape', { method: 'PATCH', path: '/Users/5171a35d8207', body: patchOp(aRename) }, 404],
  ['PATCH of an unknown group', { method: 'PATCH', path: `/Groups/${unknownId}`, body: patchOp(aRename) }, 404],
  [
    'PATCH of the members of an unknown group',
    { method: 'PATCH', path: `/Groups/${unknownId}`, body: patchOp(defaultDialect.addMembers(unknownId)) },
    404,
  ],
  ['DELETE of an unknown user', { method: 'DELETE', path: `/Users/${unknownId}` }, 404],
  ['DELETE of an unknown group', { method: 'DELETE', path: `/Groups/${unknownId}` }, 404],
  ['an endpoint that is none', { method: 'GET', path: '/Unicorns' }, 404],
  ['an endpoint below a user', { method: 'GET', path: `/Users/${unknownId}/emails` }, 404],
  ['malformed JSON', { method: 'POST', path: '/Users', body: '{"schemas":[' }, 400, 'invalidSyntax'],
  ['an empty body', { method: 'POST', path: '/Users', body: '' }, 400, 'invalidSyntax'],
  ['a list as body', { method: 'POST', path: '/Users', body: '[]' }, 400, 'invalidSyntax'],
  [
    'an unknown schema',
    { method: 'POST', path: '/Users', body: '{"schemas":["urn:x"],"userName":"a"}' },
    400,
    'invalidSyntax',
  ],
  ['an unknown filter operator', { method: 'GET', path: '/Users?filter=userName+foo+%22x%22' }, 400, 'invalidFilter'],
  ['a startIndex that is no number', { method: 'GET', path: '/Users?startIndex=one' }, 400, 'invalidValue'],
  ['a query that is encoded wrongly', { method: 'GET', path: '/Users?filter=%ZZ' }, 400, 'invalidSyntax'],
  [
    'another content type',
    { method: 'POST', path: '/Users', body: '<a/>', headers: { 'Content-Type': 'text/xml' } },
    415,
  ],
];

it.for(cases)(
  'answers the SCIM error at the root of the body for %s (SimpleIdServer#227)',
  async ([, request, status, scimType]) => {
    const answer = await send(request);
    const detail = expect.stringMatching(/\S/);
    expect(answer.status).toBe(status);
    expect(answer.body).toEqual({
      schemas: [ERROR],
      status: String(status),
      detail,
      ...(scimType ? { scimType } : {}),
    });
    expect(answer.headers['content-type']).toBe('application/scim+json');
  },
);

const patchCases: [title: string, body: string, status: number, scimType?: string][] = [
  ['an unknown op', patchOp({ op: 'delete', path: 'displayName' }), 400, 'invalidSyntax'],
  ['no operations', patchOp(), 400, 'invalidSyntax'],
  ['a path that cannot be read', patchOp({ op: 'replace', path: 'emails[', value: 'x' }), 400, 'invalidPath'],
  ['a remove without a path', patchOp({ op: 'remove' }), 400, 'noTarget'],
  ['an add without a value', patchOp({ op: 'add', path: 'title' }), 400, 'invalidValue'],
  ['a read-only attribute by path', patchOp({ op: 'replace', path: 'groups', value: [] }), 400, 'mutability'],
  ['the removal of the userName', patchOp({ op: 'remove', path: 'userName' }), 400],
  [
    'the schemas of another message',
    JSON.stringify({ schemas: [USER_SCHEMA], Operations: [aRename] }),
    400,
    'invalidSyntax',
  ],
];

it.for(patchCases)('answers a PATCH with %s by a 400 and changes nothing', async ([, body, status, scimType]) => {
  const before = await connected.scim.get(userPath);
  const answer = await send({ method: 'PATCH', path: userPath, body });
  expect([answer.status, answer.body.status]).toEqual([status, String(status)]);
  if (scimType) expect(answer.body.scimType).toBe(scimType);
  expect((await connected.scim.get(userPath)).body).toEqual(before.body);
});

it('answers 405 with Allow to a method that the endpoint does not have', async () => {
  for (const [method, path] of [
    ['PUT', '/Users'],
    ['DELETE', '/Groups'],
    ['POST', userPath],
    ['PATCH', '/Schemas'],
  ] as const) {
    const answer = await send({ method, path, body: '{}' });
    expect([answer.status, answer.body.status], `${method} ${path}`).toEqual([405, '405']);
    expect(answer.headers.allow).toMatch(/GET/);
  }
});

it('refuses what If-Match rules out with 412, and writes over the version that it names', async () => {
  const { scim } = connected;
  const created = await scim.post('/Users', entraUser('etag'));
  const path = `/Users/${idOf(created)}`;
  const first = String(created.headers.etag);
  const changed = await scim.patch(path, [defaultDialect.replace('title', 'One')], { 'If-Match': first });
  expect([changed.status, changed.headers.etag]).toEqual([200, 'W/"2"']);
  const late = { 'If-Match': first };
  for (const answer of [
    await scim.patch(path, [defaultDialect.replace('title', 'Two')], late),
    await scim.put(path, entraUser('etag'), late),
    await scim.delete(path, late),
  ]) {
    expect([answer.status, answer.body.status]).toEqual([412, '412']);
  }
  expect((await scim.get(path)).body).toEqual(changed.body);
  expect((await scim.get(path, { 'If-None-Match': 'W/"2"' })).status).toBe(304);
});

it('guards a group by If-Match, whose version rises once a request and not when nothing changed', async () => {
  const { scim } = connected;
  const person = idOf(await scim.post('/Users', entraUser('etag-member')));
  const created = await scim.post('/Groups', { schemas: [], displayName: 'Guarded' });
  const path = `/Groups/${idOf(created)}`;
  const guard = { 'If-Match': String(created.headers.etag) };
  expect((await scim.patch(path, [defaultDialect.addMembers(person)], guard)).status).toBe(204);
  expect((await scim.patch(path, [defaultDialect.removeMembers(person)], guard)).status).toBe(412);
  await scim.patch(path, [defaultDialect.addMembers(person)]);
  expect((await scim.get(path)).headers.etag).toBe('W/"2"');
});
