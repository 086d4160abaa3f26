import type { OrganizationTransaction } from '../../database/database.ts';
import type { SignInConnection } from '../connections/sign-in-connection.ts';
import type { VerifiedIdentity } from '../connections/verified-identity.ts';
import { selectUserName } from './match-person.store.ts';
import { isOwnAddress, matchPerson } from './match-person.ts';
import type { PersonDecision } from './person-decision.ts';
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
    const reason = refusalOf(decision);
    return {
      outcome: reason === null ? 'wouldSignIn' : 'wouldRefuse',
      userName: await userNameOf(transaction, decision),
      reason,
      isNewUser: decision.kind === 'create',
      requestReason: decision.kind === 'request' ? decision.reason : null,
      hasRecord: decision.kind === 'refuse' && 'linkState' in decision.detail,
      isOwnAddress: await isOwnAddress(transaction, identity),
    };
  });
}

function refusalOf(decision: PersonDecision): SignInPrediction['reason'] {
  if (decision.kind === 'refuse') return decision.reason;
  return decision.kind === 'request' ? 'approvalRequired' : null;
}

async function userNameOf(transaction: OrganizationTransaction, decision: PersonDecision): Promise<string | null> {
  if (decision.kind === 'create') return null;
  const userId = decision.kind === 'request' ? decision.candidateUserIds[0] : decision.userId;
  const [user] = userId == null ? [] : await transaction.rows(selectUserName, userId);
  return user?.userName ?? null;
}
