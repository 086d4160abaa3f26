import { createHash } from 'node:crypto';
import type { LoginProvider } from '../accounts/account.entity.ts';
import type { SignInConnection } from '../connections/sign-in-connection.ts';
import { provedAtOf, type VerifiedIdentity } from '../connections/verified-identity.ts';
import { insertUsedAssertion } from '../directory-credentials/access-tokens.store.ts';
import type { SignInRefusalReason } from '../sign-in-log/sign-in-refusal.ts';
import { finishWithConnection } from './finish-with-connection.ts';
import { accountOfLogin } from './finish-with-login.store.ts';
import { finishWithLogin } from './finish-with-login.ts';
import { predictSignIn } from './predict-sign-in.ts';
import { type RefusalFacts, refuseSignIn } from './refuse-sign-in.ts';
import type { AttemptRow } from './sign-in-attempts.store.ts';
import type { PendingIdentity } from './sign-in-attempts.ts';
import type { FinishInput, SignInOutcome, SignInRefusal } from './sign-in-outcome.ts';
import type { SignInParts } from './sign-in-parts.ts';

export interface RefuseInput {
  state?: string | undefined;
  connection?: SignInConnection | undefined;
  provider?: LoginProvider | undefined;
  reason: SignInRefusalReason;
  /** Who it was about, where that was verified. */
  person?: Pick<VerifiedIdentity, 'subject' | 'email'> | undefined;
  detail?: Record<string, unknown> | undefined;
  address: string | null;
  /** What was refused may be a copy of the answer that is being verified: the attempt goes on. */
  isCopy?: boolean | undefined;
}

/** An attempt that has been verified. */
type VerifiedAttempt = AttemptRow & { identity: VerifiedIdentity };

/**
 * How a sign-in ends, whatever the protocol: after SignInAttempts started it and took what the identity provider proved, it is
 * finished in the browser in which it began, or refused. Each step is taken once, and none without the one before (security 21).
 */
export class SignIn {
  readonly #parts: SignInParts;

  constructor(parts: SignInParts) {
    this.#parts = parts;
  }

  /** Ends an attempt that was not verified, and writes why into the log of its organization, where one is known. */
  async refuse(input: RefuseInput): Promise<SignInRefusal> {
    const { state, connection, provider, reason, person, detail = {}, address, isCopy = false } = input;
    const { attempts, signInConnections } = this.#parts;
    const attempt = state === undefined ? undefined : await attempts.find(state);
    if (attempt && !isCopy) await attempts.endStarted(attempt.id);
    const through =
      connection ?? (attempt?.connectionId ? await signInConnections.find(attempt.connectionId) : undefined);
    const isTest = attempt?.purpose === 'test';
    return this.#refuse({
      reason,
      organizationId: through?.organizationId ?? attempt?.organizationId ?? attempt?.pending?.organizationId ?? null,
      connection: through,
      provider: through ? null : (provider ?? attempt?.provider ?? null),
      ...(person && { subject: person.subject, email: person.email }),
      detail: isTest ? { ...detail, isTest } : detail,
      address,
    });
  }

  /**
   * Takes the last step: who it is, and a session where they get in. With `choice` it answers `chooseAccount`, after which the
   * attempt waits. What is refused is written into the log of the organization.
   */
  async finish(state: string, input: FinishInput): Promise<SignInOutcome> {
    const { attempts } = this.#parts;
    const attempt = await attempts.find(state);
    const isOwn = attempt !== undefined && attempts.isOfBrowser(attempt, input.browser);
    if (!isOwn || !isVerified(attempt) || !attempts.isAlive(attempt)) {
      const isOtherBrowser = attempt !== undefined && !isOwn;
      const detail = isOtherBrowser ? { otherBrowser: true } : {};
      const { address } = input;
      return { kind: 'refused', refusal: await this.refuse({ state, reason: 'attemptExpired', detail, address }) };
    }
    if (attempt.purpose === 'test') return this.#finishTest(attempt, input);
    if (attempt.purpose === 'link') return this.#finishLink(attempt, state, input);
    const { id: attemptId, identity, provider: login, returnTo, asksAnew, createdAt: begunAt } = attempt;
    if (login) {
      return finishWithLogin(this.#parts, { attemptId, login, identity, returnTo, asksAnew, begunAt, input });
    }
    return this.#finishConnection(attempt, { state, input, through: attempt, identity });
  }

  /**
   * After `otherSignInMethod`: the account with the person's address is not theirs. An admin is asked to let them have one of
   * their own; what waited to be added waits no more. It is always refused, as `approvalRequired` where an admin was asked.
   */
  async askForOwnAccount(state: string, input: FinishInput): Promise<SignInOutcome> {
    const pending = await this.#parts.attempts.findPending(state, input.browser);
    if (!pending) {
      const { address } = input;
      return { kind: 'refused', refusal: await this.refuse({ state, reason: 'attemptExpired', address }) };
    }
    const { identity, attemptId: pendingAttemptId } = pending;
    const step = { state, input, through: pending, identity, pendingAttemptId, isOwnAccountAsked: true };
    return this.#finishConnection({ id: pendingAttemptId }, step);
  }

  /** False for an assertion that was used before, by whichever process (SAML 2.0 Profiles §4.1.4.5). */
  async useAssertion(connection: SignInConnection, assertionId: string, expiresAt: Date): Promise<boolean> {
    const { database } = this.#parts;
    const key = createHash('sha256').update(`saml ${connection.id} ${assertionId}`).digest('base64url');
    const [used] = await database.run(connection.organizationId, insertUsedAssertion, key, expiresAt);
    return used !== undefined;
  }

  async #finishConnection(
    attempt: Pick<VerifiedAttempt, 'id'>,
    step: {
      state: string;
      input: FinishInput;
      through: Pick<PendingIdentity | AttemptRow, 'organizationId' | 'connectionId' | 'connectionVersion' | 'returnTo'>;
      identity: VerifiedIdentity;
      provedAccountId?: string;
      pendingAttemptId?: string;
      isOwnAccountAsked?: boolean;
    },
  ): Promise<SignInOutcome> {
    const { state, input, through, identity } = step;
    const { provedAccountId = null, pendingAttemptId = null, isOwnAccountAsked = false } = step;
    const { signInConnections } = this.#parts;
    const { organizationId } = through;
    const connection = await signInConnections.find(through.connectionId ?? '');
    const organization = connection && (await signInConnections.organizationOf(connection.organizationId));
    if (!connection || !organization || organizationId !== organization.id) {
      return this.#endRefused(attempt, { reason: 'connectionDisabled', organizationId, address: input.address });
    }
    return finishWithConnection(this.#parts, {
      attemptId: attempt.id,
      state,
      connection,
      organization,
      connectionVersion: through.connectionVersion ?? 0,
      identity,
      returnTo: through.returnTo,
      provedAccountId,
      pendingAttemptId,
      isOwnAccountAsked,
      input,
    });
  }

  /** The way in that an account has was proved: was it that account, the sign-in that waits goes on with it. */
  async #finishLink(attempt: VerifiedAttempt, state: string, input: FinishInput): Promise<SignInOutcome> {
    const { pending, provider, identity } = attempt;
    if (!pending || !provider) throw new Error('A link attempt has an identity pending and an OpenID provider.');
    const [found] = await this.#parts.database.lookUp(accountOfLogin, provider, identity.subject);
    const provedAccountId = found?.accountId ?? null;
    if (provedAccountId === null || !pending.accountIds.includes(provedAccountId)) {
      const { organizationId, methods: otherMethods } = pending;
      const { email } = pending.identity;
      const detail = { provedOther: true };
      const facts = { reason: 'otherSignInMethod', organizationId, email, detail, provider } as const;
      return this.#endRefused(attempt, { ...facts, otherMethods, address: input.address });
    }
    const { identity: waiting, attemptId: pendingAttemptId } = pending;
    const step = { state, input, through: pending, identity: waiting, provedAccountId, pendingAttemptId };
    return this.#finishConnection(attempt, step);
  }

  async #finishTest(attempt: VerifiedAttempt, { address }: FinishInput): Promise<SignInOutcome> {
    const { signInConnections, connectionTests } = this.#parts;
    const { identity, organizationId } = attempt;
    const connection = await signInConnections.find(attempt.connectionId ?? '');
    const facts = { organizationId, connection, detail: { isTest: true }, address };
    if (!connection) return this.#endRefused(attempt, { ...facts, reason: 'connectionDisabled' });
    if (connection.version !== attempt.connectionVersion) {
      const detail = { ...facts.detail, connectionChanged: true };
      return this.#endRefused(attempt, { ...facts, reason: 'attemptExpired', detail });
    }
    if (!(await this.#parts.attempts.finish(attempt.id))) {
      return { kind: 'refused', refusal: await this.#refuse({ ...facts, reason: 'attemptExpired' }) };
    }
    await connectionTests.record(connection, identity.claims);
    const prediction = await predictSignIn(this.#parts, connection, identity);
    const { claims, stableId, email } = identity;
    const provedAt = provedAtOf(identity, this.#parts.clock());
    return { kind: 'tested', connectionId: connection.id, claims, stableId, email, provedAt, prediction };
  }

  async #endRefused(attempt: Pick<VerifiedAttempt, 'id'>, facts: RefusalFacts): Promise<SignInOutcome> {
    await this.#parts.attempts.finish(attempt.id);
    return { kind: 'refused', refusal: await this.#refuse(facts) };
  }

  async #refuse(facts: RefusalFacts): Promise<SignInRefusal> {
    const { organizationId } = facts;
    const organization = organizationId
      ? await this.#parts.signInConnections.organizationOf(organizationId)
      : undefined;
    // An organization that was erased meanwhile has no log any more.
    return refuseSignIn(this.#parts, organization ? facts : { ...facts, organizationId: null }, organization);
  }
}

function isVerified(attempt: AttemptRow): attempt is VerifiedAttempt {
  return attempt.state === 'verified' && attempt.identity !== null;
}
