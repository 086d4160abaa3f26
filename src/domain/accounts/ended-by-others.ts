import type { OrganizationTransaction } from '../../database/database.ts';
import { statement } from '../../database/statement.ts';
import { ownEnds } from './session.entity.ts';

const OWN_ENDS = ownEnds.map((end) => `'${end}'`).join(', ');

/** SQL for when somebody else than the person last ended the authentication of the alias, also where it was proved anew. */
export const endedByOthersAt = (alias: string) =>
  `greatest(${alias}.ended_by_others_at,
            case when ${alias}.ended_reason not in (${OWN_ENDS}) then ${alias}.ended_at end)`;

/** SQL for the newest such end of the user in the organization `$1`, in whatever browser; null where nothing remembers one. */
export const lastEndByOthersOf = (user: string) =>
  `(select max(${endedByOthersAt('ea')}) from session_authentications ea
     where ea.organization_id = $1 and ea.user_id = ${user})`;

const wasEnded = statement<{ wasEnded: boolean }>(
  `select coalesce(${lastEndByOthersOf('$2::uuid')} >= $3::timestamptz, false) as "wasEnded"`,
);

/**
 * Whether somebody else than the person has ended sessions of the user, who is held, since a sign-in began: what that proved is
 * from before the end, however late it is finished.
 */
export async function wasEndedSince(
  transaction: OrganizationTransaction,
  userId: string,
  begunAt: Date,
): Promise<boolean> {
  const [answer] = await transaction.rows(wasEnded, userId, begunAt);
  return answer?.wasEnded === true;
}
