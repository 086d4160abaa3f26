/** One request that did not do what Entra needs, in Entra's own words where the provisioning log has them. */
export class SimulationFailure extends Error {
  /** Undefined when no answer arrived. */
  readonly status: number | undefined;
  readonly scimType: string | undefined;
  /** The error code Entra's provisioning log shows. */
  readonly code: string;
  readonly request: string;

  constructor(failure: {
    code: string;
    message: string;
    request: string;
    status?: number | undefined;
    scimType?: string | undefined;
  }) {
    super(failure.message);
    this.name = 'SimulationFailure';
    this.code = failure.code;
    this.request = failure.request;
    this.status = failure.status;
    this.scimType = failure.scimType;
  }
}

/** Entra stops the whole job: nothing more is sent until an administrator acts or the quarantine's retry comes. */
export class QuarantineError extends Error {
  readonly failure: SimulationFailure;

  constructor(failure: SimulationFailure, advice: string) {
    super(
      `Entra would put this job in quarantine (${failure.code}): ${failure.message.replace(/[.\s]+$/u, '')}. ${advice}`,
    );
    this.name = 'QuarantineError';
    this.failure = failure;
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

/** An answer whose shape Entra cannot use. */
export function incompatible(request: string, status: number, message: string): SimulationFailure {
  return new SimulationFailure({
    code: 'SystemForCrossDomainIdentityManagementServiceIncompatible',
    message,
    request,
    status,
  });
}
