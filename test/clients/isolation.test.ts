// Two organizations: by no id and no credential is anything of one read, changed, linked or counted by the other, through SCIM
// or GraphQL. The fields of GraphQL are those of schema.graphql, so that a new one is tried without being listed here.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSecret } from '../../src/domain/actors/credential.ts';
import { type Connected, type ServiceDirectory, startTestService, type TestService } from '../harness/service.ts';
import { defaultDialect, entraGroup, entraUser, flagDialect } from './entra-requests.ts';
import { Rows } from './fingerprint.ts';
import { allOperations, type FieldOperation, type InputLeaf } from './graph-operations.ts';
import { idOf, memberIdsOf, resourcesOf } from './scim-client.ts';

/** Stands in every name of the other organization, and nowhere else. */
const MARK = 'Zanzibar';

/** The ids of one of each thing that an organization has. */
type Things = Record<
  | 'user'
  | 'group'
  | 'directory'
  | 'directoryUser'
  | 'directoryGroup'
  | 'permissionSet'
  | 'space'
  | 'grant'
  | 'link'
  | 'apiKey'
  | 'scimToken'
  | 'oauthClient'
  | 'oauthClientSecret'
  | 'workloadIdentity'
  | 'customSchema'
  | 'ssoConnection'
  | 'emailDomain'
  | 'binding'
  | 'bindingRequest'
  | 'signInEvent'
  | 'session',
  string
>;

let service: TestService;
let rows: Rows;
let mine: Connected & { things: Things };
let theirs: Connected & { things: Things };

beforeAll(async () => {
  service = await startTestService();
  rows = await Rows.open(service.connection);
  mine = await aFullOrganization('Acme');
  theirs = await aFullOrganization(MARK);
});
afterAll(async () => {
  await rows.close();
  await service.close();
});

async function aFullOrganization(name: string): Promise<Connected & { things: Things }> {
  const connected = await service.connected({ name: `${name} organization` });
  const { organization, directory, scim } = connected;
  const { domain } = service;
  const { operator } = organization;
  const user = await domain.users.create(operator, { userName: `${name} manual` });
  const group = await domain.groups.create(operator, { name: `${name} protected` });
  const set = await domain.permissionSets.create(operator, { name: `${name} set`, permissions: ['billing:pay'] });
  const space = await domain.spaces.create(operator, { name: `${name} space` });
  const grant = await domain.grants.grant(operator, { permissionSetId: set.id, groupId: group.id });
  await domain.groups.addMembers(operator, group.id, [user.id]);
  const directoryUser = idOf(
    await scim.post('/Users', entraUser(name, { displayName: `${name} person`, externalId: name })),
  );
  const members = [{ value: directoryUser }];
  const directoryGroup = idOf(await scim.post('/Groups', entraGroup(`${name} protected`, { members })));
  const groupLinks = await domain.links.list(operator, { kind: 'group' }, {});
  const keys = await domain.apiKeys.list(operator, {});
  const tokens = await domain.scimTokens.list(operator, directory.id);
  const oauth = await domain.oauthClients.create(operator, { directoryId: directory.id, name: `${name} client` });
  const application = directory.id;
  const claims = { tenantId: organization.id, audience: `api://${application}`, subject: `${name} subject` };
  const identity = await domain.workloadIdentities.set(operator, { directoryId: directory.id, ...claims });
  const { customSchema } = await domain.customSchemas.create(operator, {
    urn: `urn:${name.toLowerCase()}:2.0:User`,
    resourceType: 'User',
    attributes: [{ name: 'badge' }],
  });
  return {
    ...connected,
    things: {
      user: user.id,
      group: group.id,
      directory: directory.id,
      directoryUser,
      directoryGroup,
      permissionSet: set.id,
      space: space.id,
      grant: grant.id,
      link: groupLinks.items[0]?.id ?? '',
      apiKey: keys.items[0]?.id ?? '',
      scimToken: tokens[0]?.id ?? '',
      oauthClient: oauth.oauthClient.id,
      oauthClientSecret: oauth.oauthClientSecret.id,
      workloadIdentity: identity.id,
      customSchema: customSchema.id,
      emailDomain: (await domain.emailDomains.add(operator, `${name.toLowerCase()}.example`)).id,
      ...(await signedInThings(connected, name)),
    },
  };
}

/** Somebody of the directory who is signed in, and somebody who may be two of its people. */
async function signedInThings({ organization: { operator }, scim }: Connected, name: string) {
  const { connections, signInConnections, signInAttempts, signIn, sessions } = service.domain;
  const { bindings, bindingRequests, signInEvents } = service.domain;
  const { id: ssoConnection } = await connections.create(operator, {
    protocol: 'oidc',
    name: `${name} connection`,
    issuer: 'http://127.0.0.1:9',
    clientId: name,
    clientSecret: 'a secret of the tests',
  });
  await connections.enable(operator, ssoConnection);
  const connection = await signInConnections.find(ssoConnection);
  if (!connection) throw new Error('The new connection is not found.');
  const claimToBe = async (stableId: string) => {
    const browser = createSecret('browser');
    const { state } = await signInAttempts.start({ purpose: 'signIn', connection, browser, returnTo: null });
    const proved = {
      email: null,
      emailVerification: 'unsaid' as const,
      displayName: `${name} person`,
      authTime: null,
      claims: {},
    };
    await signInAttempts.verified(state, { subject: `${stableId} subject`, stableId, ...proved });
    return signIn.finish(state, { browser, sessionCookie: undefined, userAgent: null, address: null });
  };
  const entered = await claimToBe(name);
  if (entered.kind !== 'signedIn') throw new Error('Nobody was signed in.');
  const session = await sessions.find(entered.cookie);
  for (const twin of ['one', 'other']) {
    await scim.post('/Users', entraUser(`${name} ${twin}`, { externalId: `${name} twin` }));
  }
  await claimToBe(`${name} twin`);
  const [binding] = (await bindings.list(operator, {})).items;
  const [event] = (await signInEvents.list(operator, {})).items;
  const [request] = (await bindingRequests.list(operator, {})).items;
  return {
    ssoConnection,
    binding: binding?.id ?? '',
    bindingRequest: request?.id ?? '',
    signInEvent: event?.id ?? '',
    session: session?.sessionId ?? '',
  };
}

const byArgument = new Map<string, keyof Things>([
  ['userId', 'user'],
  ['groupId', 'group'],
  ['directoryId', 'directory'],
  ['createdByDirectoryId', 'directory'],
  ['memberIds', 'directoryUser'],
  ['resourceId', 'directoryUser'],
  ['permissionSetId', 'permissionSet'],
  ['spaceId', 'space'],
  ['subjectId', 'user'],
  ['ids', 'user'],
  ['defaultPermissionSetId', 'permissionSet'],
  ['oauthClientId', 'oauthClient'],
]);

/** Which thing an argument names by its id; undefined where it names none. */
function thingOf(operation: FieldOperation, { name, type }: InputLeaf): keyof Things | undefined {
  const isOfDirectory = operation.name.includes('Directory');
  if (name === 'userIds') return isOfDirectory ? 'directoryUser' : 'user';
  if (name !== 'id' || type !== 'ID') return byArgument.get(name);
  if (operation.name === 'node') return 'group';
  const nouns = (Object.keys(mine.things) as (keyof Things)[]).filter((noun) =>
    operation.name.replace('Preview', '').toLowerCase().endsWith(noun.toLowerCase()),
  );
  // The longest one: `deleteDirectoryUser` ends with `user` too.
  const [noun] = nouns.sort((one, other) => other.length - one.length);
  if (noun === undefined) throw new Error(`No thing of a test organization is what the id of ${operation.name} names.`);
  return noun;
}

const operations = allOperations();
const fieldsWithIds = operations.filter((operation) =>
  operation.leaves.some(({ type, name }) => type === 'ID' || name === 'userIds'),
);

/** Proves that their rows are as before and that no row of ours holds one of their ids. */
async function leavesThemAlone(work: () => Promise<unknown>): Promise<void> {
  const before = await rows.fingerprint(theirs.organization.id);
  await work();
  expect(await rows.fingerprint(theirs.organization.id)).toEqual(before);
  const holding = await rows.tablesHolding(Object.values(theirs.things), mine.organization.id);
  // Who was unknown is named in the log, as the caller wrote it.
  expect(holding.filter((table) => !['provisioning_events', 'domain_events'].includes(table))).toEqual([]);
}

describe('GraphQL', () => {
  it('has fields that take ids', () => {
    expect(fieldsWithIds.length).toBeGreaterThan(30);
  });

  it.for(fieldsWithIds.map((operation) => [operation.name, operation] as const))(
    'security 10: %s answers the ids of another organization like unknown ones',
    async ([, operation]) => {
      const answer = () =>
        service.graphql(
          mine.organization.apiKey,
          operation.text,
          operation.variables((leaf) => {
            const thing = thingOf(operation, leaf);
            return thing && theirs.things[thing];
          }),
        );
      await leavesThemAlone(async () => {
        const { data, errors } = await answer();
        const shown = JSON.stringify({ data, errors });
        expect(shown).not.toContain(MARK);
        expect(errors?.map((error) => error.extensions?.code) ?? [], shown).not.toContain('INTERNAL_SERVER_ERROR');
      });
    },
  );

  it.for(fieldsWithIds.map((operation) => [operation.name, operation] as const))(
    'security 10: %s links nothing of ours with one thing of theirs',
    async ([, operation]) => {
      await leavesThemAlone(async () => {
        for (const foreign of operation.leaves.filter((leaf) => thingOf(operation, leaf) !== undefined)) {
          const variables = operation.variables((leaf) => {
            const thing = thingOf(operation, leaf);
            return thing && (leaf.path === foreign.path ? theirs : mine).things[thing];
          });
          const { data, errors } = await service.graphql(mine.organization.apiKey, operation.text, variables);
          expect(JSON.stringify({ data, errors }), foreign.path).not.toContain(MARK);
        }
      });
    },
  );

  it('lists and counts only its own', async () => {
    for (const operation of operations.filter(
      ({ kind, leaves }) => kind === 'query' && leaves.every((leaf) => !leaf.isRequired),
    )) {
      const { data, errors } = await service.graphql(
        mine.organization.apiKey,
        operation.text,
        operation.variables(() => undefined),
      );
      expect(errors, operation.name).toBeUndefined();
      expect(JSON.stringify(data), operation.name).not.toContain(MARK);
    }
    const query =
      'query Q($id: ID!) { directoryUsers(directoryId: $id) { totalCount } directoryGroups(directoryId: $id) { totalCount } }';
    const counted = await service.graphql(mine.organization.apiKey, query, { id: theirs.things.directory });
    expect(JSON.stringify(counted.data ?? null)).not.toMatch(/totalCount":[1-9]/);
  });

  it('opens nothing for a SCIM token but the directory layer of its own directory', async () => {
    await leavesThemAlone(async () => {
      const ownLayer =
        /^(directoryUsers?|directoryGroups?|directoryResources|directorySchemas|isDirectoryStrict|(create|replace|change|delete)Directory(User|Group)|reportProvisioningEvents|reportRefusedCalls)$/;
      for (const operation of operations) {
        const variables = operation.variables((leaf) => {
          const thing = thingOf(operation, leaf);
          return thing && theirs.things[thing];
        });
        const { data, errors } = await service.graphql(mine.directory.token, operation.text, variables);
        const shown = `${operation.name}: ${JSON.stringify({ data, errors })}`;
        expect(shown).not.toContain(MARK);
        const codes = errors?.map((error) => error.extensions?.code);
        if (!ownLayer.test(operation.name)) expect(codes, shown).toEqual(expect.arrayContaining(['FORBIDDEN']));
      }
    });
  });
});

describe('SCIM', () => {
  const endpoints = (
    things: Things,
  ): [method: 'get' | 'put' | 'patch' | 'delete' | 'post', path: string, body?: unknown][] => [
    ['get', '/Users'],
    ['get', `/Users/${things.directoryUser}`],
    ['put', `/Users/${things.directoryUser}`, entraUser('intruder')],
    ['patch', `/Users/${things.directoryUser}`, [defaultDialect.disable]],
    ['delete', `/Users/${things.directoryUser}`],
    ['post', '/Users', entraUser('intruder')],
    ['get', '/Groups'],
    ['get', `/Groups/${things.directoryGroup}`],
    ['put', `/Groups/${things.directoryGroup}`, entraGroup('intruder')],
    ['patch', `/Groups/${things.directoryGroup}`, [defaultDialect.replace('displayName', 'intruder')]],
    ['patch', `/Groups/${things.directoryGroup}`, [flagDialect.addMembers(things.directoryUser)]],
    ['delete', `/Groups/${things.directoryGroup}`],
    ['post', '/Groups', entraGroup('intruder')],
    ['get', '/Schemas'],
    ['get', '/ResourceTypes'],
    ['get', '/ServiceProviderConfig'],
  ];

  it('security 10: refuses every request to the tenant URL of another organization with 401', async () => {
    const intruder = service.scim({ ...theirs.directory, token: mine.directory.token });
    await leavesThemAlone(async () => {
      for (const [method, path, body] of endpoints(theirs.things)) {
        const answer = await intruder[method](path, body as never);
        expect([answer.status, answer.body.status], `${method} ${path}`).toEqual([401, '401']);
        expect(answer.text).not.toContain(MARK);
      }
    });
  });

  it('security 10: answers 404 to the ids of another organization below its own tenant URL', async () => {
    await leavesThemAlone(async () => {
      for (const [method, path, body] of endpoints(theirs.things).filter(([, path]) => path.split('/').length > 2)) {
        const answer = await mine.scim[method](path, body as never);
        expect([answer.status, answer.body.status], `${method} ${path}`).toEqual([404, '404']);
      }
    });
  });

  it('answers 404 to the ids of another directory of the same organization, and 401 to its token', async () => {
    const sibling = await service.directory(mine.organization, { name: 'Sibling' });
    const outside = service.scim(sibling);
    for (const [method, path, body] of endpoints(mine.things).filter(([, path]) => path.split('/').length > 2)) {
      expect((await outside[method](path, body as never)).status, `${method} ${path}`).toBe(404);
    }
    const wrongToken = service.scim({ ...mine.directory, token: sibling.token } satisfies ServiceDirectory);
    for (const [method, path, body] of endpoints(mine.things)) {
      expect((await wrongToken[method](path, body as never)).status, `${method} ${path}`).toBe(401);
    }
    expect((await mine.scim.get(`/Users/${mine.things.directoryUser}`)).body.active).toBe(true);
  });

  it('finds nobody of another organization by any filter', async () => {
    const { directoryUser, directoryGroup } = theirs.things;
    const filters: [string, string][] = [
      ['/Users', `id eq "${directoryUser}"`],
      ['/Users', `userName eq "${MARK}@contoso.example"`],
      ['/Users', `externalId eq "object-id-of-${MARK}"`],
      ['/Users', `emails[type eq "work"].value eq "${MARK}@contoso.example"`],
      ['/Users', `userName sw "${MARK}"`],
      ['/Groups', `id eq "${directoryGroup}"`],
      ['/Groups', `displayName eq "${MARK} protected"`],
      ['/Groups', `members eq "${directoryUser}"`],
    ];
    for (const [endpoint, filter] of filters) {
      const answer = await mine.scim.find(endpoint, filter);
      expect([answer.status === 400 ? 0 : answer.body.totalResults, answer.text.includes(MARK)], filter).toEqual([
        0,
        false,
      ]);
    }
    expect(resourcesOf(await theirs.scim.find('/Users', `id eq "${directoryUser}"`))).toHaveLength(1);
  });

  it('takes the members and managers of another organization for unknown', async () => {
    const { scim } = mine;
    await leavesThemAlone(async () => {
      const group = `/Groups/${idOf(await scim.post('/Groups', entraGroup('Foreign members', { members: [{ value: theirs.things.directoryUser }] })))}`;
      await scim.patch(group, [defaultDialect.addMembers(theirs.things.directoryUser)]);
      await scim.patch(group, [{ op: 'replace', path: 'members', value: [{ value: theirs.things.directoryUser }] }]);
      expect(memberIdsOf(await scim.get(group))).toEqual([]);
    });
  });

  it('lets another organization have the same names, externalIds and e-mails for itself', async () => {
    const third = await service.connected();
    const before = await rows.fingerprint(theirs.organization.id);
    const twin = await third.scim.post('/Users', entraUser(MARK));
    const group = await third.scim.post('/Groups', entraGroup(`${MARK} protected`));
    expect([twin.status, group.status]).toEqual([201, 201]);
    await third.scim.patch(`/Users/${idOf(twin)}`, [defaultDialect.disable]);
    await third.scim.delete(`/Users/${idOf(twin)}`);
    await third.scim.delete(`/Groups/${idOf(group)}`);
    expect(await rows.fingerprint(theirs.organization.id)).toEqual(before);
  });
});
