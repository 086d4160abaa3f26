import { describe, expect, it } from 'vitest';
import { ENTERPRISE_USER_SCHEMA, LIST_RESPONSE, USER_SCHEMA } from '../../src/attributes/urns.ts';
import { BASE_URL, type FacadeServer, startFacade } from './facade-server.ts';
import { AT, DIRECTORY_ID, failed, thrown } from './memory-graph.ts';

type Operation = { op: string; path?: string; value?: unknown };

function patch({ send }: FacadeServer, id: string, operations: Operation[], headers: Record<string, string> = {}) {
  return send({ path: `/Users/${id}`, method: 'PATCH', body: { Operations: operations }, headers });
}

function rename(value: string): Operation[] {
  return [{ op: 'Replace', path: 'displayName', value }];
}

describe('POST /Users', () => {
  it('answers 201 with the resource, its ETag and its address', async () => {
    const { send, graph } = await startFacade();
    const body = { schemas: [USER_SCHEMA], userName: 'ada', externalId: 'x1', active: true };
    const answer = await send({ path: '/Users', method: 'POST', body });
    const id = [...graph.users.keys()][0];
    const location = `${BASE_URL}/Users/${id}`;
    expect([answer.status, answer.headers.etag, answer.headers.location]).toEqual([201, 'W/"1"', location]);
    expect(answer.body).toMatchObject({
      schemas: [USER_SCHEMA],
      id,
      externalId: 'x1',
      userName: 'ada',
      active: true,
      meta: { resourceType: 'User', created: AT, lastModified: AT, location, version: 'W/"1"' },
    });
    expect(graph.asked).toMatchObject([
      { name: 'CreateUser', variables: { input: { directoryId: DIRECTORY_ID, resource: body } } },
    ]);
  });

  it('answers a taken userName with 409 uniqueness', async () => {
    const { send, graph } = await startFacade();
    graph.answers.set('CreateUser', () => ({ data: { createDirectoryUser: failed('USER_NAME_TAKEN', 'userName') } }));
    const answer = await send({ path: '/Users', method: 'POST', body: { userName: 'ada' } });
    expect([answer.status, answer.body]).toMatchObject([409, { scimType: 'uniqueness', status: '409' }]);
  });

  it('names the attribute whose value cannot be stored', async () => {
    const { send, graph } = await startFacade();
    const payload = failed('INVALID_VALUE', 'emails[0].value');
    graph.answers.set('CreateUser', () => ({ data: { createDirectoryUser: payload } }));
    const answer = await send({ path: '/Users', method: 'POST', body: { userName: 'ada' } });
    const detail = 'emails[0].value: message of INVALID_VALUE';
    expect([answer.status, answer.body]).toMatchObject([400, { scimType: 'invalidValue', detail }]);
  });
});

describe('GET /Users/{id}', () => {
  it('answers the resource with its groups and the reference to the manager', async () => {
    const { send, graph } = await startFacade();
    const { id } = graph.addUser({ userName: 'ada', [ENTERPRISE_USER_SCHEMA]: { manager: { value: 'm1' } } });
    const answer = await send({ path: `/Users/${id}` });
    expect(answer.headers.etag).toBe('W/"1"');
    const group = '0198a000-0000-7000-8000-900000000001';
    expect(answer.body).toMatchObject({
      schemas: [USER_SCHEMA, ENTERPRISE_USER_SCHEMA],
      groups: [{ value: group, $ref: `${BASE_URL}/Groups/${group}`, display: 'Marketing', type: 'direct' }],
      [ENTERPRISE_USER_SCHEMA]: { manager: { value: 'm1', $ref: `${BASE_URL}/Users/m1` } },
    });
  });

  it.each([
    ['', true],
    ['?attributes=userName', false],
    ['?attributes=groups.display', true],
    ['?excludedAttributes=groups', false],
  ])('reads the groups only where they are wanted: %s', async (query, withGroups) => {
    const { send, graph } = await startFacade();
    const { id } = graph.addUser({ userName: 'ada', title: 'Countess' });
    const { body } = await send({ path: `/Users/${id}${query}` });
    expect(graph.asked[0]?.variables.withGroups).toBe(withGroups);
    expect(Object.hasOwn(body as object, 'groups')).toBe(withGroups);
    expect(Object.hasOwn(body as object, 'title')).toBe(!query.startsWith('?attributes'));
  });

  it('answers 304 without a body when If-None-Match names the version', async () => {
    const { send, graph } = await startFacade();
    const path = `/Users/${graph.addUser({ userName: 'ada' }).id}`;
    const seen = await send({ path, headers: { 'If-None-Match': 'W/"1"' } });
    const stale = await send({ path, headers: { 'If-None-Match': 'W/"7", "8"' } });
    expect([seen.status, seen.text, seen.headers.etag, stale.status]).toEqual([304, '', 'W/"1"', 200]);
  });

  it('answers 404 for an id that is unknown or none at all', async () => {
    const { send } = await startFacade();
    for (const id of ['0198a000-0000-7000-8000-00000000ffff', 'x', "'; drop table users"]) {
      expect((await send({ path: `/Users/${encodeURIComponent(id)}` })).status).toBe(404);
    }
  });
});

describe('GET /Users', () => {
  it('hands the filter on as a tree with canonical attributes and typed values', async () => {
    const { send, graph } = await startFacade();
    const filter = 'emails[type eq "work"].value eq "a@b.c" and (not (active eq "True") or manager pr)';
    await send({ path: `/Users?${new URLSearchParams({ filter, startIndex: '3', count: '7' })}` });
    const compare = (attribute: string, value: unknown) => ({ compare: { attribute, operator: 'EQ', value } });
    expect(graph.asked[0]?.variables).toEqual({
      directoryId: DIRECTORY_ID,
      baseUrl: `https://rollcall.example/scim/v2/${DIRECTORY_ID}`,
      sort: null,
      startIndex: 3,
      count: 7,
      withGroups: true,
      filter: {
        and: [
          {
            valuePath: {
              attribute: 'emails',
              filter: { and: [compare('emails.type', 'work'), compare('emails.value', 'a@b.c')] },
            },
          },
          {
            or: [
              { not: compare('active', true) },
              { compare: { attribute: `${ENTERPRISE_USER_SCHEMA}:manager`, operator: 'PR' } },
            ],
          },
        ],
      },
    });
  });

  it('answers a ListResponse with the real number of resources', async () => {
    const { send, graph } = await startFacade();
    for (const userName of ['ada', 'eve', 'ida']) graph.addUser({ userName });
    const { body } = await send({ path: '/Users?count=2&attributes=userName' });
    expect(body).toMatchObject({ schemas: [LIST_RESPONSE], totalResults: 3, startIndex: 1, itemsPerPage: 2 });
    expect((body as { Resources: object[] }).Resources).toEqual(
      [...graph.users.values()].slice(0, 2).map(({ id, resource }) => ({ schemas: [USER_SCHEMA], id, ...resource })),
    );
  });

  it('answers only the total for a count of 0', async () => {
    const { send, graph } = await startFacade();
    graph.addUser({ userName: 'ada' });
    const { body } = await send({ path: '/Users?count=0' });
    expect(body).toMatchObject({ totalResults: 1, itemsPerPage: 0, Resources: [] });
  });

  it.each([
    ['filter=nothing+eq+1', 'invalidFilter'],
    ['filter=userName+foo+%22x%22', 'invalidFilter'],
    ['filter=userName+eq+ada', 'invalidFilter'],
    ['filter=password+eq+%22x%22', 'invalidFilter'],
    ['count=many', 'invalidValue'],
    ['filter=%E0%A4%A', 'invalidSyntax'],
  ])('answers 400 to ?%s (security case 23)', async (query, scimType) => {
    const { send, graph } = await startFacade();
    const answer = await send({ path: `/Users?${query}` });
    expect([answer.status, answer.body]).toMatchObject([400, { scimType }]);
    expect(graph.namesAsked()).toEqual(['OpenDirectory']);
  });

  it('answers 400 invalidFilter where the filter cannot be searched by', async () => {
    const { send, graph } = await startFacade();
    graph.answers.set('ListUsers', () => thrown('BAD_USER_INPUT', 'FILTER_NOT_SUPPORTED'));
    const answer = await send({ path: '/Users?filter=title+co+%22x%22' });
    expect([answer.status, answer.body]).toMatchObject([400, { scimType: 'invalidFilter' }]);
  });
});

describe('PUT /Users/{id}', () => {
  it('writes the whole body over the versions that If-Match names and answers 200', async () => {
    const { send, graph } = await startFacade();
    const { id } = graph.addUser({ userName: 'ada', title: 'Countess' });
    const answer = await send({
      path: `/Users/${id}`,
      method: 'PUT',
      body: { userName: 'ada' },
      headers: { 'If-Match': 'W/"1", "4"' },
    });
    expect([answer.status, answer.headers.etag]).toEqual([200, 'W/"2"']);
    expect(answer.body).not.toHaveProperty('title');
    expect(graph.asked).toMatchObject([{ name: 'ReplaceUser', variables: { input: { ifVersions: [1, 4] } } }]);
  });

  it.each(['W/"9"', 'nonsense', '"1x"'])('answers 412 to If-Match %s', async (ifMatch) => {
    const { send, graph } = await startFacade();
    const { id } = graph.addUser({ userName: 'ada' });
    const answers = [];
    for (const method of ['PUT', 'PATCH']) {
      const body = { userName: 'eve', Operations: rename('Eve') };
      answers.push(await send({ path: `/Users/${id}`, method, body, headers: { 'If-Match': ifMatch } }));
    }
    expect(answers.map(({ status }) => status)).toEqual([412, 412]);
    expect(graph.users.get(id)).toMatchObject({ version: 1, resource: { userName: 'ada' } });
  });
});

describe('PATCH /Users/{id}', () => {
  it('reads once, folds the operations, writes once over what it read and answers 200 with the groups', async () => {
    const server = await startFacade();
    const { id } = server.graph.addUser({ userName: 'ada', active: true, title: 'Countess' });
    const answer = await patch(server, id, [
      { op: 'Replace', path: 'active', value: 'False' },
      { op: 'remove', path: 'title' },
      { op: 'add', value: { 'name.givenName': 'Ada' } },
    ]);
    expect([answer.status, answer.headers.etag]).toEqual([200, 'W/"2"']);
    expect(answer.body).toMatchObject({
      active: false,
      name: { givenName: 'Ada' },
      groups: [{ display: 'Marketing' }],
    });
    const resource = { userName: 'ada', active: false, name: { givenName: 'Ada' } };
    expect(server.graph.asked).toMatchObject([
      { name: 'ReadUser' },
      { name: 'ReplaceUser', variables: { input: { id, resource, ifVersions: [1] }, withGroups: false } },
    ]);
  });

  it('reads again and repeats when somebody else wrote in between', async () => {
    const server = await startFacade();
    const { id } = server.graph.addUser({ userName: 'ada' });
    let others = 0;
    server.graph.answers.set('ReplaceUser', () => {
      const user = server.graph.users.get(id);
      if (user === undefined || others === 4) return undefined;
      others += 1;
      user.version += 1;
      user.resource = { ...user.resource, title: `title ${others}` };
      return undefined;
    });
    const answer = await patch(server, id, rename('Ada'));
    expect(answer.status).toBe(200);
    expect(server.graph.users.get(id)?.resource).toEqual({ userName: 'ada', displayName: 'Ada', title: 'title 4' });
    expect(server.graph.namesAsked()).toEqual(Array.from({ length: 5 }, () => ['ReadUser', 'ReplaceUser']).flat());
  });

  it('answers 409 after five attempts that were all outrun', async () => {
    const server = await startFacade();
    const { id } = server.graph.addUser({ userName: 'ada' });
    const payload = failed('VERSION_CONFLICT');
    server.graph.answers.set('ReplaceUser', () => ({ data: { replaceDirectoryUser: payload } }));
    const answer = await patch(server, id, rename('Ada'));
    expect([answer.status, answer.body]).toEqual([409, expect.not.objectContaining({ scimType: expect.anything() })]);
    expect(server.graph.asked).toHaveLength(10);
  });

  it('answers 412 at the first attempt that was outrun when the client sent If-Match', async () => {
    const server = await startFacade();
    const { id } = server.graph.addUser({ userName: 'ada' });
    const payload = failed('VERSION_CONFLICT');
    server.graph.answers.set('ReplaceUser', () => ({ data: { replaceDirectoryUser: payload } }));
    const answer = await patch(server, id, rename('Ada'), { 'If-Match': 'W/"1"' });
    expect([answer.status, server.graph.namesAsked()]).toEqual([412, ['ReadUser', 'ReplaceUser']]);
  });

  it('loses none of 16 concurrent patches of one user, and needs no second attempt for them', async () => {
    const server = await startFacade();
    const { id } = server.graph.addUser({ userName: 'ada' });
    const types = Array.from({ length: 16 }, (_, number) => `type${number}`);
    const answers = await Promise.all(
      types.map((type) =>
        patch(server, id, [{ op: 'add', path: `emails[type eq "${type}"].value`, value: `${type}@b.c` }]),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(types.map(() => 200));
    const emails = server.graph.users.get(id)?.resource.emails as { type: string }[];
    expect(emails.map(({ type }) => type).sort()).toEqual(types.sort());
    expect(server.graph.namesAsked()).toEqual(['ReadUser', ...types.map(() => 'ReplaceUser')]);
  });

  it('does not read a user again whom this process has just read', async () => {
    const server = await startFacade();
    const { id } = server.graph.addUser({ userName: 'ada', title: 'Countess' });
    await server.send({ path: `/Users/${id}` });
    const answer = await patch(server, id, rename('Ada'));
    expect(answer.body).toMatchObject({ displayName: 'Ada', title: 'Countess' });
    expect(server.graph.namesAsked()).toEqual(['ReadUser', 'ReplaceUser']);
    expect(server.graph.asked[1]?.variables).toMatchObject({ input: { ifVersions: [1] }, withGroups: true });
  });

  it('does no work on what it remembers for a bearer that did not read it', async () => {
    const server = await startFacade();
    const { id } = server.graph.addUser({ userName: 'ada' });
    await server.send({ path: `/Users/${id}` });
    const broken = [{ op: 'replace', path: 'userName', value: '' }];
    const answer = await patch(server, id, broken, { Authorization: 'Bearer of-a-stranger' });
    expect(answer.status).toBe(401);
    expect((await patch(server, id, rename('Ada'))).status).toBe(200);
    expect(server.graph.namesAsked().filter((name) => /User$/.test(name))).toEqual([
      'ReadUser',
      // The stranger's, refused.
      'ReadUser',
      'ReplaceUser',
    ]);
  });

  it('loses nothing, and answers no stale error, when what it remembers has changed elsewhere', async () => {
    const server = await startFacade();
    const { id } = server.graph.addUser({ userName: 'ada' });
    await server.send({ path: `/Users/${id}` });
    const user = server.graph.users.get(id);
    if (user) Object.assign(user, { version: 7, resource: { userName: 'ada', title: 'Countess' } });
    const answer = await patch(server, id, rename('Ada'));
    expect(answer.body).toMatchObject({ displayName: 'Ada', title: 'Countess' });
    const conditional = await patch(server, id, rename('Ada King'), { 'If-Match': 'W/"7"' });
    expect(conditional.status).toBe(412);
    await server.send({ path: `/Users/${id}`, method: 'DELETE' });
    expect((await patch(server, id, rename('Ada'))).status).toBe(404);
  });

  it('goes on with the next patch of a user after one that failed', async () => {
    const server = await startFacade();
    const { id } = server.graph.addUser({ userName: 'ada' });
    const answers = await Promise.all([
      patch(server, id, [{ op: 'replace', path: 'userName', value: '' }]),
      patch(server, id, rename('Ada')),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([400, 200]);
  });

  it('answers 404 for an unknown user and 400 for what is no PATCH', async () => {
    const server = await startFacade();
    expect((await patch(server, 'none', rename('Ada'))).status).toBe(404);
    expect((await patch(server, 'none', [{ op: 'delete', path: 'title' }])).body).toMatchObject({
      scimType: 'invalidSyntax',
    });
  });
});

describe('DELETE /Users/{id}', () => {
  it('answers 204 without a body, then 404', async () => {
    const { send, graph } = await startFacade();
    const { id } = graph.addUser({ userName: 'ada' });
    const first = await send({ path: `/Users/${id}`, method: 'DELETE' });
    const second = await send({ path: `/Users/${id}`, method: 'DELETE' });
    expect([first.status, first.text, first.headers['content-type'], second.status]).toEqual([204, '', undefined, 404]);
  });
});
