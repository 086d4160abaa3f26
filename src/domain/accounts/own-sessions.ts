import type { Database } from '../../database/database.ts';
import type { Clock } from '../clock.ts';
import { requireId } from '../id.ts';
import { accountLiveSince, type CurrentSession } from './current-session.ts';
import type { OwnSessionRow } from './own-sessions.store.ts';
import * as store from './own-sessions.store.ts';
import type { OwnEnd } from './session.entity.ts';
import { type EndedSessions, tellSessionsEnded } from './tell-sessions-ended.ts';

const OWN_SESSIONS_MAX = 100;
const TOLD_AT_ONCE = 500;

type Account = Pick<CurrentSession, 'accountId'>;

/** The browsers in which an account is signed in, as the person sees and ends them: everywhere, and without a permission. */
export class OwnSessions {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #onBackgroundFailure: (error: unknown) => void;

  constructor(parts: {
    database: Database;
    clock: Clock;
    /** Told of failures nobody waits for. */
    onBackgroundFailure?: (error: unknown) => void;
  }) {
    this.#database = parts.database;
    this.#clock = parts.clock;
    this.#onBackgroundFailure = parts.onBackgroundFailure ?? (() => undefined);
  }

  /** The one seen last first, at most a hundred: exactly those whose cookies `Sessions.find` still takes for one. */
  async list({ accountId }: Account): Promise<OwnSessionRow[]> {
    const now = this.#clock();
    const { seenAfter, createdAfter } = accountLiveSince(now);
    const ofAccount = [accountId, seenAfter, createdAfter, OWN_SESSIONS_MAX];
    const organizations = await this.#database.lookUp(store.organizationsOfAccount, accountId);
    const found = await Promise.all([
      this.#database.lookUp(store.selectAccountSessions, ...ofAccount),
      ...organizations.map(({ organizationId }) =>
        this.#database.run(organizationId, store.selectLiveSessions, accountId, now, OWN_SESSIONS_MAX),
      ),
    ]);
    const sessions = new Map(found.flat().map((session) => [session.id, session]));
    return [...sessions.values()].toSorted(lastSeenFirst).slice(0, OWN_SESSIONS_MAX);
  }

  /** Ends one session; false when the account has no such session. */
  async end({ accountId }: Account, sessionId: string, reason: OwnEnd = 'ended'): Promise<boolean> {
    requireId('session', sessionId);
    const at = this.#clock();
    const [ended] = await this.#database.lookUp(store.endSession, sessionId, accountId, at, reason);
    if (ended) await this.#tell({ accountId, sessionIds: [sessionId], reason, at });
    return ended !== undefined;
  }

  /** Ends all sessions but the one that is kept; answers how many. */
  async endAll({ accountId }: Account, keptSessionId: string | null): Promise<number> {
    const at = this.#clock();
    const ended = await this.#database.lookUp(store.endSessionsOfAccount, accountId, keptSessionId, at, 'ended');
    if (ended.length > 0) await this.#tell({ accountId, sessionIds: ended.map(({ id }) => id), reason: 'ended', at });
    return ended.length;
  }

  /** Tells organizations of sessions that ended where telling all of them broke off. For maintenance. */
  async tellOfEnded(): Promise<void> {
    const untold = await this.#database.lookUp(store.selectUntold, TOLD_AT_ONCE);
    for (const { id, accountId, reason, endedAt: at } of untold) {
      await this.#tell({ accountId, sessionIds: [id], reason, at });
    }
  }

  /** They are over whatever becomes of this: what fails here is told later. */
  async #tell(ended: EndedSessions): Promise<void> {
    await tellSessionsEnded(this.#database, ended).catch(this.#onBackgroundFailure);
  }
}

function lastSeenFirst(left: OwnSessionRow, right: OwnSessionRow): number {
  return right.lastSeenAt.getTime() - left.lastSeenAt.getTime() || (right.id < left.id ? -1 : 1);
}
