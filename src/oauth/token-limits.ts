import { oauthErrors } from './oauth-error.ts';
import { RequestLimit } from './request-limit.ts';

interface Caller {
  address: string;
  clientId: string;
}

/**
 * Keeps the token endpoint from being flooded. Client ids are no secrets, so that what strangers send under one must not keep
 * its client out: who proves to be the client is held up by its own access tokens alone, one an hour being all it needs. That
 * leaves a guesser his guesses, of 190 bits each; past the limit they are refused as too many, and no line of the log each.
 */
export class TokenLimits {
  readonly #proofs: RequestLimit;
  readonly #failures: RequestLimit;

  constructor(clock: () => Date) {
    this.#proofs = new RequestLimit(clock);
    this.#failures = new RequestLimit(clock);
  }

  /** Throws 429 to a client that has proved who it is too often. */
  enter({ address, clientId }: Caller): void {
    refuse(this.#proofs.wait(address, clientId));
  }

  countProof({ address, clientId }: Caller): void {
    this.#proofs.take(address, clientId);
  }

  /** Throws 429 when it is one failure too many. */
  countFailure({ address, clientId }: Caller): void {
    const seconds = this.#failures.wait(address, clientId);
    this.#failures.take(address, clientId);
    refuse(seconds);
  }

  /** Whether a failure would be refused as one too many. */
  hasFailedTooOften({ address, clientId }: Caller): boolean {
    return this.#failures.wait(address, clientId) > 0;
  }
}

function refuse(seconds: number): void {
  if (seconds > 0) throw oauthErrors.tooManyRequests(seconds);
}
