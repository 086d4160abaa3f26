import type { SignInRefusalReason } from '../domain/sign-in-log/sign-in-refusal.ts';

/**
 * Why what an identity provider answered signs nobody in. `detail` goes into the log that the organization's admins read:
 * bounded, without secrets and tokens.
 */
export class SignInFailure extends Error {
  readonly reason: SignInRefusalReason;
  readonly detail: Readonly<Record<string, unknown>>;

  constructor(reason: SignInRefusalReason, detail: Readonly<Record<string, unknown>> = {}) {
    super(`Nobody is signed in: ${reason}.`);
    this.name = 'SignInFailure';
    this.reason = reason;
    this.detail = detail;
  }
}
