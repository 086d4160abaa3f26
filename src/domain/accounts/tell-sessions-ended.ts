import type { Database } from '../../database/database.ts';
import type { NamedActor } from '../actors/actor.ts';
import { endOwnAuthentications } from './end-authentications.ts';
import * as store from './own-sessions.store.ts';
import type { OwnEnd } from './session.entity.ts';

export interface EndedSessions {
  accountId: string;
  sessionIds: readonly string[];
  reason: OwnEnd;
  at: Date;
}

/**
 * Tells each organization of the account, and its audit, of sessions that are over already; the audit names its user, but for
 * one that another account replaced. What was told before is not told twice.
 */
export async function tellSessionsEnded(database: Database, ended: EndedSessions): Promise<void> {
  const { accountId, sessionIds, reason, at } = ended;
  for (const { organizationId } of await database.lookUp(store.organizationsOfAccount, accountId)) {
    await database.transaction(organizationId, async (transaction) => {
      const [member] = reason === 'replaced' ? [] : await transaction.rows(store.findMember, accountId);
      const actor: NamedActor = member
        ? { kind: 'user', organizationId, ...member }
        : { kind: 'system', organizationId };
      await endOwnAuthentications(transaction, actor, { sessionIds, reason, at });
    });
  }
  await database.lookUp(store.putTold, sessionIds);
}
