import { v7 as uuid } from 'uuid';
import { beforeAll, describe, expect, it } from 'vitest';
import { statement } from '../../src/database/statement.ts';
import type { UserRow } from '../../src/domain/users/users.store.ts';
import { createSchema } from '../../src/graph/schema.ts';
import { aConnectionRow, type SignedIn, type SignInFacts, signedIn } from '../harness/signed-in.ts';
import { type GraphOrganization, type OpenGraph, openGraph } from './open-graph.ts';
import { rootFields } from './root-fields.ts';

let graph: OpenGraph;
let acme: GraphOrganization;
beforeAll(async () => {
  graph = await openGraph();
  acme = await graph.anOrganization();
  return () => graph.close();
});

const aUser = (organization = acme): Promise<UserRow> =>
  graph.domain.users.create(organization.operator, { userName: `person-${uuid().slice(-12)}`, displayName: 'Ada' });

const signIn = (user: UserRow, facts: Partial<SignInFacts> = {}): Promise<SignedIn> =>
  signedIn(graph, { organizationId: acme.id, userId: user.id, ...facts });

const insertLogin = statement<never>(
  `insert into account_logins (provider, subject, account_id, email, created_at, last_used_at)
   values ('google', $1, $2, $3, now(), now())`,
);

async function grant(userId: string, permissions: string[], spaceId?: string): Promise<string> {
  const set = await graph.domain.permissionSets.create(acme.operator, { name: uuid(), permissions });
  const subject = { permissionSetId: set.id, userId, ...(spaceId === undefined ? {} : { spaceId }) };
  return (await graph.domain.grants.grant(acme.operator, subject)).id;
}

interface ViewerAnswer {
  viewer: Record<string, unknown> & { permissionVersion: string };
}

describe('the viewer of somebody without any permission', () => {
  it('says all of themselves', async () => {
    const ada = await aUser();
    const group = await graph.domain.groups.create(acme.operator, { name: `Screens ${uuid()}` });
    await graph.domain.groups.addMembers(acme.operator, group.id, [ada.id]);
    const connectionId = await aConnectionRow(graph.database, acme.id, { id: uuid(), name: 'Entra', status: 'draft' });
    const at = new Date();
    const { accountId, sessionId, cookie } = await signIn(ada, { method: 'connection', connectionId, at });
    await graph.database.lookUp(insertLogin, uuid(), accountId, 'ada@gmail.example');
    const { data, errors } = await graph.runAs<ViewerAnswer>(
      cookie,
      `{ viewer {
        actor { kind id name } account { id email isEmailVerified displayName logins { provider email } }
        session { id authenticatedAt freshUntil freshSignInUrl expiresAt idleExpiresAt method connectionName }
        organization { id name slug } user { id userName displayName email } groups { id name }
        permissions permissionVersion may(permission: "screens:publish")
        organizations { id slug name isCurrent isActive isAuthenticated signInUrl }
        sessions { id isCurrent userAgent address } } }`,
    );
    expect(errors).toBeUndefined();
    const { slug, name } = await graph.domain.organizations.get(acme.operator);
    const later = (minutes: number) => new Date(at.getTime() + minutes * 60_000).toISOString();
    const after = (minutes: number) => expect.stringMatching(new RegExp(`^${later(minutes).slice(0, 15)}`));
    expect(data.viewer).toEqual({
      actor: { kind: 'USER', id: ada.id, name: 'Ada' },
      account: {
        id: accountId,
        email: null,
        isEmailVerified: false,
        displayName: null,
        logins: [{ provider: 'GOOGLE', email: 'ada@gmail.example' }],
      },
      session: {
        id: sessionId,
        authenticatedAt: at.toISOString(),
        freshUntil: later(15),
        freshSignInUrl: 'https://rollcall.example/sign-in/again',
        expiresAt: later(10_080),
        idleExpiresAt: after(720),
        method: 'CONNECTION',
        connectionName: 'Entra',
      },
      organization: { id: acme.id, name, slug },
      user: { id: ada.id, userName: ada.userName, displayName: 'Ada', email: null },
      groups: [{ id: group.id, name: group.name }],
      permissions: [],
      permissionVersion: expect.stringMatching(/^[\w-]{16}$/),
      may: false,
      organizations: [
        {
          id: acme.id,
          slug,
          name,
          isCurrent: true,
          isActive: true,
          isAuthenticated: true,
          // The connection is a draft: at the slug nobody is known yet.
          signInUrl: 'https://rollcall.example/sign-in',
        },
      ],
      sessions: [{ id: sessionId, isCurrent: true, userAgent: 'a browser', address: '203.0.113.7' }],
    });
  });

  it('is all that they read: every other query is refused, as is every change of others', async () => {
    const { cookie } = await signIn(await aUser());
    const schema = await createSchema();
    const own = new Set(['viewer', 'signOut', 'endMySessions', 'endSession', 'switchOrganization']);
    const fields = rootFields(schema, { ID: `"${uuid()}"` }).filter(({ name }) => !own.has(name));
    // Public facts, and what anybody may report of a refusal, are asked of nobody's rights.
    const open = new Set(['reportRefusedCalls']);
    for (const { name, text } of fields) {
      if (open.has(name)) continue;
      const { errors } = await graph.runAs(cookie, text);
      expect(errors?.[0]?.extensions?.code, name).toMatch(/^(FORBIDDEN)$/);
    }
  });

  it('costs one lookup and one statement', async () => {
    const { cookie } = await signIn(await aUser());
    const text = '{ viewer { actor { id } user { userName } permissions session { expiresAt } } }';
    expect(await graph.countStatements(() => graph.runAs(cookie, text))).toBe(2);
  });

  it('shows how they may act in a space', async () => {
    const ada = await aUser();
    const { cookie } = await signIn(ada);
    const [lobby, roof] = await Promise.all(
      ['Lobby', 'Roof'].map((name) => graph.domain.spaces.create(acme.operator, { name: `${name} ${uuid()}` })),
    );
    await grant(ada.id, ['screens:publish'], lobby?.id);
    const text = `query ($lobby: ID!, $roof: ID!) { viewer { permissions
      here: may(permission: "screens:publish", spaceId: $lobby)
      there: may(permission: "screens:publish", spaceId: $roof)
      everywhere: may(permission: "screens:publish") nothing: may(permission: "no:such") } }`;
    const { data } = await graph.runAs(cookie, text, { lobby: lobby?.id, roof: roof?.id });
    expect(data).toEqual({
      viewer: { permissions: [], here: true, there: false, everywhere: false, nothing: false },
    });
  });

  it('has another permissionVersion whenever what they may do changes, also on a space', async () => {
    const ada = await aUser();
    const { cookie } = await signIn(ada);
    const version = async () =>
      (await graph.runAs<ViewerAnswer>(cookie, '{ viewer { permissionVersion } }')).data.viewer.permissionVersion;
    const space = await graph.domain.spaces.create(acme.operator, { name: uuid() });
    const none = await version();
    const grantId = await grant(ada.id, ['screens:view'], space.id);
    const onSpace = await version();
    await grant(ada.id, ['screens:edit']);
    const more = await version();
    expect(new Set([none, onSpace, more]).size).toBe(3);
    await grant(ada.id, ['screens:edit']);
    expect(await version()).toBe(more);
    await graph.domain.grants.revoke(acme.operator, grantId);
    expect([none, onSpace, more]).not.toContain(await version());
  });
});

describe('the viewer of an empty account', () => {
  async function anEmptyAccount(): Promise<string> {
    const facts = { subject: uuid(), email: 'ada@gmail.example', isEmailVerified: true, displayName: 'Ada' };
    const { id: accountId } = await graph.domain.accounts.ensureForLogin('google', facts);
    const visit = { sessionCookie: undefined, userAgent: null, address: null };
    return (await graph.domain.sessions.open({ accountId, login: 'google', visit, at: new Date() })).cookie;
  }

  it('parity S15: has the account and no organization', async () => {
    const cookie = await anEmptyAccount();
    const text = `{ viewer { actor { id } organization { id } user { id } groups { id } permissions permissionVersion
      account { displayName logins { provider } } session { method } organizations { id } may(permission: "screens:view") } }`;
    expect(await graph.runAs(cookie, text)).toEqual({
      data: {
        viewer: {
          actor: null,
          organization: null,
          user: null,
          groups: [],
          permissions: [],
          permissionVersion: null,
          account: { displayName: 'Ada', logins: [{ provider: 'GOOGLE' }] },
          session: { method: 'GOOGLE' },
          organizations: [],
          may: false,
        },
      },
    });
  });

  it('security 9: is all it opens', async () => {
    const cookie = await anEmptyAccount();
    for (const text of [
      '{ organization { id } }',
      '{ users { nodes { id } } }',
      '{ __typename users { edges { cursor } } }',
    ]) {
      const { errors } = await graph.runAs(cookie, text);
      expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    }
  });

  it('is what a blocked user has left, with their organization shown as inactive', async () => {
    const ada = await aUser();
    const { cookie, accountId } = await signIn(ada);
    await graph.domain.users.block(acme.operator, ada.id);
    const text =
      '{ viewer { organization { id } account { id } organizations { isActive isCurrent isAuthenticated } } }';
    const organizations = [{ isActive: false, isCurrent: false, isAuthenticated: false }];
    const { data } = await graph.runAs(cookie, text);
    expect(data).toEqual({ viewer: { organization: null, account: { id: accountId }, organizations } });
  });

  it('is what remains while the organization is suspended; elsewhere the reason is told', async () => {
    const globex = await graph.anOrganization();
    const { cookie } = await signIn(await aUser(globex), { organizationId: globex.id });
    await graph.domain.organizationLifeCycle.suspend(globex.operator);
    expect(await graph.runAs(cookie, '{ viewer { organization { id } organizations { isActive } } }')).toEqual({
      data: { viewer: { organization: null, organizations: [{ isActive: false }] } },
    });
    const { errors } = await graph.runAs(cookie, '{ organization { id } }');
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN', reason: 'ORGANIZATION_SUSPENDED' } }]);
  });
});

describe('the viewer of an API key', () => {
  it('is what it was, and of nobody', async () => {
    const text = `{ viewer { actor { kind } organization { id } permissions account { id } session { id } user { id }
      groups { id } permissionVersion organizations { id } sessions { id }
      yes: may(permission: "rollcall:users") no: may(permission: "no:such") } }`;
    const key = await graph.aKey(acme, ['rollcall:users']);
    expect((await graph.run(key, text)).data).toEqual({
      viewer: {
        actor: { kind: 'API_KEY' },
        organization: { id: acme.id },
        permissions: ['rollcall:users'],
        account: null,
        session: null,
        user: null,
        groups: [],
        permissionVersion: null,
        organizations: [],
        sessions: [],
        yes: true,
        no: false,
      },
    });
  });

  it('goes before a cookie, also when it is wrong', async () => {
    const { cookie } = await signIn(await aUser());
    const call = { requestId: 'r', method: 'POST', path: '/graphql', cookie };
    const ask = (authorization: string) =>
      graph.client.run<unknown, object>({ text: '{ viewer { actor { kind } } }' }, {}, { ...call, authorization });
    expect((await ask(`Bearer ${acme.ownerKey}`)).data).toEqual({ viewer: { actor: { kind: 'API_KEY' } } });
    expect((await ask('Bearer x')).errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    expect((await ask('')).errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });
});
