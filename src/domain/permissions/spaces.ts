import { v7 as uuid } from 'uuid';
import { groupNameKey } from '../../attributes/fold.ts';
import type { Database, OrganizationTransaction } from '../../database/database.ts';
import { type Actor, requirePermission, requireReader } from '../actors/actor.ts';
import type { Clock } from '../clock.ts';
import { answering, type ConstraintAnswers } from '../constraint-answers.ts';
import { DomainError, notFound } from '../domain-error.ts';
import { recordEvent } from '../events/domain-event.ts';
import { inOrderOf, isId, requireId } from '../id.ts';
import { given, type OrderedPageRequest } from '../ordered-list.ts';
import type { Page } from '../page.ts';
import { NAME_LENGTH_MAX, readName, readOptionalText } from '../text-input.ts';
import { requireVersion } from '../version.ts';
import type { PermissionCatalogue } from './catalogue.ts';
import { permissionsGrantedOn } from './granted-permissions.ts';
import { requireMayHandOn } from './own-permissions.ts';
import type { SpaceOrderField, SpaceRow } from './spaces.store.ts';
import * as store from './spaces.store.ts';

export interface CreateSpace {
  name: string;
  externalId?: string | null | undefined;
}

export interface UpdateSpace {
  name?: string | null | undefined;
  externalId?: string | null | undefined;
  ifVersion?: number | null | undefined;
}

export interface SpaceFilter {
  /** The beginning of the name, compared as names are. */
  search?: string | null | undefined;
  externalId?: string | null | undefined;
}

const EXTERNAL_ID_LENGTH_MAX = 512;

/** The spaces of an organization: what grants may be narrowed to. What a space stands for is the product's business. */
export class Spaces {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #catalogue: PermissionCatalogue;

  constructor({ database, clock, catalogue }: { database: Database; clock: Clock; catalogue: PermissionCatalogue }) {
    this.#database = database;
    this.#clock = clock;
    this.#catalogue = catalogue;
  }

  /** Makes a space without grants. Throws `spaceNameTaken`, `spaceExternalIdTaken`, `invalidValue`. */
  async create(actor: Actor, input: CreateSpace): Promise<SpaceRow> {
    requirePermission(actor, 'rollcall:grants');
    const { name, externalId } = readTexts(input);
    const id = uuid();
    const at = this.#clock();
    const work = this.#database.transaction(actor.organizationId, async (transaction) => {
      const [space] = await transaction.rows(store.insertSpace, id, name, groupNameKey(name), externalId, at);
      const data = { name, externalId };
      await recordEvent(transaction, actor, { type: 'spaceCreated', subjectId: id, data, at });
      return required(space);
    });
    return answering(nameAnswers({ name, externalId }), work);
  }

  /**
   * Changes what is given; null clears the external id. A new external id may turn the grants to another thing of the
   * product, so it needs all that is granted on the space. Throws `notFound`, `versionConflict`, `permissionsExceedOwn`,
   * `freshSignInRequired` where something sensitive is, and what `create` throws.
   */
  async update(actor: Actor, id: string, input: UpdateSpace): Promise<SpaceRow> {
    requirePermission(actor, 'rollcall:grants');
    const work = this.#database.transaction(actor.organizationId, async (transaction) => {
      const before = await lock(transaction, id);
      requireVersion(before, input.ifVersion);
      const { name, externalId } = readTexts({
        name: input.name === undefined ? before.name : input.name,
        externalId: input.externalId === undefined ? before.externalId : input.externalId,
      });
      if (name === before.name && externalId === before.externalId) return before;
      const at = this.#clock();
      if (externalId !== before.externalId) {
        const catalogue = this.#catalogue;
        requireMayHandOn(actor, await permissionsGrantedOn(transaction, id, catalogue), { catalogue, at });
      }
      const [after] = await transaction.rows(store.updateSpace, id, name, groupNameKey(name), externalId, at);
      const data = { name, externalId };
      await recordEvent(transaction, actor, { type: 'spaceUpdated', subjectId: id, data, at });
      return required(after);
    });
    return answering(nameAnswers(input), work);
  }

  /** Deletes a space. Throws `notFound`; `spaceInUse` while there are grants on it. */
  async delete(actor: Actor, id: string): Promise<void> {
    requirePermission(actor, 'rollcall:grants');
    const work = this.#database.transaction(actor.organizationId, async (transaction) => {
      const { name } = await lock(transaction, id);
      await transaction.rows(store.deleteSpace, id);
      const at = this.#clock();
      await recordEvent(transaction, actor, { type: 'spaceDeleted', subjectId: id, data: { name }, at });
    });
    await answering(useAnswers, work);
  }

  /** Throws `notFound`. */
  async get(actor: Actor, id: string): Promise<SpaceRow> {
    const [space] = await this.getMany(actor, [id]);
    if (!space) throw notFound('space', id);
    return space;
  }

  /** The spaces in the order of the ids; undefined for an unknown id. For loaders. */
  async getMany(actor: Actor, ids: readonly string[]): Promise<(SpaceRow | undefined)[]> {
    requireReader(actor);
    return inOrderOf(ids, await this.#database.run(actor.organizationId, store.selectSpaces, ids.filter(isId)));
  }

  async list(
    actor: Actor,
    page: OrderedPageRequest<SpaceOrderField>,
    filter: SpaceFilter = {},
  ): Promise<Page<SpaceRow>> {
    requireReader(actor);
    const search = readOptionalText(filter.search, 'filter.search', NAME_LENGTH_MAX);
    const externalId = readOptionalText(filter.externalId, 'filter.externalId', EXTERNAL_ID_LENGTH_MAX);
    const filters = { search: given(search && groupNameKey(search)), externalId: given(externalId) };
    return store.spaceList.read(this.#database, actor.organizationId, page, { filters });
  }
}

/** Holds a space for a grant on it until the transaction ends. Throws `notFound`. */
export async function holdSpace(transaction: OrganizationTransaction, id: string): Promise<void> {
  requireId('space', id);
  const [held] = await transaction.rows(store.holdSpace, id);
  if (!held) throw notFound('space', id);
}

function readTexts(input: UpdateSpace): { name: string; externalId: string | null } {
  const name = readName(input.name, 'name');
  if (groupNameKey(name) === '') {
    throw new DomainError('invalidValue', 'name must hold a visible character.', { path: 'name' });
  }
  const externalId = readOptionalText(input.externalId, 'externalId', EXTERNAL_ID_LENGTH_MAX);
  return { name, externalId: externalId === null ? null : readName(externalId, 'externalId', EXTERNAL_ID_LENGTH_MAX) };
}

async function lock(transaction: OrganizationTransaction, id: string): Promise<SpaceRow> {
  requireId('space', id);
  const [space] = await transaction.rows(store.lockSpace, id);
  if (!space) throw notFound('space', id);
  return space;
}

function required(space: SpaceRow | undefined): SpaceRow {
  if (!space) throw new Error('A written space was not returned.');
  return space;
}

function nameAnswers({ name, externalId }: UpdateSpace): ConstraintAnswers {
  return {
    spaces_name_key: () =>
      new DomainError('spaceNameTaken', `A space with the name ${name} exists.`, { path: 'name', name }),
    spaces_external_id_key: () =>
      new DomainError('spaceExternalIdTaken', `A space with the external id ${externalId} exists.`, {
        path: 'externalId',
        externalId,
      }),
  };
}

const useAnswers: ConstraintAnswers = {
  grants_space_fkey: () => new DomainError('spaceInUse', 'There are grants on the space. Revoke them first.'),
};
