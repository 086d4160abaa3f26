import { v7 as uuid } from 'uuid';
import type { Database } from '../../database/database.ts';
import { prepared, statement } from '../../database/statement.ts';
import type { Clock } from '../clock.ts';
import { DomainError, notFound } from '../domain-error.ts';
import { recordEvent } from '../events/domain-event.ts';
import { inOrderOf, isId, requireId } from '../id.ts';
import { given, OrderedList, type OrderedPageRequest } from '../ordered-list.ts';
import type { OrganizationStatus } from '../organizations/organization.entity.ts';
import { requireInUse } from '../organizations/organization-status.ts';
import type { Page } from '../page.ts';
import type { PermissionCatalogue } from '../permissions/catalogue.ts';
import type { BuiltInSet } from '../permissions/permission-set.entity.ts';
import type { PermissionSets } from '../permissions/permission-sets.ts';
import { readName } from '../text-input.ts';
import { type Actor, type ActorRecord, describeActor, requireFreshSignIn, requirePermission } from './actor.ts';
import { type CredentialHasher, createCredential, hintOf, readCredential } from './credential.ts';
import { CredentialCache, type StoredCredential } from './credential-cache.ts';

export interface ApiKeyRow {
  id: string;
  name: string;
  permissionSetId: string;
  hint: string;
  createdBy: ActorRecord;
  createdAt: Date;
  expiresAt: Date | null;
  revokedAt: Date | null;
  /** Written at most once a minute. */
  lastUsedAt: Date | null;
}

export interface CreateApiKey {
  name: string;
  permissionSetId: string;
  expiresAt?: Date | null | undefined;
}

export type ApiKeyOrderField = 'createdAt' | 'lastUsedAt';

export interface ApiKeyFilter {
  isRevoked?: boolean | null | undefined;
  permissionSetId?: string | null | undefined;
}

interface FoundKey extends StoredCredential {
  name: string;
  organizationStatus: OrganizationStatus;
  builtIn: BuiltInSet | null;
  permissions: string[];
}

const COLUMNS = `id, name, permission_set_id as "permissionSetId", hint, created_by as "createdBy",
  created_at as "createdAt", expires_at as "expiresAt", revoked_at as "revokedAt", last_used_at as "lastUsedAt"`;

const insertKey = statement<ApiKeyRow>(
  `insert into api_keys (organization_id, id, name, permission_set_id, hmac, hint, created_by, created_at, expires_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning ${COLUMNS}`,
);
const lockKey = statement<ApiKeyRow & { hmac: string }>(
  `select ${COLUMNS}, hmac from api_keys where organization_id = $1 and id = $2 for update`,
);
const revokeKey = statement<ApiKeyRow>(
  `update api_keys set revoked_at = $3 where organization_id = $1 and id = $2 returning ${COLUMNS}`,
);
const selectKeys = statement<ApiKeyRow>(
  `select ${COLUMNS} from api_keys where organization_id = $1 and id = any($2::uuid[])`,
);
const keyList = new OrderedList<ApiKeyRow, ApiKeyOrderField, 'isRevoked' | 'permissionSetId'>({
  columns: COLUMNS,
  from: 'api_keys',
  where: 'organization_id = $1',
  id: 'id',
  orders: { lastUsedAt: { sql: 'last_used_at', type: 'time', isNullable: true } },
  filters: {
    isRevoked: (wanted) => `(revoked_at is not null) = ${wanted}::boolean`,
    permissionSetId: (set) => `permission_set_id = ${set}::uuid`,
  },
});
const findKey = prepared<FoundKey>(
  'api_key_find',
  `select k.organization_id as "organizationId", k.id, k.name, k.expires_at as "expiresAt",
          k.last_used_at as "lastUsedAt", o.status as "organizationStatus", s.built_in as "builtIn",
          array(select p.permission from permission_set_permissions p
                 where p.organization_id = $1 and p.permission_set_id = s.id) as permissions
     from api_keys k
     join permission_sets s on s.organization_id = $1 and s.id = k.permission_set_id
     join organizations o on o.organization_id = $1
    where k.organization_id = $1 and k.hmac = $2 and k.revoked_at is null`,
);
const touchKey = prepared<never>(
  'api_key_touch',
  `update api_keys set last_used_at = $3
    where organization_id = $1 and id = $2 and (last_used_at is null or last_used_at < $3)`,
);

/** The keys of product back ends: each acts with the permissions of one permission set. */
export class ApiKeys {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #catalogue: PermissionCatalogue;
  readonly #permissionSets: PermissionSets;
  readonly #hasher: CredentialHasher;
  readonly #cache: CredentialCache<FoundKey>;

  constructor(parts: {
    database: Database;
    clock: Clock;
    catalogue: PermissionCatalogue;
    permissionSets: PermissionSets;
    hasher: CredentialHasher;
    onTouchFailed?: (error: unknown) => void;
  }) {
    const { database } = parts;
    this.#database = database;
    this.#clock = parts.clock;
    this.#catalogue = parts.catalogue;
    this.#permissionSets = parts.permissionSets;
    this.#hasher = parts.hasher;
    this.#cache = new CredentialCache({
      clock: parts.clock,
      load: async (organizationId, hmac) => (await database.run(organizationId, findKey, hmac))[0],
      touch: (key, at) => database.run(key.organizationId, touchKey, key.id, at),
      ...(parts.onTouchFailed && { onTouchFailed: parts.onTouchFailed }),
    });
  }

  /**
   * Makes a key that acts by a permission set of no more than the actor's own permissions. The key itself is in the answer
   * and nowhere else. Throws `freshSignInRequired`, `notFound`, `permissionsExceedOwn`, `invalidValue`.
   */
  async create(actor: Actor, input: CreateApiKey): Promise<{ apiKey: ApiKeyRow; key: string }> {
    requirePermission(actor, 'rollcall:keys');
    const name = readName(input.name, 'name');
    const at = this.#clock();
    requireFreshSignIn(actor, at);
    const expiresAt = input.expiresAt ?? null;
    if (expiresAt !== null && !(expiresAt > at)) {
      throw new DomainError('invalidValue', 'expiresAt must lie in the future.', { path: 'expiresAt' });
    }
    const key = createCredential('apiKey', actor.organizationId);
    const apiKey = await this.#database.transaction(actor.organizationId, async (transaction) => {
      const set = await this.#permissionSets.requireGivable(transaction, actor, input.permissionSetId);
      const by = JSON.stringify(describeActor(actor));
      const values = [uuid(), name, set.id, this.#hasher.hmacOf(key), hintOf(key), by, at, expiresAt];
      const [row] = await transaction.rows(insertKey, ...values);
      if (!row) throw new Error('The new API key was not returned.');
      const data = { name, permissionSetId: set.id, expiresAt };
      await recordEvent(transaction, actor, { type: 'apiKeyCreated', subjectId: row.id, data, at });
      return row;
    });
    return { apiKey, key };
  }

  /** Ends a key: at once in this process, within a second in others. Revoking twice changes nothing. Throws `notFound`. */
  async revoke(actor: Actor, id: string): Promise<ApiKeyRow> {
    requirePermission(actor, 'rollcall:keys');
    requireId('API key', id);
    const { hmac, apiKey } = await this.#database.transaction(actor.organizationId, async (transaction) => {
      const [locked] = await transaction.rows(lockKey, id);
      if (!locked) throw notFound('API key', id);
      const { hmac, ...before } = locked;
      if (before.revokedAt) return { hmac, apiKey: before };
      const at = this.#clock();
      const [after] = await transaction.rows(revokeKey, id, at);
      const data = { name: before.name };
      await recordEvent(transaction, actor, { type: 'apiKeyRevoked', subjectId: id, data, at });
      return { hmac, apiKey: after ?? before };
    });
    this.#cache.forget(hmac);
    return apiKey;
  }

  /** The keys in the order of the ids, revoked ones too; undefined for an unknown id. For loaders. */
  async getMany(actor: Actor, ids: readonly string[]): Promise<(ApiKeyRow | undefined)[]> {
    requirePermission(actor, 'rollcall:keys');
    return inOrderOf(ids, await this.#database.run(actor.organizationId, selectKeys, ids.filter(isId)));
  }

  /** The keys that pass the filter, revoked ones too; never a key itself. Throws `invalidValue`. */
  async list(
    actor: Actor,
    page: OrderedPageRequest<ApiKeyOrderField>,
    { isRevoked, permissionSetId = null }: ApiKeyFilter = {},
  ): Promise<Page<ApiKeyRow>> {
    requirePermission(actor, 'rollcall:keys');
    if (permissionSetId !== null && !isId(permissionSetId)) return { items: [], hasNextPage: false };
    const filters = { isRevoked: given(isRevoked), permissionSetId: given(permissionSetId) };
    return keyList.read(this.#database, actor.organizationId, page, { filters });
  }

  /**
   * Who acts by this bearer, or undefined for one that is not, or no longer, an API key. Throws `organizationSuspended` or
   * `organizationClosing` for a good key of an organization that is not in use.
   */
  async authenticate(text: string): Promise<Actor | undefined> {
    const credential = readCredential(text);
    if (credential?.kind !== 'apiKey') return undefined;
    const found = await this.#cache.find(credential.organizationId, this.#hasher.hmacOf(text));
    if (!found) return undefined;
    const { organizationId, id, name, builtIn } = found;
    requireInUse(found.organizationStatus);
    const permissions = new Set(this.#catalogue.resolve(builtIn, found.permissions));
    return { kind: 'apiKey', organizationId, id, name, permissions };
  }

  /** Reads the keys of an organization, and its status, anew: at once in this process, within a second in others. */
  forgetOrganization(organizationId: string): void {
    this.#cache.forgetOrganization(organizationId);
  }

  /** Resolves when no time of use is being written: before the database is closed. */
  async settled(): Promise<void> {
    await this.#cache.settled();
  }
}
