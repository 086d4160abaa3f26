import { v7 as uuid } from 'uuid';
import type { Database, OrganizationTransaction } from '../../database/database.ts';
import { prepared, statement } from '../../database/statement.ts';
import { type Actor, describeActor, requirePermission } from '../actors/actor.ts';
import { type CredentialHasher, createCredential, hintOf, readCredential } from '../actors/credential.ts';
import { CredentialCache, type StoredCredential } from '../actors/credential-cache.ts';
import type { Clock } from '../clock.ts';
import { DomainError, notFound } from '../domain-error.ts';
import { recordEvent } from '../events/domain-event.ts';
import type { RefusalReason } from '../events/refused-call.entity.ts';
import { inOrderOf, isId } from '../id.ts';
import type { PermissionCatalogue } from '../permissions/catalogue.ts';
import { resolveHeld } from '../permissions/granted-permissions.ts';
import { requireOwn } from '../permissions/own-permissions.ts';
import type { BuiltInSet } from '../permissions/permission-set.entity.ts';
import { requireScimEntitlement } from './directories.ts';
import type { DirectoryStatus } from './directory.entity.ts';

export interface ScimTokenRow {
  id: string;
  directoryId: string;
  hint: string;
  createdBy: Record<string, unknown>;
  createdAt: Date;
  expiresAt: Date | null;
  revokedAt: Date | null;
  lastUsedAt: Date | null;
}

/** Why a bearer does not open a directory; the hint where it was once a token of the same organization. */
export interface Refusal {
  reason: RefusalReason;
  tokenHint: string | null;
}

type StoredToken = StoredCredential & { directoryId: string };
type EndedToken = Pick<ScimTokenRow, 'directoryId' | 'hint' | 'expiresAt' | 'revokedAt'> & {
  directoryStatus: DirectoryStatus;
};

const LISTED_MAX = 100;
/** A longer overlap is no replacement: make a second token instead. */
export const OVERLAP_HOURS_MAX = 720;
const HOUR_MILLISECONDS = 3_600_000;

const COLUMNS = `id, directory_id as "directoryId", hint, created_by as "createdBy", created_at as "createdAt",
  expires_at as "expiresAt", revoked_at as "revokedAt", last_used_at as "lastUsedAt"`;

const lockDirectory = statement<{ status: DirectoryStatus }>(
  'select status from directories where organization_id = $1 and id = $2 for share',
);
const insert = statement<ScimTokenRow>(
  `insert into scim_tokens (organization_id, id, directory_id, hmac, hint, created_by, created_at, expires_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8) returning ${COLUMNS}`,
);
const revoke = statement<ScimTokenRow & { hmac: string }>(
  `update scim_tokens set revoked_at = coalesce(revoked_at, $3)
    where organization_id = $1 and id = $2 returning hmac, ${COLUMNS}`,
);
const lock = statement<ScimTokenRow>(
  `select ${COLUMNS} from scim_tokens where organization_id = $1 and id = $2 for update`,
);
const endEarlier = statement<ScimTokenRow & { hmac: string }>(
  `update scim_tokens set revoked_at = $3, expires_at = least(expires_at, $4)
    where organization_id = $1 and id = $2 returning hmac, ${COLUMNS}`,
);
const listMany = statement<ScimTokenRow>(
  `select token.* from unnest($2::uuid[]) as asked(id)
     cross join lateral (
       select ${COLUMNS} from scim_tokens
        where organization_id = $1 and directory_id = asked.id order by id desc limit ${LISTED_MAX}) token
    order by token.id desc`,
);
const getMany = statement<ScimTokenRow>(
  `select ${COLUMNS} from scim_tokens where organization_id = $1 and id = any($2::uuid[])`,
);
const find = prepared<StoredToken>(
  'scim-token-by-hmac',
  `select organization_id as "organizationId", id, directory_id as "directoryId", expires_at as "expiresAt",
          last_used_at as "lastUsedAt"
     from scim_tokens t
    where organization_id = $1 and hmac = $2 and revoked_at is null
      and exists (select from directories d
                   where d.organization_id = $1 and d.id = t.directory_id and d.status <> 'retired')`,
);
const findEnded = prepared<EndedToken>(
  'scim-token-by-hmac-ended',
  `select t.directory_id as "directoryId", t.hint, t.expires_at as "expiresAt", t.revoked_at as "revokedAt",
          d.status as "directoryStatus"
     from scim_tokens t
     join directories d on d.organization_id = $1 and d.id = t.directory_id
    where t.organization_id = $1 and t.hmac = $2`,
);
const touch = statement<never>('update scim_tokens set last_used_at = $3 where organization_id = $1 and id = $2');

/** What the groups give that a directory fills. */
const filledGroupsGrant = statement<{ builtIn: BuiltInSet | null; permission: string | null }>(
  `select distinct s.built_in as "builtIn", p.permission
     from directory_groups d
     join group_links l on l.organization_id = $1 and l.directory_group_id = d.id and l.state = 'active'
     join grants g on g.organization_id = $1 and g.group_id = l.group_id
     join permission_sets s on s.organization_id = $1 and s.id = g.permission_set_id
     left join permission_set_permissions p on p.organization_id = $1 and p.permission_set_id = s.id
    where d.organization_id = $1 and d.directory_id = $2`,
);

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
   * Makes a token; `token` is shown this once. Throws `notFound`, `directoryStatusConflict` for a retired directory,
   * `planLacksScim`, `ssoRequired`, `invalidValue`.
   */
  async create(
    actor: Actor,
    input: { directoryId: string; expiresAt?: Date | null },
  ): Promise<{ scimToken: ScimTokenRow; token: string }> {
    requirePermission(actor, 'rollcall:directories');
    const at = this.#clock();
    const { directoryId, expiresAt = null } = input;
    requireFuture(expiresAt, at);
    if (!isId(directoryId)) throw notFound('directory', directoryId);
    return this.#database.transaction(actor.organizationId, async (transaction) => {
      await requireOpen(transaction, directoryId);
      await requireScimEntitlement(transaction);
      return this.#insert(transaction, actor, { directoryId, expiresAt, at });
    });
  }

  /**
   * Replaces a living token: makes a new one, shown this once, and ends the old one after `overlapHours`, at once for 0.
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
      const { directoryId, hint } = old;
      await requireOpen(transaction, directoryId);
      const made = await this.#insert(transaction, actor, { directoryId, expiresAt, at });
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
    const { organizationId, directoryId } = token;
    return { kind: 'directory', organizationId, directoryId, tokenId: token.id };
  }

  /** Why a bearer, undefined where there is none, does not open this directory; undefined when it does. */
  async refusalOf(
    bearer: string | undefined,
    { organizationId, directoryId }: { organizationId: string; directoryId: string },
  ): Promise<Refusal | undefined> {
    if (bearer === undefined) return { reason: 'tokenMissing', tokenHint: null };
    const credential = readCredential(bearer);
    if (credential?.kind !== 'scimToken') return { reason: 'tokenUnknown', tokenHint: null };
    const [token] = await this.#database.run(credential.organizationId, findEnded, this.#hasher.hmacOf(bearer));
    if (!token) return { reason: 'tokenUnknown', tokenHint: null };
    // Nobody learns more of another organization's token than that it opens another door.
    if (credential.organizationId !== organizationId) return { reason: 'tokenOfAnotherDirectory', tokenHint: null };
    const reason = reasonOf(token, directoryId, this.#clock());
    return reason && { reason, tokenHint: token.hint };
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
    { directoryId, expiresAt, at }: { directoryId: string; expiresAt: Date | null; at: Date },
  ): Promise<{ scimToken: ScimTokenRow; token: string }> {
    // Whoever holds the token puts people into the groups that the directory fills.
    requireOwn(actor, resolveHeld(this.#catalogue, await transaction.rows(filledGroupsGrant, directoryId)));
    const token = createCredential('scimToken', actor.organizationId);
    const id = uuid();
    const hint = hintOf(token);
    const creator = JSON.stringify(describeActor(actor));
    const values = [id, directoryId, this.#hasher.hmacOf(token), hint, creator, at, expiresAt];
    const [scimToken] = await transaction.rows(insert, ...values);
    if (!scimToken) throw new Error('The new SCIM token was not returned.');
    const data = { directoryId, hint, expiresAt };
    await recordEvent(transaction, actor, { type: 'scimTokenCreated', subjectId: id, data, at });
    return { scimToken, token };
  }
}

/** Once a token was of a retired directory, that is what its callers have to know. */
function reasonOf(token: EndedToken, directoryId: string, now: Date): RefusalReason | undefined {
  if (token.directoryId !== directoryId) return 'tokenOfAnotherDirectory';
  if (token.directoryStatus === 'retired') return 'directoryRetired';
  if (token.revokedAt) return 'tokenRevoked';
  return token.expiresAt && token.expiresAt <= now ? 'tokenExpired' : undefined;
}

function requireFuture(expiresAt: Date | null, now: Date): void {
  if (expiresAt === null || expiresAt > now) return;
  throw new DomainError('invalidValue', 'expiresAt lies in the past.', { path: 'expiresAt' });
}

async function requireOpen(transaction: OrganizationTransaction, directoryId: string): Promise<void> {
  const [directory] = await transaction.rows(lockDirectory, directoryId);
  if (!directory) throw notFound('directory', directoryId);
  if (directory.status !== 'retired') return;
  throw new DomainError('directoryStatusConflict', 'The directory is retired: it takes no calls any more.');
}
