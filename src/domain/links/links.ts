import type { Database } from '../../database/database.ts';
import type { Statement } from '../../database/statement.ts';
import { type Actor, requirePermission, requireReader } from '../actors/actor.ts';
import { inOrderOf, isId, requireId } from '../id.ts';
import type { OrderedPageRequest } from '../ordered-list.ts';
import { type Page, type PageRequest, readPage } from '../page.ts';
import type { Access } from '../permissions/access.ts';
import type { PermissionCatalogue } from '../permissions/catalogue.ts';
import type { UserRow } from '../users/users.store.ts';
import type { LinkState } from './link.entity.ts';
import * as previews from './link-preview.store.ts';
import { type LinkPreview, previewLink } from './link-preview.ts';
import type { LinkRow } from './links.store.ts';
import * as store from './links.store.ts';

const BACKWARDS = /^desc (.+)$/;

export interface LinkFilter {
  states?: LinkState[] | null | undefined;
  kind?: 'user' | 'group' | null | undefined;
  directoryId?: string | null | undefined;
}

/** Somebody who would come into a group, and what of its permissions they do not hold yet. */
export type Gainer = UserRow & { gainedPermissions: string[] };

/** Whom a preview lists. */
export type ManualMembers = 'absorbed' | 'staying';

/** The joints of the two layers, and what an admin's decision on them would do. */
export class Links {
  readonly #database: Database;
  readonly #catalogue: PermissionCatalogue;
  readonly #access: Access;

  constructor(parts: { database: Database; catalogue: PermissionCatalogue; access: Access }) {
    this.#database = parts.database;
    this.#catalogue = parts.catalogue;
    this.#access = parts.access;
  }

  /** The links in the order of their making, superseded ones too unless the filter leaves them out. */
  async list(actor: Actor, filter: LinkFilter, page: OrderedPageRequest<'createdAt'>): Promise<Page<LinkRow>> {
    requireReader(actor);
    const { states = null, kind = null, directoryId = null } = filter;
    if (directoryId !== null && !isId(directoryId)) return { items: [], hasNextPage: false };
    const isWaiting = states?.every((state) => state !== 'active' && state !== 'superseded');
    const direction = page.orderBy?.direction ?? 'asc';
    const list = (isWaiting ? store.listWaitingLinks : store.listLinks)[direction];
    const read = (after: string | null, limit: number) =>
      this.#database.run(actor.organizationId, list, states, kind, directoryId, after, limit);
    if (direction === 'asc') return readPage(page, read);
    // A place of the other direction is none of this list.
    const after = page.after ? (BACKWARDS.exec(page.after)?.[1] ?? 'none') : null;
    const found = await readPage({ ...page, after }, read);
    return { ...found, places: found.items.map((link) => `desc ${link.id}`) };
  }

  async get(actor: Actor, id: string): Promise<LinkRow | undefined> {
    return (await this.getMany(actor, [id]))[0];
  }

  /** The links in the order of the ids; undefined for an unknown id. For loaders. */
  async getMany(actor: Actor, ids: readonly string[]): Promise<(LinkRow | undefined)[]> {
    requireReader(actor);
    return inOrderOf(ids, await this.#database.run(actor.organizationId, store.linksById, ids.filter(isId)));
  }

  /** The links of many users, one list each, in their order. For loaders. */
  async ofUsers(actor: Actor, userIds: readonly string[]): Promise<LinkRow[][]> {
    return this.#ofTargets(actor, store.linksOfUsers, userIds);
  }

  /** The links of many groups, one list each, in their order. For loaders. */
  async ofGroups(actor: Actor, groupIds: readonly string[]): Promise<LinkRow[][]> {
    return this.#ofTargets(actor, store.linksOfGroups, groupIds);
  }

  /** What approving would do, without doing it. Throws `notFound`. */
  async preview(actor: Actor, id: string): Promise<LinkPreview> {
    requirePermission(actor, 'rollcall:links');
    requireId('link', id);
    return this.#database.transaction(actor.organizationId, (transaction) =>
      previewLink(transaction, id, this.#catalogue),
    );
  }

  /** The people whom approving would newly let into the group, in the order of their making; none for a user's link. */
  async listGainers(actor: Actor, preview: LinkPreview, page: PageRequest): Promise<Page<Gainer>> {
    requirePermission(actor, 'rollcall:links');
    const { items, hasNextPage } = await this.#peopleOf(actor, previews.listGainers, preview, page);
    const held = await this.#access.effectivePermissionsOfMany(
      actor,
      items.map((user) => user.id),
    );
    const gainers = items.map((user, position) => {
      const already = new Set(held[position]);
      return { ...user, gainedPermissions: preview.permissions.filter((permission) => !already.has(permission)) };
    });
    return { items: gainers, hasNextPage };
  }

  /** The manual members of the group who would be absorbed, or who would stay members by hand. */
  async listManualMembers(
    actor: Actor,
    preview: LinkPreview,
    which: ManualMembers,
    page: PageRequest,
  ): Promise<Page<UserRow>> {
    requirePermission(actor, 'rollcall:links');
    return this.#peopleOf(actor, previews.listManualMembers, preview, page, which === 'absorbed');
  }

  async #peopleOf(
    actor: Actor,
    statement: Statement<UserRow>,
    { link, targetId }: LinkPreview,
    page: PageRequest,
    ...values: unknown[]
  ): Promise<Page<UserRow>> {
    if (link.kind === 'user') return { items: [], hasNextPage: false };
    return readPage(page, (after, limit) =>
      this.#database.run(actor.organizationId, statement, link.directoryRecordId, targetId, after, limit, ...values),
    );
  }

  async #ofTargets(actor: Actor, links: typeof store.linksOfUsers, targetIds: readonly string[]): Promise<LinkRow[][]> {
    requireReader(actor);
    const rows = await this.#database.run(actor.organizationId, links, targetIds.filter(isId));
    const byTarget = Map.groupBy(rows, (row) => row.targetId ?? '');
    return targetIds.map((id) => byTarget.get(id) ?? []);
  }
}
