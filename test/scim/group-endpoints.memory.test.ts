import { describe, expect, it } from 'vitest';
import { GROUP_SCHEMA } from '../../src/attributes/urns.ts';
import { BASE_URL, type FacadeServer, startFacade } from './facade-server.ts';
import { DIRECTORY_ID } from './memory-graph.ts';

const members = [
  { value: 'u1', display: 'Ada' },
  { value: 'u2', display: null },
  { value: 'u3', display: 'Adam' },
];

function patch({ send }: FacadeServer, id: string, operations: object[], query = '') {
  return send({ path: `/Groups/${id}${query}`, method: 'PATCH', body: { Operations: operations } });
}

describe('POST /Groups', () => {
  it('answers 201 without members to a client that sent none', async () => {
    const { send, graph } = await startFacade();
    const body = { schemas: [GROUP_SCHEMA], displayName: 'Marketing', externalId: 'g1' };
    const answer = await send({ path: '/Groups', method: 'POST', body });
    const id = [...graph.groups.keys()][0];
    expect([answer.status, answer.headers.location]).toEqual([201, `${BASE_URL}/Groups/${id}`]);
    expect(answer.body).toMatchObject({ schemas: [GROUP_SCHEMA], id, displayName: 'Marketing', externalId: 'g1' });
    expect(answer.body).not.toHaveProperty('members');
    expect(graph.asked).toMatchObject([
      {
        name: 'CreateGroup',
        variables: {
          input: { directoryId: DIRECTORY_ID, resource: { displayName: 'Marketing', externalId: 'g1' }, memberIds: [] },
          withMembers: false,
        },
      },
    ]);
  });

  it('answers the members to a client that sent some', async () => {
    const { send } = await startFacade();
    const body = { displayName: 'Marketing', Members: [{ value: 'u1' }, { value: 'u1' }] };
    const answer = await send({ path: '/Groups', method: 'POST', body });
    expect(answer.body).toMatchObject({
      members: [{ value: 'u1', display: 'name of u1', type: 'User', $ref: `${BASE_URL}/Users/u1` }],
    });
  });

  it.each([
    ['no displayName', {}, 'displayName: is required'],
    [
      'a group as member',
      { displayName: 'a', members: [{ value: 'g', type: 'Group' }] },
      'members[0]: is a group; groups in groups are not supported',
    ],
    ['a member without a value', { displayName: 'a', members: [{}] }, 'members[0].value: must be the id of a user'],
  ])('answers 400 invalidValue to %s', async (_, body, detail) => {
    const { send, graph } = await startFacade();
    const answer = await send({ path: '/Groups', method: 'POST', body });
    expect([answer.status, answer.body]).toMatchObject([400, { scimType: 'invalidValue', detail }]);
    expect(graph.groups.size).toBe(0);
  });
});

describe('GET /Groups', () => {
  it('shows members with what is known of them', async () => {
    const { send, graph } = await startFacade();
    const { id } = graph.addGroup({ displayName: 'Marketing' }, members);
    const { body } = await send({ path: `/Groups/${id}?attributes=members` });
    expect(body).toEqual({
      schemas: [GROUP_SCHEMA],
      id,
      members: [
        { value: 'u1', display: 'Ada', type: 'User', $ref: `${BASE_URL}/Users/u1` },
        { value: 'u2', type: 'User', $ref: `${BASE_URL}/Users/u2` },
        { value: 'u3', display: 'Adam', type: 'User', $ref: `${BASE_URL}/Users/u3` },
      ],
    });
  });

  it.each(['', '/id'])('neither reads nor shows excluded members: /Groups%s', async (suffix) => {
    const { send, graph } = await startFacade();
    const { id } = graph.addGroup({ displayName: 'Marketing' }, members);
    const path = `/Groups${suffix.replace('id', id)}?excludedAttributes=members&filter=displayName+eq+%22marketing%22`;
    const answer = await send({ path });
    expect(answer.status).toBe(200);
    expect(answer.text).not.toContain('members');
    expect(graph.asked[0]?.variables.withMembers).toBe(false);
  });

  it('answers a list', async () => {
    const { send, graph } = await startFacade();
    graph.addGroup({ displayName: 'Marketing' }, members);
    const { body } = await send({ path: '/Groups' });
    expect(body).toMatchObject({ totalResults: 1, Resources: [{ displayName: 'Marketing', members: [{}, {}, {}] }] });
  });
});

describe('PUT /Groups/{id}', () => {
  it('writes the names and replaces the members; what is left out is cleared', async () => {
    const { send, graph } = await startFacade();
    const { id } = graph.addGroup({ displayName: 'Marketing', externalId: 'g1' }, members);
    const body = { displayName: 'Sales', members: ['u1', 'u4'] };
    const answer = await send({ path: `/Groups/${id}`, method: 'PUT', body, headers: { 'If-Match': 'W/"1"' } });
    expect(answer.status).toBe(200);
    expect(graph.asked).toMatchObject([
      {
        name: 'ChangeGroup',
        variables: {
          input: {
            id,
            ifVersions: [1],
            displayName: 'Sales',
            externalId: null,
            members: [{ kind: 'REPLACE', userIds: ['u1', 'u4'] }],
          },
          withGroup: true,
          withMembers: true,
        },
      },
    ]);
  });
});

describe('PATCH /Groups/{id}', () => {
  it('is one mutation that reads no members, answered 204 without a body', async () => {
    const server = await startFacade();
    const { id } = server.graph.addGroup({ displayName: 'Marketing' }, members);
    const answer = await patch(server, id, [
      { op: 'Replace', path: 'displayName', value: 'Sales' },
      { op: 'Add', path: 'members', value: [{ $ref: null, value: 'u4' }] },
      { op: 'Remove', path: 'members', value: [{ $ref: null, value: 'u1' }] },
      { op: 'remove', path: 'members[value eq "u2"]' },
    ]);
    expect([answer.status, answer.text, answer.headers['content-type']]).toEqual([204, '', undefined]);
    expect(server.graph.asked).toMatchObject([
      {
        name: 'ChangeGroup',
        variables: {
          input: {
            displayName: 'Sales',
            members: [
              { kind: 'ADD', userIds: ['u4'] },
              { kind: 'REMOVE', userIds: ['u1', 'u2'] },
            ],
          },
          withGroup: false,
          withMembers: false,
        },
      },
    ]);
    expect(server.graph.asked[0]?.variables.input).not.toHaveProperty('externalId');
  });

  it('answers 200 with what is asked for when the client names attributes', async () => {
    const server = await startFacade();
    const { id } = server.graph.addGroup({ displayName: 'Marketing' }, members);
    const answer = await patch(server, id, [{ op: 'add', path: 'members', value: 'u4' }], '?attributes=displayName');
    expect([answer.status, answer.body]).toEqual([200, { schemas: [GROUP_SCHEMA], id, displayName: 'Marketing' }]);
    expect(server.graph.asked[0]?.variables).toMatchObject({ withGroup: true, withMembers: false });
  });

  it('reads the members once where it removes by another filter than ids, and names them', async () => {
    const server = await startFacade();
    const { id } = server.graph.addGroup({ displayName: 'Marketing' }, members);
    const answer = await patch(server, id, [
      { op: 'remove', path: 'members', value: [{ value: 'u3' }] },
      { op: 'remove', path: 'members[display sw "ada"]' },
    ]);
    expect(answer.status).toBe(204);
    expect(server.graph.namesAsked()).toEqual(['ReadGroupMembers', 'ChangeGroup']);
    expect(server.graph.asked[1]?.variables.input).toMatchObject({
      members: [
        { kind: 'REMOVE', userIds: ['u3'] },
        { kind: 'REMOVE', userIds: ['u1'] },
      ],
    });
  });

  it('answers 404 for an unknown group, by any of the two ways', async () => {
    const server = await startFacade();
    const byIds = await patch(server, 'none', [{ op: 'add', path: 'members', value: 'u4' }]);
    const byFilter = await patch(server, 'none', [{ op: 'remove', path: 'members[display pr]' }]);
    expect([byIds.status, byFilter.status]).toEqual([404, 404]);
  });
});

describe('DELETE /Groups/{id}', () => {
  it('answers 204, then 404', async () => {
    const { send, graph } = await startFacade();
    const { id } = graph.addGroup({ displayName: 'Marketing' });
    const first = await send({ path: `/Groups/${id}`, method: 'DELETE' });
    const second = await send({ path: `/Groups/${id}`, method: 'DELETE' });
    expect([first.status, second.status]).toEqual([204, 404]);
  });
});
