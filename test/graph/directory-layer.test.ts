import { v7 as uuid } from 'uuid';
import { beforeAll, describe, expect, it } from 'vitest';
import { type GraphOrganization, type OpenGraph, openGraph } from './open-graph.ts';

let graph: OpenGraph;
let acme: GraphOrganization;
beforeAll(async () => {
  graph = await openGraph();
  acme = await graph.anOrganization();
  return () => graph.close();
});

interface UserPayload {
  directoryUser: { id: string; version: number; resource: Record<string, unknown>; createdAt: string } | null;
  errors: { code: string; message: string; path: string | null }[];
}

const PAYLOAD = '{ directoryUser { id version resource createdAt updatedAt } errors { code message path } }';
const CREATE_USER = `mutation ($input: CreateDirectoryUserInput!) { createDirectoryUser(input: $input) ${PAYLOAD} }`;
const REPLACE_USER = `mutation ($input: ReplaceDirectoryUserInput!) { replaceDirectoryUser(input: $input) ${PAYLOAD} }`;
const CREATE_GROUP = `mutation ($input: CreateDirectoryGroupInput!) {
  createDirectoryGroup(input: $input) { directoryGroup { id version resource members } errors { code path } } }`;
const CHANGE_GROUP = `mutation ($input: ChangeDirectoryGroupInput!, $withGroup: Boolean! = false) {
  changeDirectoryGroup(input: $input) {
    directoryGroup @include(if: $withGroup) { id version resource members } errors { code message path } } }`;

let number = 0;
async function createUser(resource: object = {}): Promise<UserPayload> {
  number += 1;
  const input = { directoryId: acme.directoryId, resource: { userName: `person-${number}@acme.example`, ...resource } };
  return (await graph.run<{ createDirectoryUser: UserPayload }>(acme.scimToken, CREATE_USER, { input })).data
    .createDirectoryUser;
}

async function aPerson(resource: object = {}): Promise<string> {
  const { directoryUser, errors } = await createUser(resource);
  if (!directoryUser) throw new Error(JSON.stringify(errors));
  return directoryUser.id;
}

async function aGroup(memberIds: string[] = []): Promise<string> {
  number += 1;
  const input = { directoryId: acme.directoryId, resource: { displayName: `Group ${number}` }, memberIds };
  const { data } = await graph.run<{ createDirectoryGroup: { directoryGroup: { id: string } } }>(
    acme.scimToken,
    CREATE_GROUP,
    { input },
  );
  return data.createDirectoryGroup.directoryGroup.id;
}

async function change(input: object, withGroup = false) {
  const variables = { input: { directoryId: acme.directoryId, ...input }, withGroup };
  const { data, errors } = await graph.run<{ changeDirectoryGroup: { directoryGroup?: unknown; errors: object[] } }>(
    acme.scimToken,
    CHANGE_GROUP,
    variables,
  );
  if (errors) throw new Error(JSON.stringify(errors));
  return data.changeDirectoryGroup;
}

describe('a directory user', () => {
  it('comes back as it was sent, with a version and moments in UTC', async () => {
    const resource = {
      userName: 'Ada@acme.example',
      active: true,
      emails: [{ value: 'ada@acme.example', type: 'work' }],
    };
    const { directoryUser, errors } = await createUser(resource);
    expect(errors).toEqual([]);
    expect(directoryUser).toMatchObject({ version: 1, resource });
    expect(directoryUser?.createdAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    const read = await graph.run(
      acme.scimToken,
      'query ($d: ID!, $id: ID!) { directoryUser(directoryId: $d, id: $id) { id version resource } }',
      { d: acme.directoryId, id: directoryUser?.id },
    );
    expect(read.data).toEqual({ directoryUser: { id: directoryUser?.id, version: 1, resource } });
  });

  it('answers a taken userName and an invalid document as data, naming the path', async () => {
    await createUser({ userName: 'grace@acme.example' });
    const taken = await createUser({ userName: 'GRACE@acme.example' });
    expect(taken).toMatchObject({ directoryUser: null, errors: [{ code: 'USER_NAME_TAKEN', path: 'userName' }] });
    const invalid = await createUser({ active: 'perhaps' });
    expect(invalid).toMatchObject({ directoryUser: null, errors: [{ code: 'INVALID_VALUE', path: 'active' }] });
  });

  it('is replaced only over a version that the caller named', async () => {
    const id = await aPerson();
    const replace = async (ifVersions: number[] | null, title: string) => {
      const input = {
        directoryId: acme.directoryId,
        id,
        ifVersions,
        resource: { userName: `${id}@acme.example`, title },
      };
      return (await graph.run<{ replaceDirectoryUser: UserPayload }>(acme.scimToken, REPLACE_USER, { input })).data
        .replaceDirectoryUser;
    };
    expect(await replace([1], 'One')).toMatchObject({ directoryUser: { version: 2 }, errors: [] });
    expect(await replace([1], 'Two')).toMatchObject({ directoryUser: null, errors: [{ code: 'VERSION_CONFLICT' }] });
    expect(await replace([7, 2], 'Three')).toMatchObject({ directoryUser: { version: 3 } });
    expect(await replace(null, 'Four')).toMatchObject({ directoryUser: { version: 4 } });
  });

  it('names the field of the input whose id is unknown', async () => {
    const input = { directoryId: acme.directoryId, id: uuid(), resource: { userName: 'nobody@acme.example' } };
    const { data } = await graph.run(acme.scimToken, REPLACE_USER, { input });
    expect(data).toMatchObject({
      replaceDirectoryUser: { directoryUser: null, errors: [{ code: 'NOT_FOUND', path: 'id' }] },
    });
    const elsewhere = { ...input, directoryId: uuid() };
    const other = await graph.run(acme.scimToken, REPLACE_USER, { input: elsewhere });
    expect(other.data).toMatchObject({
      replaceDirectoryUser: { errors: [{ code: 'NOT_FOUND', path: 'directoryId' }] },
    });
  });

  it('is gone when it is deleted', async () => {
    const id = await aPerson();
    const text =
      'mutation ($input: DeleteDirectoryUserInput!) { deleteDirectoryUser(input: $input) { deletedId errors { code } } }';
    const input = { directoryId: acme.directoryId, id };
    expect((await graph.run(acme.scimToken, text, { input })).data).toEqual({
      deleteDirectoryUser: { deletedId: id, errors: [] },
    });
    expect((await graph.run(acme.scimToken, text, { input })).data).toEqual({
      deleteDirectoryUser: { deletedId: null, errors: [{ code: 'NOT_FOUND' }] },
    });
  });

  it('costs one statement to read, with or without its groups, and one more only for groups after a write', async () => {
    const id = await aPerson();
    await aGroup([id]);
    const variables = { d: acme.directoryId, id, w: true };
    const read = `query ($d: ID!, $id: ID!, $w: Boolean!) {
      directoryUser(directoryId: $d, id: $id) { id ...names @include(if: $w) } } fragment names on DirectoryUser { groups { displayName } }`;
    const { data } = await graph.run<{ directoryUser: { groups: { displayName: string }[] } }>(
      acme.scimToken,
      read,
      variables,
    );
    expect(data.directoryUser.groups).toHaveLength(1);
    expect(await graph.countStatements(() => graph.run(acme.scimToken, read, variables))).toBe(1);
    expect(await graph.countStatements(() => graph.run(acme.scimToken, read, { ...variables, w: false }))).toBe(1);
  });
});

describe('a list of directory users', () => {
  const LIST = `query ($d: ID!, $filter: DirectoryFilter, $startIndex: Int! = 1, $count: Int! = 100, $w: Boolean! = false) {
    directoryUsers(directoryId: $d, filter: $filter, startIndex: $startIndex, count: $count) {
      totalCount items { id resource groups @include(if: $w) { displayName } } } }`;
  interface List {
    directoryUsers: { totalCount: number; items: { id: string }[] };
  }

  it('finds by a filter tree of comparisons and value paths', async () => {
    const id = await aPerson({ userName: 'linus@acme.example', emails: [{ value: 'l@acme.example', type: 'work' }] });
    const compare = (attribute: string, value: unknown) => ({ compare: { attribute, operator: 'EQ', value } });
    const email = { and: [compare('emails.type', 'work'), compare('emails.value', 'L@acme.example')] };
    const filters = [
      compare('userName', 'LINUS@acme.example'),
      { valuePath: { attribute: 'emails', filter: email } },
      { and: [compare('userName', 'linus@acme.example'), { not: compare('active', false) }] },
    ];
    for (const filter of filters) {
      const { data } = await graph.run<List>(acme.scimToken, LIST, { d: acme.directoryId, filter });
      expect(data.directoryUsers).toMatchObject({ totalCount: 1, items: [{ id }] });
    }
  });

  it('throws BAD_USER_INPUT with the reason for a filter that is not supported', async () => {
    const filter = { compare: { attribute: 'nonsense', operator: 'EQ', value: 'x' } };
    const { errors } = await graph.run(acme.scimToken, LIST, { d: acme.directoryId, filter });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', reason: 'FILTER_NOT_SUPPORTED' } }]);
  });

  it('counts all and answers a window', async () => {
    const other = await graph.anOrganization();
    for (const userName of ['a', 'b', 'c']) {
      await graph.run(other.scimToken, CREATE_USER, {
        input: { directoryId: other.directoryId, resource: { userName } },
      });
    }
    const window = { d: other.directoryId, startIndex: 2, count: 1 };
    const { data } = await graph.run(other.scimToken, LIST, window);
    expect(data).toMatchObject({ directoryUsers: { totalCount: 3, items: [{ resource: { userName: 'b' } }] } });
    const none = await graph.run(other.scimToken, LIST, { ...window, count: 0 });
    expect(none.data).toEqual({ directoryUsers: { totalCount: 3, items: [] } });
  });

  it('reads the groups of all users in the statement of the list', async () => {
    const people = await Promise.all([aPerson(), aPerson(), aPerson()]);
    await aGroup(people);
    const ask = () => graph.run(acme.scimToken, LIST, { d: acme.directoryId, count: 1000, w: true });
    expect(await graph.countStatements(ask)).toBe(1);
    expect(JSON.stringify((await ask()).data)).toContain('Group');
  });
});

describe('a directory group', () => {
  it('takes its members in order, and reads them only when they are selected', async () => {
    const [one, two, three] = await Promise.all([aPerson(), aPerson(), aPerson()]);
    const id = await aGroup([one]);
    const members = [
      { kind: 'ADD', userIds: [two, three] },
      { kind: 'REMOVE', userIds: [one] },
    ];
    const { directoryGroup, errors } = await change({ id, members }, true);
    expect(errors).toEqual([]);
    const { members: read } = directoryGroup as { members: { value: string }[] };
    expect(read.map((member) => member.value).sort()).toEqual([two, three].sort());
    await change({ id, members: [{ kind: 'REPLACE', userIds: [one] }] });
    const withMembers = await change({ id }, true);
    expect(withMembers.directoryGroup).toMatchObject({ members: [{ value: one }] });
  });

  it('is not read after a change that does not ask for it', async () => {
    const id = await aGroup();
    const person = await aPerson();
    const add = { id, members: [{ kind: 'ADD', userIds: [person] }] };
    expect(await graph.countStatements(() => change(add))).toBe(1);
    expect(await graph.countStatements(() => change(add, true))).toBe(3);
  });

  it('leaves what is absent and clears what is null', async () => {
    number += 1;
    const resource = { displayName: `Group ${number}`, externalId: 'ext-1' };
    const created = await graph.run<{ createDirectoryGroup: { directoryGroup: { id: string } } }>(
      acme.scimToken,
      CREATE_GROUP,
      {
        input: { directoryId: acme.directoryId, resource },
      },
    );
    const { id } = created.data.createDirectoryGroup.directoryGroup;
    const renamed = await change({ id, displayName: 'Renamed' }, true);
    expect(renamed.directoryGroup).toMatchObject({ resource: { displayName: 'Renamed', externalId: 'ext-1' } });
    const cleared = await change({ id, externalId: null }, true);
    expect(cleared.directoryGroup).toMatchObject({ resource: { displayName: 'Renamed' } });
    expect(JSON.stringify(cleared.directoryGroup)).not.toContain('ext-1');
    const nameless = await change({ id, displayName: null });
    expect(nameless.errors).toMatchObject([{ code: 'INVALID_VALUE', path: 'displayName' }]);
  });

  it('answers a taken name as data', async () => {
    const input = { directoryId: acme.directoryId, resource: { displayName: 'Marketing' } };
    expect((await graph.run(acme.scimToken, CREATE_GROUP, { input })).data).toMatchObject({
      createDirectoryGroup: { errors: [] },
    });
    expect((await graph.run(acme.scimToken, CREATE_GROUP, { input })).data).toMatchObject({
      createDirectoryGroup: { directoryGroup: null, errors: [{ code: 'GROUP_NAME_TAKEN', path: 'displayName' }] },
    });
  });
});

describe('provisioning events', () => {
  const REPORT = `mutation ($input: ReportProvisioningEventsInput!) {
    reportProvisioningEvents(input: $input) { count errors { code path } } }`;
  const anEvent = () => ({
    requestId: 'r-1',
    method: 'GET',
    path: '/Users',
    outcome: 'usersRead',
    detail: { status: 200 },
    at: new Date().toISOString(),
  });

  it('are kept as the facade reports them, and read by an admin, the newest first', async () => {
    const input = { directoryId: acme.directoryId, events: [anEvent(), { ...anEvent(), requestId: 'r-2' }] };
    const { data } = await graph.run(acme.scimToken, REPORT, { input });
    expect(data).toEqual({ reportProvisioningEvents: { count: 2, errors: [] } });
    const read = await graph.run<{ directory: { provisioningEvents: { nodes: object[] } } }>(
      acme.ownerKey,
      'query ($id: ID!) { directory(id: $id) { provisioningEvents(first: 2) { nodes { requestId outcome detail } } } }',
      { id: acme.directoryId },
    );
    expect(read.data.directory.provisioningEvents.nodes).toEqual([
      { requestId: 'r-2', outcome: 'usersRead', detail: { status: 200 } },
      { requestId: 'r-1', outcome: 'usersRead', detail: { status: 200 } },
    ]);
  });

  it('are refused as data above 5,000 in one call', async () => {
    const input = { directoryId: acme.directoryId, events: Array.from({ length: 5_001 }, anEvent) };
    const { data } = await graph.run(acme.scimToken, REPORT, { input });
    expect(data).toEqual({ reportProvisioningEvents: { count: 0, errors: [{ code: 'TOO_MANY', path: 'events' }] } });
  });

  it('keep the rest of a hostile request when a part of it cannot be kept', async () => {
    const hostile = { ...anEvent(), requestId: 'r\u0000\ud800', resourceId: 'no id', detail: { text: 'a\u0000b' } };
    const input = { directoryId: acme.directoryId, events: [hostile] };
    const { data } = await graph.run(acme.scimToken, REPORT, { input });
    expect(data).toEqual({ reportProvisioningEvents: { count: 1, errors: [] } });
    const [kept] = (await graph.domain.provisioningEvents.list(acme.operator, acme.directoryId, { first: 1 })).items;
    expect(kept).toMatchObject({ requestId: 'r\ufffd\ufffd', resourceId: null, detail: { text: 'a\ufffdb' } });
  });

  it('are told by the directory itself, not by an admin', async () => {
    const input = { directoryId: acme.directoryId, events: [anEvent()] };
    const { errors } = await graph.run(acme.ownerKey, REPORT, { input });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN' });
  });

  it('carry the request that a write came with', async () => {
    const id = await aPerson();
    const events = await graph.domain.provisioningEvents.list(acme.operator, acme.directoryId, { first: 1 });
    expect(events.items).toMatchObject([
      { requestId: 'request-1', method: 'POST', path: '/graphql', outcome: 'userCreated', resourceId: id },
    ]);
  });
});
