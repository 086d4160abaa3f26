import { coalesce } from '../../database/coalesce.ts';
import { type Database, isConnectionFailure, type OrganizationTransaction } from '../../database/database.ts';
import { type CredentialHasher, readSecret } from '../actors/credential.ts';
import type { Clock } from '../clock.ts';
import { DomainError, notFound } from '../domain-error.ts';
import { requireId } from '../id.ts';
import type { OrganizationStatus } from '../organizations/organization.entity.ts';
import { requireInUse } from '../organizations/organization-status.ts';
import type { PermissionCatalogue } from '../permissions/catalogue.ts';
import type { SignInEvents, SignInToRecord } from '../sign-in-log/sign-in-events.ts';
import { type LoginProvider, loginProviders } from './account.entity.ts';
import { type CurrentSession, isAccountLive, readAuthentication } from './current-session.ts';
import type { OwnSessions } from './own-sessions.ts';
import type { AuthenticationMethod } from './session.entity.ts';
import { type OpenedSession, type Opening, openingOf } from './session-opening.ts';
import { SessionTouches } from './session-touches.ts';
import type { AuthenticationRow, SessionRow } from './sessions.store.ts';
import * as store from './sessions.store.ts';
import { takesProof } from './takes-proof.ts';
import { tellSessionsEnded } from './tell-sessions-ended.ts';

/** By what somebody proved to an organization who they are. */
export interface Proof {
  method: AuthenticationMethod;
  /** The connection, and the record of the directory that was signed in as; null for other methods or where there is none. */
  connectionId: string | null;
  directoryUserId: string | null;
  /** When the person themselves proved it; null where nobody says. */
  provedAt: Date | null;
}

export interface NewSignIn extends Opening {
  /** Whom the account is in the organization. */
  userId: string;
  proof: Proof;
  /** What the sign-in log says of it besides. */
  event: Pick<SignInToRecord, 'subject' | 'email' | 'detail'>;
}

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
  readonly #ownSessions: Pick<OwnSessions, 'end'>;
  readonly #touches: SessionTouches;
  readonly #onBackgroundFailure: (error: unknown) => void;
  readonly #authenticate: (organizationId: string, session: SessionRow) => Promise<AuthenticationRow | undefined>;

  constructor(parts: {
    database: Database;
    clock: Clock;
    hasher: CredentialHasher;
    catalogue: PermissionCatalogue;
    signInEvents: Pick<SignInEvents, 'recordIn'>;
    ownSessions: Pick<OwnSessions, 'end'>;
    /** Told of failures nobody waits for. */
    onBackgroundFailure?: (error: unknown) => void;
  }) {
    this.#database = parts.database;
    this.#clock = parts.clock;
    this.#hasher = parts.hasher;
    this.#catalogue = parts.catalogue;
    this.#signInEvents = parts.signInEvents;
    this.#ownSessions = parts.ownSessions;
    this.#onBackgroundFailure = parts.onBackgroundFailure ?? (() => undefined);
    this.#touches = new SessionTouches({ database: parts.database, onFailed: this.#onBackgroundFailure });
    this.#authenticate = coalesce({
      run: (organizationId, sessions) =>
        this.#selectAuthentications(sessions, (...values) =>
          this.#database.run(organizationId, store.selectAuthentications, ...values),
        ),
      runsAgainAlone: (error) => !isConnectionFailure(error),
    });
  }

  /**
   * The end of every sign-in to the transaction's organization: a session that acts there, under a new cookie, and the line in
   * the log. What the account has proved to other organizations in this browser stays; the session of another account ends.
   */
  async signInTo(transaction: OrganizationTransaction, signIn: NewSignIn): Promise<OpenedSession> {
    const { userId, proof, visit, event, at } = signIn;
    const { method, connectionId } = proof;
    const login = loginProviders.find((provider) => provider === method) ?? null;
    const { values, cookie } = openingOf(this.#hasher, signIn, login);
    const [row] = await transaction.rows(store.openSession, ...values);
    const opened = required(row);
    transaction.afterCommit(() => this.#tellReplaced(opened));
    await this.#prove(transaction, { sessionId: opened.id, userId, proof, at });
    const signedIn = {
      outcome: 'signedIn',
      method,
      connectionId,
      userId,
      ...event,
      address: visit.address,
      at,
    } as const;
    await this.#signInEvents.recordIn(transaction, signedIn);
    return { sessionId: opened.id, cookie };
  }

  /** A session without an organization, for an account that a login proved and that opens none. */
  async open({ login, ...input }: Opening & { login: LoginProvider }): Promise<OpenedSession> {
    const { values, cookie } = openingOf(this.#hasher, input, login);
    const [row] = await this.#database.lookUp(store.openSession, null, ...values);
    const opened = required(row);
    await this.#tellReplaced(opened);
    return { sessionId: opened.id, cookie };
  }

  /** The session of a cookie with what it has proved to its organization, read anew; undefined for none. */
  async find(cookie: string | undefined): Promise<CurrentSession | undefined> {
    const session = await this.#find(cookie);
    return session && this.#asItStands(session);
  }

  /**
   * Has the session of the cookie act in another organization of its account. What it has proved there counts; else what
   * proved the account itself (Google, Microsoft), where that organization takes it: never another one's connection. Throws
   * `credentialInvalid`, `notFound`, `signInRequired` with the slug, `organizationSuspended`, `organizationClosing`.
   */
  async switchOrganization(cookie: string | undefined, organizationId: string): Promise<CurrentSession> {
    requireId('organization', organizationId);
    const found = await this.#find(cookie);
    if (!found || !(await this.#asItStands(found))) {
      throw new DomainError('credentialInvalid', 'The session is over. Sign in again.');
    }
    const session = { ...found, organizationId };
    const row = await this.#database.transaction(organizationId, async (transaction) => {
      const [membership] = await transaction.rows(store.findMembership, found.accountId);
      if (!membership) throw notFound('organization', organizationId);
      const select = () =>
        this.#selectAuthentications([session], (...values) => transaction.rows(store.selectAuthentications, ...values));
      let [live] = await select();
      if (!live) {
        await transaction.rows(store.holdUser, membership.userId);
        // A sign-in of this moment is over by now: it came first, and stands.
        [live] = await select();
      }
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
    if (session) await this.#ownSessions.end(session, session.sessionId, 'signedOut');
  }

  /**
   * Deletes what was proved, and ended if it did, longer ago than any lifetime: the organization's part. An end is kept for as
   * long as a proof from before it could count. For maintenance.
   */
  async forgetEndedIn(transaction: OrganizationTransaction): Promise<void> {
    await transaction.rows(store.forgetAuthentications, this.#forgottenBefore());
  }

  /** Deletes sessions under cookies that are older than any lifetime; they belong to no organization. For maintenance. */
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

  async #asItStands(session: SessionRow): Promise<CurrentSession | undefined> {
    const { organizationId } = session;
    const row = organizationId === null ? undefined : await this.#authenticate(organizationId, session);
    return this.#current(session, row);
  }

  #current(session: SessionRow, row: AuthenticationRow | undefined): CurrentSession | undefined {
    const now = this.#clock();
    if (!row && !isAccountLive(session, now)) return undefined;
    this.#touches.touch(session, row, now);
    const { sessionId, accountId, organizationId, loginProvider, loginProvedAt, createdAt, lastSeenAt } = session;
    const read = { catalogue: this.#catalogue, now };
    const authentication = row && organizationId ? readAuthentication(row, organizationId, read) : null;
    const organizationStatus: OrganizationStatus | null = row?.organizationStatus ?? null;
    return {
      sessionId,
      accountId,
      organizationId,
      loginProvider,
      loginProvedAt,
      createdAt,
      lastSeenAt,
      organizationStatus,
      authentication: organizationStatus === 'active' ? authentication : null,
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

  /** Has what proved the account count in the transaction's organization, whose user is held. Throws `signInRequired`. */
  async #carryOver(transaction: OrganizationTransaction, session: SessionRow, userId: string): Promise<void> {
    const { sessionId, loginProvider: method, loginProvedAt: at } = session;
    const [policy] = await transaction.rows(store.selectSwitchPolicy, userId, sessionId, this.#clock());
    if (!policy) throw notFound('organization', transaction.organizationId);
    requireInUse(policy.organizationStatus);
    if (method === null || at === null || !takesProof(policy, session, at, this.#clock())) {
      const message = 'Sign in to the organization first, as it asks for it.';
      const { slug, hasConnection } = policy;
      throw new DomainError('signInRequired', message, { path: 'organizationId', slug, hasConnection });
    }
    // How fresh what proved the account was is not kept with the account.
    const proof = { method, connectionId: null, directoryUserId: null, provedAt: null };
    await this.#prove(transaction, { sessionId, userId, proof, at });
    const detail = { isSwitch: true };
    const event = { outcome: 'signedIn', method, userId, detail, address: null, at: this.#clock() } as const;
    await this.#signInEvents.recordIn(transaction, event);
  }

  /** Writes by what the session was signed in to the transaction's organization, in place of what it had proved before. */
  async #prove(
    transaction: OrganizationTransaction,
    { sessionId, userId, proof, at }: { sessionId: string; userId: string; proof: Proof; at: Date },
  ): Promise<void> {
    const { method, connectionId, directoryUserId, provedAt } = proof;
    const values = [sessionId, userId, method, connectionId, directoryUserId, at, provedAt];
    await transaction.rows(store.putAuthentication, ...values, this.#clock());
  }

  /** The sign-in stands, whatever becomes of this. */
  async #tellReplaced({ endedId, endedAccountId: accountId }: store.OpenedSessionRow): Promise<void> {
    if (endedId === null || accountId === null) return;
    const facts = { accountId, sessionIds: [endedId], reason: 'replaced', at: this.#clock() } as const;
    await tellSessionsEnded(this.#database, facts).catch(this.#onBackgroundFailure);
  }
}

/** Longer than the longest lifetime that an organization can set. */
const FORGOTTEN_AFTER_MILLISECONDS = 100 * 24 * 60 * 60_000;

function required<Row>(opened: Row | undefined): Row {
  if (!opened) throw new Error('The new session was not returned.');
  return opened;
}
