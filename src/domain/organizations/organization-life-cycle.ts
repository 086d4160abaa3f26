import type { Database, OrganizationTransaction } from '../../database/database.ts';
import { statement } from '../../database/statement.ts';
import { type Actor, requireOperator, requirePermission } from '../actors/actor.ts';
import type { ApiKeys } from '../actors/api-keys.ts';
import type { Clock } from '../clock.ts';
import { DomainError } from '../domain-error.ts';
import { recordEvent } from '../events/domain-event.ts';
import { DESCRIPTION_LENGTH_MAX, readOptionalText } from '../text-input.ts';
import { requireConfirmedSlug } from './confirmed-slug.ts';
import type { OrganizationStatus } from './organization.entity.ts';
import { lockOrganization, type OrganizationRow, updateStatus } from './organizations.store.ts';

export const CLOSING_DAYS_DEFAULT = 30;
export const CLOSING_DAYS_MAX = 90;
const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;

const selectErasure = statement<{ organizationId: string }>(
  'select organization_id as "organizationId" from organization_erasures where organization_id = $1',
);

interface StatusChange {
  from: readonly OrganizationStatus[];
  to: OrganizationStatus;
  closesAt?: Date | null;
  /** What the domain event says besides the two statuses. */
  data?: Record<string, unknown>;
  /** Throws where it must not be. */
  require?: (transaction: OrganizationTransaction, before: OrganizationRow) => Promise<void>;
}

/**
 * An organization from its use to its end: suspended by the operator, closed by the operator or an owner. Meanwhile its API
 * keys are refused, at once in this process and within a second in others; SCIM goes on, so that leavers leave.
 */
export class OrganizationLifeCycle {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #apiKeys: Pick<ApiKeys, 'forgetOrganization'>;

  constructor(parts: { database: Database; clock: Clock; apiKeys: Pick<ApiKeys, 'forgetOrganization'> }) {
    this.#database = parts.database;
    this.#clock = parts.clock;
    this.#apiKeys = parts.apiKeys;
  }

  /** Stops an active organization. The operator's alone. Throws `forbidden`, `organizationStatusConflict`. */
  async suspend(actor: Actor, input: { reason?: string | null | undefined } = {}): Promise<OrganizationRow> {
    requireOperator(actor, 'suspends an organization');
    const reason = readOptionalText(input.reason, 'reason', DESCRIPTION_LENGTH_MAX);
    return this.#change(actor, { from: ['active'], to: 'suspended', data: { reason } });
  }

  /** Lets a suspended organization go on. The operator's alone. Throws `forbidden`, `organizationStatusConflict`. */
  async resume(actor: Actor): Promise<OrganizationRow> {
    requireOperator(actor, 'resumes an organization');
    return this.#change(actor, { from: ['suspended'], to: 'active' });
  }

  /**
   * Begins the end: after `days` everything of the organization is erased. `confirmSlug` is its current slug. Only the
   * operator chooses the days. Throws `confirmationRequired`, `organizationStatusConflict`, `forbidden`, `invalidValue`.
   */
  async close(
    actor: Actor,
    input: { confirmSlug: string; days?: number | null | undefined },
  ): Promise<OrganizationRow> {
    requirePermission(actor, 'rollcall:organization');
    if (input.days != null) requireOperator(actor, 'chooses when an organization ends');
    const days = readDays(input.days ?? CLOSING_DAYS_DEFAULT);
    const closesAt = new Date(this.#clock().getTime() + days * DAY_MILLISECONDS);
    return this.#change(actor, {
      from: ['active', 'suspended'],
      to: 'closing',
      closesAt,
      data: { closesAt },
      require: async (_, before) => requireConfirmedSlug(before, input.confirmSlug, 'close'),
    });
  }

  /**
   * Takes a closing back, as long as the erasure has not begun. The operator's alone. Throws `forbidden`,
   * `organizationStatusConflict`.
   */
  async reopen(actor: Actor): Promise<OrganizationRow> {
    requireOperator(actor, 'reopens an organization');
    return this.#change(actor, { from: ['closing'], to: 'active', require: requireUntouched });
  }

  async #change(actor: Actor, { from, to, closesAt = null, ...change }: StatusChange): Promise<OrganizationRow> {
    const changed = await this.#database.transaction(actor.organizationId, async (transaction) => {
      const before = await lockOrganization(transaction);
      if (!from.includes(before.status)) {
        const message = `The organization is ${before.status}, so that it cannot become ${to}.`;
        throw new DomainError('organizationStatusConflict', message, { status: before.status });
      }
      await change.require?.(transaction, before);
      const at = this.#clock();
      const [after] = await transaction.rows(updateStatus, to, closesAt, at);
      const data = { before: before.status, after: to, ...change.data };
      await recordEvent(transaction, actor, { type: 'organizationStatusChanged', subjectId: before.id, data, at });
      return after ?? before;
    });
    this.#apiKeys.forgetOrganization(actor.organizationId);
    return changed;
  }
}

async function requireUntouched(transaction: OrganizationTransaction): Promise<void> {
  const [begun] = await transaction.rows(selectErasure);
  if (!begun) return;
  throw new DomainError('organizationStatusConflict', 'The erasure of the organization has begun.');
}

function readDays(days: number): number {
  if (Number.isInteger(days) && days >= 0 && days <= CLOSING_DAYS_MAX) return days;
  const message = `days must be a whole number from 0 to ${CLOSING_DAYS_MAX}.`;
  throw new DomainError('invalidValue', message, { path: 'days' });
}
