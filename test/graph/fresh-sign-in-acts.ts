// Every mutation with a decision: whether somebody who is signed in must have signed in freshly for it. What a stolen cookie of
// an hour ago could open the organization with, has to ask.
import { v7 as uuid } from 'uuid';
import type { LinkWorld } from '../domain/links/link-world.ts';
import { aConnectionRow } from '../harness/signed-in.ts';
import type { OpenGraph } from './open-graph.ts';

/** One way to call a mutation. */
export interface Act {
  mutation: string;
  way: string;
  input(scene: ActScene): Promise<object>;
  /** What it answers once nothing asks any more, where the way is not there to succeed. */
  code?: string;
}

export interface ActScene {
  graph: OpenGraph;
  world: LinkWorld;
}

const SENSITIVE = 'billing:pay';
const PLAIN = 'screens:publish';

const name = (word: string) => `${word}-${uuid().slice(-12)}`;
const unknown = async () => ({ id: uuid() });

async function aSet({ graph, world }: ActScene, permission: string): Promise<string> {
  const input = { name: name('Set'), permissions: [permission] };
  return (await graph.domain.permissionSets.create(world.at.operator, input)).id;
}

async function builtIn({ graph, world }: ActScene, wanted: string): Promise<string> {
  const sets = await graph.domain.permissionSets.list(world.at.operator, {});
  return sets.items.find((set) => set.builtIn === wanted)?.id ?? '';
}

/** Somebody who holds the permission. */
async function aHolder({ world }: ActScene, permission: string): Promise<string> {
  const userId = await world.user(name('holder'));
  await world.grant({ userId }, permission);
  return userId;
}

async function aGroupWith({ world }: ActScene, permission: string): Promise<string> {
  const groupId = await world.group(name('Group'));
  await world.grant({ groupId }, permission);
  return groupId;
}

/** Somebody whom the directory brought, who holds the permission. */
async function aProvisionedHolder({ world }: ActScene, permission: string) {
  const userName = name('pushed');
  const [person] = await world.people(userName);
  await world.grant({ userId: person?.userId ?? '' }, permission);
  return { recordId: person?.id ?? '', userId: person?.userId ?? '', userName };
}

/** A record that waits for the user of its name, and would bring a new one what the groups of the directory give. */
async function aWaitingPerson(scene: ActScene, permission: string): Promise<{ id: string; userName: string }> {
  const { world } = scene;
  const userName = name('waiting');
  await world.user(userName);
  const group = await world.pushGroup(name('Pushed'));
  await world.grant({ groupId: (await world.linkOf(group))?.targetId ?? '' }, permission);
  const record = await world.push({ userName });
  await world.changeGroup(group, { members: [{ kind: 'add', userIds: [record] }] });
  return { id: (await world.linkOf(record))?.id ?? '', userName };
}

async function anActiveGroupLink({ world }: ActScene, permission: string): Promise<string> {
  const link = await world.linkOf(await world.pushGroup(name('Pushed')));
  await world.grant({ groupId: link?.targetId ?? '' }, permission);
  return link?.id ?? '';
}

/** A directory of its own with one person, who holds the permission. */
async function aDirectoryOf(scene: ActScene, permission: string): Promise<{ id: string; confirmName: string }> {
  const { graph, world } = scene;
  const { operator } = world.at;
  const directory = await graph.domain.directories.create(operator, { name: name('Okta') });
  const actor = { ...world.at.directory, directoryId: directory.id } as LinkWorld['at']['directory'];
  const record = await world.push({ userName: name('okta') }, actor);
  await world.grant({ userId: (await world.linkOf(record))?.targetId ?? '' }, permission);
  return { id: directory.id, confirmName: directory.name };
}

async function aConnection({ graph, world }: ActScene, status = 'draft'): Promise<string> {
  return aConnectionRow(graph.database, world.at.organizationId, { id: uuid(), name: name('Entra'), status });
}

async function aSpaceWith({ graph, world }: ActScene, permission: string): Promise<string> {
  const { operator } = world.at;
  const space = await graph.domain.spaces.create(operator, { name: name('Space') });
  const permissionSetId = await aSet({ graph, world }, permission);
  const userId = await world.user(name('crew'));
  await graph.domain.grants.grant(operator, { permissionSetId, userId, spaceId: space.id });
  return space.id;
}

async function aBlockedHolder(scene: ActScene, permission: string): Promise<{ id: string }> {
  const id = await aHolder(scene, permission);
  await scene.graph.domain.users.block(scene.world.at.operator, id);
  return { id };
}

async function aLeaver(scene: ActScene, permission: string): Promise<{ id: string }> {
  const { recordId, userId, userName } = await aProvisionedHolder(scene, permission);
  const { directory, directoryId } = scene.world.at;
  const call = { requestId: 'test', method: 'PUT', path: '/' };
  const resource = { userName, active: false };
  await scene.graph.domain.directoryUsers.replace(directory, call, { directoryId, id: recordId, resource });
  return { id: userId };
}

const settings = (input: object): Act => ({
  mutation: 'updateOrganization',
  way: Object.keys(input).join(', '),
  input: async () => input,
});

/** Acts that ask for a fresh sign-in. */
export const guardedActs: readonly Act[] = [
  {
    mutation: 'grantPermissionSet',
    way: 'something sensitive to a user',
    input: async (scene) => ({
      permissionSetId: await aSet(scene, SENSITIVE),
      userId: await scene.world.user(name('user')),
    }),
  },
  {
    mutation: 'grantPermissionSet',
    way: 'admin to a group',
    input: async (scene) => ({
      permissionSetId: await builtIn(scene, 'admin'),
      groupId: await scene.world.group(name('Group')),
    }),
  },
  {
    mutation: 'grantPermissionSet',
    way: 'owner',
    input: async (scene) => ({
      permissionSetId: await builtIn(scene, 'owner'),
      userId: await scene.world.user(name('user')),
    }),
  },
  {
    mutation: 'addGroupMembers',
    way: 'to a group that grants something sensitive',
    input: async (scene) => ({
      groupId: await aGroupWith(scene, SENSITIVE),
      userIds: [await scene.world.user(name('user'))],
    }),
  },
  {
    mutation: 'updatePermissionSet',
    way: 'something sensitive for those who have the set',
    input: async (scene) => {
      const id = await aSet(scene, PLAIN);
      const userId = await scene.world.user(name('user'));
      await scene.graph.domain.grants.grant(scene.world.at.operator, { permissionSetId: id, userId });
      return { id, addPermissions: [SENSITIVE] };
    },
  },
  {
    mutation: 'updatePermissionSet',
    way: 'something sensitive for an API key',
    input: async (scene) => {
      const id = await aSet(scene, PLAIN);
      await scene.graph.domain.apiKeys.create(scene.world.at.operator, { name: 'Key', permissionSetId: id });
      return { id, permissions: [PLAIN, SENSITIVE] };
    },
  },
  {
    mutation: 'updateSpace',
    way: 'the external id, where something sensitive is granted',
    input: async (scene) => ({ id: await aSpaceWith(scene, SENSITIVE), externalId: name('lobby') }),
  },
  {
    mutation: 'updateUser',
    way: 'the e-mail of who holds something sensitive',
    input: async (scene) => ({ id: await aHolder(scene, SENSITIVE), email: `${name('eve')}@acme.example` }),
  },
  {
    mutation: 'updateUser',
    way: 'the userName of who holds something sensitive',
    input: async (scene) => ({ id: await aHolder(scene, SENSITIVE), userName: name('eve') }),
  },
  { mutation: 'unblockUser', way: 'who holds something sensitive', input: (scene) => aBlockedHolder(scene, SENSITIVE) },
  { mutation: 'keepUser', way: 'who holds something sensitive', input: (scene) => aLeaver(scene, SENSITIVE) },
  {
    mutation: 'approveLink',
    way: 'any',
    input: async ({ graph, world }) => {
      const userName = name('match');
      await world.user(userName);
      const id = (await world.linkOf(await world.push({ userName })))?.id ?? '';
      return { id, digest: (await graph.domain.links.preview(world.at.operator, id)).digest };
    },
  },
  {
    mutation: 'separateLink',
    way: 'a person whose groups give something sensitive',
    input: async (scene) => ({ id: (await aWaitingPerson(scene, SENSITIVE)).id }),
  },
  {
    mutation: 'retryLink',
    way: 'a person whose groups give something sensitive',
    input: async (scene) => {
      const { id } = await aWaitingPerson(scene, SENSITIVE);
      await scene.graph.domain.linkDecisions.separate(scene.world.at.operator, id);
      return { id };
    },
  },
  {
    mutation: 'unlink',
    way: 'a group, keeping people in something sensitive',
    input: async (scene) => ({ id: await anActiveGroupLink(scene, SENSITIVE), people: 'KEEP' }),
  },
  {
    mutation: 'unlink',
    way: 'a person, who keeps something sensitive',
    input: async (scene) => {
      const { recordId } = await aProvisionedHolder(scene, SENSITIVE);
      return { id: (await scene.world.linkOf(recordId))?.id, people: 'KEEP' };
    },
  },
  {
    mutation: 'activateDirectory',
    way: 'any',
    input: async ({ graph, world }) => {
      const { operator } = world.at;
      const { id } = await graph.domain.directories.create(operator, { name: name('Okta'), status: 'observing' });
      return { id, digest: (await graph.domain.directoryStatuses.preview(operator, id)).digest };
    },
  },
  {
    mutation: 'retireDirectory',
    way: 'keeping people in something sensitive',
    input: async (scene) => ({ ...(await aDirectoryOf(scene, SENSITIVE)), people: 'KEEP' }),
  },
  settings({ groupMatching: 'ASK' }),
  settings({ acceptsOtherMethods: true }),
  settings({ sessionIdleMinutes: 30 }),
  settings({ sessionLifetimeMinutes: 20_000 }),
  settings({ inactivityDays: 3650 }),
  {
    mutation: 'updateOrganization',
    way: 'defaultPermissionSetId',
    input: async (scene) => ({ defaultPermissionSetId: await builtIn(scene, 'reader') }),
  },
  {
    mutation: 'createApiKey',
    way: 'any',
    input: async (scene) => ({ name: 'Key', permissionSetId: await aSet(scene, PLAIN) }),
  },
  { mutation: 'createScimToken', way: 'any', input: async ({ world }) => ({ directoryId: world.at.directoryId }) },
  {
    mutation: 'rotateScimToken',
    way: 'any',
    input: async ({ graph, world }) => {
      const { operator, directoryId } = world.at;
      const { scimToken } = await graph.domain.scimTokens.create(operator, { directoryId });
      return { id: scimToken.id, overlapHours: 1 };
    },
  },
  {
    mutation: 'createOAuthClient',
    way: 'any',
    input: async ({ world }) => ({ directoryId: world.at.directoryId, name: 'Entra' }),
  },
  {
    mutation: 'addOAuthClientSecret',
    way: 'any',
    input: async ({ graph, world }) => {
      const { operator, directoryId } = world.at;
      const { oauthClient } = await graph.domain.oauthClients.create(operator, { directoryId, name: 'Entra' });
      return { oauthClientId: oauthClient.id };
    },
  },
  {
    mutation: 'setWorkloadIdentity',
    way: 'any',
    input: async ({ world }) => ({
      directoryId: world.at.directoryId,
      tenantId: uuid(),
      audience: `api://${uuid()}`,
      subject: uuid(),
    }),
  },
  {
    mutation: 'createOidcConnection',
    way: 'any',
    input: async () => ({ issuer: 'https://login.acme.example', clientId: 'id', clientSecret: 'secret' }),
  },
  {
    mutation: 'createSamlConnection',
    way: 'any',
    input: async () => ({ metadata: '<not metadata/>' }),
    code: 'INVALID_VALUE',
  },
  {
    mutation: 'updateSsoConnection',
    way: 'any',
    input: async (scene) => ({ id: await aConnection(scene), name: name('Entra') }),
  },
  {
    mutation: 'enableSsoConnection',
    way: 'any',
    input: async (scene) => ({ id: await aConnection(scene) }),
  },
  {
    mutation: 'disableSsoConnection',
    way: 'any',
    input: async (scene) => ({ id: await aConnection(scene, 'enabled') }),
  },
  { mutation: 'deleteSsoConnection', way: 'any', input: async (scene) => ({ id: await aConnection(scene) }) },
  { mutation: 'addEmailDomain', way: 'any', input: async () => ({ domain: `${name('acme')}.example` }) },
  { mutation: 'verifyEmailDomain', way: 'any', input: unknown, code: 'NOT_FOUND' },
  {
    mutation: 'removeEmailDomain',
    way: 'any',
    input: async ({ graph, world }) => ({
      id: (await graph.domain.emailDomains.add(world.at.operator, `${name('acme')}.example`)).id,
    }),
  },
  { mutation: 'approveBindingRequest', way: 'any', input: unknown, code: 'NOT_FOUND' },
  { mutation: 'rejectBindingRequest', way: 'any', input: unknown, code: 'NOT_FOUND' },
  { mutation: 'endBinding', way: 'any', input: unknown, code: 'NOT_FOUND' },
  { mutation: 'endSession', way: 'of somebody else', input: unknown, code: 'NOT_FOUND' },
  {
    mutation: 'endUserSessions',
    way: 'any',
    input: async ({ world }) => ({ userId: await world.user(name('user')) }),
  },
];

/** Other ways of some of them, and what else an hour-old sign-in is enough for. */
export const openActs: readonly Act[] = [
  {
    mutation: 'grantPermissionSet',
    way: 'nothing sensitive',
    input: async (scene) => ({
      permissionSetId: await aSet(scene, PLAIN),
      userId: await scene.world.user(name('user')),
    }),
  },
  {
    mutation: 'revokeGrant',
    way: 'of something sensitive',
    input: async ({ world }) => ({ id: await world.grant({ groupId: await world.group(name('Group')) }, SENSITIVE) }),
  },
  {
    mutation: 'addGroupMembers',
    way: 'to a group that grants nothing sensitive',
    input: async (scene) => ({
      groupId: await aGroupWith(scene, PLAIN),
      userIds: [await scene.world.user(name('user'))],
    }),
  },
  {
    mutation: 'removeGroupMembers',
    way: 'from a group that grants something sensitive',
    input: async (scene) => {
      const input = { groupId: await aGroupWith(scene, SENSITIVE), userIds: [await scene.world.user(name('user'))] };
      await scene.graph.domain.groups.addMembers(scene.world.at.operator, input.groupId, input.userIds);
      return input;
    },
  },
  {
    mutation: 'updatePermissionSet',
    way: 'something sensitive, while nobody has the set',
    input: async (scene) => ({ id: await aSet(scene, PLAIN), addPermissions: [SENSITIVE] }),
  },
  {
    mutation: 'updatePermissionSet',
    way: 'nothing sensitive, for those who have the set',
    input: async (scene) => {
      const id = await aSet(scene, PLAIN);
      const userId = await scene.world.user(name('user'));
      await scene.graph.domain.grants.grant(scene.world.at.operator, { permissionSetId: id, userId });
      return { id, addPermissions: ['screens:edit'] };
    },
  },
  {
    mutation: 'updateSpace',
    way: 'the name',
    input: async (scene) => ({ id: await aSpaceWith(scene, SENSITIVE), name: name('Space') }),
  },
  {
    mutation: 'updateSpace',
    way: 'the external id, where nothing sensitive is granted',
    input: async (scene) => ({ id: await aSpaceWith(scene, PLAIN), externalId: name('lobby') }),
  },
  {
    mutation: 'updateUser',
    way: 'the name that is shown, of who holds something sensitive',
    input: async (scene) => ({ id: await aHolder(scene, SENSITIVE), displayName: 'Eve' }),
  },
  {
    mutation: 'updateUser',
    way: 'the e-mail of who holds nothing sensitive',
    input: async (scene) => ({ id: await aHolder(scene, PLAIN), email: `${name('eve')}@acme.example` }),
  },
  { mutation: 'unblockUser', way: 'who holds nothing sensitive', input: (scene) => aBlockedHolder(scene, PLAIN) },
  { mutation: 'keepUser', way: 'who holds nothing sensitive', input: (scene) => aLeaver(scene, PLAIN) },
  {
    mutation: 'blockUser',
    way: 'who holds something sensitive',
    input: async (scene) => ({ id: await aHolder(scene, SENSITIVE) }),
  },
  {
    mutation: 'removeUser',
    way: 'who holds something sensitive',
    input: async (scene) => ({ id: await aHolder(scene, SENSITIVE) }),
  },
  {
    mutation: 'rejectLink',
    way: 'any',
    input: async (scene) => ({ id: (await aWaitingPerson(scene, SENSITIVE)).id }),
  },
  {
    mutation: 'separateLink',
    way: 'a person whose groups give nothing sensitive',
    input: async (scene) => ({ id: (await aWaitingPerson(scene, PLAIN)).id }),
  },
  {
    mutation: 'unlink',
    way: 'letting people go',
    input: async (scene) => ({ id: await anActiveGroupLink(scene, SENSITIVE), people: 'LET_GO' }),
  },
  {
    mutation: 'unlink',
    way: 'keeping people in nothing sensitive',
    input: async (scene) => ({ id: await anActiveGroupLink(scene, PLAIN), people: 'KEEP' }),
  },
  {
    mutation: 'retireDirectory',
    way: 'letting people go',
    input: async (scene) => ({ ...(await aDirectoryOf(scene, SENSITIVE)), people: 'LET_GO' }),
  },
  settings({ name: 'Acme' }),
  settings({ signInContact: 'the help desk' }),
  settings({ disclosesName: false }),
];

const TAKES = 'It takes away, and what is urgent must not wait.';
const EMPTY = 'What it makes gives nobody anything; giving it does, and asks.';
const DIRECTORY = 'Only the credential of the directory may.';
const OWN = 'It is about one’s own sessions.';

/** Mutations that never ask, and why a stolen cookie of an hour ago opens nothing by them. */
export const openMutations: Readonly<Record<string, string>> = {
  blockUser: TAKES,
  removeUser: TAKES,
  revokeGrant: TAKES,
  removeGroupMembers: TAKES,
  deleteGroup: TAKES,
  deletePermissionSet: TAKES,
  deleteSpace: TAKES,
  deleteOAuthClient: TAKES,
  revokeOAuthClientSecret: TAKES,
  revokeScimToken: TAKES,
  revokeApiKey: TAKES,
  removeWorkloadIdentity: TAKES,
  rejectLink: TAKES,
  pauseDirectory: 'Who leaves goes at once, who comes waits; to go on asks.',
  createPermissionSet: EMPTY,
  createGroup: EMPTY,
  createSpace: EMPTY,
  createDirectory: 'Nothing reaches it without a credential, and to make one asks.',
  createUser: 'Holds what every user holds, which is never sensitive. More asks where it is.',
  updateGroup: 'A directory group of the new name joins it by itself only where it grants nothing sensitive.',
  updateDirectory: 'Changes how records are read, not whose word they are.',
  createCustomSchema: 'Declares attributes; no right hangs on one.',
  updateCustomSchema: 'Declares attributes; no right hangs on one.',
  deleteCustomSchema: 'Declares attributes; no right hangs on one.',
  changeSlug: 'The slug before stays an alias, and nobody else ever gets it.',
  releaseSlug: 'Nobody else ever gets it.',
  closeOrganization: 'Opens nothing, needs the slug written out, and the operator takes it back for 30 days.',
  testSsoConnection: 'Signs nobody in: it opens an address that shows what the identity provider says.',
  signOut: OWN,
  endMySessions: OWN,
  switchOrganization: 'Proves nothing: what it opens counts as no fresh sign-in.',
  createDirectoryUser: DIRECTORY,
  replaceDirectoryUser: DIRECTORY,
  deleteDirectoryUser: DIRECTORY,
  createDirectoryGroup: DIRECTORY,
  changeDirectoryGroup: DIRECTORY,
  deleteDirectoryGroup: DIRECTORY,
  reportProvisioningEvents: DIRECTORY,
  reportRefusedCalls: 'Counts calls that were refused.',
};
