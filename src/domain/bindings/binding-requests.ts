import { foldKey } from '../../attributes/fold.ts';
import type { Database, OrganizationTransaction } from '../../database/database.ts';
import { takeMembershipByEmail } from '../accounts/accounts.store.ts';
import { endAuthentications } from '../accounts/end-authentications.ts';
import { type Actor, requireFreshSignIn, requirePermission } from '../actors/actor.ts';
import type { Clock } from '../clock.ts';
import { answering } from '../constraint-answers.ts';
import { DomainError, notFound } from '../domain-error.ts';
import { inOrderOf, isId, requireId } from '../id.ts';
import { permissionsOfUser } from '../links/link-preview.ts';
import { recordsOfUser } from '../links/records-of-user.ts';
import { given, type OrderedPageRequest } from '../ordered-list.ts';
import type { Page } from '../page.ts';
import type { PermissionCatalogue } from '../permissions/catalogue.ts';
import { requireOwn } from '../permissions/own-permissions.ts';
import { requireOwnerToTouch } from '../permissions/owners.ts';
import { holdUsers } from '../users/hold-users.ts';
import { selectUsers } from '../users/users.store.ts';
import type { BindingRequestState } from './binding.entity.ts';
import type { BindingRequestOrderField, BindingRequestRow } from './binding-requests.store.ts';
import * as store from './binding-requests.store.ts';
import { bindingsInTheWay } from './bindings.store.ts';
import { endBindingOf } from './end-bindings.ts';
import { makeBinding } from './make-binding.ts';
import { decideRequest, type RequestDecision } from './write-binding-request.ts';

export interface BindingRequestFilter {
  states?: readonly BindingRequestState[] | null | undefined;
  connectionId?: string | null | undefined;
  /** Those who may be this user. */
  userId?: string | null | undefined;
}

/** Sign-ins that wait for an admin. All needs `rollcall:connections`; a decision also a fresh sign-in. */
export class BindingRequests {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #catalogue: PermissionCatalogue;

  constructor(parts: { database: Database; clock: Clock; catalogue: PermissionCatalogue }) {
    this.#database = parts.database;
    this.#clock = parts.clock;
    this.#catalogue = parts.catalogue;
  }

  /** The requests that pass the filter, decided ones too. Throws `invalidValue`. */
  async list(
    actor: Actor,
    page: OrderedPageRequest<BindingRequestOrderField>,
    { states, connectionId, userId }: BindingRequestFilter = {},
  ): Promise<Page<BindingRequestRow>> {
    requirePermission(actor, 'rollcall:connections');
    if ([userId, connectionId].some((id) => id != null && !isId(id))) return { items: [], hasNextPage: false };
    const filters = { states: given(states), connectionId: given(connectionId), candidateId: given(userId) };
    return store.bindingRequestList.read(this.#database, actor.organizationId, page, { filters });
  }

  /** One request. Throws `notFound`. */
  async get(actor: Actor, id: string): Promise<BindingRequestRow> {
    const [request] = await this.getMany(actor, [id]);
    if (!request) throw notFound('binding request', id);
    return request;
  }

  /** The requests in the order of the ids; undefined for an unknown id. For loaders. */
  async getMany(actor: Actor, ids: readonly string[]): Promise<(BindingRequestRow | undefined)[]> {
    requirePermission(actor, 'rollcall:connections');
    return inOrderOf(ids, await this.#database.run(actor.organizationId, store.selectRequests, ids.filter(isId)));
  }

  /**
   * Says that the person is this user, one of the candidates; `userId` may be left out where there is one or none. From their
   * next sign-in they get in; another binding of the user through the connection ends, with its sessions. Of a request for
   * `otherSignInMethod` it says besides that accounts with the person's address are somebody else's: they get one of their own,
   * and the user is no longer that of such an account. Without a candidate they are made a user at their next sign-in. What
   * was rejected can still be approved. Throws `notFound`, `bindingRequestNotPending`, `invalidValue` for a user who is none of
   * the candidates or inactive, `permissionsExceedOwn` unless the actor holds all that the user holds, `forbidden` for an owner,
   * `userAlreadyBound` where the person is another user by now, `freshSignInRequired`.
   */
  async approve(actor: Actor, input: { id: string; userId?: string | null | undefined }): Promise<BindingRequestRow> {
    const work = this.#decide(actor, input.id, async (transaction, request, at) => {
      if (request.state === 'approved') throw notPending(request);
      const userId = chosenOf(request, input.userId);
      if (userId === null) return decide(transaction, actor, { request, state: 'approved', userId, at });
      await requireMayLetIn(transaction, actor, userId, this.#catalogue);
      const { own, ended } = await this.#endOthers(transaction, actor, { request, userId, at });
      const bindingId = own?.id ?? (await bindByApproval(transaction, actor, { request, userId, at }));
      await releaseAccount(transaction, actor, { request, userId, at });
      const data = { bindingId, endedBindingId: ended?.id ?? null };
      return decide(transaction, actor, { request, state: 'approved', userId, data, at });
    });
    return answering({ bindings_subject_key: isAnother, bindings_user_key: isAnother }, work);
  }

  /**
   * Says that the person is none of them: they stay out. What was approved without a candidate can still be rejected, until
   * they have got in. Throws `notFound`, `bindingRequestNotPending`, `freshSignInRequired`; `forbidden` where one of them is an
   * owner, as no admin keeps an owner out.
   */
  async reject(actor: Actor, id: string): Promise<BindingRequestRow> {
    return this.#decide(actor, id, async (transaction, request, at) => {
      const [binding] = await transaction.rows(bindingsInTheWay, request.connectionId, null, request.subject);
      const isYetToBeMade = request.state === 'approved' && request.userId === null && !binding;
      if (request.state !== 'pending' && !isYetToBeMade) throw notPending(request, binding?.id);
      for (const userId of request.candidateUserIds) await requireOwnerToTouch(transaction, actor, userId);
      // Who was approved before, and asked for an account of their own, is not let in by that any more.
      if (binding?.accountId === null) {
        await endBindingOf(transaction, actor, { bindingId: binding.id, reason: 'approvalWithdrawn', at });
      }
      return decide(transaction, actor, { request, state: 'rejected', userId: null, at });
    });
  }

  async #decide(
    actor: Actor,
    id: string,
    carryOut: (
      transaction: OrganizationTransaction,
      request: BindingRequestRow,
      at: Date,
    ) => Promise<BindingRequestRow>,
  ): Promise<BindingRequestRow> {
    requirePermission(actor, 'rollcall:connections');
    requireFreshSignIn(actor, this.#clock());
    requireId('binding request', id);
    return this.#database.transaction(actor.organizationId, async (transaction) => {
      const [connection] = await transaction.rows(store.holdConnectionOf, id);
      const [request] = connection ? await transaction.rows(store.lockRequest, id) : [];
      if (!request) throw notFound('binding request', id);
      return carryOut(transaction, request, this.#clock());
    });
  }

  /** Of another subject as this user; `own` is what an earlier approval has made and nobody has got in by yet. */
  async #endOthers(transaction: OrganizationTransaction, actor: Actor, { request, userId, at }: Approval) {
    const { connectionId, subject } = request;
    const found = await transaction.rows(bindingsInTheWay, connectionId, userId, subject);
    const own = found.find((each) => each.subject === subject);
    if (own && (own.userId !== userId || own.accountId !== null)) throw isAnother();
    const others = found.filter((each) => each !== own);
    for (const { id: bindingId } of others) {
      await endBindingOf(transaction, actor, { bindingId, reason: 'approvedAnother', at });
    }
    return { own, ended: others[0] };
  }
}

interface Approval {
  request: BindingRequestRow;
  userId: string;
  at: Date;
}

async function bindByApproval(
  transaction: OrganizationTransaction,
  actor: Actor,
  { request: { connectionId, subject, stableId }, userId, at }: Approval,
): Promise<string> {
  const records = await transaction.rows(recordsOfUser, userId);
  const record = records.find((each) => each.externalId !== null && each.externalId === stableId);
  const binding = { connectionId, subject, stableId, accountId: null, userId, boundBy: 'approval' as const, at };
  return (await makeBinding(transaction, actor, { ...binding, directoryUserId: record?.id ?? null })).id;
}

/** The account with the person's address, which is not theirs, may be this user here: it is no longer, and all else of it stays. */
async function releaseAccount(
  transaction: OrganizationTransaction,
  actor: Actor,
  { request: { reason, email }, userId, at }: Approval,
): Promise<void> {
  if (reason !== 'otherSignInMethod' || email === null) return;
  const [released] = await transaction.rows(takeMembershipByEmail, userId, foldKey(email));
  if (released) await endAuthentications(transaction, actor, { userIds: [userId], reason: 'accountReplaced', at });
}

/** Of a request that is held, so that nobody else has decided it. */
async function decide(
  transaction: OrganizationTransaction,
  actor: Actor,
  decision: RequestDecision,
): Promise<BindingRequestRow> {
  const decided = await decideRequest(transaction, actor, decision);
  if (!decided) throw new Error('A binding request that was held was decided by somebody else.');
  return decided;
}

/** Nobody lets somebody in as a user who holds more than they do. */
async function requireMayLetIn(
  transaction: OrganizationTransaction,
  actor: Actor,
  userId: string,
  catalogue: PermissionCatalogue,
): Promise<void> {
  await transaction.rows(holdUsers, [userId]);
  const [user] = await transaction.rows(selectUsers, [userId]);
  if (!user?.active) throw new DomainError('invalidValue', 'The user is not active.', { path: 'userId' });
  await requireOwnerToTouch(transaction, actor, userId);
  requireOwn(actor, await permissionsOfUser(transaction, { userId }, catalogue));
}

/** Null without a candidate: for somebody who is yet to be made a user. */
function chosenOf({ candidateUserIds }: BindingRequestRow, userId: string | null | undefined): string | null {
  const [only = null, another] = candidateUserIds;
  if (userId == null && another === undefined) return only;
  if (userId != null && candidateUserIds.includes(userId)) return userId;
  const message =
    userId == null
      ? 'Several users may be this person: say which.'
      : 'This user is none of those whom the sign-in matched.';
  throw new DomainError('invalidValue', message, { path: 'userId' });
}

/** `bindingId` is what has to be ended to take the decision back. */
function notPending({ state }: BindingRequestRow, bindingId?: string): DomainError {
  const next = bindingId === undefined ? '' : ` To keep the person out, end the binding ${bindingId}.`;
  return new DomainError('bindingRequestNotPending', `The binding request was ${state} already.${next}`, {
    path: 'id',
  });
}

function isAnother(): DomainError {
  return new DomainError('userAlreadyBound', 'The person or the user was bound otherwise meanwhile. Look again.');
}
