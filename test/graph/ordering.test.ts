// Lists in every order: whole, without doubles, right while items come and go, and never behind a cursor of another order.
import pg from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import { Database } from '../../src/database/database.ts';
import type { Statement } from '../../src/database/statement.ts';
import { allScopes } from '../../src/domain/actors/scope.ts';
import { userList } from '../../src/domain/users/user-list.store.ts';
import { type GraphOrganization, type OpenGraph, openGraph } from './open-graph.ts';

let graph: OpenGraph;
beforeAll(async () => {
  graph = await openGraph();
  return () => graph.close();
});

interface ListAnswer {
  list: { nodes: Record<string, unknown>[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } };
}

/** A reader of one list of an organization: `field` with what stands between its parentheses. */
function listOf(acme: GraphOrganization, field: string, selection: string) {
  return async (parts: string) => {
    const text = `{ list: ${field}(${parts}) { nodes { ${selection} } pageInfo { hasNextPage endCursor } } }`;
    const { data, errors } = await graph.run<ListAnswer>(acme.ownerKey, text);
    return { list: data?.list, code: errors?.[0]?.extensions?.reason };
  };
}

/** All items, page by page; `between` runs after each page. */
async function readAll(
  read: ReturnType<typeof listOf>,
  parts: string,
  first: number,
  between: (page: number) => Promise<void> = async () => undefined,
): Promise<Record<string, unknown>[]> {
  const all: Record<string, unknown>[] = [];
  let after = '';
  for (let page = 1; ; page += 1) {
    const { list, code } = await read(`first: ${first}${after} ${parts}`);
    expect(code).toBeUndefined();
    all.push(...(list?.nodes ?? []));
    if (!list?.pageInfo.hasNextPage) return all;
    after = ` after: "${list.pageInfo.endCursor}"`;
    await between(page);
  }
}

const USER_NAMES = ['mia', 'ADA', 'zoë', 'bob', 'Émile', 'carl', 'Ömer', '42', 'dora', 'bo'];

async function anAcmeOf(userNames: string[]) {
  const acme = await graph.anOrganization();
  const users = [];
  for (const userName of userNames) users.push(await graph.domain.users.create(acme.operator, { userName }));
  return { acme, users };
}

describe('users', () => {
  it.for([1, 2, 3, 10, 11])('come once each in every order, %i at a time', async (first) => {
    const { acme } = await anAcmeOf(USER_NAMES);
    const read = listOf(acme, 'users', 'userName');
    const inOrder = async (parts: string) => (await readAll(read, parts, first)).map(({ userName }) => userName);
    expect(await inOrder('')).toEqual(USER_NAMES);
    expect(await inOrder('orderBy: { field: CREATED_AT }')).toEqual(USER_NAMES);
    expect(await inOrder('orderBy: { field: CREATED_AT, direction: DESC }')).toEqual(USER_NAMES.toReversed());
    const byName = await inOrder('orderBy: { field: USER_NAME }');
    expect(byName.toSorted()).toEqual(USER_NAMES.toSorted());
    expect(byName.filter((name) => /^[a-z0-9]+$/i.test(String(name)))).toEqual([
      '42',
      'ADA',
      'bo',
      'bob',
      'carl',
      'dora',
      'mia',
    ]);
    expect(await inOrder('orderBy: { field: USER_NAME, direction: DESC }')).toEqual(byName.toReversed());
  });

  it('who lost their name to somebody else come last in both directions', async () => {
    const { acme, users } = await anAcmeOf(['carl', 'ada', 'bob', 'dora']);
    const client = new pg.Client(graph.connection);
    await client.connect();
    const lost = users.slice(0, 2).map(({ id }) => id);
    await client.query('update users set user_name_key = null where id = any($1)', [lost]);
    await client.end();
    const read = listOf(acme, 'users', 'userName');
    for (const first of [1, 2, 3]) {
      const names = async (direction: string) =>
        (await readAll(read, `orderBy: { field: USER_NAME, direction: ${direction} }`, first)).map((u) => u.userName);
      expect(await names('ASC')).toEqual(['bob', 'dora', 'carl', 'ada']);
      expect(await names('DESC')).toEqual(['dora', 'bob', 'ada', 'carl']);
    }
  });

  it('stay in their places while others come and go', async () => {
    const { acme, users } = await anAcmeOf(['b1', 'b2', 'b3', 'b4', 'b5', 'b6']);
    const read = listOf(acme, 'users', 'userName');
    const seen = await readAll(read, 'orderBy: { field: USER_NAME }', 2, async (page) => {
      // One before the place, one behind it, and the very one that the place names goes.
      await graph.domain.users.create(acme.operator, { userName: `a${page}` });
      await graph.domain.users.create(acme.operator, { userName: `c${page}` });
      const last = users[page * 2 - 1];
      if (last) await graph.domain.users.remove(acme.operator, last.id);
    });
    expect(seen.map(({ userName }) => userName)).toEqual(['b1', 'b2', 'b3', 'b4', 'b5', 'b6', 'c1', 'c2', 'c3', 'c4']);
  });

  it('are narrowed by every filter, alone and together', async () => {
    const { acme, users } = await anAcmeOf(['ada', 'bob', 'carl', 'dora']);
    const { operator } = acme;
    const [ada, bob, carl, dora] = users;
    await graph.domain.users.block(operator, bob?.id ?? '');
    await graph.domain.users.remove(operator, dora?.id ?? '');
    const group = await graph.domain.groups.create(operator, { name: 'Marketing' });
    await graph.domain.groups.addMembers(operator, group.id, [ada?.id ?? '', bob?.id ?? '']);
    const directory = {
      kind: 'directory',
      organizationId: acme.id,
      directoryId: acme.directoryId,
      tokenId: acme.id,
      scopes: allScopes,
    };
    const call = { requestId: 'r', method: 'POST', path: '/' };
    for (const userName of ['eve', 'carl']) {
      const resource = { userName, active: true };
      await graph.domain.directoryUsers.create(directory as never, call, { directoryId: acme.directoryId, resource });
    }
    const read = listOf(acme, 'users', 'userName');
    const found = async (filter: string) =>
      (await readAll(read, `filter: { ${filter} }`, 2)).map(({ userName }) => userName);
    expect(await found('')).toEqual(['ada', 'bob', 'carl', 'eve']);
    expect(await found('search: "C"')).toEqual(['carl']);
    expect(await found('isBlocked: true')).toEqual(['bob']);
    expect(await found('isBlocked: false')).toEqual(['ada', 'carl', 'eve']);
    expect(await found('isManual: false')).toEqual(['eve']);
    expect(await found('active: false')).toEqual(['bob']);
    expect(await found('isRemoved: true')).toEqual(['dora']);
    expect(await found(`groupId: "${group.id}"`)).toEqual(['ada']);
    expect(await found('groupId: "none"')).toEqual([]);
    expect(await found(`directoryId: "${acme.directoryId}"`)).toEqual(['carl', 'eve']);
    expect(await found('linkStates: [PENDING]')).toEqual(['carl']);
    expect(await found(`directoryId: "${acme.directoryId}", linkStates: [ACTIVE]`)).toEqual(['eve']);
    expect(await found(`isManual: true, isBlocked: false, search: "a", groupId: "${group.id}"`)).toEqual(['ada']);
    expect(carl).toBeDefined();
  });
});

describe('other lists', () => {
  it('directories, and who has a permission, come in their orders', async () => {
    const { acme, users } = await anAcmeOf(['zed', 'amy', 'kim', 'bob']);
    const { operator } = acme;
    const { domain } = graph;
    await domain.directories.create(operator, { name: 'okta', precedence: 3 });
    const ping = await domain.directories.create(operator, { name: 'Ping', precedence: 2 });
    await domain.directoryStatuses.pause(operator, ping.id);
    const directories = async (parts: string) =>
      (await readAll(listOf(acme, 'directories', 'name'), parts, 1)).map(({ name }) => name);
    const [first = ''] = await directories('');
    expect(await directories('')).toEqual([first, 'okta', 'Ping']);
    expect(await directories('orderBy: { field: NAME, direction: DESC }')).toEqual(['Ping', 'okta', first]);
    expect(await directories('orderBy: { field: PRECEDENCE }')).toEqual([first, 'Ping', 'okta']);
    expect(await directories('filter: { statuses: [PAUSED] }')).toEqual(['Ping']);

    const set = await domain.permissionSets.create(operator, { name: 'Payers', permissions: ['billing:pay'] });
    for (const { id } of users.slice(0, 3)) {
      await domain.grants.grant(operator, { permissionSetId: set.id, userId: id });
    }
    const holders = async (parts: string) =>
      (await readAll(listOf(acme, 'whoHas', 'userName'), `permission: "billing:pay" ${parts}`, 2)).map(
        ({ userName }) => userName,
      );
    expect(await holders('')).toEqual(['zed', 'amy', 'kim']);
    expect(await holders('orderBy: { field: USER_NAME }')).toEqual(['amy', 'kim', 'zed']);
    expect(await holders('orderBy: { field: USER_NAME, direction: DESC }')).toEqual(['zed', 'kim', 'amy']);
  });

  it('groups, their members, permission sets and API keys come in their orders and through their filters', async () => {
    const { acme, users } = await anAcmeOf(['zed', 'amy', 'kim']);
    const { operator } = acme;
    const { domain } = graph;
    const names = ['Zeta', 'alpha', 'Beta'];
    const groups = [];
    for (const name of names) groups.push(await domain.groups.create(operator, { name }));
    const [zeta, alpha] = groups;
    await domain.groups.addMembers(
      operator,
      zeta?.id ?? '',
      users.map(({ id }) => id),
    );
    const set = await domain.permissionSets.create(operator, { name: 'Payers', permissions: ['billing:pay'] });
    await domain.grants.grant(operator, { permissionSetId: set.id, groupId: alpha?.id ?? '' });
    const key = await domain.apiKeys.create(operator, { name: 'Old', permissionSetId: set.id });
    await domain.apiKeys.revoke(operator, key.apiKey.id);

    const groupNames = async (parts: string) =>
      (await readAll(listOf(acme, 'groups', 'name'), parts, 2)).map(({ name }) => name);
    expect(await groupNames('orderBy: { field: NAME }')).toEqual(['alpha', 'Beta', 'Zeta']);
    expect(await groupNames('orderBy: { field: NAME, direction: DESC }')).toEqual(['Zeta', 'Beta', 'alpha']);
    expect(await groupNames('orderBy: { field: CREATED_AT, direction: DESC }')).toEqual(['Beta', 'alpha', 'Zeta']);
    expect(await groupNames('filter: { isProtected: true }')).toEqual(['alpha']);
    expect(await groupNames('filter: { isLinked: true }')).toEqual([]);
    expect(await groupNames(`filter: { createdByDirectoryId: "${acme.directoryId}" }`)).toEqual([]);

    const members = async (parts: string) => {
      const text = `query ($id: ID!) { group(id: $id) { members(${parts}) { nodes { source addedBy { kind } user { userName } } } } }`;
      const { data } = await graph.run<{ group: { members: { nodes: { user: { userName: string } }[] } } }>(
        acme.ownerKey,
        text,
        { id: zeta?.id },
      );
      return data.group.members.nodes.map(({ user }) => user.userName);
    };
    expect(await members('orderBy: { field: USER_NAME }')).toEqual(['amy', 'kim', 'zed']);
    expect(await members('orderBy: { field: CREATED_AT, direction: DESC }')).toEqual(['kim', 'amy', 'zed']);
    expect(await members('filter: { search: "K" }')).toEqual(['kim']);
    expect(await members('filter: { sources: [DIRECTORY, BOTH] }')).toEqual([]);

    const sets = async (parts: string) =>
      (await readAll(listOf(acme, 'permissionSets', 'name'), parts, 2)).map(({ name }) => name);
    expect(await sets('filter: { isBuiltIn: false }')).toEqual(['Payers']);
    expect(await sets('orderBy: { field: NAME }')).toEqual((await sets('')).toSorted());
    expect(await sets('filter: { search: "pay" }')).toEqual(['Payers']);

    const keys = async (parts: string) =>
      (await readAll(listOf(acme, 'apiKeys', 'name'), parts, 1)).map(({ name }) => name);
    expect(await keys('filter: { isRevoked: true }')).toEqual(['Old']);
    expect(await keys(`filter: { permissionSetId: "${set.id}" }`)).toEqual(['Old']);
    await domain.settled();
    expect(await keys('orderBy: { field: LAST_USED_AT, direction: DESC }')).toEqual(['Owner key', 'Old']);
    expect(await keys('orderBy: { field: LAST_USED_AT }')).toEqual(['Owner key', 'Old']);
  });

  it('the records of a directory come in their orders and through their filters', async () => {
    const acme = await graph.anOrganization();
    const { directoryId } = acme;
    const actor = {
      kind: 'directory',
      organizationId: acme.id,
      directoryId,
      tokenId: acme.id,
      scopes: allScopes,
    } as const;
    const call = { requestId: 'r', method: 'POST', path: '/' };
    for (const [userName, active] of [
      ['Zed', true],
      ['amy', false],
      ['Kim', true],
    ] as const) {
      await graph.domain.directoryUsers.create(actor, call, { directoryId, resource: { userName, active } });
    }
    for (const displayName of ['Sales', 'eng', 'Ops']) {
      await graph.domain.directoryGroups.create(actor, call, { directoryId, resource: { displayName }, memberIds: [] });
    }
    const names = async (field: string, parts: string, name: string) => {
      const text = `query ($id: ID!) { directory(id: $id) { list: ${field}(${parts}) { nodes { resource } } } }`;
      const { data } = await graph.run<{ directory: { list: { nodes: { resource: Record<string, string> }[] } } }>(
        acme.ownerKey,
        text,
        { id: directoryId },
      );
      return data.directory.list.nodes.map(({ resource }) => resource[name]);
    };
    expect(await names('users', 'orderBy: { field: USER_NAME }', 'userName')).toEqual(['amy', 'Kim', 'Zed']);
    expect(await names('users', 'orderBy: { field: USER_NAME, direction: DESC }', 'userName')).toEqual([
      'Zed',
      'Kim',
      'amy',
    ]);
    expect(await names('users', 'filter: { active: false }', 'userName')).toEqual(['amy']);
    expect(await names('users', 'filter: { search: "ki" }', 'userName')).toEqual(['Kim']);
    expect(await names('users', 'filter: { hasLink: false }', 'userName')).toEqual([]);
    expect(await names('groups', 'orderBy: { field: DISPLAY_NAME }', 'displayName')).toEqual(['eng', 'Ops', 'Sales']);
    expect(await names('groups', 'filter: { search: "S", hasLink: true }', 'displayName')).toEqual(['Sales']);
  });
});

describe('a cursor', () => {
  const forged = (place: unknown) =>
    Buffer.from(typeof place === 'string' ? place : JSON.stringify(place)).toString('base64url');

  it('of another order, of another list or made up is INVALID_VALUE, never an internal error', async () => {
    const { acme, users } = await anAcmeOf(['ada', 'bob', 'carl']);
    const read = listOf(acme, 'users', 'userName');
    const byName = await read('first: 1, orderBy: { field: USER_NAME }');
    const byMaking = await read('first: 1');
    const id = users[0]?.id;
    const places: [order: string, cursor: string | null | undefined][] = [
      ['', byName.list?.pageInfo.endCursor],
      ['orderBy: { field: USER_NAME, direction: DESC }', byName.list?.pageInfo.endCursor],
      ['orderBy: { field: CREATED_AT, direction: DESC }', byMaking.list?.pageInfo.endCursor],
      ['orderBy: { field: USER_NAME }', byMaking.list?.pageInfo.endCursor],
      ['orderBy: { field: USER_NAME }', forged(['name', 'asc', 'ada', id])],
      ['orderBy: { field: USER_NAME }', forged(['userName', 'asc', 'ada', 'no id'])],
      ['orderBy: { field: USER_NAME }', forged(['userName', 'asc', 7, id])],
      ['orderBy: { field: USER_NAME }', forged(['userName', 'asc', { a: 1 }, id])],
      ['orderBy: { field: USER_NAME }', forged(['userName', 'asc', 'a\u0000', id])],
      ['orderBy: { field: USER_NAME }', forged(`["userName","asc","\\ud800","${id}"]`)],
      ['orderBy: { field: USER_NAME }', forged('{')],
      ['orderBy: { field: USER_NAME }', forged('null')],
      ['orderBy: { field: USER_NAME }', ''],
    ];
    for (const [order, cursor] of places) {
      const answer = await read(`after: ${JSON.stringify(cursor)} ${order}`);
      expect([order, cursor, answer.code]).toEqual([order, cursor, 'INVALID_VALUE']);
    }
    const keys = listOf(acme, 'apiKeys', 'name');
    const order = 'orderBy: { field: LAST_USED_AT }';
    for (const time of ['yesterday', '0000-01-01T00:00:00.000Z', '+275760-09-13T00:00:00.000Z', 12]) {
      const answer = await keys(`after: "${forged(['lastUsedAt', 'asc', time, id])}" ${order}`);
      expect([time, answer.code]).toEqual([time, 'INVALID_VALUE']);
    }
    expect(graph.failures).toEqual([]);
  });
});

describe('among 20,000 users', () => {
  it('each page is read by an index, the last as cheaply as the first', async () => {
    const { acme } = await anAcmeOf([]);
    const client = new pg.Client(graph.connection);
    await client.connect();
    await client.query(
      `insert into users (organization_id, id, user_name, user_name_key, is_manual, version, created_at, updated_at)
       select $1::uuid, gen_random_uuid(), n, 'user' || lpad((n * 7919 % 20011)::text, 5, '0'), true, 1, now(), now()
         from generate_series(1, 20000) n`,
      [acme.id],
    );
    await client.query('analyze users');
    await client.end();
    const database = await Database.open({ connection: graph.connection });
    const id = '80000000-0000-4000-8000-000000000000';
    const middle = ['userName', 'asc', 'user10000', id];
    const read = async (after: string | null, orderBy: Parameters<typeof userList.read>[2]['orderBy']) => {
      let plan = '';
      const explaining = {
        run: async <Row extends object>(organizationId: string, statement: Statement<Row>, ...values: unknown[]) => {
          const explained = { ...statement, text: `explain (analyze, costs off, timing off) ${statement.text}` };
          const lines = await database.run<{ 'QUERY PLAN': string }>(organizationId, explained as never, ...values);
          plan += lines.map((line) => line['QUERY PLAN']).join('\n');
          return [];
        },
      };
      await userList.read(explaining, acme.id, { first: 50, after, orderBy }, { filters: { isRemoved: [false] } });
      return plan;
    };
    const plans = {
      making: await read(id, null),
      newest: await read(JSON.stringify(['createdAt', 'desc', null, id]), { field: 'createdAt', direction: 'desc' }),
      name: await read(JSON.stringify(middle), { field: 'userName', direction: 'asc' }),
      nameDown: await read(JSON.stringify(middle.with(1, 'desc')), { field: 'userName', direction: 'desc' }),
    };
    await database.close();
    for (const plan of [plans.making, plans.newest])
      expect(plan).toMatch(/users_pkey on users u .*\n.*Index Cond: .*\(id [<>] /);
    for (const plan of [plans.name, plans.nameDown]) expect(plan).toMatch(/users_user_name_key on users/);
    for (const [name, plan] of Object.entries(plans)) {
      const rows = [...plan.matchAll(/on users u \(actual rows=(\d+)/g)].map(([, count]) => Number(count));
      expect([name, Math.max(...rows) <= 60]).toEqual([name, true]);
      expect(plan).not.toMatch(/Seq Scan on users/);
    }
  });
});
