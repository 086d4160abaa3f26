// The feed of changes: in the order of commits, nothing missed, nothing twice, and no page that pretends to have a next one.
import pg from 'pg';
import { v7 as uuid } from 'uuid';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { type GraphOrganization, type OpenGraph, openGraph } from './open-graph.ts';

let graph: OpenGraph;
beforeAll(async () => {
  graph = await openGraph();
  return () => graph.close();
});

interface Event {
  id: string;
  type: string;
  subjectId: string;
  actor: { kind: string };
}

interface EventPage {
  nodes: Event[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; endCursor: string | null };
}

async function read(acme: GraphOrganization, parts = ''): Promise<{ page: EventPage; reason: unknown }> {
  const text = `{ events${parts && `(${parts})`} {
    nodes { id type subjectId actor { kind } } pageInfo { hasNextPage hasPreviousPage endCursor } } }`;
  const { data, errors } = await graph.run<{ events: EventPage } | null>(acme.ownerKey, text);
  return { page: data?.events as EventPage, reason: errors?.[0]?.extensions?.reason };
}

async function typesOf(acme: GraphOrganization, parts: string): Promise<string[]> {
  return (await read(acme, parts)).page.nodes.map(({ type }) => type);
}

/** Waits until nothing is held back: a transaction of another test could. */
async function settled(acme: GraphOrganization): Promise<string[]> {
  const history = await graph.historyOf(acme);
  await vi.waitFor(
    async () => expect((await read(acme, 'first: 500')).page.nodes).toHaveLength(history.length),
    20_000,
  );
  return history;
}

describe('the feed of events', () => {
  it('has a next page exactly when one follows, at every size', async () => {
    const acme = await graph.anOrganization();
    const { length } = await settled(acme);
    for (let first = 0; first <= length + 1; first += 1) {
      const { page } = await read(acme, `first: ${first}`);
      expect([first, page.nodes.length, page.pageInfo.hasNextPage]).toEqual([
        first,
        Math.min(first, length),
        first < length,
      ]);
    }
    const whole = await read(acme, `first: ${length}`);
    const behind = await read(acme, `after: "${whole.page.pageInfo.endCursor}"`);
    expect(behind.page).toEqual({
      nodes: [],
      pageInfo: { hasNextPage: false, hasPreviousPage: true, endCursor: null },
    });
  });

  it('is narrowed by types, subject, kinds of actors and time, behind a cursor too', async () => {
    const acme = await graph.anOrganization();
    const { domain } = graph;
    const ada = await domain.users.create(acme.operator, { userName: 'ada' });
    await domain.users.block(acme.operator, ada.id);
    await graph.run(acme.ownerKey, 'mutation { createUser(input: { userName: "bob" }) { user { id } } }');
    await settled(acme);
    expect(await typesOf(acme, `filter: { subjectId: "${ada.id}" }`)).toEqual(['userCreated', 'userBlocked']);
    expect(await typesOf(acme, 'filter: { types: ["userCreated"] }')).toEqual(['userCreated', 'userCreated']);
    expect(await typesOf(acme, 'filter: { types: ["userCreated"], actorKinds: [API_KEY] }')).toEqual(['userCreated']);
    expect(await typesOf(acme, 'filter: { types: [] }')).toEqual([]);
    expect(await typesOf(acme, 'filter: { subjectId: "nobody" }')).toEqual([]);
    expect(await typesOf(acme, 'filter: { since: "2999-01-01T00:00:00Z" }')).toEqual([]);
    expect(await typesOf(acme, 'filter: { until: "2000-01-01T00:00:00Z" }')).toEqual([]);
    const first = await read(acme, 'first: 1, filter: { types: ["userCreated"], since: "2000-01-01T00:00:00Z" }');
    expect(first.page.pageInfo.hasNextPage).toBe(true);
    const rest = await read(acme, `after: "${first.page.pageInfo.endCursor}", filter: { types: ["userCreated"] }`);
    expect(rest.page.nodes).toHaveLength(1);
    expect(rest.page.pageInfo.hasNextPage).toBe(false);
  });

  it('refuses a type that does not exist, and a cursor that is none', async () => {
    const acme = await graph.anOrganization();
    const id = uuid();
    const forged = ['', 'x', '5', `5.${id}x`, `${2n ** 64n}.${id}`, `-1.${id}`, id].map((text) =>
      Buffer.from(text).toString('base64url'),
    );
    for (const parts of ['filter: { types: ["userCreeated"] }', ...forged.map((cursor) => `after: "${cursor}"`)]) {
      expect([parts, (await read(acme, parts)).reason]).toEqual([parts, 'INVALID_VALUE']);
    }
    expect(
      (await read(acme, `after: "${Buffer.from(`${2n ** 64n - 1n}.${id}`).toString('base64url')}"`)).page.nodes,
    ).toEqual([]);
    expect(graph.failures).toEqual([]);
  });

  it('stops below the oldest running transaction, and misses nothing when that commits late', async () => {
    const acme = await graph.anOrganization();
    const before = await settled(acme);
    const slow = new pg.Client(graph.connection);
    await slow.connect();
    await slow.query('begin');
    const late = uuid();
    await slow.query(
      `insert into domain_events (organization_id, id, type, subject_id, actor, data, created_at)
       values ($1, $2, 'userUpdated', $2, '{"kind":"system"}', '{}', now())`,
      [acme.id, late],
    );
    const { id } = await graph.domain.users.create(acme.operator, { userName: 'quick' });
    const held = await read(acme, 'first: 500');
    expect(held.page.nodes.map((event) => event.id)).toEqual(before);
    expect(held.page.pageInfo.hasNextPage).toBe(false);
    await slow.query('commit');
    await slow.end();
    await vi.waitFor(async () => {
      const { page } = await read(acme, `after: "${held.page.pageInfo.endCursor}"`);
      expect(page.nodes.map((event) => event.subjectId)).toEqual([late, id]);
    }, 20_000);
  });

  it('tells a follower every change of 60 concurrent writers once, in the order in which it was there to be read', async () => {
    const acme = await graph.anOrganization();
    const seen: string[] = [];
    let isWriting = true;
    let cursor = '';
    const follow = async () => {
      for (;;) {
        const wasWriting = isWriting;
        const { page } = await read(acme, `first: 7${cursor}`);
        seen.push(...page.nodes.map((event) => event.id));
        // An empty page has no cursor: the follower keeps the last one.
        if (page.pageInfo.endCursor !== null) cursor = ` after: "${page.pageInfo.endCursor}"`;
        if (!wasWriting && seen.length >= (await graph.historyOf(acme)).length) return;
      }
    };
    const write = async (n: number) => {
      const user = await graph.domain.users.create(acme.operator, { userName: `user-${n}` });
      await graph.domain.users.update(acme.operator, user.id, { displayName: `User ${n}` });
    };
    const writing = Promise.all(Array.from({ length: 60 }, (_, n) => write(n))).then(() => {
      isWriting = false;
    });
    await Promise.all([writing, follow()]);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.toSorted()).toEqual((await graph.historyOf(acme)).toSorted());
    const again = await read(acme, 'first: 500');
    expect(again.page.nodes.map((event) => event.id)).toEqual(seen);
  });

  it('needs rollcall:audit', async () => {
    const acme = await graph.anOrganization();
    const key = await graph.aKey(acme, ['screens:view']);
    const { errors } = await graph.run(key, '{ events { nodes { id } } }');
    expect(errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
  });
});
