import type { OrganizationTransaction } from '../../database/database.ts';
import { statement } from '../../database/statement.ts';
import { type Actor, holds } from '../actors/actor.ts';
import { DomainError } from '../domain-error.ts';
import { recordEvent } from '../events/domain-event.ts';
import { memberPathsOf } from '../groups/effective-members.ts';
import { isActiveUser } from '../users/active-user.ts';
import { OWNER_ONLY } from './catalogue.ts';
import { grantPathsOf } from './grant-paths.ts';

/** Whoever changes who owns the organization waits here, so that two never take the last two owners at once. */
const lockOrganization = statement<never>('select 1 from organizations where organization_id = $1 for no key update');

const OWNER_GRANTS = `
  select og.user_id, og.group_id
    from permission_sets os
    join grants og on og.organization_id = $1 and og.permission_set_id = os.id and og.space_id is null
   where os.organization_id = $1 and os.built_in = 'owner'`;

const selectHasOwner = statement<{ hasOwner: boolean }>(
  `select exists (
     select 1
       from (${OWNER_GRANTS}) owning
      cross join lateral (
        select owning.user_id where owning.user_id is not null
        union all
        select member.user_id from (${memberPathsOf('owning.group_id')}) member) holder
      cross join lateral (
        select * from users u where u.organization_id = $1 and u.id = holder.user_id offset 0) u
      where ${isActiveUser('u')}) as "hasOwner"`,
);

/**
 * SQL that is true for a user whom a grant of `owner` reaches on any path, also while the user is inactive. `user` is an
 * SQL expression of the user's id.
 */
export function isReachedByOwner(user: string): string {
  return `exists (
    select 1 from (${grantPathsOf(user, 'all')}) path
     cross join lateral (
       select s.built_in from permission_sets s
        where s.organization_id = $1 and s.id = path.permission_set_id offset 0) held
     where path.space_id is null and held.built_in = 'owner')`;
}

const selectIsOwner = statement<{ isOwner: boolean }>(
  `select ${isReachedByOwner('asked.id')} as "isOwner" from (select $2::uuid as id) asked`,
);

const selectGrantsOwner = statement<{ grantsOwner: boolean }>(
  `select exists (select 1 from (${OWNER_GRANTS}) owning where owning.group_id = $2) as "grantsOwner"`,
);

/**
 * Does what the product asks for, and throws `lastOwner` when it leaves an organization that had an active owner without
 * one. It locks the organization before the work locks anything: begin the transaction with it.
 */
export async function keepingAnOwner<Result>(
  transaction: OrganizationTransaction,
  work: () => Promise<Result>,
): Promise<Result> {
  const { result, isLost } = await watchingOwners(transaction, work);
  if (!isLost) return result;
  const message = 'The organization would be left without an active owner. Make somebody else an owner first.';
  throw new DomainError('lastOwner', message);
}

/**
 * Does what an identity provider asks for, which is never refused, and records `ownersUnreachable` when it leaves an
 * organization that had an active owner without one. It locks like `keepingAnOwner`.
 */
export async function alarmingOwnersLost<Result>(
  transaction: OrganizationTransaction,
  actor: Actor,
  at: Date,
  work: () => Promise<Result>,
): Promise<Result> {
  const { result, isLost } = await watchingOwners(transaction, work);
  if (isLost) await recordEvent(transaction, actor, { type: 'ownersUnreachable', subjectId: actor.organizationId, at });
  return result;
}

/**
 * Throws `forbidden` when a grant of `owner` reaches the user, on any path and also while they are inactive, unless the
 * actor holds `rollcall:organization`: an admin does nothing to an owner.
 */
export async function requireOwnerToTouch(
  transaction: OrganizationTransaction,
  actor: Actor,
  userId: string,
): Promise<void> {
  if (holds(actor, OWNER_ONLY)) return;
  const [found] = await transaction.rows(selectIsOwner, userId);
  if (found?.isOwner) throw onlyOwners();
}

/** The same for a group that `owner` is granted to: its members, its links and itself. */
export async function requireOwnerToTouchGroup(
  transaction: OrganizationTransaction,
  actor: Actor,
  groupId: string,
): Promise<void> {
  if (holds(actor, OWNER_ONLY)) return;
  const [found] = await transaction.rows(selectGrantsOwner, groupId);
  if (found?.grantsOwner) throw onlyOwners();
}

async function watchingOwners<Result>(
  transaction: OrganizationTransaction,
  work: () => Promise<Result>,
): Promise<{ result: Result; isLost: boolean }> {
  await transaction.rows(lockOrganization);
  const hadOwner = await hasOwner(transaction);
  const result = await work();
  return { result, isLost: hadOwner && !(await hasOwner(transaction)) };
}

/** True while an active user holds `owner` on the whole organization. */
async function hasOwner(transaction: OrganizationTransaction): Promise<boolean> {
  const [found] = await transaction.rows(selectHasOwner);
  return found?.hasOwner === true;
}

function onlyOwners(): DomainError {
  return new DomainError('forbidden', `Only who holds ${OWNER_ONLY} may do this to an owner.`, {
    permission: OWNER_ONLY,
  });
}
