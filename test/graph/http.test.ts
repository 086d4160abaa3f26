import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { thrownCodes } from '../../src/graph/errors.ts';
import { postGraphql, type ServiceOrganization, startTestService, type TestService } from '../harness/service.ts';

let service: TestService;
let acme: ServiceOrganization;
beforeAll(async () => {
  service = await startTestService();
  acme = await service.organization();
});
afterAll(() => service.close());

/** A request to /graphql with headers of its own. */
async function send(init: RequestInit, search = ''): Promise<{ status: number; text: string }> {
  const response = await fetch(`${service.url}/graphql${search}`, init);
  return { status: response.status, text: await response.text() };
}

const json = { 'content-type': 'application/json' };

describe('/graphql', () => {
  it('answers a key what it answers in process', async () => {
    const { status, data, errors } = await service.graphql(acme.apiKey, '{ organization { id } user(id: "-") { id } }');
    expect({ status, data, errors }).toEqual({
      status: 200,
      data: { organization: { id: acme.id }, user: null },
      errors: undefined,
    });
  });

  it('answers errors with code and reason, and nothing more', async () => {
    const { errors } = await service.graphql(undefined, '{ organization { id } }');
    expect(errors).toEqual([
      {
        message: expect.any(String),
        locations: [{ line: 1, column: 3 }],
        path: ['organization'],
        extensions: { code: 'UNAUTHENTICATED', reason: 'CREDENTIAL_INVALID' },
      },
    ]);
  });

  it.each([
    ['{ organization { nonsense } }', {}, 'GRAPHQL_VALIDATION_FAILED'],
    ['{ organization { id ', {}, 'GRAPHQL_PARSE_FAILED'],
    ['query ($first: Int) { users(first: $first) { nodes { id } } }', { first: 'many' }, 'BAD_USER_INPUT'],
    ['query ($id: ID!) { user(id: $id) { id } }', { id: { a: 1 } }, 'BAD_USER_INPUT'],
  ])('refuses %s with 400', async (query, variables, code) => {
    const { status, errors } = await service.graphql(acme.apiKey, query, variables);
    expect(status).toBe(400);
    expect(errors).toMatchObject([{ extensions: { code } }]);
    expect(JSON.stringify(errors)).not.toMatch(/stack|node_modules|\.ts/);
  });

  it('throws declared codes alone, each of them where the guide says so', async () => {
    const reader = await service.domain.permissionSets.create(acme.operator, { name: 'Nothing', permissions: [] });
    const { key } = await service.domain.apiKeys.create(acme.operator, { name: 'k', permissionSetId: reader.id });
    const twoOperations = { query: 'query A { __typename } query B { __typename }' };
    const persisted = { extensions: { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } } };
    const requests: [expected: string, bearer: string | undefined, body: object][] = [
      ['UNAUTHENTICATED', undefined, { query: '{ viewer { permissions } }' }],
      ['UNAUTHENTICATED', 'rckey_x', { query: '{ users { nodes { id } } }' }],
      ['FORBIDDEN', key, { query: '{ apiKeys { nodes { id } } }' }],
      ['FORBIDDEN', key, { query: 'mutation { createUser(input: { userName: "x" }) { user { id } } }' }],
      ['BAD_USER_INPUT', acme.apiKey, { query: '{ users(first: 501) { nodes { id } } }' }],
      ['BAD_USER_INPUT', acme.apiKey, { query: 'query ($id: ID!) { user(id: $id) { id } }' }],
      ['BAD_REQUEST', acme.apiKey, {}],
      ['BAD_REQUEST', acme.apiKey, { query: '{ __typename }', variables: 7 }],
      ['BAD_REQUEST', acme.apiKey, persisted],
      ['BAD_REQUEST', acme.apiKey, [{ query: '{ __typename }' }]],
      ['GRAPHQL_PARSE_FAILED', acme.apiKey, { query: '{' }],
      ['GRAPHQL_VALIDATION_FAILED', acme.apiKey, { query: '{ nothing }' }],
      ['OPERATION_RESOLUTION_FAILURE', acme.apiKey, twoOperations],
      ['OPERATION_RESOLUTION_FAILURE', acme.apiKey, { ...twoOperations, operationName: 'C' }],
    ];
    const thrown = new Set<unknown>(['SERVICE_UNAVAILABLE', 'INTERNAL_SERVER_ERROR']);
    for (const [expected, bearer, body] of requests) {
      const { errors } = await postGraphql(service.url, bearer, body);
      const codes = errors?.map((error) => error.extensions?.code) ?? [];
      expect([body, codes]).toEqual([body, [expected]]);
      for (const code of codes) thrown.add(code);
    }
    expect([...thrown].sort()).toEqual(Object.keys(thrownCodes).sort());
  });

  it('refuses what a page of another site could send without asking', async () => {
    const body = JSON.stringify({ query: '{ organization { id } }' });
    const { authorization } = { authorization: `Bearer ${acme.apiKey}` };
    const plain = await send({ method: 'POST', headers: { 'content-type': 'text/plain', authorization }, body });
    expect(plain.status).toBe(400);
    const get = await send({ headers: { authorization } }, '?query=%7B__typename%7D');
    expect(get.status).toBe(400);
  });

  it.each([
    ['the one it came with', 'request-9:a.b', 'request-9:a.b'],
    ['a new one', undefined, expect.stringMatching(/^[0-9a-f-]{36}$/)],
    ['a new one for one that could not stand in a log', 'a b\u00e9', expect.stringMatching(/^[0-9a-f-]{36}$/)],
  ])('answers every request with its id: %s', async (_, sent, answered) => {
    const headers = { ...json, ...(sent === undefined ? {} : { 'x-request-id': sent }) };
    for (const body of ['{"query":"{ __typename }"}', '{"query":"{ nothing }"}', '{', '']) {
      const response = await fetch(`${service.url}/graphql`, { method: 'POST', headers, body });
      await response.arrayBuffer();
      expect(response.headers.get('x-request-id')).toEqual(answered);
    }
  });

  it('changes nothing by GET', async () => {
    const query = encodeURIComponent('mutation { createUser(input: { userName: "by-get" }) { errors { code } } }');
    const headers = { authorization: `Bearer ${acme.apiKey}`, 'apollo-require-preflight': 'true' };
    expect((await send({ headers }, `?query=${query}`)).status).toBe(405);
    const { data } = await service.graphql(acme.apiKey, '{ users(filter: { search: "by-get" }) { nodes { id } } }');
    expect(data).toEqual({ users: { nodes: [] } });
  });

  it('takes one operation a request, no batches', async () => {
    const body = JSON.stringify([{ query: '{ __typename }' }, { query: '{ __typename }' }]);
    expect((await send({ method: 'POST', headers: json, body })).status).toBe(400);
  });

  it.each(['', '{', 'null', '"text"', '{"query":1}', '{"query":"{ __typename }","variables":"x"}'])(
    'answers the body %s with 400',
    async (body) => {
      const { status, text } = await send({ method: 'POST', headers: json, body });
      expect(status).toBe(400);
      expect(text).not.toMatch(/node_modules|\.ts:/);
    },
  );

  it('shows no page to browsers', async () => {
    const { status, text } = await send({ headers: { accept: 'text/html' } });
    expect(status).toBe(400);
    expect(text).not.toContain('<script');
  });

  it('writes the SCIM request that a remote facade names into the provisioning event', async () => {
    const directory = await service.directory(acme);
    const query =
      'mutation ($input: CreateDirectoryUserInput!) { createDirectoryUser(input: $input) { errors { code } } }';
    const input = { directoryId: directory.id, resource: { userName: 'ada@acme.example' } };
    await send({
      method: 'POST',
      headers: {
        ...json,
        authorization: `Bearer ${directory.token}`,
        'x-request-id': 'request-9',
        'x-rollcall-scim-method': 'POST',
        'x-rollcall-scim-path': '/scim/v2/d/Users',
      },
      body: JSON.stringify({ query, variables: { input } }),
    });
    const events = await service.domain.provisioningEvents.list(acme.operator, directory.id, {});
    expect(events.items).toMatchObject([
      { requestId: 'request-9', method: 'POST', path: '/scim/v2/d/Users', outcome: 'userCreated' },
    ]);
  });
});
