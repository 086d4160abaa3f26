import { v7 as uuid } from 'uuid';
import { coalesce } from '../../database/coalesce.ts';
import { type Database, isConnectionFailure, type OrganizationTransaction } from '../../database/database.ts';
import type { Actor } from '../actors/actor.ts';
import { type CredentialHasher, createSecret, readSecret } from '../actors/credential.ts';
import type { Clock } from '../clock.ts';
import { DomainError, notFound } from '../domain-error.ts';
import { requireId } from '../id.ts';
import type { OrganizationStatus } from '../organizations/organization.entity.ts';
import { requireInUse } from '../organizations/organization-status.ts';
import type { PermissionCatalogue } from '../permissions/catalogue.ts';
import type { SignInEvents } from '../sign-in-log/sign-in-events.ts';
import type { LoginProvider } from './account.entity.ts';
import { actorOf, type CurrentSession, isAccountLive, readAuthentication, type UserActor } from './current-session.ts';
import { endAuthentications } from './end-authentications.ts';
import type { AuthenticationMethod } from './session.entity.ts';
import { SessionTouches } from './session-touches.ts';
import type { AuthenticationRow, SessionRow } from './sessions.store.ts';
import * as store from './sessions.store.ts';

export interface OpenSession {
  accountId: string;
  /** The cookie that the browser came with: the session goes on under another one, or ends when it is another account's. */
  replaces?: string | undefined;
  userAgent: string | null;
  address: string | null;
  at: Date;
}

export interface OpenedSession {
  sessionId: string;
  /** The value of the new cookie, shown this once. */
  cookie: string;
}

export interface NewAuthentication {
  sessionId: string;
  userId: string;
  method: AuthenticationMethod;
  connectionId: string | null;
  directoryUserId: string | null;
  at: Date;
}

const USER_AGENT_LENGTH_MAX = 300;

/**
 * The browsers in which accounts are signed in. A session opens an organization by an authentication of its own there, and
 * nothing of it is remembered between requests: from the commit of what ended it, it opens nothing.
 */
export class Sessions {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #hasher: CredentialHasher;
  readonly #catalogue: PermissionCatalogue;
  readonly #signInEvents: Pick<SignInEvents, 'recordIn'>;
  readonly #touches: SessionTouches;
  readonly #authenticate: (organizationId: string, session: SessionRow) => Promise<AuthenticationRow | undefined>;

  constructor(parts: {
    database: Database;
    clock: Clock;
    hasher: CredentialHasher;
    catalogue: PermissionCatalogue;
    signInEvents: Pick<SignInEvents, 'recordIn'>;
    onTouchFailed?: (error: unknown) => void;
  }) {
    this.#database = parts.database;
    this.#clock = parts.clock;
    this.#hasher = parts.hasher;
    this.#catalogue = parts.catalogue;
    this.#signInEvents = parts.signInEvents;
    this.#touches = new SessionTouches(parts);
    this.#authenticate = coalesce({
      run: (organizationId, sessions) =>
        this.#selectAuthentications(sessions, (...values) =>
          this.#database.run(organizationId, store.selectAuthentications, ...values),
        ),
      runsAgainAlone: (error) => !isConnectionFailure(error),
    });
  }

  /**
   * A session that acts in the transaction's organization, under a new cookie; `authenticateIn` has to follow. What the
   * account has proved to other organizations in this browser stays.
   */
  async openIn(transaction: OrganizationTransaction, input: OpenSession): Promise<OpenedSession> {
    const { values, cookie } = this.#openingOf(input, null);
    const [opened] = await transaction.rows(store.openSession, ...values);
    const { id, endedId } = required(opened);
    if (endedId) {
      const system: Actor = { kind: 'system', organizationId: transaction.organizationId };
      const { at } = input;
      await endAuthentications(transaction, system, { sessionIds: [endedId], reason: 'replaced', at });
    }
    return { sessionId: id, cookie };
  }

  /** The same without an organization, for an account that a login proved and that belongs to none. */
  async open({ login, ...input }: OpenSession & { login: LoginProvider }): Promise<OpenedSession> {
    const { values, cookie } = this.#openingOf(input, login);
    const [opened] = await this.#database.lookUp(store.openSession, null, ...values);
    return { sessionId: required(opened).id, cookie };
  }

  /** Writes that the session was proved to the transaction's organization at `at`, in place of what it had proved before. */
  async authenticateIn(transaction: OrganizationTransaction, input: NewAuthentication): Promise<void> {
    const { sessionId, userId, method, connectionId, directoryUserId, at } = input;
    const values = [sessionId, userId, method, connectionId, directoryUserId, at];
    await transaction.rows(store.putAuthentication, ...values, this.#clock());
    if (method !== 'google' && method !== 'microsoft') return;
    await transaction.rows(store.keepLogin, sessionId, method, at);
  }

  /** The session of a cookie with what it has proved to its organization, read anew; undefined for none. */
  async find(cookie: string | undefined): Promise<CurrentSession | undefined> {
    const session = await this.#find(cookie);
    if (!session) return undefined;
    const { organizationId } = session;
    const row = organizationId === null ? undefined : await this.#authenticate(organizationId, session);
    return this.#current(session, row);
  }

  /**
   * Who acts by this cookie, or undefined for one that opens no organization. Throws `organizationSuspended` or
   * `organizationClosing` for a good one of an organization that is not in use.
   */
  async authenticate(cookie: string | undefined): Promise<UserActor | undefined> {
    const session = await this.find(cookie);
    return session && actorOf(session);
  }

  /**
   * Has the session of the cookie act in another organization of its account. What it has proved there counts; else what
   * proved the account itself (Google, Microsoft), where that organization takes it: never another one's connection. Throws
   * `credentialInvalid`, `notFound`, `signInRequired` with the slug, `organizationSuspended`, `organizationClosing`.
   */
  async switchOrganization(cookie: string | undefined, organizationId: string): Promise<CurrentSession> {
    requireId('organization', organizationId);
    const found = await this.#find(cookie);
    if (!found) throw new DomainError('credentialInvalid', 'The session is over. Sign in again.');
    const session = { ...found, organizationId };
    const row = await this.#database.transaction(organizationId, async (transaction) => {
      const [membership] = await transaction.rows(store.findMembership, found.accountId);
      if (!membership) throw notFound('organization', organizationId);
      const select = () =>
        this.#selectAuthentications([session], (...values) => transaction.rows(store.selectAuthentications, ...values));
      let [live] = await select();
      if (!live) {
        await this.#carryOver(transaction, found, membership.userId);
        [live] = await select();
      }
      if (live) requireInUse(live.organizationStatus);
      const [moved] = await transaction.rows(store.moveSession, found.sessionId, this.#clock());
      if (!live || !moved) throw new DomainError('credentialInvalid', 'The session is over. Sign in again.');
      return live;
    });
    return this.#current(session, row) as CurrentSession;
  }

  /** Ends the session of a cookie, in every organization. A cookie that is none changes nothing. */
  async signOut(cookie: string | undefined): Promise<void> {
    const session = await this.#find(cookie);
    if (session) await this.endOwn(session, session.sessionId, 'signedOut');
  }

  /** Ends one session of an account in every organization; false when the account has no such session. */
  async endOwn({ accountId }: Pick<SessionRow, 'accountId'>, sessionId: string, reason = 'ended'): Promise<boolean> {
    requireId('session', sessionId);
    const [ended] = await this.#database.lookUp(store.endSession, sessionId, accountId, this.#clock());
    if (ended) await this.#endEverywhere(accountId, [sessionId], reason);
    return ended !== undefined;
  }

  /** Ends all sessions of an account but the one that is kept; answers how many. */
  async endAllOwn({ accountId }: Pick<SessionRow, 'accountId'>, keptSessionId: string | null): Promise<number> {
    const ended = await this.#database.lookUp(store.endSessionsOfAccount, accountId, keptSessionId, this.#clock());
    const ids = ended.map((session) => session.id);
    if (ids.length > 0) await this.#endEverywhere(accountId, ids, 'ended');
    return ids.length;
  }

  /** Deletes what ended, or was last seen, longer ago than any lifetime: the organization's part. For maintenance. */
  async forgetEndedIn(transaction: OrganizationTransaction): Promise<void> {
    await transaction.rows(store.forgetAuthentications, this.#forgottenBefore());
  }

  /** The same of the sessions themselves, which belong to no organization. */
  async forgetEnded(): Promise<void> {
    await this.#database.lookUp(store.forgetSessions, this.#forgottenBefore());
  }

  /** Resolves when no time of use is being written: before the database is closed. */
  async settled(): Promise<void> {
    await this.#touches.settled();
  }

  #forgottenBefore(): Date {
    return new Date(this.#clock().getTime() - FORGOTTEN_AFTER_MILLISECONDS);
  }

  async #find(cookie: string | undefined): Promise<SessionRow | undefined> {
    if (cookie === undefined || readSecret(cookie) !== 'session') return undefined;
    const [session] = await this.#database.lookUp(store.findSession, this.#hasher.hmacOf(cookie));
    return session;
  }

  #current(session: SessionRow, row: AuthenticationRow | undefined): CurrentSession | undefined {
    const now = this.#clock();
    if (!row && !isAccountLive(session, now)) return undefined;
    this.#touches.touch(session, row, now);
    const { sessionId, accountId, organizationId, loginProvider, createdAt, lastSeenAt } = session;
    const authentication = row && organizationId ? readAuthentication(row, organizationId, this.#catalogue) : null;
    const organizationStatus: OrganizationStatus | null = row?.organizationStatus ?? null;
    const isInUse = organizationStatus === 'active';
    return {
      sessionId,
      accountId,
      organizationId,
      loginProvider,
      createdAt,
      lastSeenAt,
      organizationStatus,
      authentication: isInUse ? authentication : null,
    };
  }

  /** The live authentications of sessions, in their order. */
  async #selectAuthentications(
    sessions: readonly SessionRow[],
    select: (sessionIds: string[], accountIds: string[], now: Date) => Promise<AuthenticationRow[]>,
  ): Promise<(AuthenticationRow | undefined)[]> {
    const ids = sessions.map((session) => session.sessionId);
    const accountIds = sessions.map((session) => session.accountId);
    const rows = await select(ids, accountIds, this.#clock());
    const byPosition = new Map(rows.map((row) => [row.position, row]));
    return sessions.map((_session, index) => byPosition.get(index + 1));
  }

  /** Has what proved the account count in the transaction's organization. Throws `signInRequired` where it does not. */
  async #carryOver(transaction: OrganizationTransaction, session: SessionRow, userId: string): Promise<void> {
    const { sessionId, loginProvider: method, loginProvedAt: at } = session;
    await transaction.rows(store.holdUser, userId);
    const [policy] = await transaction.rows(store.selectSwitchPolicy, userId, sessionId);
    if (!policy) throw notFound('organization', transaction.organizationId);
    requireInUse(policy.organizationStatus);
    if (method === null || at === null || !takes(policy, session, at, this.#clock())) {
      const message = 'Sign in to the organization first, as it asks for it.';
      throw new DomainError('signInRequired', message, { path: 'organizationId', slug: policy.slug });
    }
    const authentication = { sessionId, userId, method, connectionId: null, directoryUserId: null, at };
    await this.authenticateIn(transaction, authentication);
    const detail = { isSwitch: true };
    const event = { outcome: 'signedIn', method, userId, detail, address: null, at: this.#clock() } as const;
    await this.#signInEvents.recordIn(transaction, event);
  }

  /** The sessions are over already; this tells each organization, and its audit. */
  async #endEverywhere(accountId: string, sessionIds: string[], reason: string): Promise<void> {
    const at = this.#clock();
    for (const { organizationId } of await this.#database.lookUp(store.organizationsOfAccount, accountId)) {
      const system: Actor = { kind: 'system', organizationId };
      await this.#database.transaction(organizationId, (transaction) =>
        endAuthentications(transaction, system, { sessionIds, reason, at }),
      );
    }
  }

  #openingOf(input: OpenSession, login: LoginProvider | null): { values: unknown[]; cookie: string } {
    const { accountId, replaces, userAgent, address, at } = input;
    const cookie = createSecret('session');
    const before = replaces !== undefined && readSecret(replaces) === 'session' ? this.#hasher.hmacOf(replaces) : null;
    const agent = userAgent?.slice(0, USER_AGENT_LENGTH_MAX).toWellFormed().replaceAll('\0', '') ?? null;
    const hmac = this.#hasher.hmacOf(cookie);
    return { values: [uuid(), hmac, accountId, before, agent, address, at, login], cookie };
  }
}

/** Longer than the longest lifetime that an organization can set. */
const FORGOTTEN_AFTER_MILLISECONDS = 100 * 24 * 60 * 60_000;

/** Whether an organization takes what proved the account: its own policy, its own lifetimes, and nothing from before an end. */
function takes(policy: store.SwitchPolicy, session: SessionRow, provedAt: Date, now: Date): boolean {
  const isYoung = now.getTime() - provedAt.getTime() < policy.lifetimeMinutes * 60_000;
  const isInUse = now.getTime() - session.lastSeenAt.getTime() < policy.idleMinutes * 60_000;
  const isAfterEnd = policy.endedAt === null || provedAt > policy.endedAt;
  const isAccepted = policy.acceptsOtherMethods || !policy.hasEnabledConnection;
  return policy.isActive && isYoung && isInUse && isAfterEnd && isAccepted;
}

function required<Row>(opened: Row | undefined): Row {
  if (!opened) throw new Error('The new session was not returned.');
  return opened;
}
