import { describe, expect, it } from 'vitest';
import { BULK_REQUEST, BULK_RESPONSE, ENTERPRISE_USER_SCHEMA, ERROR } from '../../src/attributes/urns.ts';
import { BASE_URL, type FacadeServer, startFacade } from './facade-server.ts';
import { BEARER, failed } from './memory-graph.ts';

type Result = {
  location?: string;
  method?: string;
  bulkId?: string;
  version?: string;
  status: string;
  response?: { scimType?: string; detail: string };
};

async function bulk({ send }: FacadeServer, operations: unknown[], rest: object = {}): Promise<Result[]> {
  const body = { schemas: [BULK_REQUEST], Operations: operations, ...rest };
  const answer = await send({ path: '/Bulk', method: 'POST', body });
  expect([answer.status, answer.body]).toMatchObject([200, { schemas: [BULK_RESPONSE] }]);
  return (answer.body as { Operations: Result[] }).Operations;
}

function newUser(bulkId: string, more: object = {}) {
  return { method: 'POST', path: '/Users', bulkId, data: { userName: bulkId, ...more } };
}

function statuses(results: Result[]): string[] {
  return results.map(({ status }) => status);
}

describe('POST /Bulk (RFC 7644 §3.7)', () => {
  it('answers each operation in its place: location, method, bulkId, version and the status as a string', async () => {
    const server = await startFacade();
    const old = server.graph.addUser({ userName: 'old' });
    const gone = server.graph.addUser({ userName: 'gone' });
    const results = await bulk(server, [
      newUser('ada'),
      { method: 'PUT', path: `/Users/${old.id}`, version: 'W/"1"', data: { userName: 'new' } },
      { method: 'patch', path: `Users/${old.id}/`, data: { Operations: [{ op: 'add', path: 'title', value: 'x' }] } },
      { method: 'DELETE', path: `/Users/${gone.id}` },
    ]);
    const [created] = [...server.graph.users.keys()].slice(-1);
    expect(results).toEqual([
      { location: `${BASE_URL}/Users/${created}`, method: 'POST', bulkId: 'ada', version: 'W/"1"', status: '201' },
      { location: `${BASE_URL}/Users/${old.id}`, method: 'PUT', version: 'W/"2"', status: '200' },
      { location: `${BASE_URL}/Users/${old.id}`, method: 'PATCH', version: 'W/"3"', status: '200' },
      { location: `${BASE_URL}/Users/${gone.id}`, method: 'DELETE', status: '204' },
    ]);
  });

  it('passes each operation on as the request that it is, with the bearer and its own method and path', async () => {
    const server = await startFacade();
    const { id } = server.graph.addUser({ userName: 'old' });
    await bulk(server, [newUser('ada'), { method: 'DELETE', path: `/Users/${id}` }]);
    const calls = server.graph.asked.map(({ name, call }) => [name, call.method, call.path.replace(/^.*d1d1/, '')]);
    expect(calls).toEqual([
      ['OpenDirectory', 'POST', '/Bulk'],
      ['CreateUser', 'POST', '/Users'],
      ['DeleteUser', 'DELETE', `/Users/${id}`],
    ]);
    expect(new Set(server.graph.asked.map(({ call }) => call.authorization))).toEqual(new Set([BEARER]));
  });

  it('goes on after an operation that fails, whose error it answers', async () => {
    const server = await startFacade();
    const results = await bulk(server, [
      { method: 'DELETE', path: '/Users/0198a000-0000-7000-8000-00000000dead' },
      { method: 'PUT', path: '/Users/0198a000-0000-7000-8000-00000000dead', version: 'W/"9"', data: { userName: 'x' } },
      newUser('ada'),
    ]);
    expect(statuses(results)).toEqual(['404', '404', '201']);
    expect(results[0]?.response).toMatchObject({ schemas: [ERROR], status: '404' });
    expect(results[2]).not.toHaveProperty('response');
  });

  it('answers 412 where the version is another', async () => {
    const server = await startFacade();
    const { id } = server.graph.addUser({ userName: 'old' });
    const results = await bulk(server, [
      { method: 'PUT', path: `/Users/${id}`, version: 'W/"7"', data: { userName: 'x' } },
    ]);
    expect(statuses(results)).toEqual(['412']);
  });
});

describe('references by bulkId', () => {
  it('are resolved in values, paths and the filters of PATCH paths, in whatever order', async () => {
    const server = await startFacade();
    const results = await bulk(server, [
      {
        method: 'PATCH',
        path: '/Groups/bulkId:team',
        data: { Operations: [{ op: 'remove', path: 'members[value eq "bulkId:bob"]' }] },
      },
      {
        method: 'POST',
        path: '/Groups',
        bulkId: 'team',
        data: { displayName: 'Team', members: [{ value: 'bulkId:ada' }, { value: 'bulkId:bob' }] },
      },
      newUser('ada', { [ENTERPRISE_USER_SCHEMA]: { manager: { value: 'bulkId:bob' } } }),
      newUser('bob'),
    ]);
    expect(statuses(results)).toEqual(['200', '201', '201', '201']);
    const ids = results.map(({ location }) => location?.split('/').at(-1));
    const asked = server.graph.asked.filter(({ name }) => name !== 'OpenDirectory');
    expect(asked.map(({ name }) => name)).toEqual(['CreateUser', 'CreateUser', 'CreateGroup', 'ChangeGroup']);
    expect(server.graph.users.get(ids[2] ?? '')?.resource).toMatchObject({
      [ENTERPRISE_USER_SCHEMA]: { manager: { value: ids[3] } },
    });
    expect(asked[2]?.variables.input).toMatchObject({ memberIds: [ids[2], ids[3]] });
    expect(asked[3]?.variables.input).toMatchObject({ id: ids[1], members: [{ kind: 'REMOVE', userIds: [ids[3]] }] });
  });

  it('may go in a circle: what is not there yet is added afterwards', async () => {
    const server = await startFacade();
    const managedBy = (bulkId: string) => ({
      [ENTERPRISE_USER_SCHEMA]: { department: 'R', manager: { value: `bulkId:${bulkId}` } },
    });
    const results = await bulk(server, [
      newUser('ada', managedBy('bob')),
      newUser('bob', managedBy('eve')),
      newUser('eve', managedBy('ada')),
      newUser('own', managedBy('own')),
    ]);
    expect(statuses(results)).toEqual(['201', '201', '201', '201']);
    const [ada, bob, eve, own] = results.map(({ location }) => location?.split('/').at(-1) ?? '');
    const managerOf = (id = '') => server.graph.users.get(id)?.resource[ENTERPRISE_USER_SCHEMA];
    expect(managerOf(ada)).toMatchObject({ department: 'R', manager: { value: bob } });
    expect(managerOf(bob)).toMatchObject({ department: 'R', manager: { value: eve } });
    expect(managerOf(eve)).toMatchObject({ department: 'R', manager: { value: ada } });
    expect(managerOf(own)).toMatchObject({ department: 'R', manager: { value: own } });
    // The version is the one after what was added.
    expect(results.map(({ version }) => version).sort()).toEqual(['W/"1"', 'W/"1"', 'W/"2"', 'W/"2"']);
  });

  it('to nothing, to twins and to what failed are errors of the operation that refers', async () => {
    const server = await startFacade();
    const results = await bulk(server, [
      newUser('ada', { manager: 'bulkId:nobody' }),
      newUser('twin'),
      newUser('twin'),
      newUser('bob', { manager: 'bulkId:twin' }),
      { method: 'POST', path: '/Groups', bulkId: 'wrong', data: {} },
      { method: 'DELETE', path: '/Groups/bulkId:wrong' },
      newUser('eve'),
    ]);
    expect(statuses(results)).toEqual(['400', '400', '400', '409', '400', '409', '201']);
    expect(results.map(({ response }) => response?.detail)).toEqual([
      'No operation has the bulkId "nobody" that this one refers to',
      'The bulkId "twin" stands for 2 operations',
      'The bulkId "twin" stands for 2 operations',
      expect.stringContaining('"twin", which this one refers to, created nothing'),
      'displayName: is required',
      expect.stringContaining('"wrong", which this one refers to, created nothing'),
      undefined,
    ]);
    expect(server.graph.users.size).toBe(1);
  });
});

it('says where the resource of a failed operation is, unless it was to be created', async () => {
  const server = await startFacade();
  const results = await bulk(server, [
    { method: 'PUT', path: '/Users/x y' },
    { method: 'DELETE', path: '/Users/none' },
    { method: 'PATCH', path: '/Users/x', data: { value: 'bulkId:nobody' } },
    { method: 'PATCH', path: '/Users/bulkId:nobody', data: {} },
    { method: 'POST', path: '/Users', bulkId: 'a' },
  ]);
  expect(results.map(({ status, location }) => [status, location])).toEqual([
    ['400', `${BASE_URL}/Users/x%20y`],
    ['404', `${BASE_URL}/Users/none`],
    ['400', `${BASE_URL}/Users/x`],
    ['400', undefined],
    ['400', undefined],
  ]);
});

describe('failOnErrors', () => {
  it('stops at that many errors, says so, and answers only what was tried', async () => {
    const server = await startFacade();
    const missing = { method: 'DELETE', path: '/Users/0198a000-0000-7000-8000-00000000dead' };
    const results = await bulk(server, [newUser('a'), missing, newUser('b'), missing, newUser('c'), newUser('d')], {
      failOnErrors: 2,
    });
    expect(statuses(results)).toEqual(['201', '404', '201', '404']);
    expect(results[3]?.response?.detail).toMatch(/cut off here: failOnErrors is 2, 2 operations were not tried$/);
    expect(server.graph.users.size).toBe(2);
  });

  it('still completes an operation that was begun before the stop', async () => {
    const server = await startFacade();
    server.graph.answers.set('CreateUser', (variables) => {
      const { resource } = variables.input as { resource: { userName: string } };
      return resource.userName === 'ada' ? { data: { createDirectoryUser: failed('USER_NAME_TAKEN') } } : undefined;
    });
    const operations = [
      newUser('ada', { manager: 'bulkId:bob' }),
      newUser('bob', { manager: 'bulkId:ada' }),
      newUser('eve'),
    ];
    const results = await bulk(server, operations, { failOnErrors: 1 });
    expect(results).toMatchObject([
      {
        bulkId: 'ada',
        status: '409',
        response: { scimType: 'uniqueness', detail: expect.stringMatching(/1 operations/) },
      },
      {
        bulkId: 'bob',
        status: '409',
        response: { detail: expect.stringMatching(/created without what refers to it$/) },
      },
    ]);
    expect(results[1]?.location).toContain('/Users/');
    expect(server.graph.users.size).toBe(1);
  });

  it.each([0, -1, 1.5, 'one'])('refuses %j', async (failOnErrors) => {
    const { send } = await startFacade();
    const body = { schemas: [BULK_REQUEST], failOnErrors, Operations: [newUser('a')] };
    const answer = await send({ path: '/Bulk', method: 'POST', body });
    expect([answer.status, answer.body]).toMatchObject([400, { scimType: 'invalidValue' }]);
  });
});

describe('what is refused', () => {
  it.each([
    ['no method', { path: '/Users', data: {} }, '400', 'Operations[0].method must be one of POST, PUT, PATCH, DELETE'],
    ['GET', { method: 'GET', path: '/Users/1' }, '400', 'Operations[0].method must be one of POST, PUT, PATCH, DELETE'],
    ['no path', { method: 'DELETE' }, '400', 'Operations[0].path must be a string'],
    [
      'another bulk request',
      { method: 'POST', path: '/Bulk', data: {} },
      '404',
      /must begin with \/Users or \/Groups$/,
    ],
    ['a search', { method: 'POST', path: '/Users/.search', data: {} }, '404', /not of a search$/],
    ['a search by DELETE', { method: 'DELETE', path: '/Groups/%2eSearch' }, '404', /not of a search$/],
    ['half a surrogate pair', { method: 'DELETE', path: '/Users/\ud800' }, '400', /is not encoded correctly$/],
    ['discovery', { method: 'POST', path: '/Schemas', data: {} }, '404', /must begin with/],
    ['a POST to a resource', { method: 'POST', path: '/Users/1', data: {} }, '400', /such as \/Users for POST$/],
    ['a PUT to an endpoint', { method: 'PUT', path: '/Users', data: {} }, '400', /such as \/Users\/\{id\} for PUT$/],
    ['no data', { method: 'POST', path: '/Users' }, '400', 'Operations[0].data must be an object'],
    [
      'a version that is no text',
      { method: 'DELETE', path: '/Users/1', version: 1 },
      '400',
      /version must be a string/,
    ],
    ['no object', 'DELETE', '400', 'Operations[0] must be an object'],
  ])('%s is the error of that operation alone', async (_, operation, status, detail) => {
    const server = await startFacade();
    const [wrong, right] = await bulk(server, [operation, newUser('ada')]);
    expect([wrong?.status, wrong?.response?.detail, right?.status]).toEqual([
      status,
      typeof detail === 'string' ? detail : expect.stringMatching(detail),
      '201',
    ]);
  });

  it.each([
    ['no operations', { schemas: [BULK_REQUEST] }, 400],
    ['an empty list', { Operations: [] }, 400],
    ['another schema', { schemas: ['urn:x'], Operations: [newUser('a')] }, 400],
    ['1,001 operations', { Operations: Array.from({ length: 1001 }, (_, n) => newUser(`u${n}`)) }, 413],
  ])('%s is an error of the whole request', async (_, body, status) => {
    const { send, graph } = await startFacade();
    const answer = await send({ path: '/Bulk', method: 'POST', body });
    expect([answer.status, answer.body]).toMatchObject([status, { schemas: [ERROR] }]);
    if (status === 413) expect((answer.body as { detail: string }).detail).toContain('at most 1000');
    expect(graph.users.size).toBe(0);
  });

  it('nothing is done for a bearer that opens nothing', async () => {
    const { send, graph } = await startFacade();
    const body = { Operations: [newUser('a')] };
    const answer = await send({ path: '/Bulk', method: 'POST', body, headers: { Authorization: 'Bearer wrong' } });
    expect(answer.status).toBe(401);
    expect(graph.namesAsked()).toEqual(['OpenDirectory']);
  });
});

describe('what grows on the way to the answer', () => {
  const long = 'x'.repeat(129);
  const referring = { method: 'DELETE', path: '/Users/bulkId:a' };

  it('is no id that no resource can have: neither it nor what refers to it is repeated', async () => {
    const server = await startFacade();
    const operations = [
      { method: 'DELETE', path: `/Users/${'x'.repeat(100_000)}`, bulkId: 'a' },
      { method: 'DELETE', path: `/Users/${'%00'.repeat(43)}`, bulkId: 'b' },
      { method: 'DELETE', path: `/Users/${'/'.repeat(100_000)}` },
      ...Array.from({ length: 200 }, () => referring),
      newUser('ada'),
    ];
    const answer = await server.send({ path: '/Bulk', method: 'POST', body: { Operations: operations } });
    const results = (answer.body as { Operations: Result[] }).Operations;
    expect(statuses(results)).toEqual(['404', '404', '404', ...Array(200).fill('409'), '201']);
    expect(results[0]?.response?.detail).toBe('Operations[0].path must not be longer than 2048 characters');
    expect(results[1]?.response?.detail).toMatch(/an id of more than 128 characters, which no resource has$/);
    expect(results[3]?.response?.detail).toMatch(/"a", which this one refers to, created nothing$/);
    expect(JSON.stringify(answer.body).length).toBeLessThan(100_000);
    expect(server.graph.namesAsked().filter((name) => name === 'DeleteUser')).toEqual([]);
  });

  it('is no bulkId of more than 128 characters', async () => {
    const server = await startFacade();
    const results = await bulk(server, [
      newUser(long),
      newUser(long.slice(1)),
      { method: 'DELETE', path: `/Users/bulkId:${long}` },
      newUser('bob', { manager: `bulkId:${'y'.repeat(10_000)}` }),
      newUser('eve', { manager: `bulkId:${long.slice(1)}` }),
    ]);
    expect(statuses(results)).toEqual(['400', '201', '400', '400', '201']);
    expect(results[0]?.response).toMatchObject({
      scimType: 'invalidValue',
      detail: 'Operations[0].bulkId must be a string of at most 128 characters',
    });
    expect(results[2]?.response?.detail).toContain(`"${long.slice(1)}…"`);
    expect(results[3]?.response?.detail.length).toBeLessThan(250);
  });

  it('is no more than 1,000 references of one operation', async () => {
    const server = await startFacade();
    const referringTo = (bulkId: string, count: number) => ({
      'urn:x:amp:2.0:User': { list: Array(count).fill(`bulkId:${bulkId}`) },
    });
    const results = await bulk(server, [
      { method: 'DELETE', path: '/Users/none', bulkId: 'a' },
      newUser('ada', referringTo('a', 1_001)),
      newUser('bob', referringTo('a', 1_000)),
      newUser('eve', referringTo('bob', 1_000)),
      newUser('dan', referringTo('nobody', 20_000)),
    ]);
    expect(statuses(results)).toEqual(['404', '400', '201', '201', '400']);
    expect(results[1]?.response).toMatchObject({
      scimType: 'invalidValue',
      detail: 'The operation holds 1001 references by bulkId, at most 1000 are done',
    });
  });

  it('is altogether no more than 16 MB of ids that stand for references', async () => {
    const server = await startFacade();
    const list = Array(1_000).fill('bulkId:a');
    const results = await bulk(server, [
      { method: 'DELETE', path: `/Users/${long.slice(1)}`, bulkId: 'a' },
      ...Array.from({ length: 140 }, (_, n) => newUser(`u${n}`, { 'urn:x:amp:2.0:User': { list } })),
      newUser('last'),
    ]);
    // 131 × 128,000 characters fit.
    expect(statuses(results)).toEqual(['404', ...Array(131).fill('201'), ...Array(9).fill('413'), '201']);
    expect(results[132]?.response?.detail).toMatch(/longer than 16777216 characters; send the operation in another/);
  });

  it('goes out piece by piece', async () => {
    const server = await startFacade();
    const operations = Array.from({ length: 1_000 }, (_, n) => ({ method: 'DELETE', path: `/Users/none${n}` }));
    const answer = await server.send({ path: '/Bulk', method: 'POST', body: { Operations: operations } });
    expect((answer.body as { Operations: Result[] }).Operations).toHaveLength(1_000);
    expect(answer.headers).not.toHaveProperty('content-length');
  });
});

it('makes a circle in which each of hundreds refers to all, at once', async () => {
  const server = await startFacade();
  const bulkIds = Array.from({ length: 300 }, (_, n) => `u${n}`);
  const list = bulkIds.map((bulkId) => `bulkId:${bulkId}`).reverse();
  const results = await bulk(
    server,
    bulkIds.map((bulkId) => newUser(bulkId, { 'urn:x:amp:2.0:User': { list } })),
  );
  expect(new Set(statuses(results))).toEqual(new Set(['201']));
  for (const { resource } of server.graph.users.values()) {
    const { list: ids } = resource['urn:x:amp:2.0:User'] as { list: string[] };
    expect(new Set(ids)).toEqual(new Set(server.graph.users.keys()));
  }
});

describe('what runs at the same time', () => {
  it('is up to 16 operations of one kind on different resources; what needs another waits', async () => {
    const server = await startFacade();
    let running = 0;
    let most = 0;
    const run = server.graph.run.bind(server.graph);
    server.graph.run = async (document, variables, call) => {
      running += 1;
      most = Math.max(most, running);
      const answer = await run(document, variables, call);
      running -= 1;
      return answer;
    };
    const results = await bulk(
      server,
      Array.from({ length: 100 }, (_, n) => newUser(`u${n}`)),
    );
    expect(new Set(statuses(results))).toEqual(new Set(['201']));
    expect(results.map(({ bulkId }) => bulkId)).toEqual(Array.from({ length: 100 }, (_, n) => `u${n}`));
    expect(most).toBe(16);
  });

  it('keeps the order of operations on one resource', async () => {
    const server = await startFacade();
    const { id } = server.graph.addUser({ userName: 'old' });
    const titles = Array.from({ length: 20 }, (_, n) => ({
      method: 'PATCH',
      path: `/Users/${id}`,
      data: { Operations: [{ op: 'replace', path: 'title', value: `title ${n}` }] },
    }));
    const results = await bulk(server, titles);
    expect(results.map(({ version }) => version)).toEqual(titles.map((_, n) => `W/"${n + 2}"`));
    expect(server.graph.users.get(id)?.resource.title).toBe('title 19');
  });
});
