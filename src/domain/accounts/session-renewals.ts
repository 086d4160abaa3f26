import type { OrganizationTransaction } from '../../database/database.ts';
import type { CredentialHasher } from '../actors/credential.ts';
import type { SignInEvents, SignInToRecord } from '../sign-in-log/sign-in-events.ts';
import type { LoginProvider } from './account.entity.ts';
import type { CurrentSession } from './current-session.ts';
import { type OpenedSession, type Opening, openingOf, sessionHmacOf } from './session-opening.ts';
import * as store from './sessions.store.ts';

/** What a session is to prove once more: by the login by which it was signed in. */
export interface Renewal extends Omit<Opening, 'accountId'> {
  session: Pick<CurrentSession, 'sessionId' | 'accountId'>;
  userId: string;
  login: LoginProvider;
  /** When the person proved who they are; null where nobody says. */
  provedAt: Date | null;
  /** What the sign-in log says of it besides. */
  event: Pick<SignInToRecord, 'subject' | 'email'>;
}

/** Fresh sign-ins of sessions that stay although their organization takes their way in no more. */
export class SessionRenewals {
  readonly #hasher: CredentialHasher;
  readonly #signInEvents: Pick<SignInEvents, 'recordIn'>;

  constructor({ hasher, signInEvents }: { hasher: CredentialHasher; signInEvents: Pick<SignInEvents, 'recordIn'> }) {
    this.#hasher = hasher;
    this.#signInEvents = signInEvents;
  }

  /**
   * Makes fresh what the session has proved to the transaction's organization, whose user is held, and gives it a new cookie. Its
   * lifetime goes on from when it was signed in. Undefined where it has proved nothing there by this login, or that is over.
   */
  async renewIn(transaction: OrganizationTransaction, renewal: Renewal): Promise<OpenedSession | undefined> {
    const { session, userId, login, provedAt, visit, begunAt, event, at } = renewal;
    const { sessionId, accountId } = session;
    const [held] = await transaction.rows(store.holdSession, sessionHmacOf(this.#hasher, visit.sessionCookie));
    if (held?.id !== sessionId) return undefined;
    const [live] = await transaction.rows(store.selectAuthentications, [sessionId], [accountId], at);
    if (live?.userId !== userId || live.method !== login || live.organizationStatus !== 'active') return undefined;
    await transaction.rows(store.renewAuthentication, sessionId, provedAt, at);
    const opening = { accountId, visit, at, ...(begunAt && { begunAt }) };
    const { values, cookie } = openingOf(this.#hasher, opening, login);
    await transaction.rows(store.openSession, ...values);
    const facts = {
      outcome: 'signedIn',
      method: login,
      userId,
      detail: { isRenewal: true },
      address: visit.address,
    } as const;
    await this.#signInEvents.recordIn(transaction, { ...facts, ...event, at });
    return { sessionId, cookie };
  }
}
