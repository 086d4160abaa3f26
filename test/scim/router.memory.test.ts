import { describe, expect, it } from 'vitest';
import { ERROR } from '../../src/attributes/urns.ts';
import { startFacade } from './facade-server.ts';
import { BEARER, thrown } from './memory-graph.ts';

const addresses = [
  '',
  '/Users',
  '/Users/1',
  '/Groups',
  '/Groups/1',
  '/ServiceProviderConfig',
  '/ResourceTypes',
  '/ResourceTypes/User',
  '/Schemas',
  '/Schemas/urn:ietf:params:scim:schemas:core:2.0:User',
  '/Bulk',
  '/Me',
  '/Users/.search',
  '/Unicorns/1/2',
  '/%E0%A4%A',
];
const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

describe('who is let in (security cases 2, 3, 10, 22)', () => {
  it('answers 401 to every method on every address, unknown ones included, without a token', async () => {
    const { send, graph } = await startFacade();
    for (const path of addresses) {
      for (const method of methods) {
        const answer = await send({ path, method, isAnonymous: true, body: '{"schemas":[' });
        expect([method, path, answer.status, answer.headers['www-authenticate']]).toEqual([
          method,
          path,
          401,
          expect.stringMatching(/^Bearer realm=/),
        ]);
        expect(answer.body).toMatchObject({ schemas: [ERROR], status: '401' });
      }
    }
    expect(new Set(graph.namesAsked())).toEqual(new Set(['OpenDirectory']));
  });

  it.each([
    ['an empty bearer', ''],
    ['a bearer without a token', 'Bearer'],
    ['a wrong token', `${BEARER}x`],
    ['another scheme', BEARER.replace('Bearer', 'Basic')],
  ])('answers 401 to %s before it says anything about the request', async (_, authorization) => {
    const { send } = await startFacade();
    for (const path of addresses) {
      const answer = await send({ path, method: 'POST', body: '{', headers: { Authorization: authorization } });
      expect([path, answer.status]).toEqual([path, 401]);
    }
  });

  it('answers 401, not 404, to the token of another directory, on reads and on writes', async () => {
    const { send, graph } = await startFacade();
    const user = graph.addUser({ userName: 'ada' });
    const directoryId = '0198a000-0000-7000-8000-00000000d2d2';
    const body = { userName: 'eve', displayName: 'Eve', Operations: [{ op: 'remove', path: 'title' }] };
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
      for (const path of ['/Users', `/Users/${user.id}`, '/Groups', `/Groups/${user.id}`, '/Schemas', '/nothing']) {
        const answer = await send({ path, method, directoryId, body });
        expect([method, path, answer.status]).toEqual([method, path, 401]);
      }
    }
    expect(graph.users.get(user.id)).toEqual(user);
  });

  it('does not read a large body for a bearer that opens nothing', async () => {
    const { send, graph } = await startFacade();
    const body = `{"userName":"${'a'.repeat(100_000)}`;
    const answer = await send({ path: '/Users', method: 'POST', body, headers: { Authorization: 'Bearer wrong' } });
    expect(answer.status).toBe(401);
    expect(graph.namesAsked()).toEqual(['OpenDirectory']);
  });

  it('asks GraphQL once about a request that GraphQL answers, and passes the bearer on as it came', async () => {
    const { send, graph } = await startFacade();
    graph.addUser({ userName: 'ada' });
    await send({ path: '/Users?filter=userName+eq+%22ada%22' });
    expect(graph.asked).toMatchObject([{ name: 'ListUsers', call: { authorization: BEARER, method: 'GET' } }]);
  });
});

describe('addresses', () => {
  it('answers 404 with a SCIM error to what does not exist', async () => {
    const { send } = await startFacade();
    for (const path of [
      '/Unicorns',
      '/Users/1/2',
      '/Bulk/1',
      '/constructor',
      '/__proto__/1',
      '/%E0%A4%A',
      '/Users/%ff',
    ]) {
      const answer = await send({ path });
      expect([path, answer.status, answer.headers['content-type']]).toEqual([path, 404, 'application/scim+json']);
      expect(answer.body).toEqual({ schemas: [ERROR], status: '404', detail: 'There is nothing at this address' });
    }
  });

  it.each([
    ['/Users', 'PATCH', 'GET, HEAD, POST, OPTIONS'],
    ['/Users/1', 'POST', 'GET, HEAD, PUT, PATCH, DELETE, OPTIONS'],
    ['/Groups', 'DELETE', 'GET, HEAD, POST, OPTIONS'],
    ['/Schemas', 'POST', 'GET, HEAD, OPTIONS'],
    ['/Bulk', 'GET', 'POST, OPTIONS'],
    ['/ServiceProviderConfig', 'PUT', 'GET, HEAD, OPTIONS'],
  ])('answers 405 on %s to %s and says what is allowed', async (path, method, allowed) => {
    const { send } = await startFacade();
    const answer = await send({ path, method, body: {} });
    expect([answer.status, answer.headers.allow]).toEqual([405, allowed]);
  });

  it.each([
    '/users',
    '/USERS/',
    '//Users',
    '/Users?',
    '/Users?&',
    '/Users/?startIndex=1&',
    '/Users?aadOptscim062020',
    '/Users?STARTINDEX=1&unknown=%22',
  ])('finds the users at %s', async (path) => {
    const { send, graph } = await startFacade();
    expect((await send({ path })).status).toBe(200);
    expect(graph.namesAsked()).toEqual(['ListUsers']);
  });

  it('hands an id on as the client wrote it, decoded, whatever it holds', async () => {
    const { send, graph } = await startFacade();
    const answer = await send({ path: '/Users/..%2F..%2FGroups%2F1%00' });
    expect(answer.status).toBe(404);
    expect(graph.asked[0]?.variables.id).toBe('../../Groups/1\u0000');
  });
});

describe('answers', () => {
  it('carries application/scim+json without parameters, its length and a request id', async () => {
    const { send } = await startFacade();
    for (const path of ['/Users', '/Schemas', '/nothing', '/Users/none']) {
      const { headers, text } = await send({ path, headers: { Accept: 'text/html' } });
      expect(headers['content-type']).toBe('application/scim+json');
      expect(headers['content-length']).toBe(String(Buffer.byteLength(text)));
      expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    }
  });

  it('keeps a sane request id and replaces any other', async () => {
    const { send, graph } = await startFacade();
    expect((await send({ path: '/Users', headers: { 'X-Request-Id': 'a-1.B:2_c' } })).headers['x-request-id']).toBe(
      'a-1.B:2_c',
    );
    for (const hostile of ['a b', 'a"b', 'é', 'x'.repeat(129), '<script>']) {
      const { headers } = await send({ path: '/Users', headers: { 'X-Request-Id': hostile } });
      expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    }
    expect(graph.asked[0]?.call.requestId).toBe('a-1.B:2_c');
  });

  it('tells GraphQL the path with the query and masks what is secret in it', async () => {
    const { send, graph } = await startFacade();
    await send({ path: '/Users?access_token=s3cret&count=1&filter=password+eq+%22s3cret%22&x' });
    await send({ path: '/Users?count=1' });
    const paths = graph.asked.map(({ call }) => call.path.replace(/^.*\/Users/, '/Users'));
    expect(paths).toEqual(['/Users?access_token=***&count=1&filter=***&x', '/Users?count=1']);
  });

  it('says nothing of what went wrong inside', async () => {
    const { send, graph, mistakes } = await startFacade();
    graph.answers.set('ListUsers', () => thrown('INTERNAL_SERVER_ERROR'));
    graph.answers.set('ListGroups', () => {
      throw new Error('select * from secrets');
    });
    for (const path of ['/Users', '/Groups']) {
      const answer = await send({ path });
      expect(answer.status).toBe(500);
      expect(answer.text).not.toMatch(/inside|secrets|at /);
    }
    expect(mistakes).toEqual([new Error('select * from secrets')]);
  });

  it('answers 503 with Retry-After while GraphQL cannot answer', async () => {
    const { send, graph } = await startFacade();
    graph.answers.set('ListUsers', () => thrown('SERVICE_UNAVAILABLE'));
    const answer = await send({ path: '/Users' });
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, '5']);
    expect(graph.namesAsked()).toEqual(['ListUsers']);
  });
});
