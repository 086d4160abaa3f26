import { v7 as uuid } from 'uuid';
import type { Database, OrganizationTransaction } from '../../database/database.ts';
import { type Actor, describeActor, requirePermission } from '../actors/actor.ts';
import { type CredentialHasher, createCredential, hintOf } from '../actors/credential.ts';
import { readScopes, scopeText } from '../actors/scope.ts';
import type { Clock } from '../clock.ts';
import { requireScimEntitlement } from '../directories/directories.ts';
import { DomainError, notFound } from '../domain-error.ts';
import { recordEvent } from '../events/domain-event.ts';
import { inOrderOf, isId } from '../id.ts';
import type { PermissionCatalogue } from '../permissions/catalogue.ts';
import { readName } from '../text-input.ts';
import { requireMayOpen } from './directory-credentials.ts';
import type { OAuthClientRow, OAuthClientSecretRow } from './oauth-clients.store.ts';
import * as store from './oauth-clients.store.ts';
import type { ScimTokens } from './scim-tokens.ts';

/** Microsoft's gallery asks for one to three years. */
export const SECRET_YEARS = { min: 1, max: 3, default: 2 } as const;

/** A secret that was just made: `clientSecret` is shown this once. */
export interface MadeSecret {
  oauthClientSecret: OAuthClientSecretRow;
  clientSecret: string;
}

/**
 * The OAuth clients by which identity providers ask for access tokens of a directory (RFC 6749 §4.4), and their secrets: shown
 * once, kept as HMACs, several alive at once. Whoever makes one must hold what the directory's groups give.
 */
export class OAuthClients {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #catalogue: PermissionCatalogue;
  readonly #hasher: CredentialHasher;
  readonly #scimTokens: Pick<ScimTokens, 'forgetOrganization'>;

  constructor(parts: {
    database: Database;
    clock: Clock;
    catalogue: PermissionCatalogue;
    hasher: CredentialHasher;
    scimTokens: Pick<ScimTokens, 'forgetOrganization'>;
  }) {
    this.#database = parts.database;
    this.#clock = parts.clock;
    this.#catalogue = parts.catalogue;
    this.#hasher = parts.hasher;
    this.#scimTokens = parts.scimTokens;
  }

  /**
   * Makes a client with its first secret. Throws `notFound`, `directoryStatusConflict` for a retired directory,
   * `permissionsExceedOwn`, `planLacksScim`, `ssoRequired`, `invalidValue`.
   */
  async create(
    actor: Actor,
    input: {
      directoryId: string;
      name: string;
      scopes?: readonly string[] | null;
      /** See `SECRET_YEARS`. */
      secretYears?: number | null;
    },
  ): Promise<MadeSecret & { oauthClient: OAuthClientRow }> {
    requirePermission(actor, 'rollcall:directories');
    const { directoryId } = input;
    const name = readName(input.name, 'name');
    const scope = scopeText(readScopes(input.scopes));
    const years = readYears(input.secretYears);
    if (!isId(directoryId)) throw notFound('directory', directoryId);
    const at = this.#clock();
    return this.#database.transaction(actor.organizationId, async (transaction) => {
      await requireMayOpen(transaction, actor, { directoryId, catalogue: this.#catalogue, at });
      await requireScimEntitlement(transaction);
      const clientId = createCredential('clientId', actor.organizationId);
      const by = JSON.stringify(describeActor(actor));
      const values = [uuid(), directoryId, clientId, name, scope, by, at];
      const [oauthClient] = await transaction.rows(store.insertClient, ...values);
      if (!oauthClient) throw new Error('The new OAuth client was not returned.');
      const data = { directoryId, clientId, name, scope };
      await recordEvent(transaction, actor, { type: 'oauthClientCreated', subjectId: oauthClient.id, data, at });
      return { oauthClient, ...(await this.#insertSecret(transaction, actor, oauthClient, { years, at })) };
    });
  }

  /**
   * Makes another secret, so that the one before can be revoked once the new one is in use. The plan is not asked: a directory
   * that runs is never stopped by it. Throws `notFound`, `directoryStatusConflict`, `permissionsExceedOwn`, `invalidValue`.
   */
  async addSecret(actor: Actor, input: { oauthClientId: string; secretYears?: number | null }): Promise<MadeSecret> {
    requirePermission(actor, 'rollcall:directories');
    const { oauthClientId } = input;
    const years = readYears(input.secretYears);
    if (!isId(oauthClientId)) throw notFound('OAuth client', oauthClientId);
    const at = this.#clock();
    return this.#database.transaction(actor.organizationId, async (transaction) => {
      const [client] = await transaction.rows(store.holdClient, oauthClientId);
      if (!client) throw notFound('OAuth client', oauthClientId);
      await requireMayOpen(transaction, actor, { directoryId: client.directoryId, catalogue: this.#catalogue, at });
      return this.#insertSecret(transaction, actor, client, { years, at });
    });
  }

  /**
   * Ends a secret and the access tokens that were made by it: at once in this process, within a second in others. Again
   * changes nothing. Throws `notFound`.
   */
  async revokeSecret(actor: Actor, id: string): Promise<OAuthClientSecretRow> {
    requirePermission(actor, 'rollcall:directories');
    if (!isId(id)) throw notFound('client secret', id);
    const at = this.#clock();
    const secret = await this.#database.transaction(actor.organizationId, async (transaction) => {
      const [revoked] = await transaction.rows(store.revokeSecret, id, at);
      if (!revoked) throw notFound('client secret', id);
      const { directoryId, isNow, ...row } = revoked;
      if (!isNow) return row;
      await transaction.rows(store.revokeAccessTokens, [id], at);
      const data = { directoryId, oauthClientId: row.oauthClientId, hint: row.hint };
      await recordEvent(transaction, actor, { type: 'oauthClientSecretRevoked', subjectId: id, data, at });
      return row;
    });
    this.#scimTokens.forgetOrganization(actor.organizationId);
    return secret;
  }

  /** Ends a client with all its secrets and access tokens, for good. Throws `notFound`. */
  async delete(actor: Actor, id: string): Promise<void> {
    requirePermission(actor, 'rollcall:directories');
    if (!isId(id)) throw notFound('OAuth client', id);
    const at = this.#clock();
    await this.#database.transaction(actor.organizationId, async (transaction) => {
      const [client] = await transaction.rows(store.deleteClient, id, at);
      if (!client) throw notFound('OAuth client', id);
      const secretIds = (await transaction.rows(store.revokeSecretsOf, id, at)).map((secret) => secret.id);
      await transaction.rows(store.revokeAccessTokens, secretIds, at);
      const { directoryId, clientId, name } = client;
      const data = { directoryId, clientId, name };
      await recordEvent(transaction, actor, { type: 'oauthClientDeleted', subjectId: id, data, at });
    });
    this.#scimTokens.forgetOrganization(actor.organizationId);
  }

  /** The clients of directories, in their order; of each the newest 100, the newest first. */
  async listMany(actor: Actor, directoryIds: readonly string[]): Promise<OAuthClientRow[][]> {
    requirePermission(actor, 'rollcall:directories');
    const rows = await this.#database.run(actor.organizationId, store.listClients, directoryIds.filter(isId));
    const byDirectory = Map.groupBy(rows, (row) => row.directoryId);
    return directoryIds.map((id) => byDirectory.get(id) ?? []);
  }

  /** The secrets of clients, in their order; of each the newest 100, the newest first, ended ones included. */
  async listSecrets(actor: Actor, oauthClientIds: readonly string[]): Promise<OAuthClientSecretRow[][]> {
    requirePermission(actor, 'rollcall:directories');
    const rows = await this.#database.run(actor.organizationId, store.listSecrets, oauthClientIds.filter(isId));
    const byClient = Map.groupBy(rows, (row) => row.oauthClientId);
    return oauthClientIds.map((id) => byClient.get(id) ?? []);
  }

  /** Those clients that exist, in the order of the ids. */
  async getMany(actor: Actor, ids: readonly string[]): Promise<(OAuthClientRow | undefined)[]> {
    requirePermission(actor, 'rollcall:directories');
    return inOrderOf(ids, await this.#database.run(actor.organizationId, store.getClients, ids.filter(isId)));
  }

  /** The same for secrets. */
  async getSecrets(actor: Actor, ids: readonly string[]): Promise<(OAuthClientSecretRow | undefined)[]> {
    requirePermission(actor, 'rollcall:directories');
    return inOrderOf(ids, await this.#database.run(actor.organizationId, store.getSecrets, ids.filter(isId)));
  }

  async #insertSecret(
    transaction: OrganizationTransaction,
    actor: Actor,
    { id: oauthClientId, directoryId }: OAuthClientRow,
    { years, at }: { years: number; at: Date },
  ): Promise<MadeSecret> {
    const clientSecret = createCredential('clientSecret', actor.organizationId);
    const hint = hintOf(clientSecret);
    const expiresAt = new Date(at);
    expiresAt.setUTCFullYear(at.getUTCFullYear() + years);
    const by = JSON.stringify(describeActor(actor));
    const values = [uuid(), oauthClientId, this.#hasher.hmacOf(clientSecret), hint, by, at, expiresAt];
    const [oauthClientSecret] = await transaction.rows(store.insertSecret, ...values);
    if (!oauthClientSecret) throw new Error('The new client secret was not returned.');
    const { id } = oauthClientSecret;
    const data = { directoryId, oauthClientId, hint, expiresAt };
    await recordEvent(transaction, actor, { type: 'oauthClientSecretCreated', subjectId: id, data, at });
    return { oauthClientSecret, clientSecret };
  }
}

function readYears(years: number | null | undefined): number {
  const { min, max, default: usual } = SECRET_YEARS;
  const read = years ?? usual;
  if (Number.isInteger(read) && read >= min && read <= max) return read;
  throw new DomainError('invalidValue', `A client secret lives ${min} to ${max} years.`, { path: 'secretYears' });
}
