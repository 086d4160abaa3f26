import type { OrganizationTransaction } from '../../database/database.ts';
import { type Actor, describeActor, holds } from '../actors/actor.ts';
import { DomainError } from '../domain-error.ts';
import { recordEvents } from '../events/domain-event.ts';
import type { PeopleAfterwards } from '../links/link-decisions.ts';
import { settleUsers } from '../links/settle-users.ts';
import { OWNER_ONLY, type PermissionCatalogue } from '../permissions/catalogue.ts';
import { resolveHeld } from '../permissions/granted-permissions.ts';
import { requireMayHandOn } from '../permissions/own-permissions.ts';
import * as store from './retire-records.store.ts';

interface Retiring {
  transaction: OrganizationTransaction;
  actor: Actor;
  directoryId: string;
  people: PeopleAfterwards;
  at: Date;
  catalogue: PermissionCatalogue;
}

const LINKS_PER_PORTION = 5_000;

/**
 * Ends what a directory is in the product: its tokens, its links, the groups that only it filled. One transaction, so that
 * it is retired as a whole or not at all. Answers the facts to tell. Throws `permissionsExceedOwn`, `freshSignInRequired`,
 * `forbidden`.
 */
export async function retireRecords(retiring: Retiring): Promise<Record<string, unknown>> {
  const { transaction, actor, directoryId, people, at } = retiring;
  await requireRights(retiring);
  const tokens = await transaction.rows(store.revokeTokens, directoryId, at);
  await recordEvents(
    transaction,
    actor,
    at,
    tokens.map(({ id, hint }) => ({ type: 'scimTokenRevoked', subjectId: id, data: { directoryId, hint } })),
  );
  const kept = people === 'keep' ? await keepPeople(retiring) : { keptPeopleCount: 0 };
  const groupLinks = await transaction.rows(store.endGroupLinks, directoryId, json(actor), at);
  await tellOfLinks(retiring, 'group', groupLinks);
  const endedUserLinksCount = await endUserLinks(retiring);
  const groups = await transaction.rows(store.untieOwnGroups, directoryId);
  const groupIds = groups.map((group) => group.id);
  await transaction.rows(store.deleteGroups, groupIds);
  await recordEvents(
    transaction,
    actor,
    at,
    groupIds.map((subjectId) => ({ type: 'groupDeleted', subjectId, data: { directoryId } })),
  );
  const endedGroupLinksCount = groupLinks.length;
  return { people, ...kept, endedUserLinksCount, endedGroupLinksCount, deletedGroupsCount: groupIds.length };
}

/** Nobody keeps people in more than they hold, and only who may change the organization does anything to an owner. */
async function requireRights({ transaction, actor, directoryId, people, catalogue, at }: Retiring): Promise<void> {
  if (people === 'keep') {
    const held = resolveHeld(catalogue, await transaction.rows(store.heldByPeople, directoryId));
    requireMayHandOn(actor, held, { catalogue, at });
  }
  if (holds(actor, OWNER_ONLY)) return;
  const [found] = await transaction.rows(store.hasOwners, directoryId);
  if (!found?.hasOwners) return;
  const message = `Owners are among the people of this directory, so retiring it needs ${OWNER_ONLY}.`;
  throw new DomainError('forbidden', message, { permission: OWNER_ONLY });
}

async function keepPeople({ transaction, actor, directoryId, at }: Retiring): Promise<{ keptPeopleCount: number }> {
  const groups = await transaction.rows(store.keepMembers, directoryId, json(actor), at);
  const people = await transaction.rows(store.keepPeople, directoryId, at);
  await recordEvents(transaction, actor, at, [
    ...groups.map(({ groupId, count }) => ({
      type: 'groupMembersAdded' as const,
      subjectId: groupId,
      data: { count, directoryId },
    })),
    ...people.map(({ id }) => ({ type: 'userKept' as const, subjectId: id, data: { directoryId } })),
  ]);
  return { keptPeopleCount: people.length };
}

async function endUserLinks(retiring: Retiring): Promise<number> {
  const { transaction, actor, directoryId, at, catalogue } = retiring;
  const ids = (await transaction.rows(store.userLinksOf, directoryId)).map((link) => link.id);
  for (let start = 0; start < ids.length; start += LINKS_PER_PORTION) {
    const portion = ids.slice(start, start + LINKS_PER_PORTION);
    const links = await transaction.rows(store.endUserLinks, portion, json(actor), at);
    await tellOfLinks(retiring, 'user', links);
    const userIds = links.flatMap(({ from, targetId }) => (from === 'active' && targetId ? [targetId] : []));
    await settleUsers(transaction, actor, { userIds, at, catalogue });
  }
  return ids.length;
}

async function tellOfLinks(
  { transaction, actor, at }: Retiring,
  kind: 'user' | 'group',
  links: readonly store.EndedLink[],
): Promise<void> {
  await recordEvents(
    transaction,
    actor,
    at,
    links.map(({ linkId, from, directoryRecordId, targetId }) => ({
      type: 'linkStateChanged',
      subjectId: linkId,
      data: {
        from,
        to: 'superseded',
        reason: 'directory_retired',
        ...(kind === 'user'
          ? { directoryUserId: directoryRecordId, userId: targetId }
          : { directoryGroupId: directoryRecordId, groupId: targetId }),
      },
    })),
  );
}

function json(actor: Actor): string {
  return JSON.stringify(describeActor(actor));
}
