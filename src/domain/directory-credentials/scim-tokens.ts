import { v7 as uuid } from 'uuid';
import type { Database, OrganizationTransaction } from '../../database/database.ts';
import { prepared, statement } from '../../database/statement.ts';
import { type Actor, describeActor, requirePermission } from '../actors/actor.ts';
import { type CredentialHasher, createCredential, hintOf, readCredential } from '../actors/credential.ts';
import { CredentialCache, type StoredCredential } from '../actors/credential-cache.ts';
import { readScopes, type Scope, scopesOf, scopeText } from '../actors/scope.ts';
import type { Clock } from '../clock.ts';
import { requireScimEntitlement } from '../directories/directories.ts';
import type { DirectoryStatus } from '../directories/directory.entity.ts';
import { DomainError, notFound } from '../domain-error.ts';
import { recordEvent } from '../events/domain-event.ts';
import type { Refusal, RefusalReason } from '../events/refused-call.entity.ts';
import { inOrderOf, isId } from '../id.ts';
import type { PermissionCatalogue } from '../permissions/catalogue.ts';
import { requireMayOpen } from './directory-credentials.ts';

export interface ScimTokenRow {
  id: string;
  directoryId: string;
  scopes: Scope[];
  hint: string;
  createdBy: Record<string, unknown>;
  createdAt: Date;
  expiresAt: Date | null;
  revokedAt: Date | null;
  lastUsedAt: Date | null;
}

type StoredToken = StoredCredential & { directoryId: string; scope: string; isStrict: boolean };
type EndedToken = Pick<ScimTokenRow, 'directoryId' | 'hint' | 'expiresAt' | 'revokedAt'> & {
  directoryStatus: DirectoryStatus;
  isAccessToken: boolean;
};

const LISTED_MAX = 100;
/** A longer overlap is no replacement: make a second token instead. */
export const OVERLAP_HOURS_MAX = 720;
const HOUR_MILLISECONDS = 3_600_000;

const COLUMNS = `id, directory_id as "directoryId", string_to_array(scope, ' ') as scopes, hint, created_by as "createdBy", created_at as "createdAt",
  expires_at as "expiresAt", revoked_at as "revokedAt", last_used_at as "lastUsedAt"`;
/** Of the tokens that admins make, change and see; access tokens come and go by themselves. */
const MADE_BY_HAND = 'oauth_client_secret_id is null and workload_identity_id is null';

const insert = statement<ScimTokenRow>(
  `insert into scim_tokens (organization_id, id, directory_id, scope, hmac, hint, created_by, created_at, expires_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning ${COLUMNS}`,
);
const revoke = statement<ScimTokenRow & { hmac: string }>(
  `update scim_tokens set revoked_at = coalesce(revoked_at, $3)
    where organization_id = $1 and id = $2 and ${MADE_BY_HAND} returning hmac, ${COLUMNS}`,
);
const lock = statement<ScimTokenRow>(
  `select ${COLUMNS} from scim_tokens where organization_id = $1 and id = $2 and ${MADE_BY_HAND} for update`,
);
const endEarlier = statement<ScimTokenRow & { hmac: string }>(
  `update scim_tokens set revoked_at = $3, expires_at = least(expires_at, $4)
    where organization_id = $1 and id = $2 returning hmac, ${COLUMNS}`,
);
const listMany = statement<ScimTokenRow>(
  `select token.* from unnest($2::uuid[]) as asked(id)
     cross join lateral (
       select ${COLUMNS} from scim_tokens
        where organization_id = $1 and directory_id = asked.id and ${MADE_BY_HAND} order by id desc limit ${LISTED_MAX}) token
    order by token.id desc`,
);
const getMany = statement<ScimTokenRow>(
  `select ${COLUMNS} from scim_tokens where organization_id = $1 and id = any($2::uuid[]) and ${MADE_BY_HAND}`,
);
const find = prepared<StoredToken>(
  'scim-token-by-hmac',
  `select t.organization_id as "organizationId", t.id, t.directory_id as "directoryId", t.expires_at as "expiresAt",
          t.last_used_at as "lastUsedAt", t.scope, d.is_strict as "isStrict"
     from scim_tokens t
     join directories d on d.organization_id = $1 and d.id = t.directory_id and d.status <> 'retired'
    where t.organization_id = $1 and t.hmac = $2 and t.revoked_at is null`,
);
const findEnded = prepared<EndedToken>(
  'scim-token-by-hmac-ended',
  `select t.directory_id as "directoryId", t.hint, t.expires_at as "expiresAt", t.revoked_at as "revokedAt",
          d.status as "directoryStatus",
          t.oauth_client_secret_id is not null or t.workload_identity_id is not null as "isAccessToken"
     from scim_tokens t
     join directories d on d.organization_id = $1 and d.id = t.directory_id
    where t.organization_id = $1 and t.hmac = $2`,
);
const touch = statement<never>('update scim_tokens set last_used_at = $3 where organization_id = $1 and id = $2');

/** The long-lived bearers of directories: shown once, kept as HMACs, several alive at once. */
export class ScimTokens {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #catalogue: PermissionCatalogue;
  readonly #hasher: CredentialHasher;
  readonly #cache: CredentialCache<StoredToken>;

  constructor(parts: {
    database: Database;
    clock: Clock;
    catalogue: PermissionCatalogue;
    hasher: CredentialHasher;
    onTouchFailed?: (error: unknown) => void;
  }) {
    this.#database = parts.database;
    this.#clock = parts.clock;
    this.#catalogue = parts.catalogue;
    this.#hasher = parts.hasher;
    this.#cache = new CredentialCache({
      clock: parts.clock,
      load: async (organizationId, hmac) => (await this.#database.run(organizationId, find, hmac))[0],
      touch: (token, at) => this.#database.run(token.organizationId, touch, token.id, at),
      ...(parts.onTouchFailed ? { onTouchFailed: parts.onTouchFailed } : {}),
    });
  }

  /**
   * Makes a token, for all scopes unless some are named; `token` is shown this once. Throws `notFound`,
   * `directoryStatusConflict` for a retired directory, `permissionsExceedOwn`, `planLacksScim`, `ssoRequired`, `invalidValue`.
   */
  async create(
    actor: Actor,
    input: { directoryId: string; scopes?: readonly string[] | null; expiresAt?: Date | null },
  ): Promise<{ scimToken: ScimTokenRow; token: string }> {
    requirePermission(actor, 'rollcall:directories');
    const at = this.#clock();
    const { directoryId, expiresAt = null } = input;
    requireFuture(expiresAt, at);
    const scopes = readScopes(input.scopes);
    if (!isId(directoryId)) throw notFound('directory', directoryId);
    return this.#database.transaction(actor.organizationId, async (transaction) => {
      await requireMayOpen(transaction, actor, { directoryId, catalogue: this.#catalogue, at });
      await requireScimEntitlement(transaction);
      return this.#insert(transaction, actor, { directoryId, scopes, expiresAt, at });
    });
  }

  /**
   * Replaces a living token: makes a new one of the same scopes, shown this once, and ends the old one after `overlapHours`, at once for 0.
   * The plan is not asked: a directory that runs is never stopped by it. Throws `notFound`, `invalidValue` for a token that
   * has ended, `directoryStatusConflict` for a retired directory.
   */
  async rotate(
    actor: Actor,
    input: { id: string; overlapHours: number; expiresAt?: Date | null },
  ): Promise<{ scimToken: ScimTokenRow; token: string; replaced: ScimTokenRow }> {
    requirePermission(actor, 'rollcall:directories');
    const at = this.#clock();
    const { id, overlapHours, expiresAt = null } = input;
    if (!isId(id)) throw notFound('SCIM token', id);
    if (!Number.isInteger(overlapHours) || overlapHours < 0 || overlapHours > OVERLAP_HOURS_MAX) {
      const message = `overlapHours must be a whole number from 0 to ${OVERLAP_HOURS_MAX}.`;
      throw new DomainError('invalidValue', message, { path: 'overlapHours' });
    }
    requireFuture(expiresAt, at);
    const isAtOnce = overlapHours === 0;
    const revokedAt = isAtOnce ? at : null;
    const endsAt = isAtOnce ? null : new Date(at.getTime() + overlapHours * HOUR_MILLISECONDS);
    const { hmac, ...rotated } = await this.#database.transaction(actor.organizationId, async (transaction) => {
      const [old] = await transaction.rows(lock, id);
      if (!old) throw notFound('SCIM token', id);
      if (old.revokedAt || (old.expiresAt && old.expiresAt <= at)) {
        throw new DomainError('invalidValue', 'The token has ended already: make a new one.', { path: 'id' });
      }
      const { directoryId, scopes, hint } = old;
      await requireMayOpen(transaction, actor, { directoryId, catalogue: this.#catalogue, at });
      const made = await this.#insert(transaction, actor, { directoryId, scopes, expiresAt, at });
      const [ended] = await transaction.rows(endEarlier, id, revokedAt, endsAt);
      if (!ended) throw new Error('The replaced token was not returned.');
      const { hmac, ...replaced } = ended;
      const type = isAtOnce ? 'scimTokenRevoked' : 'scimTokenExpirySet';
      const data = { directoryId, hint, expiresAt: replaced.expiresAt, replacedBy: made.scimToken.id };
      await recordEvent(transaction, actor, { type, subjectId: id, data, at });
      return { ...made, replaced, hmac };
    });
    this.#cache.forget(hmac);
    return rotated;
  }

  /** Ends a token: at once in this process, within a second in others. Again is no error. Throws `notFound`. */
  async revoke(actor: Actor, id: string): Promise<ScimTokenRow> {
    requirePermission(actor, 'rollcall:directories');
    if (!isId(id)) throw notFound('SCIM token', id);
    const at = this.#clock();
    const revoked = await this.#database.transaction(actor.organizationId, async (transaction) => {
      const [row] = await transaction.rows(revoke, id, at);
      if (!row) throw notFound('SCIM token', id);
      const data = { directoryId: row.directoryId, hint: row.hint };
      await recordEvent(transaction, actor, { type: 'scimTokenRevoked', subjectId: id, data, at });
      return row;
    });
    const { hmac, ...row } = revoked;
    this.#cache.forget(hmac);
    return row;
  }

  /** The last 100 tokens of a directory, the newest first, ended ones included. */
  async list(actor: Actor, directoryId: string): Promise<ScimTokenRow[]> {
    return (await this.listMany(actor, [directoryId]))[0] ?? [];
  }

  /** The same of many directories, in their order. */
  async listMany(actor: Actor, directoryIds: readonly string[]): Promise<ScimTokenRow[][]> {
    requirePermission(actor, 'rollcall:directories');
    const rows = await this.#database.run(actor.organizationId, listMany, directoryIds.filter(isId));
    const byDirectory = Map.groupBy(rows, (row) => row.directoryId);
    return directoryIds.map((id) => byDirectory.get(id) ?? []);
  }

  /** Those that exist, in the order of the ids. */
  async getMany(actor: Actor, ids: readonly string[]): Promise<(ScimTokenRow | undefined)[]> {
    requirePermission(actor, 'rollcall:directories');
    return inOrderOf(ids, await this.#database.run(actor.organizationId, getMany, ids.filter(isId)));
  }

  /** The directory that a bearer speaks for, or undefined when it is unknown, revoked or expired. */
  async authenticate(bearer: string): Promise<Extract<Actor, { kind: 'directory' }> | undefined> {
    const credential = readCredential(bearer);
    if (credential?.kind !== 'scimToken') return undefined;
    const token = await this.#cache.find(credential.organizationId, this.#hasher.hmacOf(bearer));
    if (!token) return undefined;
    const { id: tokenId, organizationId, directoryId, scope, isStrict } = token;
    return { kind: 'directory', organizationId, directoryId, tokenId, scopes: scopesOf(scope), isStrict };
  }

  /** Why a bearer, undefined where there is none, does not open this directory; undefined when it does. */
  async refusalOf(
    bearer: string | undefined,
    { organizationId, directoryId }: { organizationId: string; directoryId: string },
  ): Promise<Refusal | undefined> {
    const refusal = (reason: RefusalReason, tokenHint: string | null = null) => ({ reason, tokenHint, detail: null });
    if (bearer === undefined) return refusal('tokenMissing');
    const credential = readCredential(bearer);
    if (credential?.kind !== 'scimToken') return refusal('tokenUnknown');
    const [token] = await this.#database.run(credential.organizationId, findEnded, this.#hasher.hmacOf(bearer));
    if (!token) return refusal('tokenUnknown');
    // Nobody learns more of another organization's token than that it opens another door.
    if (credential.organizationId !== organizationId) return refusal('tokenOfAnotherDirectory');
    const reason = reasonOf(token, directoryId, this.#clock());
    return reason && refusal(reason, token.hint);
  }

  /** Has what it remembers of an organization's tokens read anew: after a directory was retired with all of its own. */
  forgetOrganization(organizationId: string): void {
    this.#cache.forgetOrganization(organizationId);
  }

  /** Resolves when no time of use is being written. */
  async settled(): Promise<void> {
    await this.#cache.settled();
  }

  async #insert(
    transaction: OrganizationTransaction,
    actor: Actor,
    { directoryId, scopes, expiresAt, at }: Pick<ScimTokenRow, 'directoryId' | 'scopes' | 'expiresAt'> & { at: Date },
  ): Promise<{ scimToken: ScimTokenRow; token: string }> {
    const token = createCredential('scimToken', actor.organizationId);
    const id = uuid();
    const hint = hintOf(token);
    const creator = JSON.stringify(describeActor(actor));
    const scope = scopeText(scopes);
    const values = [id, directoryId, scope, this.#hasher.hmacOf(token), hint, creator, at, expiresAt];
    const [scimToken] = await transaction.rows(insert, ...values);
    if (!scimToken) throw new Error('The new SCIM token was not returned.');
    const data = { directoryId, hint, scope, expiresAt };
    await recordEvent(transaction, actor, { type: 'scimTokenCreated', subjectId: id, data, at });
    return { scimToken, token };
  }
}

/** Once a token was of a retired directory, that is what its callers have to know. */
function reasonOf(token: EndedToken, directoryId: string, now: Date): RefusalReason | undefined {
  if (token.directoryId !== directoryId) return 'tokenOfAnotherDirectory';
  if (token.directoryStatus === 'retired') return 'directoryRetired';
  if (token.revokedAt) return token.isAccessToken ? 'accessTokenRevoked' : 'tokenRevoked';
  if (token.expiresAt === null || token.expiresAt > now) return undefined;
  return token.isAccessToken ? 'accessTokenExpired' : 'tokenExpired';
}

function requireFuture(expiresAt: Date | null, now: Date): void {
  if (expiresAt === null || expiresAt > now) return;
  throw new DomainError('invalidValue', 'expiresAt lies in the past.', { path: 'expiresAt' });
}
