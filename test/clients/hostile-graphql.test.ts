// Documents and values that no honest client sends to /graphql: always a 4xx or an error in the answer, never a 500, no stack,
// and nothing is changed.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { postGraphql } from '../harness/service.ts';
import { allOperations } from './graph-operations.ts';
import { HostileTarget } from './hostile-target.ts';

let target: HostileTarget;
let apiKey: string;
beforeAll(async () => {
  target = await HostileTarget.open();
  apiKey = target.connected.organization.apiKey;
});
beforeEach(() => {
  target.service.failures.length = 0;
});
afterAll(() => target.close());

interface RawAnswer {
  status: number;
  text: string;
}

async function sendRaw(
  body: string,
  headers: Record<string, string> = {},
  query = '',
  method = 'POST',
): Promise<RawAnswer> {
  const response = await fetch(`${target.service.url}/graphql${query}`, {
    method,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKey}`, ...headers },
    ...(method === 'POST' ? { body } : {}),
  });
  return { status: response.status, text: await response.text() };
}

async function unchanged<Result>(work: () => Promise<Result>): Promise<Result> {
  const before = await target.rows.fingerprint();
  const result = await work();
  expect(await target.rows.fingerprint()).toEqual(before);
  expect(target.service.failures).toEqual([]);
  return result;
}

/** The document is refused with 4xx and errors that tell nothing of the inside. */
async function refusesDocument(query: string, variables: Record<string, unknown> = {}): Promise<string> {
  const answer = await unchanged(() => sendRaw(JSON.stringify({ query, variables })));
  expect(answer.status, answer.text.slice(0, 300)).toBeGreaterThanOrEqual(400);
  expect(answer.status, answer.text.slice(0, 300)).toBeLessThan(500);
  expect(JSON.parse(answer.text)).toHaveProperty('errors.0.message');
  expect(answer.text).not.toMatch(/node_modules|\.ts:\d|\.js:\d|select .* from/i);
  return answer.text;
}

const deep = (levels: number) =>
  `${'groups { nodes { members { nodes { user { '.repeat(levels)}id${' } } } } }'.repeat(levels)}`;

describe('documents', () => {
  it.for([
    ['that are no GraphQL', '{'],
    ['of another schema', '{ nothing }'],
    ['without an operation', 'fragment F on User { id }'],
    [
      'nested deeper than the limit',
      `{ users { nodes { ${'groups { group { members { nodes { user { '.repeat(5)}id${' } } } } }'.repeat(5)} } } }`,
    ],
    [
      'with hundreds of aliases',
      `{ ${Array.from({ length: 400 }, (_, n) => `a${n}: viewer { permissions }`).join(' ')} }`,
    ],
    ['with a hundred fields at the root', `{ ${'organization { id } '.repeat(100)} }`],
    ['of 10,000 tokens', `{ ${'viewer { permissions } '.repeat(2_600)} }`],
    ['with a fragment that spreads itself', 'query Q { users { nodes { ...F } } } fragment F on User { ...F }'],
    [
      'with fragments in a circle',
      'query Q { users { nodes { ...A } } } fragment A on User { ...B } fragment B on User { ...A }',
    ],
    [
      'with fragments that double at each level',
      `query Q { viewer { ...F0 } } ${Array.from({ length: 30 }, (_, n) => `fragment F${n} on Viewer { ...F${n + 1} ...F${n + 1} }`).join(' ')} fragment F30 on Viewer { permissions }`,
    ],
    ['with hundreds of directives', `{ viewer { permissions ${'@include(if: true) '.repeat(300)} } }`],
    [
      'whose pages multiplied ask for millions',
      `{ users(first: 500) { nodes { groups { group { members(first: 500) { nodes { user { id } } } } } } } }`,
    ],
    ['with a page beyond the limit', '{ users(first: 100000) { nodes { id } } }'],
    ['with a number beyond 32 bits', '{ users(first: 99999999999) { nodes { id } } }'],
  ])('%s are refused', async ([, query]) => {
    await refusesDocument(query ?? '');
  });

  it.for([
    ['an operation', `query __schema { ${deep(4)} }`],
    ['an alias', `{ __schema: ${deep(4)} }`],
    ['a fragment', `query Q { ...__schema } fragment __schema on Query { ${deep(4)} }`],
    [
      'an operation and its aliases',
      `query __type { ${Array.from({ length: 200 }, (_, n) => `__typename${n}: viewer { permissions }`).join(' ')} }`,
    ],
  ])(
    'security 26: %s named like introspection passes no limit (graphql-armor GHSA-733v-p3h5-qpq7)',
    async ([, query]) => {
      await refusesDocument(query ?? '');
    },
  );

  it('with a page below nothing are an error of the caller', async () => {
    const answer = await unchanged(() => target.service.graphql(apiKey, '{ users(first: -1) { nodes { id } } }'));
    expect(answer).toMatchObject({ data: null, errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
  });

  it('that read the schema round and round are refused', async () => {
    const round = (levels: number): string => (levels === 0 ? 'name' : `fields { type { ${round(levels - 1)} } }`);
    await refusesDocument(`{ __schema { types { ${round(5)} } } }`);
    await refusesDocument(`{ __type(name: "User") { ${round(5)} } }`);
  });

  it('in a batch are refused as a whole', async () => {
    const one = { query: 'mutation { createUser(input: { userName: "batched" }) { user { id } } }' };
    const answer = await unchanged(() => sendRaw(JSON.stringify([one, one])));
    expect(answer.status).toBe(400);
  });
});

describe('requests', () => {
  const mutation = JSON.stringify({ query: 'mutation { createUser(input: { userName: "forged" }) { user { id } } }' });

  it.for([
    ['malformed JSON', '{"query":', {}],
    ['a number', '7', {}],
    ['null', 'null', {}],
    ['no query', '{}', {}],
    ['a query that is no text', '{"query":{"a":1}}', {}],
    ['variables that are a list', '{"query":"{ viewer { permissions } }","variables":[1]}', {}],
    ['text instead of JSON, as a page of another site could send it', mutation, { 'content-type': 'text/plain' }],
    ['a form', mutation, { 'content-type': 'application/x-www-form-urlencoded' }],
    ['no content type', mutation, { 'content-type': '' }],
    ['JSON in another charset', mutation, { 'content-type': 'application/json; charset=utf-16' }],
  ] as [string, string, Record<string, string>][])('with %s are refused', async ([, body, headers]) => {
    const answer = await unchanged(() => sendRaw(body, headers));
    expect(answer.status, answer.text).toBeGreaterThanOrEqual(400);
    expect(answer.status, answer.text).toBeLessThan(500);
    expect(answer.text).not.toMatch(/node_modules|at .*\.js:\d/);
  });

  it('that mutate by GET are refused', async () => {
    const query = `?query=${encodeURIComponent('mutation { createUser(input: { userName: "forged" }) { user { id } } }')}`;
    const answer = await unchanged(() => sendRaw('', { 'apollo-require-preflight': 'yes' }, query, 'GET'));
    expect([400, 405]).toContain(answer.status);
  });

  it('of 10 MB are refused with 413', async () => {
    const answer = await unchanged(() =>
      sendRaw(JSON.stringify({ query: '{ viewer { permissions } }', variables: { x: 'x'.repeat(10 * 1024 * 1024) } })),
    );
    expect(answer.status, answer.text.slice(0, 200)).toBe(413);
  });

  it('nested 100,000 levels deep are refused', async () => {
    const levels = '['.repeat(100_000) + ']'.repeat(100_000);
    const directoryId = target.connected.directory.id;
    const query =
      'mutation M($input: CreateDirectoryUserInput!) { createDirectoryUser(input: $input) { errors { code } } }';
    const body = `{"query":${JSON.stringify(query)},"variables":{"input":{"directoryId":"${directoryId}","resource":${levels}}}}`;
    const answer = await unchanged(() => sendRaw(body));
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
  });
});

describe('values', () => {
  const operations = allOperations();
  const texts = (operation: (typeof operations)[number]) =>
    operation.leaves.filter(({ type }) => ['ID', 'String', 'JSON'].includes(type));

  it.for([
    ['NUL', 'a\u0000b'],
    ['half a surrogate pair', 'a\ud800b'],
    ['SQL', "'; drop table users; --"],
    ['a UUID in another form', '{019b0000-0000-7000-8000-000000000000}'],
    ['an empty text', ''],
  ] as const)('%s in any text argument of any field is never an internal error', async ([, text]) => {
    const failed: string[] = [];
    for (const operation of operations) {
      for (const hostile of texts(operation)) {
        const variables = operation.variables((leaf) => (leaf.path === hostile.path ? text : undefined));
        const answer = await postGraphql(target.service.url, apiKey, { query: operation.text, variables });
        const isInternal = answer.errors?.some((error) => error.extensions?.code === 'INTERNAL_SERVER_ERROR');
        if (isInternal || answer.status >= 500) failed.push(`${operation.name} ${hostile.path}`);
      }
    }
    expect(failed).toEqual([]);
    expect(target.service.failures).toEqual([]);
  });

  it.for([
    ['NUL', 'a\u0000b'],
    ['half a surrogate pair', 'a\ud800b'],
  ] as const)('%s in all text arguments of every mutation changes nothing', async ([, text]) => {
    await unchanged(async () => {
      for (const operation of operations.filter(({ kind, leaves }) => kind === 'mutation' && leaves.length > 0)) {
        const paths = new Set(texts(operation).map(({ path }) => path));
        const variables = operation.variables((leaf) => (paths.has(leaf.path) ? text : undefined));
        await postGraphql(target.service.url, apiKey, { query: operation.text, variables });
      }
    });
  });

  it.for([{}, [], 'text', 7, null, true, [[]], { __proto__: { active: true } }, { schemas: 7 }])(
    'the JSON %j as a resource is refused as data or by type',
    async (resource) => {
      const directoryId = target.connected.directory.id;
      await unchanged(async () => {
        for (const noun of ['User', 'Group']) {
          const query = `mutation M($input: CreateDirectory${noun}Input!) { createDirectory${noun}(input: $input) { errors { code path } } }`;
          const answer = await postGraphql<Record<string, { errors: { code: string }[] }>>(
            target.service.url,
            target.connected.directory.token,
            {
              query,
              variables: { input: { directoryId, resource } },
            },
          );
          const codes = answer.data?.[`createDirectory${noun}`]?.errors.map((error) => error.code);
          const thrown = answer.errors?.map((error) => error.extensions?.code);
          expect(codes ?? thrown).toEqual([expect.stringMatching(/^(INVALID_VALUE|INVALID_SYNTAX|BAD_USER_INPUT)$/)]);
        }
      });
    },
  );

  it.for([
    ['a comparison of a value with an object', { compare: { attribute: 'userName', operator: 'EQ', value: { a: 1 } } }],
    ['an attribute that is none', { compare: { attribute: '__proto__', operator: 'EQ', value: 'x' } }],
    ['nothing', {}],
    ['two kinds at once', { and: [], compare: { attribute: 'userName', operator: 'PR' } }],
    ['an empty or', { or: [] }],
    [
      '30 levels',
      Array.from({ length: 30 }).reduce((inner) => ({ not: inner }), {
        compare: { attribute: 'active', operator: 'EQ', value: true },
      }),
    ],
    ['NUL', { compare: { attribute: 'userName', operator: 'EQ', value: '\u0000' } }],
  ] as [string, unknown][])('a directory filter with %s is refused or finds nobody', async ([, filter]) => {
    const query =
      'query Q($directoryId: ID!, $filter: DirectoryFilter) { directoryUsers(directoryId: $directoryId, filter: $filter) { totalCount } }';
    const variables = { directoryId: target.connected.directory.id, filter };
    const answer = await unchanged(() =>
      target.service.graphql<{ directoryUsers: { totalCount: number } }>(apiKey, query, variables),
    );
    const code = answer.errors?.[0]?.extensions?.code;
    expect(code ?? answer.data?.directoryUsers.totalCount).toEqual(code ? 'BAD_USER_INPUT' : 0);
  });
});
