// In production the schema is for signed-in callers. Names that a caller chooses open nothing (security 26).
import { getIntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServiceOrganization, startTestService, type TestService } from '../harness/service.ts';

let service: TestService;
let acme: ServiceOrganization;
beforeAll(async () => {
  service = await startTestService();
  acme = await service.organization();
});
afterAll(() => service.close());

const REFUSED = {
  status: 401,
  errors: [{ message: expect.stringContaining('signed-in'), extensions: { code: 'UNAUTHENTICATED' } }],
};

describe('introspection in production', () => {
  it('shows an API key the whole schema', async () => {
    const answer = await service.graphql<{ __schema: { types: { name: string }[] } }>(
      acme.apiKey,
      getIntrospectionQuery(),
    );
    expect(answer.status).toBe(200);
    expect(answer.data?.__schema.types.map(({ name }) => name)).toContain('Grant');
  });

  it.for([
    ['by its fields', '{ __schema { queryType { name } } }'],
    ['by one type', '{ __type(name: "User") { name } }'],
    ['beside other fields', '{ __typename __schema { queryType { name } } }'],
    ['behind an alias', '{ organization: __schema { queryType { name } } }'],
    ['behind a fragment', 'query Q { ...F } fragment F on Query { __schema { queryType { name } } }'],
    ['behind an inline fragment', '{ ... { ... on Query { __type(name: "User") { name } } } }'],
    ['behind a directive', '{ __schema @include(if: true) { queryType { name } } }'],
    ['named like something else', 'query viewer { viewer: __schema { queryType { name } } }'],
  ])('security 26: shows nobody else anything, asked %s', async ([, query]) => {
    const directory = await service.directory(acme);
    for (const bearer of [undefined, 'rckey_unknown', directory.token]) {
      const answer = await service.graphql(bearer, query ?? '');
      expect(answer).toMatchObject(REFUSED);
      expect(answer.data).toBeUndefined();
    }
  });

  it('security 26: gives a stranger no suggestions to guess the schema by', async () => {
    const query = '{ permissionSetz { id } }';
    const [signedIn, stranger] = [await service.graphql(acme.apiKey, query), await service.graphql(undefined, query)];
    expect(signedIn.errors?.[0]?.message).toContain('Did you mean');
    expect(stranger.errors?.[0]?.message).toBe('Cannot query field "permissionSetz" on type "Query".');
    expect(stranger.status).toBe(400);
  });

  it('lets a stranger ask what is no secret', async () => {
    expect(await service.graphql(undefined, '{ __typename }')).toMatchObject({ data: { __typename: 'Query' } });
  });

  it('logs none of it as a mistake of ours', () => {
    expect(service.failures).toEqual([]);
  });
});
