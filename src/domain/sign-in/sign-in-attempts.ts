import { v7 as uuid } from 'uuid';
import { keyProblem, textProblem } from '../../attributes/text.ts';
import type { Database, OrganizationTransaction } from '../../database/database.ts';
import type { LoginProvider } from '../accounts/account.entity.ts';
import { freshUntil } from '../actors/actor.ts';
import { type CredentialHasher, createSecret, readSecret } from '../actors/credential.ts';
import type { Clock } from '../clock.ts';
import type { SignInConnection } from '../connections/sign-in-connection.ts';
import { provedAtOf, type VerifiedIdentity } from '../connections/verified-identity.ts';
import { storableJson } from '../events/reported-events.ts';
import type { AttemptPurpose } from './sign-in-attempt.entity.ts';
import type { AttemptRow } from './sign-in-attempts.store.ts';
import * as store from './sign-in-attempts.store.ts';

/** A sign-in on its way, as the protocols need it. */
export interface StartedAttempt {
  id: string;
  /** OIDC `state`, SAML `RelayState`. */
  state: string;
  nonce: string;
  /** RFC 7636 §4.1: 43 characters. */
  codeVerifier: string;
  /** The id of the SAML request. */
  requestId: string;
  connectionId: string | null;
  connectionVersion: number | null;
  provider: LoginProvider | null;
  organizationId: string | null;
  purpose: AttemptPurpose;
  /** Whether the person is to prove anew who they are, and the answer has to say that they did. */
  asksAnew: boolean;
  returnTo: string | null;
}

/** A sign-in through a connection that waits until the person has proved the way in that their account already has. */
export interface PendingIdentity {
  /** The attempt with which it waits, and from which it is taken once. */
  attemptId: string;
  organizationId: string;
  connectionId: string;
  connectionVersion: number;
  identity: VerifiedIdentity;
  /** The accounts of which one has to be proved. */
  accountIds: string[];
  /** The ways into those, as the person was offered them. */
  methods: LoginProvider[];
  returnTo: string | null;
}

export interface StartAttempt {
  purpose: AttemptPurpose;
  connection?: SignInConnection | undefined;
  provider?: LoginProvider | undefined;
  /** The cookie of the browser in which it begins. */
  browser: string;
  /** For a fresh sign-in: OIDC `prompt=login`, SAML `ForceAuthn`. */
  asksAnew?: boolean | undefined;
  /** Checked already: `src/sso/return-to.ts`. */
  returnTo: string | null;
  /** For `link`: what `findPending` answered. */
  pending?: PendingIdentity | undefined;
}

const LIFETIME_MILLISECONDS = 15 * 60_000;

/**
 * Sign-ins on their way, each step taken once. The `state` is 256 random bits of which only the HMAC is kept; the nonce, the
 * code verifier and the id of the SAML request are derived from it, so a copy of the database helps nobody to finish one.
 */
export class SignInAttempts {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #hasher: CredentialHasher;

  constructor({ database, clock, hasher }: { database: Database; clock: Clock; hasher: CredentialHasher }) {
    this.#database = database;
    this.#clock = clock;
    this.#hasher = hasher;
  }

  /** Begins one, which ends by itself after 15 minutes. */
  async start(input: StartAttempt): Promise<StartedAttempt> {
    const { purpose, connection, provider, browser, asksAnew = false, returnTo, pending } = input;
    if ((connection === undefined) === (provider === undefined)) {
      throw new Error('A sign-in begins through a connection or through an OpenID provider.');
    }
    if ((purpose === 'link') !== (pending !== undefined))
      throw new Error('Only a link attempt has an identity pending.');
    const at = this.#clock();
    const state = createSecret('state');
    const attempt: AttemptRow = {
      id: uuid(),
      purpose,
      state: 'started',
      organizationId: connection?.organizationId ?? null,
      connectionId: connection?.id ?? null,
      connectionVersion: connection?.version ?? null,
      provider: provider ?? null,
      asksAnew,
      returnTo,
      browserHmac: this.#browserHmac(browser),
      identity: null,
      pending: pending ?? null,
      createdAt: at,
      expiresAt: new Date(at.getTime() + LIFETIME_MILLISECONDS),
    };
    await this.#database.lookUp(
      store.insertAttempt,
      attempt.id,
      this.#hasher.hmacOf(state),
      attempt.browserHmac,
      purpose,
      attempt.organizationId,
      attempt.connectionId,
      attempt.provider,
      attempt.connectionVersion,
      asksAnew,
      returnTo,
      pending === undefined ? null : storableJson(pending),
      attempt.createdAt,
      attempt.expiresAt,
    );
    return this.#startedOf(attempt, state);
  }

  /** Undefined for a state that is unknown, expired, or past its first step. */
  async findStarted(state: string): Promise<StartedAttempt | undefined> {
    const attempt = await this.find(state);
    return attempt?.state === 'started' && this.isAlive(attempt) ? this.#startedOf(attempt, state) : undefined;
  }

  /**
   * Takes the second step with what was proved. `over` where it was taken before, the attempt is over, or the subject is no
   * text by which anybody could be found again; `notProvedAnew` where the attempt asks for a fresh sign-in and nobody says
   * that it is one, as when what asks for it was taken out of the request, which goes through the browser.
   */
  async verified(state: string, identity: VerifiedIdentity): Promise<store.Verification> {
    if (readSecret(state) !== 'state' || !isKey(identity.subject)) return 'over';
    const person = keepable(identity);
    const now = this.#clock();
    const isProvedAnew = freshUntil(provedAtOf(identity, now), now) !== null;
    const [row] = await this.#database.lookUp(
      store.verifyAttempt,
      this.#hasher.hmacOf(state),
      // The claims are shown where a connection is tested, and nowhere else.
      storableJson({ ...person, claims: {} }),
      storableJson(person),
      now,
      isProvedAnew,
    );
    return row?.verification ?? 'over';
  }

  /** In whatever state it is, until it is forgotten. */
  async find(state: string): Promise<AttemptRow | undefined> {
    if (readSecret(state) !== 'state') return undefined;
    const [attempt] = await this.#database.lookUp(store.findAttempt, this.#hasher.hmacOf(state));
    return attempt;
  }

  isAlive(attempt: AttemptRow): boolean {
    return attempt.expiresAt > this.#clock();
  }

  /** Whether this is the browser in which it began (login CSRF). */
  isOfBrowser(attempt: AttemptRow, browser: string | undefined): boolean {
    return browser !== undefined && this.#browserHmac(browser) === attempt.browserHmac;
  }

  /**
   * What a sign-in that ended as `otherSignInMethod` left to be added, for the same browser, while the attempt lives and until it
   * is taken; also by the state of a link that proved another account.
   */
  async findPending(state: string, browser: string | undefined): Promise<PendingIdentity | undefined> {
    const attempt = await this.find(state);
    if (!attempt?.pending || attempt.state !== 'finished' || !this.isOfBrowser(attempt, browser)) return undefined;
    const { pending, browserHmac } = attempt;
    const [waiting] = await this.#database.lookUp(store.findPending, pending.attemptId, browserHmac, this.#clock());
    return waiting?.pending;
  }

  /** By what a page tells us afterwards which account it named; of no other attempt, and of no other account. */
  markOf(state: string, accountId: string): string {
    return this.#hasher.hmacOf(`named account ${state} ${accountId}`);
  }

  /** Ends one that was not verified: what was verified is not taken from the browser by whoever sends it once more. */
  async endStarted(id: string): Promise<void> {
    await this.#database.lookUp(store.endStarted, id);
  }

  /** Takes the last step outside of any organization; false where it was taken before. */
  async finish(id: string): Promise<boolean> {
    return (await this.#database.lookUp(store.finishAttempt, id, this.#clock())).length > 0;
  }

  /** Forgets the attempts that are over: run it now and then. */
  async forgetExpired(): Promise<void> {
    await this.#database.lookUp(store.forgetExpired, this.#clock());
  }

  #browserHmac(browser: string): string {
    return this.#hasher.hmacOf(`browser ${browser}`);
  }

  /** The labels hold a blank, which no state does: no derived value is the HMAC of a state. */
  #startedOf(attempt: AttemptRow, state: string): StartedAttempt {
    const { id, connectionId, connectionVersion, provider, organizationId, purpose, asksAnew, returnTo } = attempt;
    return {
      id,
      state,
      nonce: this.#hasher.hmacOf(`nonce ${state}`),
      codeVerifier: this.#hasher.hmacOf(`code verifier ${state}`),
      // An XML ID begins with a letter or an underscore.
      requestId: `_${Buffer.from(this.#hasher.hmacOf(`request id ${state}`), 'base64url').toString('hex')}`,
      connectionId,
      connectionVersion,
      provider,
      organizationId,
      purpose,
      asksAnew,
      returnTo,
    };
  }
}

/** An attempt that is held until the transaction ends. */
export type HeldAttempt = Pick<AttemptRow, 'createdAt'>;

/** Holds an attempt that has been verified; undefined where another one finished it, or it is too old. */
export async function lockVerified(
  transaction: OrganizationTransaction,
  id: string,
  at: Date,
): Promise<HeldAttempt | undefined> {
  return (await transaction.rows(store.lockVerified, id, at))[0];
}

/** Holds an attempt with which an identity waits; undefined where that was taken, or is too old. */
export async function holdPending(
  transaction: OrganizationTransaction,
  id: string,
  at: Date,
): Promise<HeldAttempt | undefined> {
  return (await transaction.rows(store.holdPending, id, at))[0];
}

/** Takes an identity that waits from the attempt that is held: nobody takes it a second time. */
export async function takePending(transaction: OrganizationTransaction, id: string): Promise<void> {
  await transaction.rows(store.takePending, id);
}

/** Takes the last step of an attempt that is held. `pending` stays with it for `findPending`. */
export async function finishIn(
  transaction: OrganizationTransaction,
  id: string,
  pending: PendingIdentity | null = null,
): Promise<void> {
  await transaction.rows(store.finishIn, id, pending === null ? null : storableJson(pending));
}

/** OIDC Core §2 and SAML 2.0 Core §8.3 allow 255 and 256 characters. */
const TEXT_LENGTH_MAX = 512;

/** What no database keeps as it is would be found again as something else. */
function isKey(text: string): boolean {
  return text !== '' && textProblem(text, TEXT_LENGTH_MAX) === undefined && keyProblem(text) === undefined;
}

/** Without the texts that nobody is to be found by, or that could not be kept. */
function keepable({ stableId, email, displayName, ...identity }: VerifiedIdentity): VerifiedIdentity {
  const orNull = (text: string | null) => (text !== null && isKey(text) ? text : null);
  return { ...identity, stableId: orNull(stableId), email: orNull(email), displayName: orNull(displayName) };
}
