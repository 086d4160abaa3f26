import { v7 as uuid } from 'uuid';
import type { OrganizationTransaction } from '../../database/database.ts';
import { type Actor, describeActor } from '../actors/actor.ts';
import type { PermissionCatalogue } from '../permissions/catalogue.ts';
import type { Match } from './adoption.store.ts';
import { adoptUsers, findMatches } from './adoption.ts';
import { personOf } from './make-user.ts';
import * as store from './place-user.store.ts';

type Person = ReturnType<typeof personOf>;

interface Placing {
  transaction: OrganizationTransaction;
  actor: Actor;
  at: Date;
  provisioningEventId?: string | undefined;
  replaces?: string | null;
  catalogue: PermissionCatalogue;
}

/**
 * Links records of people that have no link as their creation would: to a new user, `active`, or to the user they match,
 * `pending`, unless the address that they share is proved. Inactive people too. Records that have a link, or are gone, are passed over. Fails on the key of user names
 * where another transaction took one at this moment: looked at anew, that is a user they match.
 */
export async function placeUsers(
  transaction: OrganizationTransaction,
  actor: Actor,
  input: {
    directoryUserIds: readonly string[];
    at: Date;
    provisioningEventId?: string | undefined;
    /** The user whose record another person took over. */
    replaces?: string | null;
    catalogue: PermissionCatalogue;
  },
): Promise<void> {
  const records = await transaction.rows(store.lockUnlinked, input.directoryUserIds);
  if (records.length === 0) return;
  const placing = { transaction, actor, ...input };
  const people = records.map(personOf);
  const matches = await findMatches(transaction, people, input.catalogue);
  const byUser = Map.groupBy(matches, (match) => match.userId);
  // Who matches somebody whom another one of them may adopt is placed after that one, as if they had come one by one.
  const rivals = [...byUser.values()].filter((each) => each.length > 1 && each.some((match) => match.isAdoptable));
  const waiting = new Set(rivals.flat().map((match) => match.directoryUserId));
  await place(
    placing,
    people.filter((person) => !waiting.has(person.id)),
    matches,
  );
  for (const person of people.filter(({ id }) => waiting.has(id))) {
    await place(placing, [person], await findMatches(transaction, [person], input.catalogue));
  }
}

/** Places people of whom no two match one user whom one of them may adopt. */
async function place(
  { transaction, actor, at, provisioningEventId, replaces, catalogue }: Placing,
  people: readonly Person[],
  matches: readonly Match[],
): Promise<void> {
  if (people.length === 0) return;
  const adopted = new Map(matches.map((match) => [match.directoryUserId, match.isAdoptable ? match.userId : null]));
  const rows = people.map((person) => ({
    ...person,
    userId: uuid(),
    linkId: uuid(),
    eventId: uuid(),
    provisioningEventId,
    replaces,
    adoptedId: adopted.get(person.id) ?? null,
    actor: describeActor(actor),
    at,
  }));
  const placed = await transaction.rows(store.placePeople, JSON.stringify(rows));
  const userIds = placed.filter((person) => person.isAdopted).map((person) => person.userId);
  await adoptUsers(transaction, actor, { userIds, at, catalogue });
}
