import type { Database } from '../../database/database.ts';
import type { AuthenticationRow, SessionRow } from './sessions.store.ts';
import * as store from './sessions.store.ts';

const TOUCH_AFTER_MILLISECONDS = 60_000;

/** Writes when sessions were last seen, at most once a minute and behind the back of the request. */
export class SessionTouches {
  readonly #database: Database;
  readonly #onFailed: (error: unknown) => void;
  readonly #underWay = new Map<string, Promise<unknown>>();

  constructor({ database, onFailed }: { database: Database; onFailed: (error: unknown) => void }) {
    this.#database = database;
    this.#onFailed = onFailed;
  }

  touch(session: SessionRow, authentication: AuthenticationRow | undefined, now: Date): void {
    const { sessionId, organizationId } = session;
    const seenAt = Math.min(session.lastSeenAt.getTime(), (authentication ?? session).lastSeenAt.getTime());
    if (now.getTime() - seenAt < TOUCH_AFTER_MILLISECONDS || this.#underWay.has(sessionId)) return;
    const write: Promise<unknown> =
      authentication && organizationId
        ? this.#database.run(organizationId, store.touchAuthentication, sessionId, now)
        : this.#database.lookUp(store.touchSession, sessionId, now);
    const done = write.catch(this.#onFailed).finally(() => this.#underWay.delete(sessionId));
    this.#underWay.set(sessionId, done);
  }

  /** Resolves when nothing is being written: before the database is closed. */
  async settled(): Promise<void> {
    await Promise.all(this.#underWay.values());
  }
}
