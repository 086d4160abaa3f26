// Bulk (RFC 7644 §3.7): bulkIds in any order and in a circle, failures, limits.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { idOf, memberIdsOf, resourcesOf, type ScimAnswer } from '../clients/scim-client.ts';
import { type Connected, startTestService, type TestService } from '../harness/service.ts';
import { urns } from './urns.ts';

let service: TestService;
let connected: Connected;
let made = 0;

beforeAll(async () => {
  service = await startTestService();
  connected = await service.connected();
});
afterAll(() => service.close());

type Result = {
  method: string;
  bulkId?: string;
  location?: string;
  version?: string;
  status: string;
  response?: Record<string, unknown>;
};

const bulk = (Operations: object[], more: object = {}) =>
  connected.scim.post('/Bulk', { schemas: [urns.bulkRequest], ...more, Operations });

function resultsOf(answer: ScimAnswer): Result[] {
  expect([answer.status, answer.body.schemas], answer.text).toEqual([200, [urns.bulkResponse]]);
  return answer.body.Operations as Result[];
}

const statusesOf = (answer: ScimAnswer) => resultsOf(answer).map(({ status }) => status);
const idAt = (location: string | undefined) => location?.split('/').at(-1) ?? '';

function aUser(more: object = {}): object {
  made += 1;
  return { schemas: [urns.user, urns.enterprise], userName: `bulk-${made}@x.example`, ...more };
}
function aGroup(members: string[], more: object = {}): object {
  made += 1;
  return { schemas: [urns.group], displayName: `Bulk ${made}`, members: members.map((value) => ({ value })), ...more };
}
const post = (path: string, bulkId: string, data: object) => ({ method: 'POST', path, bulkId, data });

describe('a bulk', () => {
  it('creates, replaces, changes and deletes, and answers in order with location, version and status', async () => {
    const ids = await Promise.all([1, 2, 3].map(async () => idOf(await connected.scim.post('/Users', aUser()))));
    const [put = '', patched = '', deleted = ''] = ids;
    const answer = await bulk([
      post('/Users', 'qwerty', aUser()),
      { method: 'PUT', path: `/Users/${put}`, version: 'W/"1"', data: aUser({ title: 'Boss' }) },
      {
        method: 'PATCH',
        path: `/Users/${patched}`,
        data: { schemas: [urns.patchOp], Operations: [{ op: 'add', path: 'nickName', value: 'Dave' }] },
      },
      { method: 'DELETE', path: `/Users/${deleted}` },
    ]);
    const results = resultsOf(answer);
    expect(results.map(({ method, status }) => [method, status])).toEqual([
      ['POST', '201'],
      ['PUT', '200'],
      ['PATCH', expect.stringMatching(/^20[04]$/)],
      ['DELETE', '204'],
    ]);
    expect(results[0]).toMatchObject({ bulkId: 'qwerty', version: expect.stringMatching(/^W\/"/) });
    for (const { location } of results) expect(location).toContain(`${connected.directory.tenantUrl}/Users/`);
    const { scim } = connected;
    expect((await scim.get(`/Users/${idAt(results[0]?.location)}`)).status).toBe(200);
    expect((await scim.get(`/Users/${put}`)).body.title).toBe('Boss');
    expect((await scim.get(`/Users/${patched}`)).body.nickName).toBe('Dave');
    expect((await scim.get(`/Users/${deleted}`)).status).toBe(404);
  });

  it('resolves bulkIds in members and in the manager (§3.7.2)', async () => {
    const results = resultsOf(
      await bulk([
        post('/Users', 'alice', aUser()),
        post('/Users', 'bob', aUser({ [urns.enterprise]: { manager: { value: 'bulkId:alice' } } })),
        post('/Groups', 'guides', aGroup(['bulkId:alice', 'bulkId:bob'])),
      ]),
    );
    const [alice, bob, guides] = results.map(({ location }) => idAt(location));
    expect(results.map(({ status }) => status)).toEqual(['201', '201', '201']);
    expect((await connected.scim.get(`/Users/${bob}`)).body).toMatchObject({
      [urns.enterprise]: { manager: { value: alice } },
    });
    expect(memberIdsOf(await connected.scim.get(`/Groups/${guides}`))).toEqual([alice, bob].sort());
  });

  it('resolves bulkIds that are created later, and keeps the order of the results', async () => {
    const results = resultsOf(
      await bulk([post('/Groups', 'g', aGroup(['bulkId:late'])), post('/Users', 'late', aUser())]),
    );
    expect(results.map(({ bulkId, status }) => [bulkId, status])).toEqual([
      ['g', '201'],
      ['late', '201'],
    ]);
    expect(memberIdsOf(await connected.scim.get(`/Groups/${idAt(results[0]?.location)}`))).toEqual([
      idAt(results[1]?.location),
    ]);
  });

  it('resolves references in a circle (§3.7.1)', async () => {
    const managedBy = (bulkId: string) => ({ [urns.enterprise]: { manager: { value: `bulkId:${bulkId}` } } });
    const results = resultsOf(
      await bulk([post('/Users', 'a', aUser(managedBy('b'))), post('/Users', 'b', aUser(managedBy('a')))]),
    );
    expect(results.map(({ status }) => status)).toEqual(['201', '201']);
    const [a = '', b = ''] = results.map(({ location }) => idAt(location));
    expect((await connected.scim.get(`/Users/${a}`)).body).toMatchObject({
      [urns.enterprise]: { manager: { value: b } },
    });
    expect((await connected.scim.get(`/Users/${b}`)).body).toMatchObject({
      [urns.enterprise]: { manager: { value: a } },
    });
  });

  it('takes bulkIds in paths and in the values and paths of a PATCH', async () => {
    const results = resultsOf(
      await bulk([
        post('/Users', 'u', aUser()),
        post('/Groups', 'g', aGroup([])),
        {
          method: 'PATCH',
          path: '/Groups/bulkId:g',
          data: {
            schemas: [urns.patchOp],
            Operations: [{ op: 'add', path: 'members', value: [{ value: 'bulkId:u' }] }],
          },
        },
      ]),
    );
    const [user, group] = results.map(({ location }) => idAt(location));
    expect(memberIdsOf(await connected.scim.get(`/Groups/${group}`))).toEqual([user]);
  });

  it('goes on after failures without failOnErrors, with the error of each', async () => {
    const taken = aUser();
    await connected.scim.post('/Users', taken);
    const results = resultsOf(
      await bulk([
        post('/Users', 'taken', taken),
        { method: 'DELETE', path: '/Users/nobody' },
        post('/Users', 'invalid', { schemas: [urns.user] }),
        post('/Users', 'good', aUser()),
      ]),
    );
    expect(results.map(({ status }) => status)).toEqual(['409', '404', '400', '201']);
    expect(results[0]?.response).toMatchObject({ schemas: [urns.error], status: '409', scimType: 'uniqueness' });
    expect(results[1]?.response).toMatchObject({ schemas: [urns.error], status: '404' });
    // §3.7.3: all but a failed POST have a location.
    expect(results.map(({ location }) => location !== undefined)).toEqual([false, true, false, true]);
  });

  it('stops after failOnErrors failures, and answers what was done', async () => {
    const late = aUser() as { userName: string };
    const results = resultsOf(
      await bulk(
        [post('/Users', 'first', aUser()), { method: 'DELETE', path: '/Users/nobody' }, post('/Users', 'late', late)],
        { failOnErrors: 1 },
      ),
    );
    expect(results.map(({ status }) => status)).toEqual(['201', '404']);
    expect(resourcesOf(await connected.scim.find('/Users', `userName eq "${late.userName}"`))).toEqual([]);
  });

  it('answers 412 to an operation whose version is an older one', async () => {
    const id = idOf(await connected.scim.post('/Users', aUser()));
    await connected.scim.patch(`/Users/${id}`, [{ op: 'add', path: 'title', value: 'x' }]);
    const results = resultsOf(await bulk([{ method: 'PUT', path: `/Users/${id}`, version: 'W/"1"', data: aUser() }]));
    expect(results[0]).toMatchObject({ status: '412', response: { schemas: [urns.error], status: '412' } });
  });

  it('refuses an operation that is none, alone', async () => {
    const data = aUser();
    const wrong = [
      { method: 'GET', path: '/Users' },
      { method: 'POST', path: '/Planets', bulkId: 'p', data },
      { method: 'POST', path: '/Users', bulkId: 'no-body' },
      { method: 'PUT', path: '/Users', data },
      { path: '/Users', bulkId: 'm', data },
      { method: 'POST', path: '/Groups', bulkId: 'unknown', data: aGroup(['bulkId:nobody']) },
    ];
    const results = resultsOf(await bulk([...wrong, post('/Users', 'good', aUser())]));
    expect(results).toHaveLength(wrong.length + 1);
    for (const result of results.slice(0, -1)) {
      expect(Number(result.status), JSON.stringify(result)).toBeGreaterThanOrEqual(400);
      expect(Number(result.status), JSON.stringify(result)).toBeLessThan(500);
      expect(result.response).toMatchObject({ schemas: [urns.error] });
    }
    expect(results.at(-1)?.status).toBe('201');
  });

  it('does a POST without a bulkId, which nothing can refer to', async () => {
    const [result] = resultsOf(await bulk([{ method: 'POST', path: '/Users', data: aUser() }]));
    expect([result?.status, result?.bulkId]).toEqual(['201', undefined]);
  });

  it('refuses another message than a BulkRequest', async () => {
    for (const body of [
      {},
      { schemas: [urns.bulkRequest] },
      { schemas: [urns.bulkRequest], Operations: {} },
      { schemas: [urns.patchOp], Operations: [] },
    ]) {
      const answer = await connected.scim.post('/Bulk', body);
      expect([answer.status, answer.body.scimType], answer.text).toEqual([400, 'invalidSyntax']);
    }
  });
});

describe('the limits of a bulk (§3.7.4)', () => {
  it('are those of ServiceProviderConfig, and more is 413 that names the limit', async () => {
    const { bulk: limits } = (await connected.scim.get('/ServiceProviderConfig')).body as {
      bulk: { supported: boolean; maxOperations: number; maxPayloadSize: number };
    };
    expect(limits).toEqual({ supported: true, maxOperations: expect.any(Number), maxPayloadSize: expect.any(Number) });
    const one = { method: 'DELETE', path: '/Users/nobody' };
    const many = await bulk(Array.from({ length: limits.maxOperations + 1 }, () => one));
    expect([many.status, many.body.schemas]).toEqual([413, [urns.error]]);
    expect(many.body.detail).toContain(String(limits.maxOperations));
    const large = await bulk([post('/Users', 'x', aUser({ title: 'x'.repeat(limits.maxPayloadSize) }))]);
    expect([large.status, large.body.schemas]).toEqual([413, [urns.error]]);
    expect(large.body.detail).toContain(String(limits.maxPayloadSize));
  });

  it('are wide enough for a thousand operations', async () => {
    const operations = Array.from({ length: 1_000 }, (_, number) => post('/Users', `u${number}`, aUser()));
    expect(new Set(statusesOf(await bulk(operations)))).toEqual(new Set(['201']));
  });
});
