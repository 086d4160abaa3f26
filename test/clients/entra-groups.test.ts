// How Entra matches, creates, renames, fills and deletes groups in both dialects. Sources: Microsoft Learn, "Develop and plan
// provisioning for a SCIM endpoint" and "Known issues: SCIM 2.0 protocol compliance"; the threads named in the tests.
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GROUP_SCHEMA } from '../../src/attributes/urns.ts';
import { type Connected, startTestService, type TestService } from '../harness/service.ts';
import { defaultDialect, entraGroup, entraUser, flagDialect } from './entra-requests.ts';
import { idOf, memberIdsOf, resourcesOf, type ScimClient } from './scim-client.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

type Filled = Connected & { id: string; path: string; people: string[] };

/** A group with its first `members` of four people in it. */
async function filled(members: number): Promise<Filled> {
  const connected = await service.connected();
  const { scim } = connected;
  const people = await Promise.all(
    ['a', 'b', 'c', 'd'].map(async (name) => idOf(await scim.post('/Users', entraUser(name)))),
  );
  const id = idOf(await scim.post('/Groups', entraGroup('Screens')));
  const path = `/Groups/${id}`;
  if (members > 0) await scim.patch(path, [defaultDialect.addMembers(...people.slice(0, members))]);
  return { ...connected, id, path, people };
}

async function membersAt(scim: ScimClient, path: string): Promise<string[]> {
  return memberIdsOf(await scim.get(path));
}

describe('lifecycle', () => {
  it('creates an empty group and ignores the schema that only Microsoft knows (lightdash#28062)', async () => {
    const { directory, scim } = await service.connected();
    const answer = await scim.post('/Groups', entraGroup("Test'Group"));
    const id = idOf(answer);
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      schemas: [GROUP_SCHEMA],
      id,
      externalId: "object-id-of-Test'Group",
      displayName: "Test'Group",
      meta: {
        resourceType: 'Group',
        created: expect.any(String),
        lastModified: expect.any(String),
        location: `${directory.tenantUrl}/Groups/${id}`,
        version: 'W/"1"',
      },
    });
    expect(answer.headers.location).toBe(`${directory.tenantUrl}/Groups/${id}`);
    expect((await scim.post('/Groups', entraGroup('Empty', { members: [] }))).status).toBe(201);
  });

  it.for([
    ['displayName', 'displayName eq "All Screens"'],
    ['displayName in another case', 'displayName eq "ALL SCREENS"'],
    ['externalId', 'externalId eq "object-id-of-All Screens"'],
  ])('matches a group by %s and leaves the key "members" out', async ([, filter]) => {
    const { scim } = await service.connected();
    const person = idOf(await scim.post('/Users', entraUser('ada')));
    const id = idOf(await scim.post('/Groups', entraGroup('All Screens', { members: [{ value: person }] })));
    await scim.post('/Groups', entraGroup('Other'));
    const answer = await scim.get(
      `/Groups?excludedAttributes=members&${new URLSearchParams({ filter: filter ?? '' })}`,
    );
    expect(answer.body).toMatchObject({ totalResults: 1, itemsPerPage: 1 });
    const [group] = resourcesOf(answer);
    expect(group).toMatchObject({ id, displayName: 'All Screens' });
    expect(group).not.toHaveProperty('members');
  });

  it('answers 409 uniqueness for a displayName that is there in another case', async () => {
    const { scim } = await service.connected();
    await scim.post('/Groups', entraGroup('Screens'));
    const answer = await scim.post('/Groups', entraGroup('SCREENS', { externalId: 'another' }));
    expect([answer.status, answer.body.scimType]).toEqual([409, 'uniqueness']);
    const id = idOf(await scim.post('/Groups', entraGroup('Other')));
    const renamed = await scim.patch(`/Groups/${id}`, [defaultDialect.replace('displayName', 'Screens')]);
    expect([renamed.status, renamed.body.scimType]).toEqual([409, 'uniqueness']);
  });

  it('takes groups of one name where the directory matches them by externalId', async () => {
    const { organization } = await service.connected();
    const scim = service.scim(await service.directory(organization, { name: 'By id', matchesGroupsBy: 'externalId' }));
    expect((await scim.post('/Groups', entraGroup('Twin', { externalId: '1' }))).status).toBe(201);
    expect((await scim.post('/Groups', entraGroup('Twin', { externalId: '2' }))).status).toBe(201);
    expect((await scim.find('/Groups', 'externalId eq "2"')).body.totalResults).toBe(1);
  });

  it('renames in both dialects with 204 and no body, keeping id and members (langwatch#7136)', async () => {
    const { scim, id, path, people } = await filled(2);
    const first = await scim.patch(path, [defaultDialect.replace('displayName', 'Renamed')]);
    expect([first.status, first.text, first.headers['content-type']]).toEqual([204, '', undefined]);
    expect((await scim.get(path)).body).toMatchObject({
      id,
      displayName: 'Renamed',
      externalId: 'object-id-of-Screens',
    });
    await scim.patch(path, [flagDialect.replace({ displayName: 'Again' })]);
    await scim.patch(path, [flagDialect.replace({ externalId: 'new-external' })]);
    const after = await scim.get(path);
    expect(after.body).toMatchObject({ id, displayName: 'Again', externalId: 'new-external' });
    expect(memberIdsOf(after)).toEqual(people.slice(0, 2).sort());
  });

  it('answers the changed resource with 200 when the client asks for attributes', async () => {
    const { scim, id, path } = await filled(0);
    const answer = await scim.patch(`${path}?attributes=displayName`, [flagDialect.replace({ displayName: 'Shown' })]);
    expect([answer.status, answer.body]).toEqual([200, { schemas: [GROUP_SCHEMA], id, displayName: 'Shown' }]);
  });

  it('deletes with 204, then 404, and matches the group no more', async () => {
    const { scim, path } = await filled(1);
    expect((await scim.delete(path)).status).toBe(204);
    for (const answer of [await scim.delete(path), await scim.get(`${path}?excludedAttributes=members`)]) {
      expect(answer).toMatchObject({ status: 404, body: { status: '404' } });
    }
    expect((await scim.find('/Groups', 'displayName eq "Screens"')).body).toMatchObject({
      totalResults: 0,
      Resources: [],
    });
  });
});

describe('members', () => {
  const { addMembers, removeMembers } = defaultDialect;

  it.for([
    ['one reference with "$ref": null', (ids: string[]) => addMembers(...ids)],
    ['the flag dialect', (ids: string[]) => flagDialect.addMembers(...ids)],
    ['plain text', (ids: string[]) => ({ op: 'add', path: 'members', value: ids[0] })],
    ['one object', (ids: string[]) => ({ op: 'add', path: 'members', value: { value: ids[0] } })],
    ['an object without a path', (ids: string[]) => ({ op: 'add', value: { members: [{ value: ids[0] }] } })],
  ] as const)('adds a member from %s', async ([, add]) => {
    const { scim, path, people } = await filled(0);
    const answer = await scim.patch(path, [add(people.slice(0, 1))]);
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect(await membersAt(scim, path)).toEqual(people.slice(0, 1));
  });

  it('shows each member with its reference, name and type, and the group on the user', async () => {
    const { directory, scim, id, path, people } = await filled(1);
    expect((await scim.get(path)).body.members).toEqual([
      { value: people[0], display: 'a Contoso', type: 'User', $ref: `${directory.tenantUrl}/Users/${people[0]}` },
    ]);
    expect((await scim.get(`/Users/${people[0]}`)).body.groups).toEqual([
      { value: id, display: 'Screens', type: 'direct', $ref: `${directory.tenantUrl}/Groups/${id}` },
    ]);
  });

  it('removes only the listed members on Remove with values (azure-docs#30826, SCIM-SDK#149)', async () => {
    const { scim, path, people } = await filled(4);
    const [a = '', b = '', c = '', d = ''] = people;
    expect((await scim.patch(path, [removeMembers(a)])).status).toBe(204);
    expect(await membersAt(scim, path)).toEqual([b, c, d].sort());
    await scim.patch(path, [{ op: 'Remove', path: 'members', value: [{ value: b }] }]);
    expect(await membersAt(scim, path)).toEqual([c, d].sort());
    await scim.patch(path, [removeMembers(c, d)]);
    expect(await membersAt(scim, path)).toEqual([]);
  });

  it('removes nobody on Remove with an empty list', async () => {
    const { scim, path, people } = await filled(4);
    expect((await scim.patch(path, [{ op: 'Remove', path: 'members', value: [] }])).status).toBe(204);
    expect(await membersAt(scim, path)).toEqual([...people].sort());
  });

  it('removes exactly the member that a filter names (goauthentik/authentik#24173)', async () => {
    const { scim, path, people } = await filled(3);
    const [a = '', b = '', c = ''] = people;
    expect((await scim.patch(path, [flagDialect.removeMember(a)])).status).toBe(204);
    expect(await membersAt(scim, path)).toEqual([b, c].sort());
    await scim.patch(path, [{ op: 'remove', path: `members[value eq "${b}" or value eq "${c}"]` }]);
    expect(await membersAt(scim, path)).toEqual([]);
  });

  it('does nothing, with 204, on adding a member twice or removing one that is none (SimpleIdServer#245)', async () => {
    const { scim, path, people } = await filled(2);
    const [a = '', , c = '', d = ''] = people;
    const version = (await scim.get(path)).headers.etag;
    for (const operation of [addMembers(a), addMembers(a, a), removeMembers(c), flagDialect.removeMember(d)]) {
      expect((await scim.patch(path, [operation])).status).toBe(204);
    }
    const after = await scim.get(path);
    expect([memberIdsOf(after), after.headers.etag]).toEqual([people.slice(0, 2).sort(), version]);
  });

  it('replaces the whole list on Replace, also by a partial one, and clears it on an empty one', async () => {
    const { scim, path, people } = await filled(4);
    await scim.patch(path, [{ op: 'Replace', path: 'members', value: [{ value: people[1] }] }]);
    expect(await membersAt(scim, path)).toEqual([people[1]]);
    await scim.patch(path, [{ op: 'Replace', path: 'members', value: [] }]);
    expect(await membersAt(scim, path)).toEqual([]);
  });

  it('clears the list on remove without a value (RFC 7644 §3.5.2.2)', async () => {
    const { scim, path } = await filled(3);
    expect((await scim.patch(path, [{ op: 'remove', path: 'members' }])).status).toBe(204);
    expect(await membersAt(scim, path)).toEqual([]);
  });

  it('applies operations in their order: added and removed in one PATCH is out, removed and added is in', async () => {
    const { scim, path, people } = await filled(1);
    const [a = '', b = ''] = people;
    await scim.patch(path, [flagDialect.addMembers(b), flagDialect.removeMember(b)]);
    expect(await membersAt(scim, path)).toEqual([a]);
    await scim.patch(path, [flagDialect.removeMember(a), flagDialect.addMembers(a)]);
    expect(await membersAt(scim, path)).toEqual([a]);
  });

  it('skips an unknown member, adds the known ones and names it in the log (lightdash#24458)', async () => {
    const { organization, directory, scim, path, people } = await filled(0);
    const unknown = '00000000-0000-7000-8000-00000000dead';
    const answer = await scim.patch(path, [addMembers(people[0] ?? '', unknown, 'not-an-id')]);
    expect(answer.status).toBe(204);
    expect(await membersAt(scim, path)).toEqual([people[0]]);
    const events = await service.domain.provisioningEvents.list(organization.operator, directory.id, { first: 5 });
    expect(JSON.stringify(events.items)).toContain(unknown);
  });

  it('answers 400 to an unknown member only in a strict directory, and then adds nobody', async () => {
    const { scim } = await service.connected({}, { isStrict: true });
    const person = idOf(await scim.post('/Users', entraUser('ada')));
    const path = `/Groups/${idOf(await scim.post('/Groups', entraGroup('Screens')))}`;
    const answer = await scim.patch(path, [flagDialect.addMembers(person, '00000000-0000-7000-8000-00000000dead')]);
    expect([answer.status, answer.body.scimType]).toEqual([400, 'invalidValue']);
    expect(await membersAt(scim, path)).toEqual([]);
  });

  it('refuses a group as a member with 400 invalidValue', async () => {
    const { scim, path, people } = await filled(1);
    const inner = idOf(await scim.post('/Groups', entraGroup('Inner')));
    const value = [{ value: people[1] }, { value: inner, type: 'Group' }];
    const answer = await scim.patch(path, [{ op: 'add', path: 'members', value }]);
    expect([answer.status, answer.body.scimType]).toEqual([400, 'invalidValue']);
    expect(await membersAt(scim, path)).toEqual([people[0]]);
  });

  it.for([
    'id eq "GROUP" and members eq "USER"',
    'members.value eq "USER" and id eq "GROUP"',
    'members[value eq "USER"]',
  ])('checks a membership by the filter %s', async (pattern) => {
    const { scim, id, people } = await filled(1);
    const ask = (person = '') =>
      scim.find('/Groups', pattern.replace('GROUP', id).replace('USER', person), '&excludedAttributes=members');
    const member = await ask(people[0]);
    expect([member.body.totalResults, resourcesOf(member)[0]?.id]).toEqual([1, id]);
    expect((await ask(people[1])).body.totalResults).toBe(0);
  });

  it('leaves no member behind when the user is deleted', async () => {
    const { scim, path, people } = await filled(2);
    await scim.delete(`/Users/${people[0]}`);
    expect(await membersAt(scim, path)).toEqual([people[1]]);
  });

  it('keeps the memberships of a disabled user, because a restore does not resend them', async () => {
    const { scim, path, people } = await filled(2);
    await scim.patch(`/Users/${people[0]}`, [defaultDialect.disable]);
    expect(await membersAt(scim, path)).toEqual(people.slice(0, 2).sort());
  });

  it('takes no half of a PATCH: with one operation refused no member is added (vouch-sh/vouch#900)', async () => {
    const { scim, path, people } = await filled(1);
    const operations = [addMembers(people[1] ?? ''), defaultDialect.replace('displayName', '')];
    expect((await scim.patch(path, operations)).status).toBe(400);
    const after = await scim.get(path);
    expect([after.body.displayName, memberIdsOf(after)]).toEqual(['Screens', [people[0]]]);
  });
});

describe('excludedAttributes=members', () => {
  it('leaves the key out by id and in lists, whatever its case (Infisical/infisical#6525)', async () => {
    const { scim, path } = await filled(3);
    for (const query of [
      'excludedAttributes=members',
      'excludedattributes=Members',
      `excludedAttributes=${GROUP_SCHEMA}:members`,
    ]) {
      expect((await scim.get(`${path}?${query}`)).body, query).not.toHaveProperty('members');
      for (const group of resourcesOf(await scim.get(`/Groups?${query}`))) expect(group).not.toHaveProperty('members');
    }
    expect((await scim.get(`${path}?attributes=displayName`)).body).not.toHaveProperty('members');
    expect(memberIdsOf(await scim.get(path))).toHaveLength(3);
  });

  it('does not even touch the table of members, which may be large (wso2/product-is#8498)', async () => {
    const { scim, path } = await filled(3);
    const superuser = new pg.Client(service.connection);
    await superuser.connect();
    try {
      // Who reads the table now waits until the lock goes, so an answer is the proof.
      await superuser.query('begin; lock table directory_group_members in access exclusive mode');
      const byId = await scim.get(`${path}?excludedAttributes=members`);
      const byName = await scim.find('/Groups', 'displayName eq "Screens"', '&excludedAttributes=members');
      expect([byId.status, byName.status, byName.body.totalResults]).toEqual([200, 200, 1]);
    } finally {
      await superuser.end();
    }
  });
});
