import { isDeepStrictEqual } from 'node:util';
import { v7 as uuid } from 'uuid';
import type { ResourceTable } from '../../attributes/attribute.ts';
import { foldKey } from '../../attributes/fold.ts';
import { isJsonObject, type Json, type JsonObject, type ResourceJson, sortedJson } from '../../attributes/json.ts';
import { extensionsOf, isUrn } from '../../attributes/open-attribute.ts';
import { coalesce } from '../../database/coalesce.ts';
import { type Database, isConnectionFailure, type OrganizationTransaction } from '../../database/database.ts';
import { type Actor, describeActor } from '../actors/actor.ts';
import type { Clock } from '../clock.ts';
import { answering } from '../constraint-answers.ts';
import { type CustomTables, type OrganizationTables, SchemasChanged } from '../custom-attributes/custom-tables.ts';
import { DomainError, notFound } from '../domain-error.ts';
import { recordEvent } from '../events/domain-event.ts';
import { recordProvisioningEvent } from '../events/provisioning-events.ts';
import { isId } from '../id.ts';
import { absorbMembersOf } from '../links/absorption.ts';
import { deleteLinkedGroup } from '../links/delete-group.ts';
import { type LinkRules, linkNewGroup } from '../links/place-group.ts';
import { postponeRename, renameLinkedGroup } from '../links/rename-group.ts';
import type { GroupMatching } from '../organizations/organization.entity.ts';
import type { PermissionCatalogue } from '../permissions/catalogue.ts';
import { alarmingOwnersLost } from '../permissions/owners.ts';
import { againAfterRaces } from '../races.ts';
import type { Call } from './call.ts';
import { requireDirectory, requireDirectoryItself, requireScope, requireStandard } from './directory-access.ts';
import type { DeltaAnswer, DirectoryGroupRow } from './directory-groups.store.ts';
import * as store from './directory-groups.store.ts';
import { applyDeltas, type MemberDelta, type MembersChanged, unknownMember } from './member-deltas.ts';
import { storedResource } from './stored-resource.ts';

export interface GroupChange {
  directoryId: string;
  id: string;
  ifVersions?: number[] | null;
  /** Absent: leave. */
  displayName?: string;
  /** Absent: leave; null: clear. */
  externalId?: string | null;
  /** In the order in which they apply. */
  members?: MemberDelta[];
  /** Absent: leave. By URN; what is not among them goes. */
  extensions?: unknown;
  /** Only while the extensions are these, whatever becomes of the members; else `versionConflict`. */
  ifExtensions?: unknown;
  /** See `requireStandard`. */
  isStandard?: boolean | null;
}

type DeltaItem = { id: string; directoryId: string; userIds: string[]; [column: string]: unknown };

/** The groups of a directory as its identity provider sent them, their members, and their links to groups. */
export class DirectoryGroups {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #catalogue: PermissionCatalogue;
  readonly #tables: CustomTables;
  readonly #find: (organizationId: string, item: Question) => Promise<DirectoryGroupRow | undefined>;
  readonly #addMembers: (organizationId: string, item: DeltaItem) => Promise<DeltaAnswer>;
  readonly #removeMembers: (organizationId: string, item: DeltaItem) => Promise<DeltaAnswer>;

  constructor(parts: { database: Database; clock: Clock; catalogue: PermissionCatalogue; tables: CustomTables }) {
    this.#database = parts.database;
    this.#clock = parts.clock;
    this.#catalogue = parts.catalogue;
    this.#tables = parts.tables;
    const runsAgainAlone = (error: unknown) => !isConnectionFailure(error);
    this.#find = coalesce({ run: (id, items) => this.#runFind(id, items), runsAgainAlone });
    this.#addMembers = coalesce({ run: (id, items) => this.#runDelta(store.addMembers, id, items), runsAgainAlone });
    this.#removeMembers = coalesce({
      run: (id, items) => this.#runDelta(store.removeMembers, id, items),
      runsAgainAlone,
    });
  }

  /** One directory group without its members, or undefined. */
  async find(actor: Actor, input: { directoryId: string; id: string }): Promise<DirectoryGroupRow | undefined> {
    requireDirectory(actor, input.directoryId);
    if (!isId(input.id) || !isId(input.directoryId)) return undefined;
    requireScope(actor, 'groups:read');
    const { organizationId } = actor;
    const finding = this.#find(organizationId, { directoryId: input.directoryId, value: input.id });
    const [found, { returned }] = await Promise.all([finding, this.#tables.forReading(organizationId)]);
    if (found) found.returnedRules = returned.Group;
    return found;
  }

  /**
   * Creates a directory group and links it. Throws `groupNameTaken` where the directory matches its groups by name,
   * `invalidValue`, and in a strict directory `unknownMember` and `directoryIsStrict`.
   */
  async create(
    actor: Actor,
    call: Call,
    input: { directoryId: string; resource: unknown; memberIds?: string[]; isStandard?: boolean | null },
  ): Promise<DirectoryGroupRow> {
    requireDirectoryItself(actor, input.directoryId, 'groups:write');
    requireStandard(actor, input);
    return this.#tables.forWriting(actor.organizationId, (tables) => this.#createBy(tables, actor, call, input));
  }

  async #createBy(
    tables: OrganizationTables,
    actor: Actor,
    call: Call,
    input: { directoryId: string; resource: unknown; memberIds?: string[] },
  ): Promise<DirectoryGroupRow> {
    const resource = storedResource(tables.group, input.resource, { create: true });
    const id = uuid();
    const at = this.#clock();
    const { directoryId } = input;
    const displayName = String(resource.displayName);
    return this.#transaction(actor, displayName, async (transaction) => {
      const rules = await readRules(transaction, directoryId, tables);
      const { displayNameKey, uniqueNameKey, externalId } = columnsOf(resource, rules.matchesGroupsBy);
      const row = JSON.stringify(resource);
      await transaction.rows(store.insertGroup, id, directoryId, displayNameKey, uniqueNameKey, externalId, row, at);
      const provisioningEventId = uuid();
      const members = await applyDeltas(
        transaction,
        // A group without a link lets nobody in, so nothing needs to be held.
        { id, directoryId, isStrict: rules.isStrict, isHeld: false, provisioningEventId },
        input.memberIds?.length ? [{ kind: 'add', userIds: input.memberIds }] : [],
      );
      const group = { id, directoryId, displayName, externalId, provisioningEventId, at };
      const link =
        rules.status === 'active'
          ? await linkNewGroup(transaction, actor, group, this.#linkRules(rules))
          : { state: null, reason: null };
      const { isChanged: _, ...people } = members;
      const data = { displayName, ...people };
      await recordEvent(transaction, actor, { type: 'directoryGroupCreated', subjectId: id, data, at });
      const detail = { ...data, link: link.state, ...(link.reason ? { reason: link.reason } : {}) };
      await recordProvisioningEvent(transaction, call, {
        id: provisioningEventId,
        directoryId,
        outcome: 'groupCreated',
        resourceId: id,
        detail,
        at,
      });
      const returnedRules = tables.returned.Group;
      return { id, directoryId, version: 1, resource, createdAt: at, updatedAt: at, returnedRules };
    });
  }

  /**
   * Changes a directory group: its names, its extensions and, in their order, its members. Never reads the members that stay. Throws
   * `notFound`, `versionConflict`, `groupNameTaken`, `invalidValue`, and in a strict directory `unknownMember` and `directoryIsStrict`.
   */
  async change(actor: Actor, call: Call, input: GroupChange): Promise<void> {
    requireDirectoryItself(actor, input.directoryId, 'groups:write');
    if (!isId(input.id) || !isId(input.directoryId)) throw notFound('group', input.id);
    requireStandard(actor, input);
    const delta = onlyDelta(input);
    if (delta) {
      await this.#applyDelta(actor, call, input, delta);
    } else {
      await this.#changeWhole(actor, call, input);
    }
  }

  /** Deletes a directory group; the product's group goes with it only where nothing of the product hangs on it. */
  async delete(
    actor: Actor,
    call: Call,
    input: { directoryId: string; id: string; ifVersions?: number[] | null },
  ): Promise<void> {
    requireDirectoryItself(actor, input.directoryId, 'groups:write');
    if (!isId(input.id) || !isId(input.directoryId)) throw notFound('group', input.id);
    await this.#transaction(actor, undefined, async (transaction) => {
      const group = await lockGroup(transaction, input);
      const at = this.#clock();
      const { directoryId } = input;
      const { externalId } = columnsOf(group.resource as ResourceJson, 'displayName');
      const members = await this.#guardingOwners(transaction, actor, { id: group.id, at }, async () => {
        const gone = await transaction.rows(store.clearMembers, group.id);
        await deleteLinkedGroup(transaction, actor, { id: group.id, directoryId, externalId, at });
        return gone;
      });
      const data = { displayName: group.resource.displayName, removedCount: members.length };
      await recordEvent(transaction, actor, { type: 'directoryGroupDeleted', subjectId: group.id, data, at });
      await recordProvisioningEvent(transaction, call, {
        directoryId,
        outcome: 'groupDeleted',
        resourceId: group.id,
        detail: data,
        at,
      });
    });
  }

  async #applyDelta(actor: Actor, call: Call, input: GroupChange, delta: MemberDelta): Promise<void> {
    const apply = delta.kind === 'add' ? this.#addMembers : this.#removeMembers;
    const item = () => ({
      ...call,
      id: input.id,
      directoryId: input.directoryId,
      userIds: delta.userIds,
      at: this.#clock(),
      actor: describeActor(actor),
      eventId: uuid(),
      absorbedEventId: uuid(),
      provisioningEventId: uuid(),
    });
    const answer = await againAfterRaces(races, () => apply(actor.organizationId, item()));
    if (!answer.isFound) throw notFound('group', input.id);
    if (answer.isRefused) throw unknownMember(answer.unknown ?? []);
    if (answer.isAlone) await this.#changeWhole(actor, call, input);
  }

  async #changeWhole(actor: Actor, call: Call, input: GroupChange): Promise<void> {
    await this.#tables.forWriting(actor.organizationId, (tables) => this.#changeBy(tables, actor, call, input));
  }

  async #changeBy(tables: OrganizationTables, actor: Actor, call: Call, input: GroupChange): Promise<void> {
    await this.#transaction(actor, input.displayName, async (transaction) => {
      const before = await lockGroup(transaction, input);
      const rules = await readRules(transaction, input.directoryId, tables);
      const at = this.#clock();
      const resource = changedResource(tables.group, before.resource as ResourceJson, input);
      const provisioningEventId = uuid();
      const isHeld = rules.status === 'paused';
      const { isStrict } = rules;
      const group = { id: input.id, directoryId: input.directoryId, isStrict, isHeld, provisioningEventId };
      const deltas = input.members ?? [];
      const apply = () => applyDeltas(transaction, group, deltas);
      const mayRemove = deltas.some(({ kind }) => kind !== 'add');
      const members = mayRemove
        ? await this.#guardingOwners(transaction, actor, { id: input.id, at }, apply)
        : await apply();
      if (members.addedCount) await absorbMembersOf(transaction, actor, { directoryGroupId: input.id, at });
      const isRenamed = resource.displayName !== before.resource.displayName;
      const isRewritten = !isDeepStrictEqual(resource, before.resource);
      if (isRewritten || members.isChanged) {
        const { displayNameKey, uniqueNameKey, externalId } = columnsOf(resource, rules.matchesGroupsBy);
        const row = JSON.stringify(resource);
        await transaction.rows(store.updateGroup, input.id, row, displayNameKey, uniqueNameKey, externalId, at);
      }
      if (isRenamed) {
        const renamed = { id: input.id, directoryId: input.directoryId, displayName: String(resource.displayName), at };
        if (rules.status === 'active') await renameLinkedGroup(transaction, actor, renamed, rules);
        else await postponeRename(transaction, renamed);
      }
      await this.#tellOfChange(transaction, actor, call, { input, isRewritten, members, provisioningEventId, at });
    });
  }

  async #tellOfChange(
    transaction: OrganizationTransaction,
    actor: Actor,
    call: Call,
    change: {
      input: GroupChange;
      isRewritten: boolean;
      members: MembersChanged;
      provisioningEventId: string;
      at: Date;
    },
  ): Promise<void> {
    const { input, isRewritten, members, provisioningEventId, at } = change;
    const { isChanged, unknownMembers: unknown, ...data } = members;
    const subjectId = input.id;
    if (isRewritten) await recordEvent(transaction, actor, { type: 'directoryGroupUpdated', subjectId, data: {}, at });
    if (isChanged) {
      await recordEvent(transaction, actor, { type: 'directoryGroupMembersChanged', subjectId, data, at });
    }
    await recordProvisioningEvent(transaction, call, {
      id: provisioningEventId,
      directoryId: input.directoryId,
      outcome: isRewritten ? 'groupUpdated' : isChanged ? 'groupMembersChanged' : 'groupUnchanged',
      resourceId: input.id,
      detail: { ...data, ...(unknown ? { unknownMembers: unknown } : {}) },
      at,
    });
  }

  #linkRules({ groupMatching }: { groupMatching: GroupMatching }): LinkRules {
    return { groupMatching, catalogue: this.#catalogue };
  }

  /** The identity provider may take the last owner away; that is told, not refused. */
  async #guardingOwners<Result>(
    transaction: OrganizationTransaction,
    actor: Actor,
    { id, at }: { id: string; at: Date },
    work: () => Promise<Result>,
  ): Promise<Result> {
    const [group] = await transaction.rows(store.groupMakesOwners, id);
    return group?.makesOwners ? alarmingOwnersLost(transaction, actor, at, work) : work();
  }

  /** Names are decided by the keys; a product name that was taken in this very moment is tried once more. */
  async #transaction<Result>(
    actor: Actor,
    displayName: string | undefined,
    work: (transaction: OrganizationTransaction) => Promise<Result>,
  ): Promise<Result> {
    const taken = () => {
      const message = `The displayName ${displayName} is taken in this directory.`;
      return new DomainError('groupNameTaken', message, { path: 'displayName' });
    };
    const done = againAfterRaces(races, () => this.#database.transaction(actor.organizationId, work));
    return answering({ directory_groups_display_name_key: taken }, done);
  }

  async #runFind(organizationId: string, questions: Question[]): Promise<(DirectoryGroupRow | undefined)[]> {
    const directoryIds = questions.map((question) => question.directoryId);
    const values = questions.map((question) => question.value);
    const rows = await this.#database.run(organizationId, store.groupsById, directoryIds, values);
    const found = new Map(rows.map(({ position, ...row }) => [position, row]));
    return questions.map((_, position) => found.get(position + 1));
  }

  async #runDelta(delta: typeof store.addMembers, organizationId: string, items: DeltaItem[]): Promise<DeltaAnswer[]> {
    const numbered = items.map((item, n) => ({ ...item, n }));
    const rows = await this.#database.run(organizationId, delta, JSON.stringify(numbered));
    return rows.sort((one, other) => one.n - other.n);
  }
}

/** A group of the product, or a member, that came or went at this moment. */
const races: ReadonlySet<string> = new Set([
  'groups_name_key',
  'group_links_active_group_key',
  'group_links_group_fkey',
  'group_members_group_fkey',
  'grants_group_fkey',
  'directory_group_members_user_fkey',
  'directory_group_members_group_fkey',
]);

interface Question {
  directoryId: string;
  value: string;
}

/** The one addition or removal that is all of a change, which many requests can make in one statement. */
function onlyDelta(input: GroupChange): MemberDelta | undefined {
  const [delta, ...more] = input.members ?? [];
  const { displayName, externalId, extensions, ifVersions } = input;
  const isMembersOnly = displayName === undefined && externalId === undefined && extensions == null && !ifVersions;
  const isSimple = delta && more.length === 0 && delta.kind !== 'replace' && delta.userIds.every(isId);
  return isMembersOnly && isSimple ? delta : undefined;
}

async function lockGroup(
  transaction: OrganizationTransaction,
  input: { directoryId: string; id: string; ifVersions?: number[] | null; ifExtensions?: unknown },
): Promise<DirectoryGroupRow> {
  const [group] = await transaction.rows(store.groupForUpdate, input.directoryId, input.id);
  if (!group) throw notFound('group', input.id);
  const { ifVersions, ifExtensions } = input;
  const isOutrun =
    ifExtensions != null && sortedJson(extensionsOf(group.resource as JsonObject)) !== sortedJson(ifExtensions as Json);
  if (isOutrun || (ifVersions && !ifVersions.includes(group.version))) {
    throw new DomainError('versionConflict', 'The group was changed since it was read. Read it again and repeat.');
  }
  return group;
}

/** Throws `SchemasChanged` where the directory has newer schemas than the document goes by. */
async function readRules(transaction: OrganizationTransaction, directoryId: string, { version }: OrganizationTables) {
  const [rules] = isId(directoryId) ? await transaction.rows(store.groupRules, directoryId) : [];
  if (!rules) throw notFound('directory', directoryId);
  if (rules.schemasVersion > version) throw new SchemasChanged();
  return rules;
}

function changedResource(table: ResourceTable, before: ResourceJson, input: GroupChange): ResourceJson {
  const { displayName = before.displayName, externalId = before.externalId, extensions } = input;
  const kept = Object.entries(before).filter(([key]) => extensions == null || !isUrn(key));
  const document = { ...Object.fromEntries(kept), ...readExtensions(extensions), displayName, externalId };
  return storedResource(table, document, { before });
}

function readExtensions(extensions: unknown): JsonObject {
  if (extensions == null) return {};
  if (isJsonObject(extensions) && Object.keys(extensions).every(isUrn)) return extensions;
  throw new DomainError('invalidValue', 'extensions must be an object of extensions by their URN.', {
    path: 'extensions',
  });
}

function columnsOf(resource: ResourceJson, matchesGroupsBy: 'displayName' | 'externalId') {
  const displayNameKey = foldKey(String(resource.displayName));
  return {
    displayNameKey,
    uniqueNameKey: matchesGroupsBy === 'displayName' ? displayNameKey : null,
    externalId: typeof resource.externalId === 'string' ? resource.externalId : null,
  };
}
