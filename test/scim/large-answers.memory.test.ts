import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type FacadeServer, startFacade } from './facade-server.ts';
import { BEARER, DIRECTORY_ID, thrown } from './memory-graph.ts';

function manyMembers(count: number) {
  return Array.from({ length: count }, (_, n) => ({ value: `u${String(n).padStart(6, '0')}`, display: `Person ${n}` }));
}

function pagesRead({ graph }: FacadeServer): number {
  return graph.namesAsked().filter((name) => name === 'ReadGroupMembers').length;
}

/** A client that decides itself when to read. */
function openSlowly({ port }: FacadeServer, path: string): Socket {
  const socket = connect(port, '127.0.0.1');
  socket.pause();
  const lines = [`GET /scim/v2/${DIRECTORY_ID}${path} HTTP/1.1`, 'Host: localhost', `Authorization: ${BEARER}`];
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  return socket;
}

/** The count once it does not grow any more. */
async function untilSteady(count: () => number): Promise<number> {
  for (let last = -1; last !== count(); await pause(400)) last = count();
  return count();
}

async function until(isTrue: () => boolean): Promise<void> {
  for (let tries = 0; tries < 400 && !isTrue(); tries += 1) await pause(10);
  expect(isTrue()).toBe(true);
}

describe('a group of many members (docs/adr/0014)', () => {
  it('is answered whole, page by page', async () => {
    const server = await startFacade();
    const { id } = server.graph.addGroup({ displayName: 'Everybody' }, manyMembers(10_001));
    const { status, headers, body } = await server.send({ path: `/Groups/${id}` });
    expect([status, headers['transfer-encoding'], headers.etag]).toEqual([200, 'chunked', 'W/"1"']);
    const { members, meta } = body as { members: { value: string }[]; meta: object };
    expect(members.map(({ value }) => value)).toEqual(manyMembers(10_001).map(({ value }) => value));
    expect(meta).toMatchObject({ resourceType: 'Group' });
    expect(pagesRead(server)).toBe(5);
  });

  it.each([1_999, 2_000, 2_001, 4_000])('is complete at the edge of a page: %i members', async (count) => {
    const server = await startFacade();
    const { id } = server.graph.addGroup({ displayName: 'Everybody' }, manyMembers(count));
    const { body } = await server.send({ path: `/Groups/${id}` });
    expect((body as { members: unknown[] }).members).toHaveLength(count);
  });

  it('shows of each member what was asked for, on every page', async () => {
    const server = await startFacade();
    const { id } = server.graph.addGroup({ displayName: 'Everybody' }, manyMembers(2_500));
    const { body } = await server.send({ path: `/Groups/${id}?attributes=members.display` });
    const { members, ...rest } = body as { members: object[] };
    expect(Object.keys(rest)).toEqual(['schemas', 'id']);
    expect([members[0], members[2_499]]).toEqual([{ display: 'Person 0' }, { display: 'Person 2499' }]);
  });

  it('stands in a list beside small ones', async () => {
    const server = await startFacade();
    server.graph.addGroup({ displayName: 'Two' }, manyMembers(2));
    server.graph.addGroup({ displayName: 'Everybody' }, manyMembers(5_000));
    server.graph.addGroup({ displayName: 'Nobody' });
    const { body } = await server.send({ path: '/Groups' });
    const { Resources: groups, ...envelope } = body as { Resources: { displayName: string; members?: [] }[] };
    expect(envelope).toMatchObject({ totalResults: 3, startIndex: 1, itemsPerPage: 3 });
    expect(groups.map(({ displayName, members }) => [displayName, members?.length])).toEqual([
      ['Two', 2],
      ['Everybody', 5_000],
      ['Nobody', undefined],
    ]);
  });

  it('is read no faster than the client takes it', async () => {
    const server = await startFacade();
    const members = manyMembers(100_000).map((member) => ({ ...member, display: 'x'.repeat(200) }));
    const { id } = server.graph.addGroup({ displayName: 'Everybody' }, members);
    const socket = openSlowly(server, `/Groups/${id}`);
    await until(() => pagesRead(server) > 0);
    expect(await untilSteady(() => pagesRead(server))).toBeLessThan(45);
    socket.resume();
    await until(() => pagesRead(server) === 50);
    socket.destroy();
  });

  it('is not read on for a client that went away', async () => {
    const server = await startFacade();
    const members = manyMembers(100_000).map((member) => ({ ...member, display: 'x'.repeat(200) }));
    const { id } = server.graph.addGroup({ displayName: 'Everybody' }, members);
    const socket = openSlowly(server, `/Groups/${id}`);
    await until(() => pagesRead(server) > 0);
    await untilSteady(() => pagesRead(server));
    socket.destroy();
    expect(await untilSteady(() => pagesRead(server))).toBeLessThan(45);
    expect(server.mistakes).toEqual([]);
  });

  it('is cut off, and never ends as if it were whole, where a page cannot be read', async () => {
    const server = await startFacade();
    const { id } = server.graph.addGroup({ displayName: 'Everybody' }, manyMembers(50_000));
    server.graph.answers.set('ReadGroupMembers', ({ after }) =>
      String(after) > 'u020000' ? thrown('SERVICE_UNAVAILABLE') : undefined,
    );
    // Not an answer that ends in the middle of its JSON: the connection.
    await expect(server.send({ path: `/Groups/${id}` })).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(pagesRead(server)).toBeLessThan(15);
  });

  it('is removed from by a filter without ever being held whole', async () => {
    const server = await startFacade();
    const { id } = server.graph.addGroup({ displayName: 'Everybody' }, manyMembers(5_000));
    const body = { Operations: [{ op: 'remove', path: 'members[display ew "99"]' }] };
    await server.send({ path: `/Groups/${id}`, method: 'PATCH', body });
    expect(server.graph.namesAsked()).toEqual([
      'ReadGroupMembers',
      'ReadGroupMembers',
      'ReadGroupMembers',
      'ChangeGroup',
    ]);
    const input = server.graph.asked.at(-1)?.variables.input as { members: { userIds: string[] }[] };
    expect(input.members[0]?.userIds).toHaveLength(50);
  });
});

describe('a long list', () => {
  it('goes out in pieces, a short one with its length', async () => {
    const server = await startFacade();
    for (let n = 0; n < 900; n += 1) server.graph.addUser({ userName: `user-${n}`, title: 'x'.repeat(200) });
    const long = await server.send({ path: '/Users?count=900' });
    const short = await server.send({ path: '/Users?count=20' });
    expect([long.headers['transfer-encoding'], long.headers['content-length']]).toEqual(['chunked', undefined]);
    expect(short.headers['content-length']).toBe(String(Buffer.byteLength(short.text)));
    expect((long.body as { Resources: object[] }).Resources).toHaveLength(900);
    expect((short.body as { Resources: object[] }).Resources).toHaveLength(20);
  });
});
