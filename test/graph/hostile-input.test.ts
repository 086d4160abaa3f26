import { beforeAll, describe, expect, it } from 'vitest';
import { createSchema } from '../../src/graph/schema.ts';
import { type GraphOrganization, type OpenGraph, openGraph } from './open-graph.ts';
import { type Literals, type RootField, rootFields } from './root-fields.ts';

let graph: OpenGraph;
let acme: GraphOrganization;
/** The ids of an object of each kind, so that hostile texts also reach objects that exist. */
let ids: string[];
beforeAll(async () => {
  graph = await openGraph();
  acme = await graph.anOrganization();
  const { domain } = graph;
  const { operator, directoryId } = acme;
  const user = await domain.users.create(operator, { userName: 'ada' });
  const group = await domain.groups.create(operator, { name: 'Marketing' });
  const set = await domain.permissionSets.create(operator, { name: 'Pay', permissions: ['billing:pay'] });
  ids = [user.id, group.id, set.id, directoryId];
  return () => graph.close();
});

async function fields(literals: Partial<Literals>): Promise<RootField[]> {
  return rootFields(await createSchema(), { ...literals, isComplete: true });
}

const NUL = String.raw`"a\u0000b"`;
const LONG = `"${'x'.repeat(9_000)}"`;

describe('a hostile text', () => {
  it.each([
    ['NUL', NUL],
    ['9,000 characters', LONG],
    ['SQL', `"'; drop table users; --"`],
    ['a name of the prototype', '"__proto__"'],
  ])('is never a mistake of ours, wherever it stands: %s', async (_, text) => {
    const mistakes: string[] = [];
    for (const ID of [text, ...ids.map((id) => `"${id}"`)]) {
      const json = `{ userName: ${text}, displayName: ${text}, deep: [${text}] }`;
      for (const field of await fields({ ID, String: text, JSON: json })) {
        const { errors = [] } = await graph.run(acme.ownerKey, field.text);
        if (errors.some((error) => error.extensions?.code === 'INTERNAL_SERVER_ERROR')) mistakes.push(field.name);
      }
    }
    expect(mistakes).toEqual([]);
  });

  it('is never a mistake of ours as a lone surrogate in a variable', async () => {
    const lone = 'a\uD800b';
    const text = `mutation ($text: String!) {
      createUser(input: { userName: $text, displayName: $text }) { errors { code } }
      createGroup(input: { name: $text }) { errors { code } }
      createPermissionSet(input: { name: $text, permissions: [$text] }) { errors { code } }
      createDirectory(input: { name: $text }) { errors { code } } }`;
    const pushed = `mutation ($json: JSON!, $d: ID!) {
      createDirectoryUser(input: { directoryId: $d, resource: $json }) { errors { code } }
      createDirectoryGroup(input: { directoryId: $d, resource: $json }) { errors { code } } }`;
    const json = { userName: lone, displayName: lone, deep: [lone] };
    // Another one, because the hostile texts above may have ended the token.
    const fresh = await graph.anOrganization();
    expect((await graph.run(fresh.ownerKey, text, { text: lone })).errors).toBeUndefined();
    expect((await graph.run(fresh.scimToken, pushed, { json, d: fresh.directoryId })).errors).toBeUndefined();
  });
});
