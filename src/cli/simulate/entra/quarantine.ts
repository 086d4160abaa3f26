import { JobStoppedError, type SimulationFailure, withoutFullStop } from '../simulation-failure.ts';

/** Microsoft Graph's words for why a job is in quarantine. */
export type QuarantineReason =
  | 'EncounteredQuarantineException'
  | 'EncounteredEscrowProportionThreshold'
  | 'EncounteredBaseEscrowThreshold'
  | 'EncounteredTotalEscrowThreshold'
  | 'TooManyDeletes';

/** From when on failures of single objects put the whole job into quarantine. */
export interface QuarantineRules {
  /** Below so many failures the share does not count. */
  failuresMin: number;
  failedShareMax: number;
  objectFailuresMax: number;
  /** With failed references (managers, members) counted in. */
  allFailuresMax: number;
}

export const publishedRules: QuarantineRules = {
  failuresMin: 5_000,
  failedShareMax: 0.4,
  objectFailuresMax: 40_000,
  allFailuresMax: 60_000,
};

/** Why the job must stop, given what waits to be tried again and what is provisioned; undefined while it may go on. */
export function escrowReason(
  { objects, references, provisioned }: { objects: number; references: number; provisioned: number },
  rules: QuarantineRules,
): QuarantineReason | undefined {
  if (objects > rules.objectFailuresMax) return 'EncounteredBaseEscrowThreshold';
  if (objects + references > rules.allFailuresMax) return 'EncounteredTotalEscrowThreshold';
  const isTooMuch = objects >= rules.failuresMin && objects > (objects + provisioned) * rules.failedShareMax;
  return isTooMuch ? 'EncounteredEscrowProportionThreshold' : undefined;
}

const hour = 60;
const firstRetries = [6 * hour, 12 * hour];
const disabledAfterMinutes = 28 * 24 * hour;

/** A job that rests: it is tried after 6, 12 and 24 hours, then once a day, and disabled after four weeks. */
export class Quarantine {
  readonly error: JobStoppedError;
  private readonly since: number;
  private attempts = 0;

  constructor(error: JobStoppedError, now: number) {
    this.error = error;
    this.since = now;
  }

  /** Minutes from one attempt to the next. */
  get minutesToRetry(): number {
    return firstRetries[this.attempts] ?? 24 * hour;
  }

  isDisabled(now: number): boolean {
    return now - this.since >= disabledAfterMinutes;
  }

  /** The quarantine after one more attempt that failed. */
  prolonged(error: JobStoppedError): Quarantine {
    const next = new Quarantine(error, this.since);
    next.attempts = this.attempts + 1;
    return next;
  }
}

/** Entra stops the whole job: nothing more is sent until an administrator acts or the quarantine's next attempt comes. */
export class QuarantineError extends JobStoppedError {
  constructor(reason: QuarantineReason, code: string, message: string, failure?: SimulationFailure) {
    super(reason, code, message, failure);
    this.name = 'QuarantineError';
  }

  /** One refusal is enough: credentials, or an answer that Entra cannot work with. */
  static of(failure: SimulationFailure, advice: string): QuarantineError {
    const { code, message } = failure;
    const text = `Entra would put this job in quarantine (${code}): ${withoutFullStop(message)}. ${advice}`;
    return new QuarantineError('EncounteredQuarantineException', code, text, failure);
  }

  /** Many refusals, none of which was enough. */
  static ofEscrow(reason: QuarantineReason, failed: number): QuarantineError {
    const text = `Entra would put this job in quarantine (${reason}): ${failed} objects fail. See the errors for what was answered.`;
    return new QuarantineError(reason, reason, text);
  }

  static ofDeletions(count: number, threshold: number): QuarantineError {
    const text =
      `Entra would put this job in quarantine (TooManyDeletes): ${count} people would be disabled or deleted, and the ` +
      `accidental deletion threshold is ${threshold}. Nothing was sent.`;
    return new QuarantineError('TooManyDeletes', 'TooManyDeletes', text);
  }
}
