import { beforeAll, describe, expect, it } from 'vitest';
import { aPersonOf, signInWith, type TestPerson } from '../domain/sign-in/sign-in-world.ts';
import { aCall } from '../harness/directory-domain.ts';
import { type GraphOrganization, type OpenGraph, openGraph } from './open-graph.ts';

let graph: OpenGraph;
beforeAll(async () => {
  graph = await openGraph();
  return () => graph.close();
});

/** An organization with a connection, and Ada in its directory, who may pay and so waits for an admin. */
async function furnished() {
  const acme = await graph.anOrganization();
  const { domain } = graph;
  const { operator, directoryId } = acme;
  const oidc = { protocol: 'oidc', issuer: 'https://acme.okta.example', clientId: 'c', clientSecret: 's' } as const;
  const { id: connectionId } = await domain.connections.create(operator, oidc);
  await domain.connections.enable(operator, connectionId);
  const resource = { userName: 'ada@acme.example', externalId: 'oid-ada' };
  const directory = await domain.scimTokens.authenticate(acme.scimToken);
  if (!directory) throw new Error('The SCIM token was refused.');
  await domain.directoryUsers.create(directory, aCall, { directoryId, resource });
  const [ada] = (await domain.users.list(operator, {})).items;
  const userId = ada?.id ?? '';
  const set = await domain.permissionSets.create(operator, { name: 'Payers', permissions: ['billing:pay'] });
  await domain.grants.grant(operator, { permissionSetId: set.id, userId });
  const signIn = async (person: TestPerson) => {
    const connection = await domain.signInConnections.find(connectionId);
    return signInWith(graph, { ...(connection ? { connection } : {}), person });
  };
  return { acme, userId, connectionId, signIn };
}

const requestsText = `{ bindingRequests(filter: { states: [PENDING] }) { nodes {
  id reason state attempts subject stableId email candidates { userName } user { id } connection { id } decidedBy { kind } } } }`;
const approveText = `mutation ($input: ApproveBindingRequestInput!) { approveBindingRequest(input: $input) {
  bindingRequest { state user { userName } decidedBy { kind } } errors { code path } } }`;
const rejectText = `mutation ($input: RejectBindingRequestInput!) { rejectBindingRequest(input: $input) {
  bindingRequest { state } errors { code path } } }`;

async function requestOf(acme: GraphOrganization): Promise<{ id: string }> {
  const { data } = await graph.run<{ bindingRequests: { nodes: { id: string }[] } }>(acme.ownerKey, requestsText);
  const [request] = data.bindingRequests.nodes;
  if (!request) throw new Error('No binding request waits.');
  return request;
}

describe('a binding request', () => {
  it('is listed with who it may be, approved, and lets the person in', async () => {
    const { acme, userId, connectionId, signIn } = await furnished();
    expect((await signIn(aPersonOf('ada'))).kind).toBe('refused');
    const request = await requestOf(acme);
    expect(request).toEqual({
      id: expect.any(String),
      reason: 'PROTECTED_USER',
      state: 'PENDING',
      attempts: 1,
      subject: 'sub-ada',
      stableId: 'oid-ada',
      email: 'ada@acme.example',
      candidates: [{ userName: 'ada@acme.example' }],
      user: null,
      connection: { id: connectionId },
      decidedBy: null,
    });
    const one = `{ bindingRequest(id: "${request.id}") { id } unknown: bindingRequest(id: "x") { id } }`;
    expect((await graph.run(acme.ownerKey, one)).data).toEqual({ bindingRequest: { id: request.id }, unknown: null });
    const input = { id: request.id, userId };
    expect((await graph.run(acme.ownerKey, approveText, { input })).data).toEqual({
      approveBindingRequest: {
        bindingRequest: { state: 'APPROVED', user: { userName: 'ada@acme.example' }, decidedBy: { kind: 'API_KEY' } },
        errors: [],
      },
    });
    expect((await signIn(aPersonOf('ada'))).kind).toBe('signedIn');
    const list = `{ bindings(filter: { userId: "${userId}", isEnded: false }) { nodes {
      id subject boundBy endedAt user { id } connection { id } } } }`;
    const { data } = await graph.run<{ bindings: { nodes: { id: string }[] } }>(acme.ownerKey, list);
    expect(data.bindings.nodes).toMatchObject([
      {
        subject: 'sub-ada',
        boundBy: 'APPROVAL',
        endedAt: null,
        user: { id: userId },
        connection: { id: connectionId },
      },
    ]);
    const end = `mutation { endBinding(input: { id: "${data.bindings.nodes[0]?.id}" }) {
      binding { endedReason } errors { code } } }`;
    expect((await graph.run(acme.ownerKey, end)).data).toEqual({
      endBinding: { binding: { endedReason: 'ended' }, errors: [] },
    });
  });

  it('is rejected, which is told as data where it was decided before', async () => {
    const { acme, signIn } = await furnished();
    await signIn(aPersonOf('ada'));
    const { id } = await requestOf(acme);
    const reject = () => graph.run(acme.ownerKey, rejectText, { input: { id } });
    expect((await reject()).data).toEqual({
      rejectBindingRequest: { bindingRequest: { state: 'REJECTED' }, errors: [] },
    });
    expect((await reject()).data).toEqual({
      rejectBindingRequest: { bindingRequest: null, errors: [{ code: 'BINDING_REQUEST_NOT_PENDING', path: 'id' }] },
    });
  });

  it('is decided by nobody without rollcall:connections, nor for more than they hold', async () => {
    const { acme, signIn } = await furnished();
    await signIn(aPersonOf('ada'));
    const input = { id: (await requestOf(acme)).id };
    const reader = await graph.aKey(acme, ['rollcall:users', 'billing:pay']);
    expect((await graph.run(reader, approveText, { input })).errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
    const admin = await graph.aKey(acme, ['rollcall:connections']);
    expect((await graph.run(admin, approveText, { input })).data).toEqual({
      approveBindingRequest: { bindingRequest: null, errors: [{ code: 'PERMISSIONS_EXCEED_OWN', path: null }] },
    });
  });
});

describe('the sign-ins', () => {
  it('are listed with who and why, and found by the id that a page shows', async () => {
    const { acme, userId, connectionId, signIn } = await furnished();
    const outcome = await signIn(aPersonOf('eve'));
    const id = outcome.kind === 'refused' ? outcome.refusal.eventId : '';
    await signIn(aPersonOf('ada'));
    const text = `query ($search: String) { signInEvents(filter: { search: $search, outcomes: [REFUSED] }) { nodes {
      id outcome reason method email detail user { id } connection { id } } } signInEvent(id: "${id}") { reason } }`;
    const all = await graph.run<{ signInEvents: { nodes: unknown[] } }>(acme.ownerKey, text);
    expect(all.data.signInEvents.nodes).toMatchObject([
      { reason: 'APPROVAL_REQUIRED', user: { id: userId } },
      {
        id,
        outcome: 'REFUSED',
        reason: 'NOT_PROVISIONED',
        method: 'CONNECTION',
        user: null,
        connection: { id: connectionId },
      },
    ]);
    const found = await graph.run(acme.ownerKey, text, { search: id.slice(-12) });
    expect(found.data).toMatchObject({ signInEvents: { nodes: [{ id }] }, signInEvent: { reason: 'NOT_PROVISIONED' } });
    const other = await graph.anOrganization();
    expect((await graph.run(other.ownerKey, text)).data).toEqual({ signInEvents: { nodes: [] }, signInEvent: null });
  });
});

describe('the health of sign-in', () => {
  it('counts the users by how they stand, and names them', async () => {
    const { acme, userId } = await furnished();
    const text = `{ organization { signInHealth { usersCount canSignInCount cannotSignInCount standings { standing count }
      people(standings: [WAITS_FOR_APPROVAL], orderBy: { field: USER_NAME }) { nodes { standing user { id active } } } } } }`;
    const { data } = await graph.run<{ organization: { signInHealth: { standings: unknown[] } } }>(acme.ownerKey, text);
    expect(data.organization.signInHealth).toMatchObject({
      usersCount: 1,
      canSignInCount: 0,
      cannotSignInCount: 1,
      people: { nodes: [{ standing: 'WAITS_FOR_APPROVAL', user: { id: userId, active: true } }] },
    });
    expect(data.organization.signInHealth.standings).toHaveLength(9);
    const reader = await graph.aKey(acme, ['rollcall:users']);
    const counts = '{ organization { signInHealth { usersCount } } }';
    expect((await graph.run(reader, counts)).errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
  });
});
