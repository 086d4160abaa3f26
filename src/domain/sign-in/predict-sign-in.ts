import type { SignInConnection } from '../connections/sign-in-connection.ts';
import type { VerifiedIdentity } from '../connections/verified-identity.ts';
import { selectUserName } from './match-person.store.ts';
import { matchPerson } from './match-person.ts';
import type { SignInPrediction } from './sign-in-outcome.ts';
import type { SignInParts } from './sign-in-parts.ts';

/** What signing in through the connection as this identity would lead to now, by the same rules. Writes nothing. */
export function predictSignIn(
  { database, catalogue }: Pick<SignInParts, 'database' | 'catalogue'>,
  connection: SignInConnection,
  identity: VerifiedIdentity,
): Promise<SignInPrediction> {
  return database.transaction(connection.organizationId, async (transaction) => {
    const { decision } = await matchPerson(transaction, { connection, identity }, catalogue);
    const userId =
      decision.kind === 'create' ? null : decision.kind === 'request' ? decision.candidateUserIds[0] : decision.userId;
    const [user] = userId ? await transaction.rows(selectUserName, userId) : [];
    const userName = user?.userName ?? null;
    if (decision.kind === 'refuse') return { outcome: 'wouldRefuse', userName, reason: decision.reason };
    if (decision.kind === 'request') return { outcome: 'wouldRefuse', userName, reason: 'approvalRequired' };
    return { outcome: 'wouldSignIn', userName, reason: null };
  });
}
