import { setTimeout as delay } from 'node:timers/promises';
import type { Database, OrganizationTransaction } from '../../database/database.ts';
import { type Actor, requireOperator } from '../actors/actor.ts';
import type { ApiKeys } from '../actors/api-keys.ts';
import type { Clock } from '../clock.ts';
import { DomainError, notFound } from '../domain-error.ts';
import { requireConfirmedSlug } from './confirmed-slug.ts';
import type { ErasureProof } from './erasure.store.ts';
import * as store from './erasure.store.ts';
import { organizationTables } from './organization-tables.ts';
import { lockOrganization, type OrganizationRow } from './organizations.store.ts';
import type { Organizations } from './organizations.ts';

/** Rows a statement: a portion takes well under a second and holds its locks no longer. */
const PORTION_SIZE = 5000;
const PASSES_MAX = 5;
/** Credentials are remembered for a second and provisioning events wait for half of one. */
const GRACE_MILLISECONDS = 2000;
const EARLIER_TRANSACTIONS_MILLISECONDS_MAX = 60_000;

export interface ErasureInput {
  /** The current slug; needed where the organization is not due yet. */
  confirmSlug?: string | undefined;
  /** Erase it although its time has not come. */
  isNow?: boolean | undefined;
  onProgress?: ((progress: ErasureProgress) => void) | undefined;
}

export interface ErasureProgress {
  table: string;
  /** Rows of all tables that went in this run. */
  deletedCount: number;
}

interface ErasureParts {
  database: Database;
  clock: Clock;
  organizations: Pick<Organizations, 'list' | 'get'>;
  apiKeys: Pick<ApiKeys, 'forgetOrganization'>;
  /** How long a caller who was let in just before may still write; shorter in tests. */
  graceMilliseconds?: number;
  portionSize?: number;
}

/**
 * The end of an organization: every row of it goes, in portions, children before their parents, and a proof stays that
 * counts them. Its slugs are kept from everybody else. What was interrupted goes on when it is run again.
 */
export class Erasure {
  readonly #parts: Required<ErasureParts>;

  constructor(parts: ErasureParts) {
    this.#parts = { graceMilliseconds: GRACE_MILLISECONDS, portionSize: PORTION_SIZE, ...parts };
  }

  /**
   * Erases the actor's organization, which is closing and whose time has come; `isNow` with the confirmed slug does not
   * wait for it. Again answers the proof. The operator's alone. Throws `organizationStatusConflict`,
   * `confirmationRequired`, `notFound`, `forbidden`.
   */
  async erase(actor: Actor, input: ErasureInput = {}): Promise<ErasureProof> {
    requireOperator(actor, 'erases an organization');
    const { organizationId } = actor;
    const begun = await this.#begin(organizationId, input);
    if (begun.proof) return begun.proof;
    this.#parts.apiKeys.forgetOrganization(organizationId);
    await delay(this.#parts.graceMilliseconds);
    await this.#earlierTransactionsOver(begun.transactionId);
    let deletedCount = 0;
    for (let pass = 1; pass <= PASSES_MAX; pass += 1) {
      for (const { name } of organizationTables) {
        deletedCount += await this.#empty(organizationId, name, (count) => {
          input.onProgress?.({ table: name, deletedCount: deletedCount + count });
        });
      }
      const proof = await this.#finish(organizationId);
      if (proof) return proof;
    }
    throw new Error('Rows of the organization are still being written. Run the erasure again.');
  }

  /**
   * Erases every organization whose time has come, one after the other; for the maintenance. One that fails does not keep
   * the others: an AggregateError tells of the failures at the end.
   */
  async eraseDue(now: Date = this.#parts.clock()): Promise<ErasureProof[]> {
    const proofs: ErasureProof[] = [];
    const failures: unknown[] = [];
    for (const { id } of await this.#parts.organizations.list()) {
      const system: Actor = { kind: 'system', organizationId: id };
      try {
        if (isDue(await this.#parts.organizations.get(system), now)) proofs.push(await this.erase(system));
      } catch (error) {
        // Meanwhile it was reopened, or erased by somebody else.
        if (!(error instanceof DomainError)) failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'Some organizations could not be erased.');
    return proofs;
  }

  /** The proof of the erasure of the organization that once had this slug; undefined for one that was never erased. */
  async findProof(slug: string): Promise<ErasureProof | undefined> {
    return (await this.#parts.database.lookUp(store.lookUpProof, slug))[0];
  }

  /** Decides that it may be, and closes the doors. The proof alone where all is done already. */
  async #begin(
    organizationId: string,
    input: ErasureInput,
  ): Promise<{ proof: ErasureProof } | { proof?: undefined; transactionId: string }> {
    return this.#parts.database.transaction(organizationId, async (transaction) => {
      const [proof] = await transaction.rows(store.lockProof);
      if (proof?.erasedAt) return { proof };
      const at = this.#parts.clock();
      requireErasable(await lockOrganization(transaction), at, input);
      await transaction.rows(store.beginProof, at);
      await transaction.rows(store.forgetAccounts);
      for (const door of store.doors) await this.#portions(transaction, door);
      const [begun] = await transaction.rows(store.bringForward, at);
      if (!begun) throw notFound('organization', organizationId);
      return begun;
    });
  }

  /** Waits for callers who were let in before the doors closed, so that what they wrote is seen. */
  async #earlierTransactionsOver(transactionId: string): Promise<void> {
    const deadline = performance.now() + EARLIER_TRANSACTIONS_MILLISECONDS_MAX;
    for (;;) {
      const [answer] = await this.#parts.database.lookUp(store.areEarlierTransactionsOver, transactionId);
      if (answer?.isOver) return;
      if (performance.now() > deadline) {
        throw new Error('Transactions from before the erasure have not ended yet. Run the erasure again.');
      }
      await delay(50);
    }
  }

  async #empty(organizationId: string, table: string, onDeleted: (count: number) => void): Promise<number> {
    for (let deleted = 0; ; ) {
      const count = await this.#parts.database.transaction(organizationId, async (transaction) => {
        // Two that erase at once take turns: each portion is selected when the one before is gone.
        await transaction.rows(store.lockProof);
        return this.#portion(transaction, table);
      });
      deleted += count;
      if (count > 0) onDeleted(deleted);
      if (count < this.#parts.portionSize) return deleted;
    }
  }

  async #portion(transaction: OrganizationTransaction, table: string): Promise<number> {
    const [deleted] = await transaction.rows(store.portionOf(table), this.#parts.portionSize);
    return deleted?.count ?? 0;
  }

  async #portions(transaction: OrganizationTransaction, table: string): Promise<void> {
    let count = 1;
    while (count > 0) count = await this.#portion(transaction, table);
  }

  /** Counts every table and, when all are empty, ends the organization itself; undefined when rows are left. */
  async #finish(organizationId: string): Promise<ErasureProof | undefined> {
    return this.#parts.database.transaction(organizationId, async (transaction) => {
      const [before] = await transaction.rows(store.lockProof);
      if (before?.erasedAt) return before;
      const [leftovers] = await transaction.rows(store.countLeftovers);
      if (!leftovers || Object.values(leftovers).some((count) => count > 0)) return undefined;
      await this.#portion(transaction, 'organizations');
      await transaction.rows(store.releaseSlugs);
      const [proof] = await transaction.rows(store.finishProof, this.#parts.clock());
      return proof;
    });
  }
}

function isDue({ status, closesAt }: OrganizationRow, now: Date): boolean {
  return status === 'closing' && closesAt !== null && closesAt <= now;
}

function requireErasable(organization: OrganizationRow, now: Date, input: ErasureInput): void {
  const { status, closesAt } = organization;
  if (status !== 'closing') {
    const message = `The organization is ${status}. Only one that is closing can be erased.`;
    throw new DomainError('organizationStatusConflict', message, { status });
  }
  if (isDue(organization, now)) return;
  if (input.isNow) {
    requireConfirmedSlug(organization, input.confirmSlug, 'erase');
    return;
  }
  const message = `The organization is kept until ${closesAt?.toISOString()}.`;
  throw new DomainError('organizationStatusConflict', message, { status, closesAt });
}
