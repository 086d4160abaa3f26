import { v7 as uuid } from 'uuid';
import type { Database, OrganizationTransaction } from '../../database/database.ts';
import { type Actor, describeActor, requireFreshSignIn, requirePermission, requireReader } from '../actors/actor.ts';
import { endBindingsThrough } from '../bindings/end-bindings.ts';
import type { Clock } from '../clock.ts';
import { DomainError, notFound } from '../domain-error.ts';
import { recordEvent } from '../events/domain-event.ts';
import { inOrderOf, isId, requireId } from '../id.ts';
import { given, type OrderedPageRequest } from '../ordered-list.ts';
import { requireInUse } from '../organizations/organization-status.ts';
import { lockOrganization } from '../organizations/organizations.store.ts';
import { planIncludes } from '../organizations/plan.ts';
import type { Page } from '../page.ts';
import type { PermissionCatalogue } from '../permissions/catalogue.ts';
import { clientSecretContext, type Seals } from '../secrets/seals.ts';
import { requireVersion } from '../version.ts';
import type { ConnectionProtocol, ConnectionStatus } from './connection.entity.ts';
import { believedCertificates } from './connection-certificates.ts';
import {
  changesOf,
  endSessionsThrough,
  requireMayEntrust,
  requireMayEntrustEverybody,
  toldFacts,
} from './connection-changes.ts';
import {
  type CreateConnection,
  readChangedConnection,
  readClientSecret,
  readNewConnection,
  type UpdateConnection,
} from './connection-input.ts';
import type { ConnectionOrderField, ConnectionRow } from './connections.store.ts';
import * as store from './connections.store.ts';
import type { IdentityProviders } from './identity-providers.ts';

const CONNECTIONS_MAX = 20;

export interface ConnectionFilter {
  protocols?: readonly ConnectionProtocol[] | null | undefined;
  statuses?: readonly ConnectionStatus[] | null | undefined;
}

export interface ConnectionsParts {
  database: Database;
  clock: Clock;
  catalogue: PermissionCatalogue;
  seals: Pick<Seals, 'seal'>;
  identityProviders: IdentityProviders;
  allowsLoopbackIssuers: boolean;
}

/** The SSO identity providers of an organization: who else than we says who its people are. */
export class Connections {
  readonly #parts: ConnectionsParts;

  constructor(parts: ConnectionsParts) {
    this.#parts = parts;
  }

  /**
   * Sets a connection up as a draft, through which nobody signs in before it is enabled. Throws `planLacksSso`,
   * `organizationSuspended`, `organizationClosing`, `tooMany`, `invalidValue`, `freshSignInRequired`.
   */
  async create(actor: Actor, input: CreateConnection): Promise<ConnectionRow> {
    const at = this.#allowed(actor);
    const { organizationId } = actor;
    const facts = readNewConnection(input, this.#parts);
    const id = uuid();
    const sealed =
      input.protocol === 'oidc' ? await this.#seal(organizationId, id, readClientSecret(input.clientSecret)) : null;
    return this.#parts.database.transaction(organizationId, async (transaction) => {
      await requireSsoEntitlement(transaction);
      await requireRoom(transaction);
      const by = JSON.stringify(describeActor(actor));
      const values = [id, input.protocol, sealed, by, at, ...store.factValues(facts)];
      const [connection] = await transaction.rows(store.insertConnection, ...values);
      if (!connection) throw new Error('The new connection was not returned.');
      await transaction.rows(store.insertAddress, id);
      const data = { protocol: input.protocol, ...toldFacts(facts) };
      await recordEvent(transaction, actor, { type: 'connectionCreated', subjectId: id, data, at });
      return connection;
    });
  }

  /**
   * Changes what is given. Where then somebody else, or by something else, says who people are, its sessions end, the test
   * counts no more, and the actor must hold what the people hold who sign in through it, and of an enabled one what enabling
   * it asks for; with a new issuer they are found anew, and their binding requests are gone. Throws `notFound`,
   * `versionConflict`, `permissionsExceedOwn`, `invalidValue`, `freshSignInRequired`.
   */
  async update(actor: Actor, id: string, input: UpdateConnection): Promise<ConnectionRow> {
    const at = this.#allowed(actor);
    requireId('connection', id);
    const { organizationId } = actor;
    const { clientSecret } = input;
    const sealed =
      clientSecret === undefined ? null : await this.#seal(organizationId, id, readClientSecret(clientSecret));
    return this.#parts.database.transaction(organizationId, async (transaction) => {
      const before = await lockConnection(transaction, id);
      requireVersion(before, input.ifVersion);
      const facts = readChangedConnection(before, input, this.#parts);
      const { fields, isTrustWidened, isTrustWithdrawn } = changesOf(before, facts);
      if (Object.keys(fields).length === 0 && sealed === null) return before;
      const { catalogue } = this.#parts;
      if (isTrustWidened) await requireMayEntrust(transaction, actor, { connection: before, catalogue });
      const isTestOutdated = isTrustWidened || isTrustWithdrawn || sealed !== null;
      const values = [id, at, sealed, isTestOutdated, ...store.factValues(facts)];
      const [after] = await transaction.rows(store.updateConnection, ...values);
      const ending = { connectionId: id, at };
      if (isTrustWithdrawn) await endSessionsThrough(transaction, actor, { ...ending, reason: 'connectionChanged' });
      if (facts.issuer !== before.issuer) {
        await endBindingsThrough(transaction, actor, { ...ending, reason: 'issuerChanged' });
      }
      const data = { changes: fields, ...(sealed !== null && { isClientSecretReplaced: true }) };
      await recordEvent(transaction, actor, { type: 'connectionUpdated', subjectId: id, data, at });
      return after ?? before;
    });
  }

  /**
   * Lets people sign in through it, tested or not: `testedAt` tells. Again changes nothing. Throws `notFound`,
   * `connectionStatusConflict` where no certificate of it is believed any more, `permissionsExceedOwn`, `planLacksSso`,
   * `freshSignInRequired`.
   */
  async enable(actor: Actor, id: string): Promise<ConnectionRow> {
    return this.#setStatus(actor, id, (before, at) => {
      if (before.certificates === null || believedCertificates(before.certificates, at).length > 0) return 'enabled';
      const message = 'Its certificates ended long ago. Import new metadata of the identity provider first.';
      throw new DomainError('connectionStatusConflict', message);
    });
  }

  /**
   * Ends signing in through it, and the sessions that were proved through it. Again changes nothing. Throws `notFound`,
   * `connectionStatusConflict` for a draft, `freshSignInRequired`.
   */
  async disable(actor: Actor, id: string): Promise<ConnectionRow> {
    return this.#setStatus(actor, id, ({ status }) => {
      if (status !== 'draft') return 'disabled';
      const message = 'The connection is a draft: nobody signs in through it before it is enabled.';
      throw new DomainError('connectionStatusConflict', message);
    });
  }

  /**
   * Deletes it for good, with its client secret; its sessions and bindings end, its binding requests go. Throws `notFound`,
   * `freshSignInRequired`.
   */
  async remove(actor: Actor, id: string): Promise<ConnectionRow> {
    const at = this.#allowed(actor);
    requireId('connection', id);
    return this.#parts.database.transaction(actor.organizationId, async (transaction) => {
      await lockConnection(transaction, id);
      const [deleted] = await transaction.rows(store.deleteConnection, id, at);
      if (!deleted) throw notFound('connection', id);
      const ending = { connectionId: id, reason: 'connectionDeleted', at } as const;
      await endSessionsThrough(transaction, actor, ending);
      await endBindingsThrough(transaction, actor, ending);
      const { name, protocol, issuer } = deleted;
      const data = { name, protocol, issuer };
      await recordEvent(transaction, actor, { type: 'connectionDeleted', subjectId: id, data, at });
      return deleted;
    });
  }

  /** Throws `invalidValue` for a page that cannot be. */
  async list(
    actor: Actor,
    page: OrderedPageRequest<ConnectionOrderField>,
    filter: ConnectionFilter = {},
  ): Promise<Page<ConnectionRow>> {
    requirePermission(actor, 'rollcall:connections');
    return store.connectionList.read(this.#parts.database, actor.organizationId, page, {
      filters: { protocols: given(filter.protocols), statuses: given(filter.statuses) },
    });
  }

  /** Throws `notFound`. */
  async get(actor: Actor, id: string): Promise<ConnectionRow> {
    const [connection] = await this.getMany(actor, [id]);
    if (!connection) throw notFound('connection', id);
    return connection;
  }

  /** The connections in the order of the ids; undefined for an unknown id. For loaders. */
  async getMany(actor: Actor, ids: readonly string[]): Promise<(ConnectionRow | undefined)[]> {
    requirePermission(actor, 'rollcall:connections');
    const rows = await this.#parts.database.run(actor.organizationId, store.getConnections, ids.filter(isId));
    return inOrderOf(ids, rows);
  }

  /** Whether people can sign in by single sign-on: a connection is enabled. */
  async isReady(actor: Actor): Promise<boolean> {
    requireReader(actor);
    const [found] = await this.#parts.database.run(actor.organizationId, store.hasEnabledConnection);
    return found?.isReady === true;
  }

  /** Whose connection it is; undefined for an unknown id. For the operator, who then acts inside that organization. */
  async organizationIdOf(id: string): Promise<string | undefined> {
    if (!isId(id)) return undefined;
    return (await this.#parts.database.lookUp(store.lookUpAddress, id))[0]?.organizationId;
  }

  /** The time of a change that the actor may make. */
  #allowed(actor: Actor): Date {
    requirePermission(actor, 'rollcall:connections');
    const at = this.#parts.clock();
    requireFreshSignIn(actor, at);
    return at;
  }

  async #seal(organizationId: string, id: string, clientSecret: string): Promise<string> {
    return this.#parts.seals.seal(clientSecret, clientSecretContext({ organizationId, id }));
  }

  async #setStatus(
    actor: Actor,
    id: string,
    choose: (before: ConnectionRow, at: Date) => ConnectionStatus,
  ): Promise<ConnectionRow> {
    const at = this.#allowed(actor);
    requireId('connection', id);
    return this.#parts.database.transaction(actor.organizationId, async (transaction) => {
      const before = await lockConnection(transaction, id);
      const status = choose(before, at);
      if (before.status === status) return before;
      if (status === 'enabled') {
        await requireSsoEntitlement(transaction);
        await requireMayEntrustEverybody(transaction, actor, this.#parts.catalogue);
      }
      const [after] = await transaction.rows(store.setStatus, id, at, status);
      if (status === 'disabled') {
        await endSessionsThrough(transaction, actor, { connectionId: id, reason: 'connectionDisabled', at });
      }
      const data = { before: before.status, after: status };
      await recordEvent(transaction, actor, { type: 'connectionStatusChanged', subjectId: id, data, at });
      return after ?? before;
    });
  }
}

/**
 * Held unchanged until the transaction ends; behind its organization, so that everybody who locks both does so in this order.
 * Throws `notFound`.
 */
async function lockConnection(transaction: OrganizationTransaction, id: string): Promise<ConnectionRow> {
  await lockOrganization(transaction);
  const [connection] = await transaction.rows(store.lockConnection, id);
  if (!connection) throw notFound('connection', id);
  return connection;
}

/** Throws unless the organization is in use and its plan has SSO (S2). */
async function requireSsoEntitlement(transaction: OrganizationTransaction): Promise<void> {
  const { plan, status } = await lockOrganization(transaction);
  requireInUse(status);
  if (planIncludes(plan, 'sso')) return;
  throw new DomainError('planLacksSso', 'Single sign-on belongs to the enterprise plan.', { plan });
}

/** Throws unless there is room for one more. The organization is locked. */
async function requireRoom(transaction: OrganizationTransaction): Promise<void> {
  const [counted] = await transaction.rows(store.countConnections);
  if ((counted?.count ?? 0) < CONNECTIONS_MAX) return;
  const message = `An organization has at most ${CONNECTIONS_MAX} connections. Delete one first.`;
  throw new DomainError('tooMany', message, { max: CONNECTIONS_MAX });
}
