import { v7 as uuid } from 'uuid';
import type { OrganizationTransaction } from '../../database/database.ts';
import { statement } from '../../database/statement.ts';
import { type Actor, describeActor } from '../actors/actor.ts';
import { answering } from '../constraint-answers.ts';
import { DomainError } from '../domain-error.ts';
import { isEmailAddress } from '../email-address.ts';
import { recordEvent } from '../events/domain-event.ts';
import { insertGrant } from '../permissions/grants.store.ts';
import { readName, readOptionalText } from '../text-input.ts';
import { PROFILE_LENGTH_MAX, profileColumns } from '../users/user-profile.ts';
import { insertUser } from '../users/users.store.ts';

export interface NewOwner {
  /** Is the userName too. */
  email: string;
  displayName?: string | null | undefined;
}

const selectOwnerSet = statement<{ id: string }>(
  `select id from permission_sets where organization_id = $1 and built_in = 'owner'`,
);

/**
 * Makes a manual user with a grant of owner, in the transaction of whatever needs one; answers the user's id. For the
 * operator and for a set-up: it asks for no permission. Throws `userNameTaken`, `invalidValue`.
 */
export async function makeOwner(
  transaction: OrganizationTransaction,
  actor: Actor,
  input: NewOwner,
  at: Date,
): Promise<string> {
  const email = readName(input.email, 'email', PROFILE_LENGTH_MAX).trim();
  if (!isEmailAddress(email))
    throw new DomainError('invalidValue', 'email must be an e-mail address.', { path: 'email' });
  const displayName = readOptionalText(input.displayName, 'displayName', PROFILE_LENGTH_MAX);
  const userId = uuid();
  const profile = { userName: email, displayName, email };
  const isTaken = () =>
    new DomainError('userNameTaken', `The userName ${email} is taken.`, { path: 'email', userName: email });
  const inserting = transaction.rows(insertUser, userId, ...profileColumns(profile), at);
  await answering({ users_user_name_key: isTaken }, inserting);
  await recordEvent(transaction, actor, { type: 'userCreated', subjectId: userId, data: profile, at });
  const [set] = await transaction.rows(selectOwnerSet);
  if (!set) throw new Error('The organization has no set of owners.');
  const by = JSON.stringify(describeActor(actor));
  const [grant] = await transaction.rows(insertGrant, uuid(), set.id, null, userId, null, by, at);
  if (!grant) throw new Error('The new grant was not returned.');
  const data = { permissionSetId: set.id, groupId: null, userId, spaceId: null };
  await recordEvent(transaction, actor, { type: 'grantCreated', subjectId: grant.id, data, at });
  return userId;
}
