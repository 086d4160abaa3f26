import { domainErrorCodes } from '../domain-error.ts';

/** What requests did that only read; and the log's own word for what it had to drop. */
export const readOutcomes = [
  'eventsDropped',
  'groupRead',
  'groupsRead',
  'resourceTypeRead',
  'resourceTypesRead',
  'resourcesRead',
  'schemaRead',
  'schemasRead',
  'serviceProviderConfigRead',
  'userRead',
  'usersRead',
] as const;

/** What refused requests and failures are called: the facts of the domain, the types of SCIM, and those of HTTP. */
export const failureOutcomes = [
  ...domainErrorCodes,
  'badUserInput',
  'expiredCursor',
  'failed',
  'internalServerError',
  'invalidCount',
  'invalidCursor',
  'invalidFilter',
  'invalidPath',
  'invalidVers',
  'methodNotAllowed',
  'mutability',
  'noTarget',
  'notAcceptable',
  'notImplemented',
  'payloadTooLarge',
  'sensitive',
  'serviceUnavailable',
  'tooManyAtOnce',
  'tooManyRequests',
  'uniqueness',
  'unsupportedMediaType',
] as const;

const failures: ReadonlySet<string> = new Set(failureOutcomes);
const reportable: ReadonlySet<string> = new Set([...readOutcomes, ...failureOutcomes]);

export function isFailureOutcome(outcome: string): boolean {
  return failures.has(outcome);
}

/** Whether a facade may report it. The outcome of a write is told by the write itself, or a token could invent one. */
export function isReportable(outcome: string): boolean {
  return reportable.has(outcome);
}
