/** One request that did not do what the identity provider needs, in Entra's own words where the provisioning log has them. */
export class SimulationFailure extends Error {
  /** Undefined when no answer arrived. */
  readonly status: number | undefined;
  readonly scimType: string | undefined;
  /** The error code Entra's provisioning log shows. */
  readonly code: string;
  readonly request: string;
  /** What to do, where no other request can succeed before it is done. */
  readonly advice: string | undefined;

  constructor(failure: {
    code: string;
    message: string;
    request: string;
    status?: number | undefined;
    scimType?: string | undefined;
    advice?: string | undefined;
  }) {
    super(failure.message);
    this.name = 'SimulationFailure';
    this.code = failure.code;
    this.request = failure.request;
    this.status = failure.status;
    this.scimType = failure.scimType;
    this.advice = failure.advice;
  }
}

/** The identity provider gives up on the whole application: nothing more is sent for now. */
export class JobStoppedError extends Error {
  /** The identity provider's word for such a stop. */
  readonly reason: string;
  readonly code: string;
  /** The refusal that did it, where it was a single one. */
  readonly failure: SimulationFailure | undefined;

  constructor(reason: string, code: string, message: string, failure?: SimulationFailure) {
    super(message);
    this.name = 'JobStoppedError';
    this.reason = reason;
    this.code = code;
    this.failure = failure;
  }
}

/** Somebody pressed Ctrl-C: what was under way is finished, nothing more is begun. */
export class InterruptedError extends Error {
  constructor() {
    super('The simulation was stopped.');
    this.name = 'InterruptedError';
  }
}

const logCodes: Record<number, string> = {
  401: 'Unauthorized',
  403: 'InsufficientRights',
  404: 'InvalidAnchor',
  409: 'EntryConflict',
  429: 'TooManyRequests',
};

/** The code of Entra's provisioning log for a refused request. */
export function logCode(status: number): string {
  return (
    logCodes[status] ?? (status >= 500 ? 'InternalServerError' : 'SystemForCrossDomainIdentityManagementBadRequest')
  );
}

/** An answer whose shape the identity provider cannot use. */
export function incompatible(request: string, status: number, message: string): SimulationFailure {
  return new SimulationFailure({
    code: 'SystemForCrossDomainIdentityManagementServiceIncompatible',
    message,
    request,
    status,
  });
}

/** A failure's text as part of a longer sentence. */
export function withoutFullStop(text: string): string {
  return text.replace(/[.\s]+$/u, '');
}
