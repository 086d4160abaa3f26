import { ApolloServer } from '@apollo/server';
import { type GraphQLSchema, getIntrospectionQuery, parse, validate } from 'graphql';
import { beforeAll, describe, expect, it } from 'vitest';
import { createContext, type GraphContext } from '../../src/graph/context.ts';
import { COST_MAX } from '../../src/graph/cost.ts';
import {
  ALIASES_MAX,
  DEPTH_MAX,
  DIRECTIVES_MAX,
  FIELDS_MAX,
  limitRules,
  ROOT_FIELDS_MAX,
  TOKENS_MAX,
} from '../../src/graph/limits.ts';
import { createSchema } from '../../src/graph/schema.ts';
import { createGraphServer } from '../../src/graph/server.ts';

let schema: GraphQLSchema;
let server: ApolloServer<GraphContext>;
beforeAll(async () => {
  schema = await createSchema();
  server = createGraphServer({ schema, log: { error: () => undefined }, isSchemaPublic: true });
  return async () => server.stop();
});

/** What the limits alone say against a document. */
function refusals(text: string): string[] {
  return validate(schema, parse(text), limitRules).map((error) => error.message);
}

function anonymous(): GraphContext {
  const call = { authorization: undefined, requestId: 'r', method: 'POST', path: '/graphql' };
  return createContext({} as never, call, { accepts: 'any', address: { publicUrl: '' } });
}

/** What a caller without a bearer is answered: a document within the limits gets as far as being unauthenticated. */
async function codesOf(query: string, variables: Record<string, unknown> = {}): Promise<unknown[]> {
  const { body } = await server.executeOperation({ query, variables }, { contextValue: anonymous() });
  if (body.kind !== 'single') throw new Error('One answer was expected.');
  return (body.singleResult.errors ?? []).map((error) => error.extensions?.code);
}

/** A user within a grant within a group within a link … of so many levels. */
function nested(levels: number): string {
  const names = ['user(id: "1")', 'links'];
  while (names.length < levels - 1) names.push(names.length % 2 === 0 ? 'user' : 'links');
  return `${names.join(' { ')} { id ${'}'.repeat(names.length)}`;
}

const DEPTH = `An operation has at most ${DEPTH_MAX} levels of fields.`;
const ALIASES = `An operation has at most ${ALIASES_MAX} aliases.`;
const ROOT_FIELDS = `An operation has at most ${ROOT_FIELDS_MAX} fields at the root.`;

describe('the limits of a document', () => {
  it('allow 12 levels of fields and refuse 13', () => {
    expect(refusals(`{ ${nested(DEPTH_MAX)} }`)).toEqual([]);
    expect(refusals(`{ ${nested(DEPTH_MAX + 1)} }`)).toEqual([DEPTH]);
  });

  it('count the levels of fragments where they are spread', () => {
    const spread = `query { user(id: "1") { links { ...deep } } }
      fragment deep on Link { ${nested(DEPTH_MAX - 1).replace('user(id: "1")', 'user')} }`;
    expect(refusals(spread)).toEqual([DEPTH]);
  });

  it('allow 30 aliases and refuse 31', () => {
    const aliased = (count: number) =>
      `{ organization { ${Array.from({ length: count }, (_, n) => `a${n}: name`).join(' ')} } }`;
    expect(refusals(aliased(ALIASES_MAX))).toEqual([]);
    expect(refusals(aliased(ALIASES_MAX + 1))).toEqual([ALIASES]);
  });

  it('allow 20 fields at the root and refuse 21, fragments counted', () => {
    const wide = (count: number) => `{ ${'organization { id } '.repeat(count - 1)} ...more }
      fragment more on Query { viewer { permissions } }`;
    expect(refusals(wide(ROOT_FIELDS_MAX))).toEqual([]);
    expect(refusals(wide(ROOT_FIELDS_MAX + 1))).toEqual([ROOT_FIELDS]);
  });

  it('refuse fragments that double each other, in no time', () => {
    const levels = Array.from({ length: 40 }, (_, n) => `fragment f${n} on Organization { ...f${n + 1} ...f${n + 1} }`);
    const bomb = `{ organization { ...f0 } } ${levels.join(' ')} fragment f40 on Organization { id }`;
    const started = performance.now();
    expect(refusals(bomb)).toEqual([
      `An operation has at most ${FIELDS_MAX} fields, fragments counted where they are spread.`,
    ]);
    expect(performance.now() - started).toBeLessThan(500);
  });

  it('end at a circle of fragments, which GraphQL itself refuses', async () => {
    const circle =
      '{ organization { ...a } } fragment a on Organization { ...b } fragment b on Organization { ...a id }';
    expect(refusals(circle)).toEqual([]);
    expect(await codesOf(circle)).toContain('GRAPHQL_VALIDATION_FAILED');
  });

  it('refuse more than 50 directives', () => {
    const directives = '@include(if: true) '.repeat(DIRECTIVES_MAX + 1);
    expect(refusals(`{ organization { id ${directives} } }`)).toEqual([
      `A document has at most ${DIRECTIVES_MAX} directives.`,
    ]);
  });

  it.each(['__schema', '__type', 'IntrospectionQuery'])('security 26: are not lifted by the name %s', (name) => {
    const deep = nested(DEPTH_MAX + 1);
    expect(refusals(`query ${name} { ${deep} }`)).toEqual([DEPTH]);
    expect(refusals(`{ ${name}: ${deep} }`)).toEqual([DEPTH]);
    expect(refusals(`{ ...${name} } fragment ${name} on Query { ${deep} }`)).toEqual([DEPTH]);
  });

  it('security 26: hold beside a true introspection', () => {
    expect(refusals(`{ __schema { queryType { name } } ${nested(DEPTH_MAX + 1)} }`)).toEqual([DEPTH]);
  });

  it('let the standard introspection through, where the schema is public', async () => {
    expect(await codesOf(getIntrospectionQuery())).toEqual([]);
  });

  it('stop reading a document behind 2,000 tokens', async () => {
    expect(await codesOf(`{ ${'__typename '.repeat(TOKENS_MAX)} }`)).toEqual(['GRAPHQL_PARSE_FAILED']);
  });
});

describe('the limit of what an operation may ask for', () => {
  const members = `query ($groups: Int, $members: Int) {
    groups(first: $groups) { nodes { id members(first: $members) { nodes { user { id } } } } } }`;

  it('multiplies the pages, and lets through what fits', async () => {
    expect(await codesOf(members, { groups: 50, members: 100 })).toEqual(['UNAUTHENTICATED']);
    expect(await codesOf(members, { groups: 500, members: 500 })).toEqual(['BAD_USER_INPUT']);
  });

  it('looks at the variables of every request, not only of the first', async () => {
    expect(await codesOf(members, { groups: 1, members: 1 })).toEqual(['UNAUTHENTICATED']);
    expect(await codesOf(members, { groups: 500, members: 100 })).toEqual(['BAD_USER_INPUT']);
  });

  it('takes a page without a size for the default of 50', async () => {
    const deep =
      '{ groups { nodes { members { nodes { user { groups { group { members { nodes { user { id } } } } } } } } } } }';
    expect(await codesOf(deep)).toEqual(['BAD_USER_INPUT']);
  });

  it('counts what aliases and fragments repeat', async () => {
    const fields = Array.from({ length: 9 }, (_, n) => `g${n}: groups(first: 500) { ...page }`);
    const repeated = `{ ${fields.join(' ')} } fragment page on GroupConnection { nodes { links { user { id } } } }`;
    expect(500 * 9 * (1 + 10 * 2)).toBeGreaterThan(COST_MAX);
    expect(await codesOf(repeated)).toEqual(['BAD_USER_INPUT']);
  });

  it('counts what nodes are asked for below fragments on their types', async () => {
    const many =
      'query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Group { members(first: 300) { nodes { source } } } } }';
    const ids = (count: number) => ({ ids: Array.from({ length: count }, () => '-') });
    expect(await codesOf(many, ids(50))).toEqual(['UNAUTHENTICATED']);
    expect(await codesOf(many, ids(100))).toEqual(['BAD_USER_INPUT']);
    const one = `{ node(id: "-") { ...F } } fragment F on Group { members(first: 500) { nodes { user { links { id groups: group { members(first: 500) { nodes { source } } } } } } } }`;
    expect(await codesOf(one)).toEqual(['BAD_USER_INPUT']);
  });

  it('takes ten values of a page of plain values for one object', async () => {
    const pushed = `query ($members: Int!) {
      directories(first: 1) { nodes { groups(first: 500) { nodes { members(first: $members) } } } } }`;
    expect(await codesOf(pushed, { members: 300 })).toEqual(['UNAUTHENTICATED']);
    expect(await codesOf(pushed, { members: 600 })).toEqual(['BAD_USER_INPUT']);
  });

  it('counts what is asked for below fragments on the types of a union', async () => {
    const found = `query ($members: Int!) { directoryResources(directoryId: "-", count: 1000) {
      items { ... on DirectoryGroup { members(first: $members) } } } }`;
    expect(await codesOf(found, { members: 20 })).toEqual(['UNAUTHENTICATED']);
    expect(await codesOf(found, { members: 5000 })).toEqual(['BAD_USER_INPUT']);
  });

  it('answers 400, as nothing was executed', async () => {
    const contextValue = anonymous();
    const { http } = await server.executeOperation(
      { query: members, variables: { groups: 500, members: 500 } },
      { contextValue },
    );
    expect(http.status).toBe(400);
  });
});
