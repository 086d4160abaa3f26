// What customers of two products do every day with Entra provisioning, as far as an API shows it. The numbers S4 to T5 are those
// of the rows that Rollcall has to match; S5 is tried in entra-test-connection.test.ts and T3 in scim-discovery.test.ts too.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Connected, startTestService, type TestService } from '../harness/service.ts';
import { defaultDialect, entraGroup, entraUser, flagDialect } from './entra-requests.ts';
import { idOf } from './scim-client.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

/** Runs a document with the organization's own key and returns its data; throws with the errors. */
async function ask<Data>(
  { organization }: Pick<Connected, 'organization'>,
  query: string,
  variables = {},
): Promise<Data> {
  const { data, errors } = await service.graphql<Data>(organization.apiKey, query, variables);
  if (!data || errors) throw new Error(JSON.stringify(errors));
  return data;
}

interface ShownUser {
  id: string;
  userName: string;
  displayName: string | null;
  active: boolean;
  isManual: boolean;
  effectivePermissions: string[];
  groups: { source: string; group: { name: string } }[];
  links: { state: string }[];
}

const USER =
  'id userName displayName active isManual effectivePermissions groups { source group { name } } links { state }';

async function userOf(connected: Connected, userName: string): Promise<ShownUser> {
  const query = `query Q($search: String!) { users(filter: { search: $search }) { nodes { ${USER} } } }`;
  const { users } = await ask<{ users: { nodes: ShownUser[] } }>(connected, query, { search: userName });
  const [user] = users.nodes;
  if (!user) throw new Error(`The product shows no user ${userName}.`);
  return user;
}

/** A group of the product that grants the permissions. */
async function grantingGroup({ organization }: Connected, name: string, permissions: string[]): Promise<string> {
  const { operator } = organization;
  const group = await service.domain.groups.create(operator, { name });
  const set = await service.domain.permissionSets.create(operator, { name: `of ${name}`, permissions });
  await service.domain.grants.grant(operator, { permissionSetId: set.id, groupId: group.id });
  return group.id;
}

it('parity S4: a SCIM token is shown once, two live side by side, and a revoked one stops at once', async () => {
  const connected = await service.connected();
  const { directory, scim } = connected;
  const created = await ask<{ createScimToken: { token: string; scimToken: { id: string } } }>(
    connected,
    'mutation M($id: ID!) { createScimToken(input: { directoryId: $id }) { token scimToken { id } errors { code } } }',
    { id: directory.id },
  );
  const second = service.scim({ ...directory, token: created.createScimToken.token });
  expect([(await scim.get('/Users')).status, (await second.get('/Users')).status]).toEqual([200, 200]);
  const listed = await ask<{ directory: { tokens: { id: string; hint: string; revokedAt: string | null }[] } }>(
    connected,
    'query Q($id: ID!) { directory(id: $id) { tokens { id hint revokedAt lastUsedAt expiresAt } } }',
    { id: directory.id },
  );
  expect(listed.directory.tokens).toHaveLength(2);
  expect(JSON.stringify(listed)).not.toContain(created.createScimToken.token);
  const old = listed.directory.tokens.find((token) => token.id !== created.createScimToken.scimToken.id);
  await ask(connected, 'mutation M($id: ID!) { revokeScimToken(input: { id: $id }) { errors { code } } }', {
    id: old?.id,
  });
  expect([(await scim.get('/Users')).status, (await second.get('/Users')).status]).toEqual([401, 200]);
});

it('parity S6: an assigned group carries over as a group with its members', async () => {
  const connected = await service.connected();
  const { scim } = connected;
  const ada = idOf(await scim.post('/Users', entraUser('ada')));
  const grace = idOf(await scim.post('/Users', entraUser('grace')));
  const group = idOf(await scim.post('/Groups', entraGroup('Marketing')));
  await scim.patch(`/Groups/${group}`, [defaultDialect.addMembers(ada, grace)]);
  const { groups } = await ask<{ groups: { nodes: unknown[] } }>(
    connected,
    '{ groups { nodes { name isLinked members { nodes { source user { userName } } } } } }',
  );
  expect(groups.nodes).toEqual([
    {
      name: 'Marketing',
      isLinked: true,
      members: {
        nodes: expect.arrayContaining([
          { source: 'DIRECTORY', user: { userName: 'ada@contoso.example' } },
          { source: 'DIRECTORY', user: { userName: 'grace@contoso.example' } },
        ]),
      },
    },
  ]);
});

it('parity S7: a user who is provisioned without a group has no permissions and is listed as without access', async () => {
  const connected = await service.connected();
  await connected.scim.post('/Users', entraUser('ada'));
  const user = await userOf(connected, 'ada@contoso.example');
  expect(user).toMatchObject({ active: true, effectivePermissions: [], groups: [] });
  const { users } = await ask<{ users: { nodes: { id: string }[] } }>(
    connected,
    '{ users(filter: { withoutAccess: true }) { nodes { id } } }',
  );
  expect(users.nodes).toEqual([{ id: user.id }]);
});

it('parity S8: a change arrives with the next cycle and at once on demand, which speaks the default dialect', async () => {
  const connected = await service.connected();
  const { scim } = connected;
  const path = `/Users/${idOf(await scim.post('/Users', entraUser('ada')))}`;
  await scim.patch(`${path}?aadOptscim062020`, [flagDialect.replace({ displayName: 'By the cycle' })]);
  expect((await userOf(connected, 'ada')).displayName).toBe('By the cycle');
  await scim.patch(path, [defaultDialect.replace('displayName', 'On demand')]);
  expect((await userOf(connected, 'ada')).displayName).toBe('On demand');
});

it('parity S10: people selected from outside the Microsoft group are added to the group that is created', async () => {
  const connected = await service.connected();
  const { scim } = connected;
  const group = `/Groups/${idOf(await scim.post('/Groups', entraGroup('Marketing')))}`;
  const inside = idOf(await scim.post('/Users', entraUser('inside')));
  await scim.patch(group, [defaultDialect.addMembers(inside)]);
  const selected = await Promise.all(
    ['one', 'two'].map(async (name) => idOf(await scim.post('/Users', entraUser(name)))),
  );
  for (const id of selected) await scim.patch(group, [defaultDialect.addMembers(id)]);
  for (const name of ['inside', 'one', 'two']) {
    expect((await userOf(connected, name)).groups).toEqual([{ source: 'DIRECTORY', group: { name: 'Marketing' } }]);
  }
});

it.for(['Marketing', 'MARKETING', ' marketing  ', 'Ｍarketing'])(
  'parity S12: people of a pushed group %j join the existing group of that name and get its permissions',
  async (displayName) => {
    const connected = await service.connected();
    const { scim } = connected;
    const groupId = await grantingGroup(connected, 'Marketing', ['screens:publish']);
    const manual = await service.domain.users.create(connected.organization.operator, { userName: 'manual' });
    await service.domain.groups.addMembers(connected.organization.operator, groupId, [manual.id]);
    const ada = idOf(await scim.post('/Users', entraUser('ada')));
    await scim.post('/Groups', entraGroup(displayName ?? '', { members: [{ value: ada }] }));
    expect(await userOf(connected, 'ada')).toMatchObject({
      effectivePermissions: ['screens:publish'],
      groups: [{ source: 'DIRECTORY', group: { name: 'Marketing' } }],
    });
    expect(await userOf(connected, 'manual')).toMatchObject({ effectivePermissions: ['screens:publish'] });
  },
);

it('parity S12: a group with sensitive permissions waits for approval by the preview, and SCIM answers as always', async () => {
  const connected = await service.connected();
  const { scim } = connected;
  await grantingGroup(connected, 'Administrators', ['billing:pay']);
  const ada = idOf(await scim.post('/Users', entraUser('ada')));
  const pushed = await scim.post('/Groups', entraGroup('Administrators', { members: [{ value: ada }] }));
  expect(pushed.status).toBe(201);
  expect((await userOf(connected, 'ada')).effectivePermissions).toEqual([]);
  const { links } = await ask<{ links: { nodes: { id: string; reason: string }[] } }>(
    connected,
    '{ links(filter: { states: [PENDING] }) { nodes { id reason } } }',
  );
  expect(links.nodes).toMatchObject([{ reason: 'GROUP_IS_PROTECTED' }]);
  const id = links.nodes[0]?.id;
  const { linkPreview } = await ask<{ linkPreview: { digest: string } }>(
    connected,
    'query Q($id: ID!) { linkPreview(id: $id) { digest peopleCount permissions } }',
    { id },
  );
  expect(linkPreview).toMatchObject({ peopleCount: 1, permissions: ['billing:pay'] });
  const approve =
    'mutation M($id: ID!, $digest: String!) { approveLink(input: { id: $id, digest: $digest }) { link { state } errors { code } } }';
  const grace = idOf(await scim.post('/Users', entraUser('grace')));
  await scim.patch(`/Groups/${idOf(pushed)}`, [defaultDialect.addMembers(grace)]);
  const moved = await ask<{ approveLink: object }>(connected, approve, { id, digest: linkPreview.digest });
  expect(moved.approveLink).toEqual({ link: null, errors: [{ code: 'PREVIEW_OUTDATED' }] });
  const again = await ask<{ linkPreview: { digest: string } }>(
    connected,
    'query Q($id: ID!) { linkPreview(id: $id) { digest } }',
    { id },
  );
  const approved = await ask<{ approveLink: object }>(connected, approve, { id, digest: again.linkPreview.digest });
  expect(approved.approveLink).toEqual({ link: { state: 'ACTIVE' }, errors: [] });
  expect((await userOf(connected, 'ada')).effectivePermissions).toEqual(['billing:pay']);
  expect((await userOf(connected, 'grace')).effectivePermissions).toEqual(['billing:pay']);
});

it('parity S16: what is removed in the product stays in the directory layer, and the next PATCH does not bring it back', async () => {
  const connected = await service.connected();
  const { scim } = connected;
  const created = await scim.post('/Users', entraUser('ada'));
  const path = `/Users/${idOf(created)}`;
  const user = await userOf(connected, 'ada');
  await ask(connected, 'mutation M($id: ID!) { removeUser(input: { id: $id }) { errors { code } } }', { id: user.id });
  expect((await scim.get(path)).body).toEqual(created.body);
  expect((await scim.find('/Users', 'userName eq "ada@contoso.example"')).body.totalResults).toBe(1);
  expect((await scim.patch(path, [defaultDialect.replace('displayName', 'Again')])).body.displayName).toBe('Again');
  const { removed } = await ask<{ removed: ShownUser }>(
    connected,
    `query Q($id: ID!) { removed: user(id: $id) { ${USER} } }`,
    { id: user.id },
  );
  expect(removed).toMatchObject({ active: false, links: [{ state: 'REMOVED_IN_PRODUCT' }] });
  await expect(userOf(connected, 'ada')).rejects.toThrow('no user');
});

it('parity S16: a rename and a block in the product change nothing that SCIM answers', async () => {
  const connected = await service.connected();
  const { scim } = connected;
  const created = await scim.post('/Users', entraUser('ada'));
  const group = await scim.post('/Groups', entraGroup('Marketing'));
  const user = await userOf(connected, 'ada');
  await ask(connected, 'mutation M($id: ID!) { blockUser(input: { id: $id }) { errors { code } } }', { id: user.id });
  const { groups } = await ask<{ groups: { nodes: { id: string }[] } }>(connected, '{ groups { nodes { id } } }');
  await ask(
    connected,
    'mutation M($id: ID!) { updateGroup(input: { id: $id, name: "Renamed" }) { errors { code } } }',
    {
      id: groups.nodes[0]?.id,
    },
  );
  expect((await scim.get(`/Users/${idOf(created)}`)).body).toEqual(created.body);
  expect((await scim.get(`/Groups/${idOf(group)}`)).body).toEqual(group.body);
});

it('parity T1: an API key is shown once and has its permissions, an end and a time of last use', async () => {
  const connected = await service.connected();
  const { permissionSets } = await ask<{ permissionSets: { nodes: { id: string; builtIn: string }[] } }>(
    connected,
    '{ permissionSets { nodes { id builtIn } } }',
  );
  const reader = permissionSets.nodes.find((set) => set.builtIn === 'READER');
  const create = `mutation M($set: ID!, $expiresAt: DateTime) {
    createApiKey(input: { name: "Back end", permissionSetId: $set, expiresAt: $expiresAt }) { key apiKey { id } errors { code } } }`;
  const { createApiKey } = await ask<{ createApiKey: { key: string; apiKey: { id: string } } }>(connected, create, {
    set: reader?.id,
  });
  const asReader = { organization: { ...connected.organization, apiKey: createApiKey.key } };
  const { viewer } = await ask<{ viewer: { permissions: string[] } }>(asReader, '{ viewer { permissions } }');
  expect(viewer.permissions).toEqual(['screens:view']);
  const list = '{ apiKeys { nodes { id name hint expiresAt lastUsedAt revokedAt permissionSet { builtIn } } } }';
  const used = async () => {
    const { apiKeys } = await ask<{ apiKeys: { nodes: { id: string; lastUsedAt: string | null }[] } }>(connected, list);
    return apiKeys.nodes.find((key) => key.id === createApiKey.apiKey.id);
  };
  await expect
    .poll(used)
    .toMatchObject({ name: 'Back end', lastUsedAt: expect.any(String), permissionSet: { builtIn: 'READER' } });
  expect(JSON.stringify(await used())).not.toContain(createApiKey.key);
  const past = await ask<{ createApiKey: object }>(connected, create, {
    set: reader?.id,
    expiresAt: '2020-01-01T00:00:00Z',
  });
  expect(past.createApiKey).toMatchObject({ key: null, errors: [{ code: 'INVALID_VALUE' }] });
});

it('parity T2: the SCIM base URL is that of the directory, and every address in an answer stands below it', async () => {
  const connected = await service.connected();
  const { createDirectory } = await ask<{ createDirectory: { directory: { id: string } } }>(
    connected,
    'mutation { createDirectory(input: { name: "Second" }) { directory { id } errors { code } } }',
  );
  const { id } = createDirectory.directory;
  const { token } = await service.domain.scimTokens.create(connected.organization.operator, { directoryId: id });
  const tenantUrl = `${service.url}/scim/v2/${id}`;
  const answer = await service.scim({ id, tenantUrl, token }).post('/Users', entraUser('ada'));
  expect(answer.headers.location).toBe(`${tenantUrl}/Users/${idOf(answer)}`);
  expect(answer.body.meta).toMatchObject({ location: answer.headers.location });
});

it('parity T3: users and groups are provisioned by SCIM, and the product shows their profile', async () => {
  const connected = await service.connected();
  await connected.scim.post('/Users', entraUser('ada'));
  await connected.scim.post('/Groups', entraGroup('Marketing'));
  const data = await ask(connected, '{ users { nodes { userName displayName email } } groups { nodes { name } } }');
  expect(data).toEqual({
    users: { nodes: [{ userName: 'ada@contoso.example', displayName: 'ada Contoso', email: 'ada@contoso.example' }] },
    groups: { nodes: [{ name: 'Marketing' }] },
  });
});

it('parity T4: updates in Entra arrive by themselves: profile, group name, membership, leaving and coming back', async () => {
  const connected = await service.connected();
  const { scim } = connected;
  const id = idOf(await scim.post('/Users', entraUser('ada')));
  const group = `/Groups/${idOf(await scim.post('/Groups', entraGroup('Marketing')))}`;
  await scim.patch(group, [defaultDialect.addMembers(id)]);
  await scim.patch(group, [defaultDialect.replace('displayName', 'Communications')]);
  const changes = [
    defaultDialect.replace('displayName', 'Countess'),
    defaultDialect.replace('userName', 'countess@contoso.example'),
  ];
  await scim.patch(`/Users/${id}`, changes);
  const inGroup = [{ source: 'DIRECTORY', group: { name: 'Communications' } }];
  expect(await userOf(connected, 'countess')).toMatchObject({ displayName: 'Countess', active: true, groups: inGroup });
  await scim.patch(`/Users/${id}`, [defaultDialect.disable]);
  expect((await userOf(connected, 'countess')).active).toBe(false);
  await scim.patch(`/Users/${id}`, [defaultDialect.restore]);
  expect(await userOf(connected, 'countess')).toMatchObject({ active: true, groups: inGroup });
  await scim.patch(group, [defaultDialect.removeMembers(id)]);
  expect((await userOf(connected, 'countess')).groups).toEqual([]);
});

it('parity T5: people and groups made by hand stand beside provisioned ones and are left alone', async () => {
  const connected = await service.connected();
  const { scim } = connected;
  await ask(connected, 'mutation { createUser(input: { userName: "manual" }) { errors { code } } }');
  await ask(connected, 'mutation { createGroup(input: { name: "By hand" }) { errors { code } } }');
  const id = idOf(await scim.post('/Users', entraUser('ada')));
  await scim.delete(`/Users/${id}`);
  expect(await userOf(connected, 'manual')).toMatchObject({ active: true, isManual: true, links: [] });
  expect(await userOf(connected, 'ada')).toMatchObject({ active: false, isManual: false });
  expect((await scim.get('/Users')).body.totalResults).toBe(0);
  expect((await scim.get('/Groups')).body.totalResults).toBe(0);
});

it('parity S1, S2: a directory is made on the enterprise plan after SSO, and neither rule stops one that runs', async () => {
  const create = 'mutation { createDirectory(input: { name: "Entra" }) { directory { id } errors { code } } }';
  const refusal = (code: string) => ({ createDirectory: { directory: null, errors: [{ code }] } });
  expect(await ask({ organization: await service.organization({ plan: 'free' }) }, create)).toEqual(
    refusal('PLAN_LACKS_SCIM'),
  );
  const withoutSso = await service.organization({ scimWithoutSso: false });
  expect(await ask({ organization: withoutSso }, create)).toEqual(refusal('SSO_REQUIRED'));
  const connected = await service.connected();
  const { operator } = connected.organization;
  await service.domain.organizations.update(operator, { plan: 'free', scimWithoutSso: false });
  expect((await connected.scim.post('/Users', entraUser('ada'))).status).toBe(201);
  expect(await ask(connected, create)).toEqual(refusal('PLAN_LACKS_SCIM'));
});
