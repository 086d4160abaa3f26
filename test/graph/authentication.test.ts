import type { GraphQLSchema } from 'graphql';
import { v7 as uuid } from 'uuid';
import { beforeAll, describe, expect, it } from 'vitest';
import { createSchema } from '../../src/graph/schema.ts';
import { type GraphOrganization, type OpenGraph, openGraph } from './open-graph.ts';
import { rootFields } from './root-fields.ts';

/** What a SCIM token may ask for: the directory layer of its own directory. */
const directoryLayer = new Set([
  'changeDirectoryGroup',
  'createDirectoryGroup',
  'createDirectoryUser',
  'deleteDirectoryGroup',
  'deleteDirectoryUser',
  'directoryGroup',
  'directoryGroups',
  'directoryResources',
  'directorySchemas',
  'directoryUser',
  'directoryUsers',
  'isDirectoryStrict',
  'replaceDirectoryUser',
  'reportProvisioningEvents',
]);

let graph: OpenGraph;
let schema: GraphQLSchema;
let acme: GraphOrganization;
beforeAll(async () => {
  graph = await openGraph();
  schema = await createSchema();
  acme = await graph.anOrganization();
  return () => graph.close();
});

/** What needs no valid bearer: whoever does not get in may say so, and is always answered the same. */
const openToAll = new Set(['reportRefusedCalls']);

/** The codes with which each of the fields answers a bearer, those that answer alike together. */
async function codesOf(bearer: string | undefined, isAsked: (name: string) => boolean) {
  const fields = rootFields(schema, { ID: `"${acme.directoryId}"` }).filter(
    ({ name }) => isAsked(name) && !openToAll.has(name),
  );
  expect(fields.length).toBeGreaterThan(5);
  const answers = await Promise.all(
    fields.map(async ({ name, text }) => {
      const { errors } = await graph.run(bearer, text);
      return { name, code: errors?.[0]?.extensions?.code ?? 'answered' };
    }),
  );
  return Object.fromEntries(Map.groupBy(answers, (answer) => String(answer.code)).entries());
}

describe('security 2: without a valid bearer', () => {
  it('every query and mutation is UNAUTHENTICATED', async () => {
    expect(Object.keys(await codesOf(undefined, () => true))).toEqual(['UNAUTHENTICATED']);
  });

  it.each(['', ' ', 'x', 'rckey_', 'rckey_ rckey_', `rcscim_${'0'.repeat(60)}`])(
    'security 3: "%s" is refused',
    async (bearer) => {
      const { errors } = await graph.run(bearer, '{ viewer { permissions } }');
      expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED', reason: 'CREDENTIAL_INVALID' } }]);
    },
  );

  it('a changed letter of a true key is refused', async () => {
    const key = acme.ownerKey;
    const wrong = key.slice(0, 40) + (key[40] === 'a' ? 'b' : 'a') + key.slice(41);
    const { errors } = await graph.run(wrong, '{ viewer { permissions } }');
    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });

  it('another scheme than Bearer is refused, and its case does not matter', async () => {
    const ask = (authorization: string) =>
      graph.client.run<unknown, object>(
        { text: '{ organization { id } }' },
        {},
        { authorization, requestId: 'r', method: '', path: '' },
      );
    expect((await ask(`Basic ${acme.ownerKey}`)).errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    expect((await ask(acme.ownerKey)).errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    expect((await ask(`bearer ${acme.ownerKey}`)).data).toEqual({ organization: { id: acme.id } });
  });

  it('nothing is asked of the database before somebody asks who acts', async () => {
    const statements = await graph.countStatements(() => graph.run(acme.ownerKey, '{ __typename }'));
    expect(statements).toBe(0);
  });
});

describe('security 22: a SCIM token', () => {
  it('opens the directory layer and nothing else', async () => {
    const refused = await codesOf(acme.scimToken, (name) => !directoryLayer.has(name));
    expect(Object.keys(refused)).toEqual(['FORBIDDEN']);
  });

  it('reads the directory that it belongs to', async () => {
    const text = 'query ($id: ID!) { directoryUsers(directoryId: $id) { totalCount items { id } } }';
    const { data } = await graph.run(acme.scimToken, text, { id: acme.directoryId });
    expect(data).toEqual({ directoryUsers: { totalCount: 0, items: [] } });
  });

  it('finds nothing in another directory of the same organization', async () => {
    const other = await graph.domain.directories.create(acme.operator, { name: 'Okta' });
    for (const { name, text } of rootFields(schema, { ID: `"${other.id}"` }).filter((field) =>
      directoryLayer.has(field.name),
    )) {
      const { data, errors } = await graph.run<Record<string, { errors?: { code: string }[] }> | null>(
        acme.scimToken,
        text,
      );
      const reason = errors?.[0]?.extensions?.reason ?? data?.[name]?.errors?.[0]?.code;
      expect(reason, name).toBe('NOT_FOUND');
    }
  });

  it('ends when it is revoked', async () => {
    const { scimToken, token } = await graph.domain.scimTokens.create(acme.operator, { directoryId: acme.directoryId });
    const text = 'query ($id: ID!) { directoryUser(directoryId: $id, id: "-") { id } }';
    expect((await graph.run(token, text, { id: acme.directoryId })).errors).toBeUndefined();
    await graph.run(acme.ownerKey, 'mutation ($id: ID!) { revokeScimToken(input: { id: $id }) { errors { code } } }', {
      id: scimToken.id,
    });
    const { errors } = await graph.run(token, text, { id: acme.directoryId });
    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });
});

describe('an API key', () => {
  it('security 22: does not open the directory layer without rollcall:directories', async () => {
    const key = await graph.aKey(acme, ['rollcall:users', 'screens:view']);
    expect(Object.keys(await codesOf(key, (name) => directoryLayer.has(name)))).toEqual(['FORBIDDEN']);
  });

  it('reads, but changes nothing, without permissions', async () => {
    const key = await graph.aKey(acme, []);
    const mutations = new Set(Object.keys(schema.getMutationType()?.getFields() ?? {}));
    expect(Object.keys(await codesOf(key, (name) => mutations.has(name)))).toEqual(['FORBIDDEN']);
    expect((await graph.run(key, '{ users { nodes { id } } groups { nodes { id } } }')).errors).toBeUndefined();
  });

  it('tells who it is by viewer', async () => {
    const key = await graph.aKey(acme, ['screens:view', 'rollcall:users']);
    const { data } = await graph.run(key, '{ viewer { actor { kind name } organization { id slug } permissions } }');
    expect(data).toMatchObject({
      viewer: {
        actor: { kind: 'API_KEY' },
        organization: { id: acme.id },
        permissions: ['rollcall:users', 'screens:view'],
      },
    });
  });

  it('is shown once when it is made, works, and ends when it is revoked', async () => {
    const sets = await graph.domain.permissionSets.list(acme.operator, {});
    const permissionSetId = sets.items.find((set) => set.builtIn === 'reader')?.id;
    const create = `mutation ($input: CreateApiKeyInput!) {
      createApiKey(input: $input) { key apiKey { id name hint permissionSet { builtIn } createdBy { name } } errors { code } } }`;
    const made = await graph.run<{ createApiKey: { key: string; apiKey: { id: string; hint: string } } }>(
      acme.ownerKey,
      create,
      { input: { name: 'Screens', permissionSetId } },
    );
    const { key, apiKey } = made.data.createApiKey;
    expect(apiKey).toMatchObject({
      name: 'Screens',
      permissionSet: { builtIn: 'READER' },
      createdBy: { name: 'Owner key' },
    });
    expect(key.endsWith(apiKey.hint)).toBe(true);
    expect((await graph.run(key, '{ viewer { permissions } }')).data).toEqual({
      viewer: { permissions: ['screens:view'] },
    });
    await graph.run(
      acme.ownerKey,
      'mutation ($id: ID!) { revokeApiKey(input: { id: $id }) { apiKey { revokedAt } } }',
      apiKey,
    );
    expect((await graph.run(key, '{ viewer { permissions } }')).errors).toMatchObject([
      { extensions: { code: 'UNAUTHENTICATED' } },
    ]);
    const listed = await graph.run(acme.ownerKey, '{ apiKeys { nodes { name revokedAt } } }');
    expect(JSON.stringify(listed.data)).not.toContain(key);
  });

  it('cannot make a key that may more than itself', async () => {
    const sets = await graph.domain.permissionSets.list(acme.operator, {});
    const permissionSetId = sets.items.find((set) => set.builtIn === 'owner')?.id;
    const key = await graph.aKey(acme, ['rollcall:keys']);
    const text = 'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { key errors { code } } }';
    const { data } = await graph.run(key, text, { input: { name: 'More', permissionSetId } });
    expect(data).toEqual({ createApiKey: { key: null, errors: [{ code: 'PERMISSIONS_EXCEED_OWN' }] } });
  });
});

it('refuses an id of another form without asking the database for it', async () => {
  const { data } = await graph.run(
    acme.ownerKey,
    'query ($id: ID!) { user(id: $id) { id } group(id: $id) { id } link(id: $id) { id } directory(id: $id) { id } }',
    { id: "x' or true --" },
  );
  expect(data).toEqual({ user: null, group: null, link: null, directory: null });
  expect((await graph.run(acme.ownerKey, '{ user(id: "-") { id } }')).data).toEqual({ user: null });
  expect((await graph.run(acme.ownerKey, `{ user(id: "${uuid()}") { id } }`)).data).toEqual({ user: null });
});
