import { v7 as uuid } from 'uuid';
import { beforeAll, describe, expect, it } from 'vitest';
import type { UserRow } from '../../src/domain/users/users.store.ts';
import { aConnectionRow, type SignedIn, type SignInFacts, signedIn } from '../harness/signed-in.ts';
import { type GraphOrganization, type OpenGraph, openGraph } from './open-graph.ts';

let graph: OpenGraph;
let acme: GraphOrganization;
beforeAll(async () => {
  graph = await openGraph();
  acme = await graph.anOrganization();
  return () => graph.close();
});

const aUser = (organization = acme): Promise<UserRow> =>
  graph.domain.users.create(organization.operator, { userName: `person-${uuid().slice(-12)}` });

const signIn = (user: UserRow, facts: Partial<SignInFacts> = {}): Promise<SignedIn> =>
  signedIn(graph, { organizationId: acme.id, userId: user.id, ...facts });

async function anAdmin(): Promise<SignedIn> {
  const admin = await aUser();
  const set = await graph.domain.permissionSets.create(acme.operator, {
    name: uuid(),
    permissions: ['rollcall:users'],
  });
  await graph.domain.grants.grant(acme.operator, { permissionSetId: set.id, userId: admin.id });
  return signIn(admin);
}

const isOver = async (cookie: string) => (await graph.domain.sessions.find(cookie)) === undefined;

const LIST = `query ($id: ID!, $first: Int, $after: String) { user(id: $id) {
  sessions(first: $first, after: $after) { nodes { id method provedAt userAgent address } pageInfo { hasNextPage endCursor } } } }`;
const END = 'mutation ($id: ID!) { endSession(input: { id: $id }) { endedId errors { code path } } }';
const SWITCH = `mutation ($id: ID!) { switchOrganization(input: { organizationId: $id }) {
  signInUrl viewer { organization { id } user { id } } errors { code path } } }`;

describe('the sessions of a user', () => {
  it('are listed by an admin, page by page', async () => {
    const ada = await aUser();
    const provedAt = '2026-11-22T09:00:00.000Z';
    const first = await signIn(ada, { provedAt: new Date(provedAt) });
    const second = await signIn(ada, { accountId: first.accountId, provedAt: null });
    const { cookie } = await anAdmin();
    interface Answer {
      user: { sessions: { nodes: { id: string }[]; pageInfo: { hasNextPage: boolean; endCursor: string } } };
    }
    const one = await graph.runAs<Answer>(cookie, LIST, { id: ada.id, first: 1 });
    const shown = { method: 'GOOGLE', userAgent: 'a browser', address: '203.0.113.7' };
    expect(one.data.user.sessions).toMatchObject({
      nodes: [{ id: first.sessionId, provedAt, ...shown }],
      pageInfo: { hasNextPage: true },
    });
    const after = one.data.user.sessions.pageInfo.endCursor;
    const two = await graph.runAs<Answer>(cookie, LIST, { id: ada.id, first: 1, after });
    expect(two.data.user.sessions).toMatchObject({
      nodes: [{ id: second.sessionId, provedAt: null }],
      pageInfo: { hasNextPage: false },
    });
  });

  it('are not listed without `rollcall:users`', async () => {
    const key = await graph.aKey(acme, ['rollcall:groups']);
    const { errors } = await graph.run(key, LIST, { id: (await aUser()).id });
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });

  it('are ended by an admin, one or all', async () => {
    const ada = await aUser();
    const [first, second] = [await signIn(ada), await signIn(await aUser())];
    const { cookie } = await anAdmin();
    const one = await graph.runAs(cookie, END, { id: first.sessionId });
    expect(one.data).toEqual({ endSession: { endedId: first.sessionId, errors: [] } });
    const again = await graph.runAs(cookie, END, { id: first.sessionId });
    expect(again.data).toEqual({ endSession: { endedId: null, errors: [{ code: 'NOT_FOUND', path: 'id' }] } });
    const text = 'mutation ($id: ID!) { endUserSessions(input: { userId: $id }) { endedCount errors { code } } }';
    await signIn(ada, { accountId: first.accountId });
    expect((await graph.runAs(cookie, text, { id: ada.id })).data).toEqual({
      endUserSessions: { endedCount: 1, errors: [] },
    });
    expect((await graph.domain.sessions.find(second.cookie))?.authentication).not.toBeNull();
  });
});

describe('one’s own sessions', () => {
  it('are ended without a permission; others’ are not', async () => {
    const ada = await aUser();
    const lost = await signIn(ada);
    const { cookie } = await signIn(ada, { accountId: lost.accountId });
    const others = await signIn(await aUser());
    expect((await graph.runAs(cookie, END, { id: lost.sessionId })).errors).toBeUndefined();
    expect(await isOver(lost.cookie)).toBe(true);
    const { errors } = await graph.runAs(cookie, END, { id: others.sessionId });
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect(await isOver(others.cookie)).toBe(false);
  });

  it('end by signing out: this one, or everywhere', async () => {
    const ada = await aUser();
    const other = await signIn(ada);
    const { cookie } = await signIn(ada, { accountId: other.accountId });
    const text = 'mutation ($all: Boolean) { signOut(input: { everywhere: $all }) { isSignedOut errors { code } } }';
    expect((await graph.runAs(cookie, text, { all: false })).data).toEqual({
      signOut: { isSignedOut: true, errors: [] },
    });
    expect([await isOver(cookie), await isOver(other.cookie)]).toEqual([true, false]);
    const again = await signIn(ada, { accountId: other.accountId });
    await graph.runAs(again.cookie, text, { all: true });
    expect([await isOver(again.cookie), await isOver(other.cookie)]).toEqual([true, true]);
    expect((await graph.runAs(cookie, '{ viewer { account { id } } }')).errors).toMatchObject([
      { extensions: { code: 'UNAUTHENTICATED' } },
    ]);
  });

  it('end all but the one that asks', async () => {
    const ada = await aUser();
    const other = await signIn(ada);
    const { cookie } = await signIn(ada, { accountId: other.accountId });
    const text = 'mutation { endMySessions(input: {}) { endedCount errors { code } } }';
    expect((await graph.runAs(cookie, text)).data).toEqual({ endMySessions: { endedCount: 1, errors: [] } });
    expect([await isOver(cookie), await isOver(other.cookie)]).toEqual([false, true]);
  });

  it.each([
    'mutation { signOut(input: {}) { isSignedOut } }',
    'mutation { endMySessions(input: {}) { endedCount } }',
    'mutation { switchOrganization(input: { organizationId: "-" }) { signInUrl } }',
  ])('are nothing that a key has: %s', async (text) => {
    const { errors } = await graph.run(acme.ownerKey, text);
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect((await graph.run(undefined, text)).errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });
});

describe('parity S20: switchOrganization', () => {
  async function someoneInTwo() {
    const globex = await graph.anOrganization();
    const also = await aUser(globex);
    const { accountId, cookie } = await signIn(await aUser());
    await graph.database.transaction(globex.id, (transaction) =>
      graph.domain.accounts.joinIn(transaction, { accountId, userId: also.id, at: new Date() }),
    );
    return { globex, also, cookie };
  }

  it('answers as who the session acts from then on', async () => {
    const { globex, also, cookie } = await someoneInTwo();
    const { data } = await graph.runAs(cookie, SWITCH, { id: globex.id });
    expect(data).toEqual({
      switchOrganization: {
        signInUrl: null,
        viewer: { organization: { id: globex.id }, user: { id: also.id } },
        errors: [],
      },
    });
    const after = await graph.runAs(cookie, '{ viewer { organization { id } } }');
    expect(after.data).toEqual({ viewer: { organization: { id: globex.id } } });
  });

  it('security 31: says where to sign in to one that asks for its own connection', async () => {
    const { globex, cookie } = await someoneInTwo();
    await aConnectionRow(graph.database, globex.id, { id: uuid() });
    const { slug } = await graph.domain.organizations.get(globex.operator);
    expect((await graph.runAs(cookie, SWITCH, { id: globex.id })).data).toEqual({
      switchOrganization: {
        signInUrl: `https://rollcall.example/sso/${slug}`,
        viewer: null,
        errors: [{ code: 'SIGN_IN_REQUIRED', path: 'organizationId' }],
      },
    });
    const after = await graph.runAs(cookie, '{ viewer { organization { id } } }');
    expect(after.data).toEqual({ viewer: { organization: { id: acme.id } } });
  });
});

describe('the directory layer', () => {
  it('is written by its directory, and by no admin who is signed in', async () => {
    const owner = await aUser();
    const sets = await graph.domain.permissionSets.list(acme.operator, {});
    const permissionSetId = sets.items.find((set) => set.builtIn === 'owner')?.id ?? '';
    await graph.domain.grants.grant(acme.operator, { permissionSetId, userId: owner.id });
    const { cookie } = await signIn(owner);
    const text = `mutation ($id: ID!) { createDirectoryUser(input: { directoryId: $id, resource: { userName: "eve" } }) {
      errors { code } } }`;
    const { errors } = await graph.runAs(cookie, text, { id: acme.directoryId });
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });
});
