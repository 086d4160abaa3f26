import { beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '../../src/domain/actors/actor.ts';
import { allScopes } from '../../src/domain/actors/scope.ts';
import { aCall } from '../harness/directory-domain.ts';
import { type GraphOrganization, type OpenGraph, openGraph } from './open-graph.ts';

let graph: OpenGraph;
let acme: GraphOrganization;
beforeAll(async () => {
  graph = await openGraph();
  acme = await graph.anOrganization();
  const { domain } = graph;
  const { operator } = acme;
  const set = await domain.permissionSets.create(operator, { name: 'View', permissions: ['screens:view'] });
  for (const n of [1, 2, 3, 4, 5]) {
    const user = await domain.users.create(operator, { userName: `user-${n}` });
    const group = await domain.groups.create(operator, { name: `Group ${n}` });
    await domain.groups.addMembers(operator, group.id, [user.id]);
    await domain.grants.grant(operator, { permissionSetId: set.id, groupId: group.id });
    await domain.grants.grant(operator, { permissionSetId: set.id, userId: user.id });
  }
  const { id: directoryId } = await domain.directories.create(operator, { name: 'Okta' });
  const { organizationId } = operator;
  const directory: Actor = { kind: 'directory', organizationId, directoryId, tokenId: directoryId, scopes: allScopes };
  for (const n of [1, 2, 3]) {
    const { id } = await domain.directoryUsers.create(directory, aCall, {
      directoryId,
      resource: { userName: `pushed-${n}` },
    });
    const resource = { displayName: `Pushed ${n}` };
    await domain.directoryGroups.create(directory, aCall, { directoryId, resource, memberIds: [id] });
  }
  // The first request of a key reads the key, and writes the time of its use in the background.
  await graph.run(acme.ownerKey, '{ organization { id } }');
  await domain.settled();
  return () => graph.close();
});

describe('a list costs one statement a kind of object, however many it has', () => {
  it.each([
    ['users { nodes { userName } }', 1],
    ['users { nodes { groups { source group { name } } } }', 2],
    ['users { nodes { groups { group { links { id } } } effectivePermissions links { id } } }', 5],
    ['groups { nodes { name isLinked isProtected links { id } } }', 2],
    ['groups { nodes { members(first: 2) { nodes { source user { userName } } pageInfo { hasNextPage } } } }', 2],
    ['groups { nodes { grants { nodes { permissionSet { name } } } } }', 3],
    ['groups { nodes { a: members(first: 1) { nodes { source } } b: members(first: 2) { nodes { source } } } }', 3],
    ['groups { nodes { members { nodes { user { groups { group { name } } } } } } }', 3],
    ['grants { nodes { permissionSet { name } group { name } user { userName } } }', 4],
    ['apiKeys { nodes { permissionSet { name } } }', 2],
    // Of each of the two directories its groups, and the members of all in one.
    ['directories { nodes { groups { nodes { members(first: 2) } } } }', 4],
    ['directories { nodes { tokens { hint } health { lastCallAt } } }', 3],
    ['a: user(id: "-") { id } b: user(id: "-") { id } c: users { nodes { id } }', 2],
  ])('%s', async (fields, statements) => {
    const text = `{ ${fields} }`;
    const first = await graph.run(acme.ownerKey, text);
    expect(first.errors).toBeUndefined();
    expect(await graph.countStatements(() => graph.run(acme.ownerKey, text))).toBe(statements);
  });
});
