import { beforeAll, describe, expect, it } from 'vitest';
import { allScopes } from '../../src/domain/actors/scope.ts';
import { type OpenGraph, openGraph } from './open-graph.ts';

let graph: OpenGraph;
beforeAll(async () => {
  graph = await openGraph();
  return () => graph.close();
});

const call = { requestId: 'test', method: 'POST', path: '/scim/v2/test' };

/** An owner, and a directory that observes, with four people and three groups in it. */
async function anObservingDirectory() {
  const acme = await graph.anOrganization();
  const ask = async <Data>(text: string, variables: object = {}) => {
    const { data, errors } = await graph.run<Data>(acme.ownerKey, text, { ...variables });
    if (errors) throw new Error(JSON.stringify(errors));
    return data;
  };
  const { createDirectory } = await ask<{ createDirectory: { directory: { id: string } } }>(
    `mutation { createDirectory(input: { name: "Okta", status: OBSERVING, precedence: 7 }) { directory { id } } }`,
  );
  const directoryId = createDirectory.directory.id;
  const actor = {
    kind: 'directory' as const,
    organizationId: acme.id,
    directoryId,
    tokenId: directoryId,
    scopes: allScopes,
  };
  const push = (userName: string) =>
    graph.domain.directoryUsers.create(actor, call, { directoryId, resource: { userName } });
  const pushGroup = (displayName: string) =>
    graph.domain.directoryGroups.create(actor, call, { directoryId, resource: { displayName } });
  await graph.domain.users.create(acme.operator, { userName: 'ada' });
  await graph.domain.users.create(acme.operator, { userName: 'bob' });
  await graph.domain.groups.create(acme.operator, { name: 'Marketing' });
  for (const userName of ['ada', 'bob', 'eve', 'gus']) await push(userName);
  for (const name of ['Marketing', 'Sales', 'Support']) await pushGroup(name);
  return { acme, ask, directoryId, push };
}

const preview = `query ($id: ID!, $first: Int, $after: String, $outcomes: [GroupOutcome!]) {
  directoryPreview(id: $id) {
    newPeopleCount matchingPeopleCount newGroupsCount joiningGroupsCount permissions digest
    groups(first: $first, after: $after, outcomes: $outcomes) {
      nodes { displayName outcome reason group { name } } pageInfo { hasNextPage endCursor }
    }
    matchingPeople(first: 1) { nodes { userName user { userName } } pageInfo { hasNextPage } }
  }
}`;

interface Preview {
  directoryPreview: {
    digest: string;
    groups: { nodes: object[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
  } | null;
}

describe('the states of a directory in GraphQL', () => {
  it('are previewed page by page, and taken with the digest', async () => {
    const { ask, directoryId } = await anObservingDirectory();
    const first = await ask<Preview>(preview, { id: directoryId, first: 2 });
    expect(first.directoryPreview).toMatchObject({
      newPeopleCount: 2,
      matchingPeopleCount: 2,
      newGroupsCount: 2,
      joiningGroupsCount: 1,
      permissions: [],
      groups: {
        nodes: [
          { displayName: 'Marketing', outcome: 'JOINS', reason: null, group: { name: 'Marketing' } },
          { displayName: 'Sales', outcome: 'CREATES', reason: null, group: null },
        ],
        pageInfo: { hasNextPage: true },
      },
      matchingPeople: { nodes: [{ userName: 'ada', user: { userName: 'ada' } }], pageInfo: { hasNextPage: true } },
    });
    const after = first.directoryPreview?.groups.pageInfo.endCursor;
    const second = await ask<Preview>(preview, { id: directoryId, after });
    expect(second.directoryPreview?.groups).toMatchObject({
      nodes: [{ displayName: 'Support' }],
      pageInfo: { hasNextPage: false },
    });
    const joining = await ask<Preview>(preview, { id: directoryId, outcomes: ['JOINS'] });
    expect(joining.directoryPreview?.groups.nodes).toHaveLength(1);
    const activate = `mutation ($input: ActivateDirectoryInput!) {
      activateDirectory(input: $input) { directory { status isSettled precedence } errors { code path } }
    }`;
    const late = await ask(activate, { input: { id: directoryId, digest: 'of another day' } });
    expect(late).toEqual({
      activateDirectory: { directory: null, errors: [{ code: 'PREVIEW_OUTDATED', path: 'digest' }] },
    });
    const { digest } = second.directoryPreview ?? {};
    expect(await ask(activate, { input: { id: directoryId, digest } })).toEqual({
      activateDirectory: { directory: { status: 'ACTIVE', isSettled: true, precedence: 7 }, errors: [] },
    });
  });

  it('answer expected failures as data', async () => {
    const { ask, directoryId } = await anObservingDirectory();
    const pause = `mutation ($id: ID!) { pauseDirectory(input: { id: $id }) { directory { status } errors { code path } } }`;
    const conflict = [{ code: 'DIRECTORY_STATUS_CONFLICT', path: 'id' }];
    expect(await ask(pause, { id: directoryId })).toMatchObject({ pauseDirectory: { errors: conflict } });
    const retire = `mutation ($input: RetireDirectoryInput!) {
      retireDirectory(input: $input) { directory { status } errors { code path } }
    }`;
    const input = { id: directoryId, people: 'LET_GO', confirmName: 'okta' };
    expect(await ask(retire, { input })).toMatchObject({
      retireDirectory: { directory: null, errors: [{ code: 'CONFIRMATION_REQUIRED', path: 'confirmName' }] },
    });
    expect(await ask(retire, { input: { ...input, confirmName: 'Okta' } })).toMatchObject({
      retireDirectory: { directory: { status: 'RETIRED' }, errors: [] },
    });
    expect(await ask(retire, { input: { ...input, confirmName: 'Okta' } })).toMatchObject({
      retireDirectory: { errors: conflict },
    });
    const wrong = `mutation { createDirectory(input: { name: "No", status: RETIRED }) { errors { code path } } }`;
    expect(await ask(wrong)).toEqual({ createDirectory: { errors: [{ code: 'INVALID_VALUE', path: 'status' }] } });
  });

  it('are null for the directory of another organization', async () => {
    const { ask } = await anObservingDirectory();
    const { directoryId } = await anObservingDirectory();
    expect(await ask(preview, { id: directoryId })).toEqual({ directoryPreview: null });
  });

  it('need rollcall:directories', async () => {
    const { acme, directoryId } = await anObservingDirectory();
    const key = await graph.aKey(acme, []);
    const { errors } = await graph.run(key, preview, { id: directoryId });
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });
});

describe('keepUser', () => {
  it('makes an inactive user manual', async () => {
    const { acme, ask } = await anObservingDirectory();
    const { directoryId, operator } = acme;
    const actor = {
      kind: 'directory' as const,
      organizationId: acme.id,
      directoryId,
      tokenId: directoryId,
      scopes: allScopes,
    };
    const resource = { userName: 'zoe', active: false };
    await graph.domain.directoryUsers.create(actor, call, { directoryId, resource });
    const zoe = (await graph.domain.users.list(operator, {}, { search: 'zoe' })).items[0]?.id;
    const keep = `mutation ($id: ID!) { keepUser(input: { id: $id }) { user { active isManual } errors { code path } } }`;
    expect(await ask(keep, { id: zoe })).toEqual({ keepUser: { user: { active: true, isManual: true }, errors: [] } });
    const unknown = await ask(keep, { id: directoryId });
    expect(unknown).toEqual({ keepUser: { user: null, errors: [{ code: 'NOT_FOUND', path: 'id' }] } });
  });
});
