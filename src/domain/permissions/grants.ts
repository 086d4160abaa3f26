import { v7 as uuid } from 'uuid';
import type { Database, OrganizationTransaction } from '../../database/database.ts';
import { type Actor, describeActor, requireFreshSignIn, requirePermission, requireReader } from '../actors/actor.ts';
import type { Clock } from '../clock.ts';
import { DomainError, notFound } from '../domain-error.ts';
import { recordEvent } from '../events/domain-event.ts';
import { inOrderOf, isId, requireId } from '../id.ts';
import { given, type OrderedPageRequest } from '../ordered-list.ts';
import type { Page } from '../page.ts';
import { OWNER_ONLY } from './catalogue.ts';
import type { GrantOrderField, GrantRow } from './grants.store.ts';
import * as store from './grants.store.ts';
import { requireUnlinked } from './linked-groups.ts';
import { keepingAnOwner } from './owners.ts';
import type { PermissionSets } from './permission-sets.ts';
import { holdSpace } from './spaces.ts';

/** Whom a permission set is given to: exactly one of the two. */
export interface GrantSubject {
  groupId?: string | null | undefined;
  userId?: string | null | undefined;
}

export interface GivePermissionSet extends GrantSubject {
  permissionSetId: string;
  /** Absent: on the whole organization. */
  spaceId?: string | null | undefined;
  /** That a directory decides who gets it, where the set is sensitive and a directory group fills the group. */
  confirmsDirectoryMembership?: boolean | null | undefined;
}

export interface GrantFilter extends GrantSubject {
  permissionSetId?: string | null | undefined;
  spaceId?: string | null | undefined;
  /** True: only those on the whole organization. */
  isOrganizationWide?: boolean | null | undefined;
}

/** Permission sets given to groups and users, on the whole organization or on one space. */
export class Grants {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #permissionSets: PermissionSets;

  constructor(parts: { database: Database; clock: Clock; permissionSets: PermissionSets }) {
    this.#database = parts.database;
    this.#clock = parts.clock;
    this.#permissionSets = parts.permissionSets;
  }

  /**
   * Gives a permission set to a group or a user; the same grant again is answered with the one that stands. Throws
   * `permissionsExceedOwn` when the set holds more than the actor, `freshSignInRequired` when it is sensitive,
   * `confirmationRequired` when it is and a directory group fills the group, `notFound`, `invalidValue`.
   */
  async grant(actor: Actor, input: GivePermissionSet): Promise<GrantRow> {
    requirePermission(actor, 'rollcall:grants');
    const { permissionSetId, spaceId = null } = input;
    const { groupId, userId } = readSubject(input);
    return this.#database.transaction(actor.organizationId, async (transaction) => {
      const at = this.#clock();
      const set = await this.#permissionSets.requireGivable(transaction, actor, permissionSetId);
      const isSensitive = this.#permissionSets.isSensitive(set);
      if (isSensitive) requireFreshSignIn(actor, at);
      if (spaceId !== null) await holdSpace(transaction, spaceId);
      await holdSubject(transaction, groupId, userId);
      const isConfirmed = input.confirmsDirectoryMembership || !isSensitive;
      if (groupId !== null && !isConfirmed) await requireUnlinked(transaction, set.name, [groupId]);
      const by = JSON.stringify(describeActor(actor));
      const values = [uuid(), permissionSetId, groupId, userId, spaceId, by, at];
      const [grant] = await transaction.rows(store.insertGrant, ...values);
      if (!grant) {
        return existing(await transaction.rows(store.selectStanding, permissionSetId, groupId, userId, spaceId));
      }
      await recordEvent(transaction, actor, { type: 'grantCreated', subjectId: grant.id, data: factsOf(grant), at });
      return grant;
    });
  }

  /** Takes a grant away. Throws `notFound`, `lastOwner`; `forbidden` for a grant of owner. */
  async revoke(actor: Actor, id: string): Promise<GrantRow> {
    requirePermission(actor, 'rollcall:grants');
    requireId('grant', id);
    return this.#database.transaction(actor.organizationId, (transaction) =>
      keepingAnOwner(transaction, async () => {
        const [locked] = await transaction.rows(store.lockGrant, id);
        if (!locked) throw notFound('grant', id);
        const { isOwner, ...grant } = locked;
        if (isOwner) requirePermission(actor, OWNER_ONLY);
        await transaction.rows(store.deleteGrant, id);
        const data = factsOf(grant);
        await recordEvent(transaction, actor, { type: 'grantRevoked', subjectId: id, data, at: this.#clock() });
        return grant;
      }),
    );
  }

  /** Throws `notFound`. */
  async get(actor: Actor, id: string): Promise<GrantRow> {
    const [grant] = await this.getMany(actor, [id]);
    if (!grant) throw notFound('grant', id);
    return grant;
  }

  /** The grants in the order of the ids; undefined for an unknown id. For loaders. */
  async getMany(actor: Actor, ids: readonly string[]): Promise<(GrantRow | undefined)[]> {
    requireReader(actor);
    return inOrderOf(ids, await this.#database.run(actor.organizationId, store.selectGrants, ids.filter(isId)));
  }

  /** The grants of one group, user, permission set or space where the filter names it. */
  async list(
    actor: Actor,
    page: OrderedPageRequest<GrantOrderField>,
    filter: GrantFilter = {},
  ): Promise<Page<GrantRow>> {
    requireReader(actor);
    const { groupId, userId, permissionSetId, spaceId, isOrganizationWide } = filter;
    if ([groupId, userId, permissionSetId, spaceId].some((id) => id != null && !isId(id))) {
      return { items: [], hasNextPage: false };
    }
    const filters = {
      groupId: given(groupId),
      userId: given(userId),
      permissionSetId: given(permissionSetId),
      spaceId: given(spaceId),
      isOrganizationWide: isOrganizationWide ? [] : undefined,
    };
    return store.grantList.read(this.#database, actor.organizationId, page, { filters });
  }

  /** The same page of the grants of each of many groups, in their order. For loaders. */
  async listOfGroups(
    actor: Actor,
    groupIds: readonly string[],
    page: OrderedPageRequest<GrantOrderField>,
  ): Promise<Page<GrantRow>[]> {
    requireReader(actor);
    return store.grantsOfGroups.readOfMany(this.#database, actor.organizationId, groupIds, page);
  }
}

function readSubject({ groupId = null, userId = null }: GrantSubject): {
  groupId: string | null;
  userId: string | null;
} {
  if ((groupId === null) === (userId === null)) {
    throw new DomainError('invalidValue', 'Name either a group or a user.', { path: 'groupId' });
  }
  return { groupId, userId };
}

async function holdSubject(
  transaction: OrganizationTransaction,
  groupId: string | null,
  userId: string | null,
): Promise<void> {
  const [noun, hold, id] =
    groupId === null
      ? (['user', store.holdUser, userId ?? ''] as const)
      : (['group', store.holdGroup, groupId] as const);
  requireId(noun, id);
  const [held] = await transaction.rows(hold, id);
  if (!held) throw notFound(noun, id);
}

function existing([grant]: GrantRow[]): GrantRow {
  if (!grant) throw new DomainError('versionConflict', 'The same grant was revoked at this moment. Try again.');
  return grant;
}

function factsOf({ permissionSetId, groupId, userId, spaceId }: GrantRow): Record<string, unknown> {
  return { permissionSetId, groupId, userId, spaceId };
}
