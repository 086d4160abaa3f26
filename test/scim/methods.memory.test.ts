import { describe, expect, it } from 'vitest';
import { ERROR, USER_SCHEMA } from '../../src/attributes/urns.ts';
import { allowedMethods, endpoints } from '../../src/scim/endpoints.ts';
import { BASE_URL, startFacade } from './facade-server.ts';

const addresses = [...endpoints].map(([pattern, handlers]) => ({
  path: `/${pattern.replace('*', 'x')}`,
  handlers,
  methods: [...handlers.keys()],
}));
const everyMethod = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND'];

describe('security 2: every endpoint and every method', () => {
  it('answers 401 without a token and with a wrong one, and says nothing else', async () => {
    const { send, graph } = await startFacade();
    const users = [structuredClone(graph.addUser({ userName: 'ada' }))];
    expect(addresses.length).toBeGreaterThan(9);
    for (const { path } of addresses) {
      for (const method of everyMethod) {
        for (const authorization of [undefined, '', 'Bearer', 'Bearer wrong', 'Basic YTpi']) {
          const headers = authorization === undefined ? {} : { Authorization: authorization };
          const answer = await send({ path, method, headers, isAnonymous: authorization === undefined });
          const { status, headers: answered } = answer;
          const told = [status, answered['www-authenticate'], answered.allow, answered.location];
          expect([method, path, ...told]).toEqual([method, path, 401, 'Bearer realm="scim"', undefined, undefined]);
        }
      }
    }
    expect([...graph.users.values()]).toEqual(users);
  });
});

describe('methods', () => {
  it('answers 405 with Allow to every method that an address does not take', async () => {
    const { send } = await startFacade();
    for (const { path, methods, handlers } of addresses) {
      const taken = [...methods, 'OPTIONS', ...(methods.includes('GET') ? ['HEAD'] : [])];
      for (const method of everyMethod.filter((name) => !taken.includes(name))) {
        const { status, headers } = await send({ path, method, body: {} });
        expect([method, path, status, headers.allow]).toEqual([method, path, 405, allowedMethods(handlers)]);
      }
    }
  });

  it('answers OPTIONS with 204 and what an address takes, and 404 where nothing is', async () => {
    const { send } = await startFacade();
    for (const { path, handlers } of addresses) {
      const { status, headers, text } = await send({ path, method: 'OPTIONS' });
      expect([path, status, headers.allow, text]).toEqual([path, 204, allowedMethods(handlers), '']);
    }
    expect((await send({ path: '/Unicorns', method: 'OPTIONS' })).status).toBe(404);
  });

  it('answers HEAD as GET, without a body', async () => {
    const { send, graph } = await startFacade();
    const { id } = graph.addUser({ userName: 'ada' });
    for (const path of [
      '/Users',
      `/Users/${id}`,
      '/Groups',
      '/Schemas',
      '/ServiceProviderConfig',
      '/Users/none',
      '/Me',
    ]) {
      const get = await send({ path });
      const head = await send({ path, method: 'HEAD' });
      const compared = ({ status, headers }: typeof get) => {
        const { date: _date, 'x-request-id': _requestId, ...rest } = headers;
        return { status, ...rest };
      };
      expect(compared(head)).toEqual(compared(get));
      expect(head.text).toBe('');
    }
  });

  it('answers 501 to /Me of a directory, whatever the method (RFC 7644 §3.11)', async () => {
    const { send } = await startFacade();
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
      const answer = await send({ path: '/Me', method, body: {} });
      expect([answer.status, answer.body]).toMatchObject([501, { schemas: [ERROR], status: '501' }]);
    }
  });
});

describe('where a resource is', () => {
  it('stands in Location and Content-Location, which are meta.location (RFC 7643 §3.1)', async () => {
    const { send } = await startFacade();
    const body = { schemas: [USER_SCHEMA], userName: 'ada' };
    const created = await send({ path: '/Users', method: 'POST', body });
    const { id } = created.body as { id: string };
    const location = `${BASE_URL}/Users/${id}`;
    const read = await send({ path: `/Users/${id}` });
    const replaced = await send({ path: `/Users/${id}`, method: 'PUT', body });
    const operations = { Operations: [{ op: 'add', path: 'title', value: 'Dr.' }] };
    const patched = await send({ path: `/Users/${id}`, method: 'PATCH', body: operations });
    for (const answer of [created, read, replaced, patched]) {
      expect(answer.headers).toMatchObject({ location, 'content-location': location });
      expect(answer.body).toMatchObject({ meta: { location, resourceType: 'User', version: answer.headers.etag } });
    }
  });
});

describe('preconditions (RFC 7644 §3.14)', () => {
  const writes = [
    ['PUT', { userName: 'new', displayName: 'new' }],
    ['PATCH', { Operations: [{ op: 'replace', path: 'displayName', value: 'new' }] }],
    ['DELETE', undefined],
  ] as const;

  it.each(writes)(
    '%s answers 412 where If-None-Match names what is there, and writes nothing',
    async (method, body) => {
      const { send, graph } = await startFacade();
      const user = structuredClone(graph.addUser({ userName: 'ada' }));
      const group = graph.addGroup({ displayName: 'Marketing' });
      for (const path of [`/Users/${user.id}`, `/Groups/${group.id}`]) {
        for (const header of ['*', 'W/"1"', '"1"', 'W/"7", W/"1"']) {
          const answer = await send({ path, method, ...(body && { body }), headers: { 'If-None-Match': header } });
          expect([path, header, answer.status]).toEqual([path, header, 412]);
        }
      }
      expect(graph.users.get(user.id)).toEqual(user);
      expect(graph.groups.has(group.id)).toBe(true);
    },
  );

  it.each(writes)('%s goes on where If-None-Match names another version', async (method, body) => {
    const { send, graph } = await startFacade();
    const user = graph.addUser({ userName: 'ada' });
    const answer = await send({
      path: `/Users/${user.id}`,
      method,
      ...(body && { body }),
      headers: { 'If-None-Match': 'W/"7"' },
    });
    expect(answer.status).toBe(method === 'DELETE' ? 204 : 200);
  });

  it.each(writes)('%s of what is not there is 404, not 412', async (method, body) => {
    const { send } = await startFacade();
    const answer = await send({ path: '/Users/x', method, ...(body && { body }), headers: { 'If-None-Match': '*' } });
    expect(answer.status).toBe(404);
  });

  it.each(['GET', 'HEAD'])('%s is 304 for what the client has, 412 where If-Match names another', async (method) => {
    const { send, graph } = await startFacade();
    const { id } = graph.addUser({ userName: 'ada' });
    const get = (headers: Record<string, string>) => send({ path: `/Users/${id}`, method, headers });
    expect((await get({ 'If-None-Match': 'W/"1"' })).status).toBe(304);
    expect((await get({ 'If-None-Match': 'W/"2"' })).status).toBe(200);
    expect((await get({ 'If-Match': 'W/"1"' })).status).toBe(200);
    expect((await get({ 'If-Match': 'W/"2"' })).status).toBe(412);
  });
});

describe('Accept', () => {
  const headers = { Accept: 'text/html, application/xml;q=0.9' };

  it('is 406 in a strict directory where it names nothing that SCIM is', async () => {
    const { send, graph } = await startFacade();
    graph.isStrict = true;
    const body = { schemas: [USER_SCHEMA], userName: 'ada' };
    const refused = await send({ path: '/Users', method: 'POST', body, headers });
    expect([refused.status, refused.headers['content-type'], graph.users.size]).toEqual([
      406,
      'application/scim+json',
      0,
    ]);
    for (const Accept of ['application/scim+json', 'application/json', '*/*', 'text/html, application/*;q=0.1'])
      expect((await send({ path: '/Users', headers: { Accept } })).status).toBe(200);
  });

  it('means nothing in any other directory, and costs the usual requests no question', async () => {
    const { send, graph } = await startFacade();
    expect((await send({ path: '/Users', headers })).status).toBe(200);
    expect((await send({ path: '/Users', headers: { Accept: 'application/scim+json, */*;q=0.1' } })).status).toBe(200);
    expect(graph.namesAsked()).toEqual(['ReadStrictness', 'ListUsers', 'ListUsers']);
  });
});
