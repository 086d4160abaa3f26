import { v7 as uuid } from 'uuid';
import type { Database } from '../../database/database.ts';
import type { Actor } from '../actors/actor.ts';
import { type CredentialHasher, createSecret, readSecret } from '../actors/credential.ts';
import type { Clock } from '../clock.ts';
import { globalTransaction, waitForTurn } from '../global-transaction.ts';
import type { Organizations } from '../organizations/organizations.ts';
import { makeOwner } from './make-owner.ts';
import * as store from './one-time-links.store.ts';
import { LINK_LIFETIME_MILLISECONDS } from './one-time-links.ts';
import { type OneTimeSignIn, type OneTimeSignInParts, signInOnce } from './one-time-sign-in.ts';
import type { Visit } from './visit.ts';

export interface SetUpInput {
  organizationName: string;
  slug: string;
  displayName: string | null;
  email: string;
}

const OVER: OneTimeSignIn = { kind: 'refused', reason: 'attemptExpired', eventId: null };

/** The beginning of an installation: while there is no organization, a one-time link makes the first one and its owner. */
export class SetUp {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #hasher: CredentialHasher;
  readonly #organizations: Pick<Organizations, 'createIn'>;
  readonly #parts: OneTimeSignInParts;

  constructor(
    parts: OneTimeSignInParts & {
      database: Database;
      clock: Clock;
      hasher: CredentialHasher;
      organizations: Pick<Organizations, 'createIn'>;
    },
  ) {
    this.#database = parts.database;
    this.#clock = parts.clock;
    this.#hasher = parts.hasher;
    this.#organizations = parts.organizations;
    this.#parts = parts;
  }

  /**
   * A link for who sets the installation up, good for an hour; an earlier one that was not used ends. Undefined once there is
   * an organization. For the start of the service, which prints it to whoever runs it.
   */
  async createLink(): Promise<{ secret: string; expiresAt: Date } | undefined> {
    const [known] = await this.#database.lookUp(store.lookUpAnyOrganization);
    if (known) return undefined;
    const secret = createSecret('oneTimeLink');
    return globalTransaction(this.#database, LOCK, async (transaction) => {
      const at = this.#clock();
      const expiresAt = new Date(at.getTime() + LINK_LIFETIME_MILLISECONDS);
      await transaction.rows(store.deleteUnusedSetUpLinks);
      const [organization] = await transaction.rows(store.selectAnyOrganization);
      if (organization) return undefined;
      await transaction.rows(store.insertSetUpLink, this.#hasher.hmacOf(secret), at, expiresAt);
      return { secret, expiresAt };
    });
  }

  /**
   * Makes the first organization, its owner and their session, all or nothing and only once. A link that is over, or an
   * organization that came meanwhile, is refused. Throws `slugConfusable`, `invalidValue`; the link then stays good.
   */
  async complete(secret: string, input: SetUpInput, visit: Visit): Promise<OneTimeSignIn> {
    if (readSecret(secret) !== 'oneTimeLink') return OVER;
    return this.#database.transaction(uuid(), async (transaction) => {
      await transaction.rows(waitForTurn, LOCK);
      const [organization] = await transaction.rows(store.selectAnyOrganization);
      if (organization) return OVER;
      const at = this.#clock();
      const [used] = await transaction.rows(store.useSetUpLink, this.#hasher.hmacOf(secret), at);
      if (!used) return OVER;
      const { organizationName: name, slug, email, displayName } = input;
      const { organizationId } = transaction;
      await this.#organizations.createIn(transaction, { name, slug, plan: 'enterprise' });
      const system: Actor = { kind: 'system', organizationId };
      const userId = await makeOwner(transaction, system, { email, displayName }, at);
      const [holder] = await transaction.rows(store.selectHolder, userId);
      if (!holder) throw new Error('The new owner was not returned.');
      return signInOnce(this.#parts, transaction, holder, { visit, at });
    });
  }
}

const LOCK = 'set-up';
