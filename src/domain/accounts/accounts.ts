import { v7 as uuid } from 'uuid';
import { foldKey } from '../../attributes/fold.ts';
import type { Database, OrganizationTransaction } from '../../database/database.ts';
import type { Clock } from '../clock.ts';
import { DomainError } from '../domain-error.ts';
import type { LoginProvider } from './account.entity.ts';
import type { AccountRow, LoginRow } from './accounts.store.ts';
import * as store from './accounts.store.ts';

export interface AccountFacts {
  email: string | null;
  /** Nobody is found by an address that is not. */
  isEmailVerified: boolean;
  displayName: string | null;
}

export interface Membership extends store.MembershipFacts {
  organizationId: string;
  userId: string;
}

/** The logins of people: global, made at the first sign-in. Provisioning never makes, changes or finds one. */
export class Accounts {
  readonly #database: Database;
  readonly #clock: Clock;

  constructor({ database, clock }: { database: Database; clock: Clock }) {
    this.#database = database;
    this.#clock = clock;
  }

  /** A new account, in the transaction of the sign-in that makes it. */
  async createIn(transaction: OrganizationTransaction, input: AccountFacts & { at: Date }): Promise<AccountRow> {
    const [account] = await transaction.rows(store.insertAccount, uuid(), ...columnsOf(input), input.at);
    return required(account);
  }

  /**
   * Makes the account that user in the transaction's organization, in place of an inactive one that it was there. Throws
   * `userAlreadyBound` where it is another active one; fails on `account_memberships_user_key` for a user whose account is
   * another.
   */
  async joinIn(
    transaction: OrganizationTransaction,
    { accountId, userId, at }: { accountId: string; userId: string; at: Date },
  ): Promise<void> {
    const [put] = await transaction.rows(store.putMembership, accountId, userId, at);
    if (put) return;
    const [replaced] = await transaction.rows(store.replaceMembership, accountId, userId);
    if (!replaced) throw new DomainError('userAlreadyBound', 'The account is another user of the organization.');
  }

  /** The account of a login that was just proved, made at its first use; the account's e-mail follows a verified one. */
  async ensureForLogin(
    provider: LoginProvider,
    { subject, ...facts }: AccountFacts & { subject: string },
  ): Promise<AccountRow> {
    const at = this.#clock();
    const known = await this.#useLogin(provider, subject, facts, at);
    if (known) return known;
    const values = [provider, subject, uuid(), ...columnsOf(facts), at];
    const [made] = await this.#database.lookUp(store.insertAccountWithLogin, ...values);
    // Without a row, somebody else was first, and has committed.
    return made ?? required(await this.#useLogin(provider, subject, facts, at));
  }

  /** The ways into the account beside the connections of organizations, the oldest first. */
  async listLogins(accountId: string): Promise<LoginRow[]> {
    return this.#database.lookUp(store.selectLogins, accountId);
  }

  /** The logins of accounts with this address, verified: nobody may be told of them before it is known who asks. */
  async findLoginsByVerifiedEmail(email: string): Promise<{ accountId: string; provider: LoginProvider }[]> {
    return this.#database.lookUp(store.selectLoginsByEmail, foldKey(email));
  }

  async find(id: string): Promise<AccountRow | undefined> {
    const [account] = await this.#database.lookUp(store.selectAccount, id);
    return account;
  }

  /** Every organization that the account is a user of, also where it is inactive; which of them the session has open. */
  async memberships(accountId: string, sessionId: string | null = null): Promise<Membership[]> {
    const now = this.#clock();
    const rows = await this.#database.lookUp(store.selectMemberships, accountId);
    const found = await Promise.all(
      rows.map(async ({ organizationId, userId }) => {
        const values = [userId, accountId, sessionId, now];
        const [facts] = await this.#database.run(organizationId, store.selectMembership, ...values);
        return facts && { organizationId, userId, ...facts };
      }),
    );
    return found.filter((membership) => membership !== undefined);
  }

  async #useLogin(
    provider: LoginProvider,
    subject: string,
    facts: AccountFacts,
    at: Date,
  ): Promise<AccountRow | undefined> {
    const [used] = await this.#database.lookUp(store.useLogin, provider, subject, facts.email, at);
    if (!used) return undefined;
    const email = facts.isEmailVerified ? facts.email : null;
    const values = [used.accountId, email, email && foldKey(email), facts.displayName, at];
    const [account] = await this.#database.lookUp(store.followLogin, ...values);
    return required(account);
  }
}

/** E-mail, its key, whether it is verified, and the name to show. */
function columnsOf({ email, isEmailVerified, displayName }: AccountFacts): unknown[] {
  return [email, email === null ? null : foldKey(email), isEmailVerified && email !== null, displayName];
}

function required(account: AccountRow | undefined): AccountRow {
  if (!account) throw new Error('A written account was not returned.');
  return account;
}
