import { v7 as uuid } from 'uuid';
import type { Database } from '../../database/database.ts';
import { prepared, statement } from '../../database/statement.ts';
import { type Actor, describeActor, requirePermission } from '../actors/actor.ts';
import { type CredentialHasher, createCredential, hintOf, readCredential } from '../actors/credential.ts';
import { CredentialCache, type StoredCredential } from '../actors/credential-cache.ts';
import type { Clock } from '../clock.ts';
import { DomainError, notFound } from '../domain-error.ts';
import { recordEvent } from '../events/domain-event.ts';
import { isId } from '../id.ts';
import { requireScimEntitlement } from './directories.ts';

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

type StoredToken = StoredCredential & { directoryId: string };

const COLUMNS = `id, directory_id as "directoryId", hint, created_by as "createdBy", created_at as "createdAt",
  expires_at as "expiresAt", revoked_at as "revokedAt", last_used_at as "lastUsedAt"`;

const lockDirectory = statement<{ id: string }>(
  'select id from directories where organization_id = $1 and id = $2 for share',
);
const insert = statement<ScimTokenRow>(
  `insert into scim_tokens (organization_id, id, directory_id, hmac, hint, created_by, created_at, expires_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8) returning ${COLUMNS}`,
);
const revoke = statement<ScimTokenRow & { hmac: string }>(
  `update scim_tokens set revoked_at = coalesce(revoked_at, $3)
    where organization_id = $1 and id = $2 returning hmac, ${COLUMNS}`,
);
const list = statement<ScimTokenRow>(
  `select ${COLUMNS} from scim_tokens where organization_id = $1 and directory_id = $2 order by id desc limit 100`,
);
const find = prepared<StoredToken>(
  'scim-token-by-hmac',
  `select organization_id as "organizationId", id, directory_id as "directoryId", expires_at as "expiresAt",
          last_used_at as "lastUsedAt"
     from scim_tokens where organization_id = $1 and hmac = $2 and revoked_at is null`,
);
const touch = statement<never>('update scim_tokens set last_used_at = $3 where organization_id = $1 and id = $2');

/** The long-lived bearers of directories: shown once, kept as HMACs, several alive at once. */
export class ScimTokens {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #hasher: CredentialHasher;
  readonly #cache: CredentialCache<StoredToken>;

  constructor(parts: {
    database: Database;
    clock: Clock;
    hasher: CredentialHasher;
    onTouchFailed?: (error: unknown) => void;
  }) {
    this.#database = parts.database;
    this.#clock = parts.clock;
    this.#hasher = parts.hasher;
    this.#cache = new CredentialCache({
      clock: parts.clock,
      load: async (organizationId, hmac) => (await this.#database.run(organizationId, find, hmac))[0],
      touch: (token, at) => this.#database.run(token.organizationId, touch, token.id, at),
      ...(parts.onTouchFailed ? { onTouchFailed: parts.onTouchFailed } : {}),
    });
  }

  /** Makes a token; `token` is shown this once. Throws `notFound`, `planLacksScim`, `ssoRequired`, `invalidValue`. */
  async create(
    actor: Actor,
    input: { directoryId: string; expiresAt?: Date | null },
  ): Promise<{ scimToken: ScimTokenRow; token: string }> {
    requirePermission(actor, 'rollcall:directories');
    const at = this.#clock();
    const { directoryId, expiresAt = null } = input;
    if (expiresAt && expiresAt <= at) {
      throw new DomainError('invalidValue', 'expiresAt lies in the past.', { path: 'expiresAt' });
    }
    const token = createCredential('scimToken', actor.organizationId);
    const id = uuid();
    return this.#database.transaction(actor.organizationId, async (transaction) => {
      const [directory] = isId(directoryId) ? await transaction.rows(lockDirectory, directoryId) : [];
      if (!directory) throw notFound('directory', directoryId);
      await requireScimEntitlement(transaction);
      const creator = JSON.stringify(describeActor(actor));
      const values = [id, directoryId, this.#hasher.hmacOf(token), hintOf(token), creator, at, expiresAt];
      const [scimToken] = await transaction.rows(insert, ...values);
      const data = { directoryId, hint: hintOf(token) };
      await recordEvent(transaction, actor, { type: 'scimTokenCreated', subjectId: id, data, at });
      return { scimToken: scimToken as ScimTokenRow, token };
    });
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

  /** The tokens of a directory, the newest first, revoked ones included. */
  async list(actor: Actor, directoryId: string): Promise<ScimTokenRow[]> {
    requirePermission(actor, 'rollcall:directories');
    return isId(directoryId) ? this.#database.run(actor.organizationId, list, directoryId) : [];
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

  /** Resolves when no time of use is being written. */
  async settled(): Promise<void> {
    await this.#cache.settled();
  }
}
