import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allScopes } from '../../src/domain/actors/scope.ts';
import { type GraphOrganization, type OpenGraph, openGraph } from './open-graph.ts';

let graph: OpenGraph;
beforeAll(async () => {
  graph = await openGraph();
});
afterAll(() => graph.close());

interface LinkAnswer {
  id: string;
  state: string;
}

/** An organization whose Entra pushed "Finance" with two people onto a group of that name with one by hand. */
async function aWaitingLink(): Promise<{ acme: GraphOrganization; link: LinkAnswer; groupId: string }> {
  const acme = await graph.anOrganization();
  const { operator, directoryId } = acme;
  const directory = {
    kind: 'directory' as const,
    organizationId: acme.id,
    directoryId,
    tokenId: directoryId,
    scopes: allScopes,
  };
  const call = { requestId: 'test', method: 'POST', path: '/' };
  const group = await graph.domain.groups.create(operator, { name: 'Finance' });
  const eve = await graph.domain.users.create(operator, { userName: 'eve' });
  await graph.domain.groups.addMembers(operator, group.id, [eve.id]);
  const set = await graph.domain.permissionSets.create(operator, { name: 'Payers', permissions: ['billing:pay'] });
  await graph.domain.grants.grant(operator, { permissionSetId: set.id, groupId: group.id });
  const memberIds: string[] = [];
  for (const userName of ['ada', 'bob']) {
    memberIds.push(
      (await graph.domain.directoryUsers.create(directory, call, { directoryId, resource: { userName } })).id,
    );
  }
  const resource = { displayName: 'Finance', externalId: 'finance' };
  await graph.domain.directoryGroups.create(directory, call, { directoryId, resource, memberIds });
  const { data } = await graph.run<{ links: { nodes: LinkAnswer[] } }>(
    acme.ownerKey,
    '{ links(filter: { kind: GROUP }) { nodes { id state } } }',
  );
  return { acme, link: data.links.nodes[0] ?? { id: '', state: '' }, groupId: group.id };
}

async function decide(
  acme: GraphOrganization,
  name: string,
  input: object,
  selection = 'state reason',
): Promise<unknown> {
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
  const text = `mutation ($input: ${type}!) { ${name}(input: $input) { link { ${selection} } errors { code path } } }`;
  const { data } = await graph.run<Record<string, unknown>>(acme.ownerKey, text, { input });
  return data[name];
}

const previewText = `query ($id: ID!, $after: String) { linkPreview(id: $id) {
  digest peopleCount absorbedCount manualCount permissions group { name }
  people(first: 1, after: $after) { nodes { userName gainedPermissions } pageInfo { hasNextPage endCursor } }
  staying: manualMembers(which: STAYING) { nodes { userName } }
  absorbed: manualMembers(which: ABSORBED) { nodes { userName } } } }`;

interface Preview {
  digest: string;
  people: { nodes: object[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
}

describe('links in GraphQL', () => {
  it('S11: a preview counts and pages who would gain which permission', async () => {
    const { acme, link } = await aWaitingLink();
    const read = async (after?: string) =>
      (await graph.run<{ linkPreview: Preview }>(acme.ownerKey, previewText, { id: link.id, after })).data.linkPreview;
    const first = await read();
    expect(first).toMatchObject({
      peopleCount: 2,
      absorbedCount: 0,
      manualCount: 1,
      permissions: ['billing:pay'],
      group: { name: 'Finance' },
      people: { nodes: [{ userName: 'ada', gainedPermissions: ['billing:pay'] }], pageInfo: { hasNextPage: true } },
      staying: { nodes: [{ userName: 'eve' }] },
      absorbed: { nodes: [] },
    });
    const second = await read(first.people.pageInfo.endCursor);
    expect(second.people).toMatchObject({ nodes: [{ userName: 'bob' }], pageInfo: { hasNextPage: false } });
    expect(second.digest).toBe(first.digest);
  });

  it('go through every decision, each told by whom and when', async () => {
    const { acme, link, groupId } = await aWaitingLink();
    const { id } = link;
    expect(link.state).toBe('PENDING');
    expect(await decide(acme, 'rejectLink', { id })).toEqual({ link: { state: 'REJECTED', reason: null }, errors: [] });
    const { data } = await graph.run<{ linkPreview: Preview }>(acme.ownerKey, previewText, { id });
    const approved = await decide(
      acme,
      'approveLink',
      { id, digest: data.linkPreview.digest },
      'state decidedBy { kind } decidedAt',
    );
    expect(approved).toMatchObject({
      link: { state: 'ACTIVE', decidedBy: { kind: 'API_KEY' }, decidedAt: expect.any(String) },
    });
    expect(await decide(acme, 'unlink', { id, people: 'KEEP' })).toMatchObject({ link: { reason: 'UNLINKED' } });
    const members = await graph.domain.groups.listMembers(acme.operator, groupId, {});
    expect(members.items.map((member) => member.source)).toEqual(['manual', 'manual', 'manual']);
    expect(await decide(acme, 'unlink', { id, people: 'KEEP' })).toMatchObject({
      errors: [{ code: 'LINK_NOT_ACTIVE' }],
    });
    expect(await decide(acme, 'separateLink', { id })).toMatchObject({
      link: { state: 'CONFLICT', reason: 'NAME_IS_TAKEN' },
    });
    // Its name is still taken, and a retry joins nothing.
    expect(await decide(acme, 'retryLink', { id })).toMatchObject({ link: { state: 'CONFLICT' } });
  });

  it('are listed by state, kind and directory, the newest first when asked', async () => {
    const { acme } = await aWaitingLink();
    const list = async (argument: string) => {
      const text = `{ links${argument} { nodes { kind directoryRecordName } } }`;
      const { data } = await graph.run<{ links: { nodes: { directoryRecordName: string }[] } }>(acme.ownerKey, text);
      return data.links.nodes.map((node) => node.directoryRecordName);
    };
    expect(await list('')).toEqual(['ada', 'bob', 'Finance']);
    expect(await list('(orderBy: { field: CREATED_AT, direction: DESC }, first: 2)')).toEqual(['Finance', 'bob']);
    expect(await list('(filter: { states: [ACTIVE, PENDING], kind: USER })')).toEqual(['ada', 'bob']);
    const page = (direction: string, after?: string) =>
      graph.run<{ links: { nodes: object[]; pageInfo: { endCursor: string } } }>(
        acme.ownerKey,
        `query ($after: String) { links(first: 2, after: $after, orderBy: { field: CREATED_AT, direction: ${direction} }) {
          nodes { directoryRecordName } pageInfo { endCursor } } }`,
        { after },
      );
    const { endCursor } = (await page('DESC')).data.links.pageInfo;
    expect((await page('DESC', endCursor)).data.links.nodes).toEqual([{ directoryRecordName: 'ada' }]);
    expect((await page('ASC', endCursor)).errors).toMatchObject([{ extensions: { reason: 'INVALID_VALUE' } }]);
    expect(await list('(filter: { states: [PENDING, CONFLICT] })')).toEqual(['Finance']);
    expect(await list(`(filter: { directoryId: "${acme.directoryId}", kind: GROUP })`)).toEqual(['Finance']);
    expect(await list(`(filter: { directoryId: "${acme.id}" })`)).toEqual([]);
  });

  it('show the earlier decision of a group that came again', async () => {
    const { acme, link } = await aWaitingLink();
    const { directoryId } = acme;
    await decide(acme, 'rejectLink', { id: link.id });
    const directory = {
      kind: 'directory' as const,
      organizationId: acme.id,
      directoryId,
      tokenId: directoryId,
      scopes: allScopes,
    };
    const call = { requestId: 'test', method: 'POST', path: '/' };
    const row = await graph.domain.links.get(acme.operator, link.id);
    await graph.domain.directoryGroups.delete(directory, call, { directoryId, id: row?.directoryRecordId ?? '' });
    const resource = { displayName: 'Finance', externalId: 'finance' };
    await graph.domain.directoryGroups.create(directory, call, { directoryId, resource });
    const text =
      '{ links(filter: { kind: GROUP }) { nodes { state reason earlier { state decidedBy { kind } decidedAt } } } }';
    expect((await graph.run(acme.ownerKey, text)).data).toMatchObject({
      links: {
        nodes: [
          {
            state: 'PENDING',
            reason: 'EARLIER_DECISION',
            earlier: { state: 'REJECTED', decidedBy: { kind: 'API_KEY' } },
          },
        ],
      },
    });
  });
});
