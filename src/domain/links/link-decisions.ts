import { foldKey } from '../../attributes/fold.ts';
import type { Database, OrganizationTransaction } from '../../database/database.ts';
import { type Actor, describeActor, requireFreshSignIn, requirePermission } from '../actors/actor.ts';
import type { Clock } from '../clock.ts';
import { answering } from '../constraint-answers.ts';
import { pointConflict } from '../directories/directory-user-writes.store.ts';
import { DomainError, notFound } from '../domain-error.ts';
import { recordEvent } from '../events/domain-event.ts';
import { requireId } from '../id.ts';
import type { PermissionCatalogue } from '../permissions/catalogue.ts';
import { requireMayHandOn, requireOwn } from '../permissions/own-permissions.ts';
import { keepingAnOwner, requireOwnerToTouch, requireOwnerToTouchGroup } from '../permissions/owners.ts';
import { absorbManualMembers } from './absorption.ts';
import type { LinkReason, LinkState } from './link.entity.ts';
import * as store from './link-decisions.store.ts';
import { groundOfLink, type LinkGround, permissionsOfUser } from './link-preview.ts';
import type { LinkRow } from './links.store.ts';
import { linksById } from './links.store.ts';
import { makeUserFor } from './make-user.ts';
import { type DirectoryGroupToLink, groupOfName, makeGroupFor } from './place-group.ts';
import { retryGroupLink } from './retry-group.ts';
import { settleUsers } from './settle-users.ts';

/** What becomes of people whom a link let in: they stay by hand, or go with it. */
export type PeopleAfterwards = 'keep' | 'letGo';

type Decision = 'approve' | 'reject' | 'separate' | 'retry' | 'unlink';

/** The states from which each decision is possible (docs/life-cycles.md). */
const decidable: Readonly<Record<Decision, readonly LinkState[]>> = {
  approve: ['pending', 'rejected', 'removed_in_product'],
  reject: ['pending', 'conflict'],
  separate: ['pending', 'rejected'],
  retry: ['conflict'],
  unlink: ['active'],
};

/** A decision in hand: the link is locked, the actor may decide. */
interface Deciding {
  transaction: OrganizationTransaction;
  actor: Actor;
  link: LinkRow;
  at: Date;
}

/**
 * An admin's decisions on links. All need `rollcall:links`, and nobody lets somebody into more than they hold. To approve asks
 * for a fresh sign-in always, what else lets people hold or keep something does where that is sensitive.
 */
export class LinkDecisions {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #catalogue: PermissionCatalogue;

  constructor(parts: { database: Database; clock: Clock; catalogue: PermissionCatalogue }) {
    this.#database = parts.database;
    this.#clock = parts.clock;
    this.#catalogue = parts.catalogue;
  }

  /**
   * Activates a link as the preview with this digest showed it: a group's people come in, a user is the directory's from
   * now on, what was removed in the product is back. Throws `notFound`, `linkNotPending`, `freshSignInRequired`,
   * `previewOutdated` when anything moved since, `permissionsExceedOwn` unless the actor holds all that it gives,
   * `groupIsLinked` while another directory group is linked to the group, `userNameTaken` when a removed user's name is
   * another's by now, `lastOwner` where the only active owner would not be one any more.
   */
  async approve(actor: Actor, input: { id: string; digest: string }): Promise<LinkRow> {
    return this.#decide(actor, input.id, 'approve', async (deciding) => {
      requireFreshSignIn(actor, deciding.at);
      const ground = await groundOfLink(deciding.transaction, input.id, this.#catalogue);
      if (ground.digest !== input.digest) {
        const message = 'The ground has moved since the preview. Look at it again.';
        throw new DomainError('previewOutdated', message, { path: 'digest' });
      }
      requireOwn(actor, ground.permissions);
      if (ground.link.kind === 'group') await this.#approveGroup(deciding, ground);
      else await this.#approveUser(deciding);
    });
  }

  /** Declines a waiting link: SCIM keeps answering, nobody gains anything. Throws `notFound`, `linkNotPending`. */
  async reject(actor: Actor, id: string): Promise<LinkRow> {
    return this.#decide(actor, id, 'reject', (deciding) => decide(deciding, { state: 'rejected' }));
  }

  /**
   * Says that the record is not the user or group it waits for, and gives it one of its own; while the name is taken the
   * link is in `conflict`. Throws `notFound`, `linkNotPending`, `permissionsExceedOwn`, `freshSignInRequired`.
   */
  async separate(actor: Actor, id: string): Promise<LinkRow> {
    return this.#decide(actor, id, 'separate', (deciding) =>
      deciding.link.kind === 'group' ? this.#separateGroup(deciding) : this.#separateUser(deciding),
    );
  }

  /**
   * Tries a link in `conflict` again. Throws `notFound`, `linkNotPending`, and for a person `permissionsExceedOwn`,
   * `freshSignInRequired`.
   */
  async retry(actor: Actor, id: string): Promise<LinkRow> {
    return this.#decide(actor, id, 'retry', async (deciding) => {
      const { transaction, link, at } = deciding;
      if (link.kind === 'user') await this.#separateUser(deciding);
      else await retryGroupLink(transaction, actor, { linkId: id, at });
    });
  }

  /**
   * Undoes an active link: the directory goes on, but the record counts no more. `keep` makes its people manual members,
   * or the user a manual one. Throws `notFound`, `linkNotActive`, `lastOwner`; where people are kept in more than the actor
   * holds `permissionsExceedOwn`, in something sensitive `freshSignInRequired`; `forbidden` when somebody else than an owner
   * touches owners.
   */
  async unlink(actor: Actor, input: { id: string; people: PeopleAfterwards }): Promise<LinkRow> {
    return this.#decide(actor, input.id, 'unlink', (deciding) =>
      deciding.link.kind === 'group'
        ? this.#unlinkGroup(deciding, input.people)
        : this.#unlinkUser(deciding, input.people),
    );
  }

  async #decide(
    actor: Actor,
    id: string,
    decision: Decision,
    carryOut: (deciding: Deciding) => Promise<void>,
  ): Promise<LinkRow> {
    requirePermission(actor, 'rollcall:links');
    requireId('link', id);
    const work = this.#database.transaction(actor.organizationId, async (transaction) => {
      const decideLocked = async () => {
        await lockLink(transaction, id);
        const link = await readLink(transaction, id);
        requireDecidable(link, decision);
        await carryOut({ transaction, actor, link, at: this.#clock() });
        return readLink(transaction, id);
      };
      // An approval ends manual users and members, who may have owned by it.
      const mayEndOwner = decision === 'unlink' || decision === 'approve';
      return mayEndOwner ? keepingAnOwner(transaction, decideLocked) : decideLocked();
    });
    return answering({ users_user_name_key: nameIsGone }, work);
  }

  async #approveGroup(deciding: Deciding, ground: LinkGround): Promise<void> {
    const { transaction, actor, link, at } = deciding;
    const groupId = ground.targetId ?? (await makeGroupFor(transaction, actor, recordOf(deciding)));
    if (!groupId) throw new DomainError('previewOutdated', 'A group of this name was made just now. Look again.');
    const [other] = await transaction.rows(store.hasActiveLink, groupId, link.id);
    if (other)
      throw new DomainError('groupIsLinked', 'Another directory group is linked to this group. Unlink it first.');
    await decide(deciding, { state: 'active', targetId: groupId });
    await absorbManualMembers(transaction, actor, { groupIds: [groupId], at });
  }

  async #approveUser(deciding: Deciding): Promise<void> {
    const { transaction, actor, link, at } = deciding;
    const userId = link.targetId ?? '';
    const [user] = await transaction.rows(store.nameOfUser, userId);
    const [adopted] = await transaction.rows(store.adoptUser, userId, foldKey(user?.userName ?? ''), at);
    await decide(deciding, { state: 'active' });
    if (adopted?.wasRemoved) {
      await recordEvent(transaction, actor, {
        type: 'userReactivated',
        subjectId: userId,
        data: { wasRemoved: true },
        at,
      });
    }
    await settleUsers(transaction, actor, { userIds: [userId], isApproved: true, catalogue: this.#catalogue, at });
  }

  async #separateGroup(deciding: Deciding): Promise<void> {
    const { transaction, actor, link } = deciding;
    const made = await makeGroupFor(transaction, actor, recordOf(deciding));
    if (made) return decide(deciding, { state: 'active', targetId: made });
    const taken = (await groupOfName(transaction, link.directoryRecordName))?.id ?? link.targetId;
    await decide(deciding, { state: 'conflict', reason: 'name_is_taken', targetId: taken });
  }

  /** A new user holds what the groups of the directory bring, which the actor has to hold too. */
  async #separateUser(deciding: Deciding): Promise<void> {
    const { transaction, actor, link, at } = deciding;
    const { directoryRecordId: directoryUserId } = link;
    const catalogue = this.#catalogue;
    requireMayHandOn(actor, await permissionsOfUser(transaction, { directoryUserId }, catalogue), { catalogue, at });
    const made = await makeUserFor(transaction, actor, { directoryUserId, linkId: link.id, at });
    if (made === 'made') {
      await transaction.rows(store.noteDecision, link.id, JSON.stringify(describeActor(actor)), at);
      return;
    }
    if (link.state !== 'conflict') await decide(deciding, { state: 'conflict', reason: 'name_is_taken' });
    await transaction.rows(pointConflict, link.id, at);
  }

  async #unlinkGroup(deciding: Deciding, people: PeopleAfterwards): Promise<void> {
    const { transaction, actor, link, at } = deciding;
    const groupId = link.targetId ?? '';
    await requireOwnerToTouchGroup(transaction, actor, groupId);
    if (people === 'keep') {
      const catalogue = this.#catalogue;
      const { permissions } = await groundOfLink(transaction, link.id, catalogue);
      requireMayHandOn(actor, permissions, { catalogue, at });
      const by = JSON.stringify(describeActor(actor));
      const [kept] = await transaction.rows(store.keepMembers, link.directoryRecordId, groupId, by, at);
      const data = { count: kept?.count ?? 0, linkId: link.id };
      await recordEvent(transaction, actor, { type: 'groupMembersAdded', subjectId: groupId, data, at });
    }
    await decide(deciding, { state: 'rejected', reason: 'unlinked', people });
  }

  async #unlinkUser(deciding: Deciding, people: PeopleAfterwards): Promise<void> {
    const { transaction, actor, link, at } = deciding;
    const userId = link.targetId ?? '';
    await requireOwnerToTouch(transaction, actor, userId);
    await decide(deciding, { state: 'rejected', reason: 'unlinked', people });
    const catalogue = this.#catalogue;
    if (people === 'keep') {
      requireMayHandOn(actor, await permissionsOfUser(transaction, { userId }, catalogue), { catalogue, at });
      await transaction.rows(store.keepAsManual, userId, at);
    }
    await settleUsers(transaction, actor, { userIds: [userId], catalogue, at });
  }
}

function recordOf({ link, at }: Deciding): DirectoryGroupToLink {
  return { id: link.directoryRecordId, directoryId: link.directoryId, displayName: link.directoryRecordName, at };
}

/** Groups come before their links, and records before theirs: in the order in which SCIM writes lock them. */
async function lockLink(transaction: OrganizationTransaction, id: string): Promise<void> {
  const [link] = await transaction.rows(store.groupOfLink, id);
  if (link?.groupId) await transaction.rows(store.lockGroup, link.groupId);
  if (link) await transaction.rows(store.lockGroupLink, id);
  else {
    await transaction.rows(store.lockRecordOfLink, id);
    await transaction.rows(store.lockUserLink, id);
  }
}

async function readLink(transaction: OrganizationTransaction, id: string): Promise<LinkRow> {
  const [link] = await transaction.rows(linksById, [id]);
  if (!link) throw notFound('link', id);
  return link;
}

const wordsOf: Partial<Record<LinkState, string>> = {
  conflict: 'in conflict',
  removed_in_product: 'one whose user or group was removed in the product',
};

function requireDecidable(link: LinkRow, decision: Decision): void {
  if (decidable[decision].includes(link.state)) return;
  const state = wordsOf[link.state] ?? link.state;
  if (decision === 'unlink')
    throw new DomainError('linkNotActive', `The link is ${state}, so there is nothing to undo.`);
  const next = link.state === 'conflict' ? ' Reject it first; then it can be approved.' : '';
  throw new DomainError('linkNotPending', `The link is ${state}, so there is nothing to decide.${next}`);
}

/** Writes the decision and tells of it. */
async function decide(
  { transaction, actor, link, at }: Deciding,
  to: { state: LinkState; reason?: LinkReason; targetId?: string | null; people?: PeopleAfterwards },
): Promise<void> {
  const { state, reason = null, targetId = link.targetId, people } = to;
  const by = JSON.stringify(describeActor(actor));
  if (link.kind === 'user') await transaction.rows(store.decideUserLink, link.id, state, reason, by, at);
  else await transaction.rows(store.decideGroupLink, link.id, state, reason, by, at, targetId);
  const facts = { from: link.state, to: state, reason, targetId, directoryRecordId: link.directoryRecordId };
  const data = people === undefined ? facts : { ...facts, people };
  await recordEvent(transaction, actor, { type: 'linkStateChanged', subjectId: link.id, data, at });
}

function nameIsGone(): DomainError {
  const message = 'Somebody else has the userName of the removed user by now. Rename them first.';
  return new DomainError('userNameTaken', message);
}
