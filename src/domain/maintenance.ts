import type { Database, OrganizationTransaction } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import type { Actor } from './actors/actor.ts';
import type { Clock } from './clock.ts';
import type { CustomSchemas } from './custom-attributes/custom-schemas.ts';
import type { DirectoryProjection } from './directories/directory-projection.ts';
import type { DirectoryCounts } from './directory-lists/directory-counts.ts';
import type { EmailDomains } from './email-domains/email-domains.ts';
import { absorbManualMembers } from './links/absorption.ts';
import { lapses } from './links/settle-users.store.ts';
import { lapse } from './links/settle-users.ts';
import { expireTombstones } from './links/tombstones.ts';
import type { Erasure } from './organizations/erasure.ts';
import type { Organizations } from './organizations/organizations.ts';

/** One process at a time sees to an organization: the lock goes with the transaction that holds it. */
const takeTurn = statement<{ isTaken: boolean }>(
  `select pg_try_advisory_xact_lock(hashtextextended('maintenance ' || $1::text, 0)) as "isTaken"`,
);

const USERS_PER_PORTION = 500;

/** Users whose long absence has not been followed up: `$2` now, `$3` how many. */
const longAbsent = statement<{ id: string }>(
  `select u.id from users u
     join organizations o on o.organization_id = $1
    where u.organization_id = $1 and u.inactive_since is not null and not u.is_manual
      and u.inactive_since < $2::timestamptz - make_interval(days => o.inactivity_days)
      and (exists (select 1 from group_members m where m.organization_id = $1 and m.user_id = u.id)
           or exists (select 1 from grants g where g.organization_id = $1 and g.user_id = u.id and ${lapses('g')}))
    order by u.id limit $3 for no key update of u`,
);

/** What is over and may go, and what is replaced in time: of one organization, and of none. */
export interface Forgetting {
  readonly ofOrganizations: readonly ((transaction: OrganizationTransaction) => Promise<void>)[];
  readonly ofNone: readonly (() => Promise<void>)[];
}

export interface MaintenanceOptions {
  onFailure?: (error: unknown, organizationId: string | null) => void;
  signal?: AbortSignal;
}

const { signal: never } = new AbortController();

/** What time does, without anybody asking for it. */
export class Maintenance {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #organizations: Organizations;
  readonly #projection: DirectoryProjection;
  readonly #erasure: Pick<Erasure, 'eraseDue'>;
  readonly #forgetting: Forgetting;
  readonly #customSchemas: Pick<CustomSchemas, 'resume'>;
  readonly #emailDomains: Pick<EmailDomains, 'recheck'>;
  readonly #directoryCounts: Pick<DirectoryCounts, 'settle'>;

  constructor(parts: {
    database: Database;
    clock: Clock;
    organizations: Organizations;
    projection: DirectoryProjection;
    erasure: Pick<Erasure, 'eraseDue'>;
    forgetting: Forgetting;
    directoryCounts: Pick<DirectoryCounts, 'settle'>;
    customSchemas: Pick<CustomSchemas, 'resume'>;
    emailDomains: Pick<EmailDomains, 'recheck'>;
  }) {
    this.#database = parts.database;
    this.#clock = parts.clock;
    this.#organizations = parts.organizations;
    this.#projection = parts.projection;
    this.#erasure = parts.erasure;
    this.#forgetting = parts.forgetting;
    this.#customSchemas = parts.customSchemas;
    this.#emailDomains = parts.emailDomains;
    this.#directoryCounts = parts.directoryCounts;
  }

  /**
   * Goes through the organizations one by one: access of the long absent falls away, tombstones and what has ended go,
   * manual members whom a directory brings by now are absorbed, activations that broke off go on, counts are settled, the
   * proofs of domains are looked for anew; then erases what is due, and sees to what is nobody's: attempts, sessions, keys.
   * One that another process sees to at this moment is passed over. What fails in one organization keeps nothing from the
   * next: `onFailure` is told, and the next run tries again. An aborted `signal` ends it with the current portion.
   */
  async run({ onFailure = rethrow, signal = never }: MaintenanceOptions = {}): Promise<void> {
    for (const { id } of await this.#organizations.list()) {
      if (signal.aborted) return;
      await this.#maintain(id, signal).catch((error: unknown) => onFailure(error, id));
    }
    for (const work of [() => this.#erasure.eraseDue(), ...this.#forgetting.ofNone]) {
      if (!signal.aborted) await work().catch((error: unknown) => onFailure(error, null));
    }
  }

  async #maintain(organizationId: string, signal: AbortSignal): Promise<void> {
    // It only holds the lock while the work goes on in transactions of its own.
    await this.#database.transaction(organizationId, async (turn) => {
      const [mine] = await turn.rows(takeTurn);
      if (!mine?.isTaken) return;
      const actor: Actor = { kind: 'system', organizationId };
      await this.#lapse(actor, signal);
      await this.#database.transaction(organizationId, async (transaction) => {
        await expireTombstones(transaction, this.#clock());
        for (const forget of this.#forgetting.ofOrganizations) await forget(transaction);
        // A member who came at the very moment at which a link became active was seen by neither.
        await absorbManualMembers(transaction, actor, { at: this.#clock() });
      });
      await this.#directoryCounts.settle(organizationId);
      await this.#projection.resume(actor, signal);
      await this.#customSchemas.resume(actor, signal);
      await this.#emailDomains.recheck(actor, signal);
    });
  }

  async #lapse(actor: Actor, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const count = await this.#database.transaction(actor.organizationId, async (transaction) => {
        const at = this.#clock();
        const users = await transaction.rows(longAbsent, at, USERS_PER_PORTION);
        await lapse(transaction, actor, { userIds: users.map((user) => user.id), at });
        return users.length;
      });
      if (count < USERS_PER_PORTION) return;
    }
  }
}

function rethrow(error: unknown): never {
  throw error;
}
