import type { Database } from '../../database/database.ts';
import type { NamedActor } from '../actors/actor.ts';
import { endAuthentications } from './end-authentications.ts';
import * as store from './sessions.store.ts';

export interface EndedSessions {
  accountId: string;
  sessionIds: readonly string[];
  /** For the audit. */
  reason: store.OwnEnd;
  /** Whether the person ended them: then each organization's audit names its user. */
  isOwnAct: boolean;
  at: Date;
}

/** Tells each organization of the account, and its audit, of sessions that are over already. */
export async function tellSessionsEnded(database: Database, ended: EndedSessions): Promise<void> {
  const { accountId, sessionIds, reason, isOwnAct, at } = ended;
  for (const { organizationId } of await database.lookUp(store.organizationsOfAccount, accountId)) {
    await database.transaction(organizationId, async (transaction) => {
      const [member] = isOwnAct ? await transaction.rows(store.findMember, accountId) : [];
      const actor: NamedActor = member
        ? { kind: 'user', organizationId, ...member }
        : { kind: 'system', organizationId };
      await endAuthentications(transaction, actor, { sessionIds, reason, at });
    });
  }
}
