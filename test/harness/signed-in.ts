import type { Database } from '../../src/database/database.ts';
import { statement } from '../../src/database/statement.ts';
import { actorOf } from '../../src/domain/accounts/current-session.ts';
import type { AuthenticationMethod } from '../../src/domain/accounts/session.entity.ts';
import type { UserActor } from '../../src/domain/actors/actor.ts';
import type { Domain } from '../../src/domain/domain.ts';

export interface SignInFacts {
  organizationId: string;
  userId: string;
  /** A new account without it. */
  accountId?: string;
  method?: AuthenticationMethod;
  connectionId?: string | null;
  directoryUserId?: string | null;
  /** The cookie that the browser has already. */
  replaces?: string;
  at?: Date;
  /** When they proved themselves who they are: then, unless given. */
  provedAt?: Date | null;
}

export interface SignedIn {
  accountId: string;
  sessionId: string;
  cookie: string;
}

/** Somebody who is signed in as the user, as the last step of a sign-in leaves it. */
export async function signedIn(
  { domain, database }: { domain: Domain; database: Database },
  facts: SignInFacts,
): Promise<SignedIn> {
  const { organizationId, userId, method = 'google', connectionId = null, directoryUserId = null } = facts;
  const { at = new Date() } = facts;
  const { provedAt = at } = facts;
  return database.transaction(organizationId, async (transaction) => {
    const person = { email: null, isEmailVerified: false, displayName: null, at };
    const accountId = facts.accountId ?? (await domain.accounts.createIn(transaction, person)).id;
    await domain.accounts.joinIn(transaction, { accountId, userId, at });
    const visit = { sessionCookie: facts.replaces, userAgent: 'a browser', address: '203.0.113.7' };
    const proof = { method, connectionId, directoryUserId, provedAt };
    const signIn = { accountId, userId, proof, visit, event: {}, at };
    return { accountId, ...(await domain.sessions.signInTo(transaction, signIn)) };
  });
}

/** Who acts by a cookie, as each request looks it up; undefined for one that opens no organization. */
export async function actorOfCookie({ domain }: { domain: Domain }, cookie: string): Promise<UserActor | undefined> {
  const session = await domain.sessions.find(cookie);
  return session && actorOf(session);
}

const insertConnection = statement<{ id: string }>(
  `insert into connections (organization_id, id, name, protocol, status, issuer, stable_id_claim, allows_just_in_time,
                            version, created_by, created_at, updated_at)
   values ($1, $2, $3, 'oidc', $4, 'https://issuer.example', 'sub', false, 1, '{}', now(), now())`,
);

/** The row of a connection that nobody signs in through, for rules that only look whether there is one. */
export async function aConnectionRow(
  database: Database,
  organizationId: string,
  { id, name = 'Entra', status = 'enabled' }: { id: string; name?: string; status?: string },
): Promise<string> {
  await database.run(organizationId, insertConnection, id, name, status);
  return id;
}
