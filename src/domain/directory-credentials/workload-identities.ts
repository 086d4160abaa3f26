import { v7 as uuid } from 'uuid';
import type { Database } from '../../database/database.ts';
import { type Actor, describeActor, requirePermission } from '../actors/actor.ts';
import { createCredential } from '../actors/credential.ts';
import { readScopes, scopeText } from '../actors/scope.ts';
import type { Clock } from '../clock.ts';
import { requireScimEntitlement } from '../directories/directories.ts';
import { DomainError, notFound } from '../domain-error.ts';
import { recordEvent } from '../events/domain-event.ts';
import { inOrderOf, isId } from '../id.ts';
import type { PermissionCatalogue } from '../permissions/catalogue.ts';
import { readName, readOptionalText } from '../text-input.ts';
import { requireMayOpen } from './directory-credentials.ts';
import { isIssuerAddress } from './issuer-address.ts';
import type { ScimTokens } from './scim-tokens.ts';
import type { ExpectedClaims, WorkloadIdentityRow } from './workload-identities.store.ts';
import * as store from './workload-identities.store.ts';

/** The application to which Entra addresses the tokens of all its customers when a directory has no secret token at all. */
export const SHARED_AUDIENCE = '8adf8e6e-67b2-4cf2-a259-e3dc5476c621';

export interface SetWorkloadIdentity {
  directoryId: string;
  /** Entra's "Directory (tenant) ID". */
  tenantId: string;
  /** As Entra shows it; an ending `/.default` is no part of the claim. */
  audience: string;
  subject: string;
  /** Absent: the application that the audience names. */
  authorizedParty?: string | null;
  /** Absent: the tenant's own issuer of version 2. */
  issuer?: string | null;
  /** Absent: found by OpenID discovery. */
  jwksUri?: string | null;
  scopes?: readonly string[] | null;
}

/**
 * By which assertions Entra may ask for access tokens of a directory without any secret (workload identity federation, RFC
 * 7523 §2.2). Whoever says so must hold what the directory's groups give.
 */
export class WorkloadIdentities {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #catalogue: PermissionCatalogue;
  readonly #scimTokens: Pick<ScimTokens, 'forgetOrganization'>;
  readonly #allowsLoopback: boolean;

  constructor(parts: {
    database: Database;
    clock: Clock;
    catalogue: PermissionCatalogue;
    scimTokens: Pick<ScimTokens, 'forgetOrganization'>;
    allowsLoopbackIssuers: boolean;
  }) {
    this.#database = parts.database;
    this.#clock = parts.clock;
    this.#catalogue = parts.catalogue;
    this.#scimTokens = parts.scimTokens;
    this.#allowsLoopback = parts.allowsLoopbackIssuers;
  }

  /**
   * Sets the workload identity of a directory, over an earlier one too, whose access tokens end. Throws `notFound`,
   * `directoryStatusConflict`, `permissionsExceedOwn`, `planLacksScim`, `ssoRequired`, `invalidValue`.
   */
  async set(actor: Actor, input: SetWorkloadIdentity): Promise<WorkloadIdentityRow> {
    requirePermission(actor, 'rollcall:directories');
    const { directoryId } = input;
    const { issuer, jwksUri, tenantId, audience, subject, authorizedParty } = this.#readClaims(input);
    const scope = scopeText(readScopes(input.scopes));
    if (!isId(directoryId)) throw notFound('directory', directoryId);
    const at = this.#clock();
    const identity = await this.#database.transaction(actor.organizationId, async (transaction) => {
      await requireMayOpen(transaction, actor, { directoryId, catalogue: this.#catalogue, at });
      await requireScimEntitlement(transaction);
      const clientId = createCredential('clientId', actor.organizationId);
      const claims = [issuer, jwksUri, tenantId, audience, subject, authorizedParty];
      const by = JSON.stringify(describeActor(actor));
      const values = [uuid(), directoryId, clientId, ...claims, scope, by, at];
      const [row] = await transaction.rows(store.setIdentity, ...values);
      if (!row) throw new Error('The workload identity was not returned.');
      await transaction.rows(store.revokeAccessTokens, row.id, at);
      const data = { directoryId, issuer, jwksUri, tenantId, audience, subject, authorizedParty, scope };
      await recordEvent(transaction, actor, { type: 'workloadIdentitySet', subjectId: row.id, data, at });
      return row;
    });
    this.#scimTokens.forgetOrganization(actor.organizationId);
    return identity;
  }

  /** Takes the workload identity of a directory away and ends its access tokens. Throws `notFound`. */
  async remove(actor: Actor, directoryId: string): Promise<WorkloadIdentityRow> {
    requirePermission(actor, 'rollcall:directories');
    if (!isId(directoryId)) throw notFound('directory', directoryId);
    const at = this.#clock();
    const identity = await this.#database.transaction(actor.organizationId, async (transaction) => {
      const [row] = await transaction.rows(store.removeIdentity, directoryId, at);
      if (!row) throw notFound('workload identity of a directory', directoryId);
      await transaction.rows(store.revokeAccessTokens, row.id, at);
      const data = { directoryId };
      await recordEvent(transaction, actor, { type: 'workloadIdentityRemoved', subjectId: row.id, data, at });
      return row;
    });
    this.#scimTokens.forgetOrganization(actor.organizationId);
    return identity;
  }

  /** Those of directories, in their order; undefined for one without. */
  async ofDirectories(actor: Actor, directoryIds: readonly string[]): Promise<(WorkloadIdentityRow | undefined)[]> {
    requirePermission(actor, 'rollcall:directories');
    const ids = directoryIds.filter(isId);
    const rows = await this.#database.run(actor.organizationId, store.identitiesOfDirectories, ids);
    const byDirectory = new Map(rows.map((row) => [row.directoryId, row]));
    return directoryIds.map((id) => byDirectory.get(id));
  }

  /** Those that exist, in the order of the ids. */
  async getMany(actor: Actor, ids: readonly string[]): Promise<(WorkloadIdentityRow | undefined)[]> {
    requirePermission(actor, 'rollcall:directories');
    return inOrderOf(ids, await this.#database.run(actor.organizationId, store.getIdentities, ids.filter(isId)));
  }

  #readClaims(input: SetWorkloadIdentity): ExpectedClaims {
    const tenantId = readUuid(input.tenantId, 'tenantId');
    const audience = readAudience(input.audience);
    const given = readOptionalText(input.authorizedParty, 'authorizedParty', CLAIM_LENGTH_MAX);
    const authorizedParty = given ?? UUID.exec(audience)?.[0];
    if (authorizedParty === undefined) {
      throw invalid('authorizedParty', 'must be given, because the audience does not name an application by its id');
    }
    return {
      tenantId,
      audience,
      authorizedParty,
      subject: readName(input.subject, 'subject', CLAIM_LENGTH_MAX),
      issuer: this.#readAddress(input.issuer, 'issuer') ?? `https://login.microsoftonline.com/${tenantId}/v2.0`,
      jwksUri: this.#readAddress(input.jwksUri, 'jwksUri'),
    };
  }

  #readAddress(text: string | null | undefined, path: string): string | null {
    const address = readOptionalText(text, path, CLAIM_LENGTH_MAX);
    if (address === null || isIssuerAddress(address, { allowsLoopback: this.#allowsLoopback })) return address;
    throw invalid(path, 'must be an https address with a public host name, without query and fragment');
  }
}

const CLAIM_LENGTH_MAX = 512;
const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/;

function readUuid(text: string, path: string): string {
  const lower = text.trim().toLowerCase();
  if (isId(lower)) return lower;
  throw invalid(path, 'must be an id of the form 00000000-0000-0000-0000-000000000000');
}

/** Tokens for the shared audience are there for everybody who asks Entra for one. */
function readAudience(text: string): string {
  const audience = readName(text, 'audience', CLAIM_LENGTH_MAX).replace(/\/\.default$/, '');
  if (!audience.toLowerCase().includes(SHARED_AUDIENCE)) return audience;
  throw invalid('audience', 'must be one of your own application: this one all customers of Entra share');
}

function invalid(path: string, problem: string): DomainError {
  return new DomainError('invalidValue', `${path} ${problem}.`, { path });
}
