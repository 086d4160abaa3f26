import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { DomainError, type DomainErrorCode } from '../domain/domain-error.ts';
import { screamingSnake } from './enum.ts';
import type { GraphLog } from './log.ts';

/** Every `extensions.code` of what is thrown rather than answered as data, as docs/guides/graphql.md explains it. */
export const thrownCodes = {
  UNAUTHENTICATED: 'The bearer is missing, wrong, revoked or expired, and no session says who asks.',
  FORBIDDEN:
    'The caller does not hold what the field needs, its organization is suspended or closing, or the change asks for a fresh sign-in.',
  BAD_USER_INPUT: 'A query names something unknown or out of range, or the operation asks for too much.',
  BAD_REQUEST: 'The request is none of GraphQL over HTTP: its method, a header or its body.',
  GRAPHQL_PARSE_FAILED: 'The document is no GraphQL, or longer than it may be.',
  GRAPHQL_VALIDATION_FAILED: 'The document does not fit the schema, or is beyond a limit.',
  OPERATION_RESOLUTION_FAILURE: 'The document holds several operations, and `operationName` is that of none.',
  SERVICE_UNAVAILABLE: 'The database cannot be reached. Try again soon.',
  INTERNAL_SERVER_ERROR: 'Our mistake; the message has the request id.',
} as const;
export type ThrownCode = keyof typeof thrownCodes;

interface Answer {
  /** What a query throws. Mutations answer BAD_USER_INPUT as data and throw the others too. */
  thrownAs: Extract<ThrownCode, 'UNAUTHENTICATED' | 'FORBIDDEN' | 'BAD_USER_INPUT'>;
  /** For the caller who reads the schema. */
  description: string;
}

/** What GraphQL answers to every fact of the domain. */
export const answers = {
  attributeImmutable: {
    thrownAs: 'BAD_USER_INPUT',
    description: 'The organization declared the attribute at `path` immutable, and it has another value already.',
  },
  attributeValueTaken: {
    thrownAs: 'BAD_USER_INPUT',
    description: 'The attribute at `path` was declared unique, and several users of a directory would have one value.',
  },
  bindingRequestNotPending: {
    thrownAs: 'BAD_USER_INPUT',
    description: 'The binding request has been decided already.',
  },
  confirmationRequired: {
    thrownAs: 'BAD_USER_INPUT',
    description: 'The change has a consequence that has to be confirmed; `message` says which, and by which field.',
  },
  connectionStatusConflict: {
    thrownAs: 'BAD_USER_INPUT',
    description: 'The connection stands in a state from which this is not possible.',
  },
  credentialInvalid: {
    thrownAs: 'UNAUTHENTICATED',
    description: 'The bearer is missing, wrong, revoked or expired, and no session says who asks. Thrown, never data.',
  },
  customSchemaTaken: { thrownAs: 'BAD_USER_INPUT', description: 'The organization has declared this URN already.' },
  cursorExpired: {
    thrownAs: 'BAD_USER_INPUT',
    description: 'The cursor is older than the hour for which it was good. Begin again with an empty one.',
  },
  cursorInvalid: {
    thrownAs: 'BAD_USER_INPUT',
    description: 'The cursor is none of this list: directory, filter and sorting have to stay the same.',
  },
  directoryIsStrict: {
    thrownAs: 'BAD_USER_INPUT',
    description: 'The directory is strict, and the input does not say that it keeps to the standard.',
  },
  directoryStatusConflict: {
    thrownAs: 'BAD_USER_INPUT',
    description: 'The directory stands in a state from which this is not possible.',
  },
  emailDomainNotProved: {
    thrownAs: 'BAD_USER_INPUT',
    description: 'The TXT record that proves the domain was not found; `message` says what was looked for.',
  },
  emailDomainTaken: { thrownAs: 'BAD_USER_INPUT', description: 'Another organization has proved the domain.' },
  filterNotSupported: {
    thrownAs: 'BAD_USER_INPUT',
    description: 'The filter names or compares what cannot be searched.',
  },
  forbidden: {
    thrownAs: 'FORBIDDEN',
    description: 'The caller does not hold the permission that this needs. Thrown, never data.',
  },
  freshSignInRequired: {
    thrownAs: 'FORBIDDEN',
    description:
      'The change needs a sign-in of the last 15 minutes: see `viewer.session.freshSignInUrl`. Thrown, never data.',
  },
  groupIsLinked: {
    thrownAs: 'BAD_USER_INPUT',
    description: 'A directory group fills the group, so its members are managed in the identity provider.',
  },
  groupNameTaken: {
    thrownAs: 'BAD_USER_INPUT',
    description: 'Another group has this name; case, white space and look-alike forms do not tell names apart.',
  },
  insufficientScope: {
    thrownAs: 'FORBIDDEN',
    description: "The scopes of the directory's credential do not allow this. Thrown, never data.",
  },
  invalidSyntax: { thrownAs: 'BAD_USER_INPUT', description: 'The document is not built as it has to be.' },
  invalidValue: {
    thrownAs: 'BAD_USER_INPUT',
    description: 'The value at `path` cannot be accepted; `message` says why.',
  },
  lastOwner: {
    thrownAs: 'BAD_USER_INPUT',
    description: 'The organization would be left without an active owner.',
  },
  linkNotActive: { thrownAs: 'BAD_USER_INPUT', description: 'The link is not active, so there is nothing to undo.' },
  linkNotPending: { thrownAs: 'BAD_USER_INPUT', description: 'The link does not wait for a decision.' },
  notFound: {
    thrownAs: 'BAD_USER_INPUT',
    description: 'There is nothing with the id at `path`, or it belongs to another organization.',
  },
  organizationClosing: {
    thrownAs: 'FORBIDDEN',
    description: 'The organization is being closed; only the operator can reopen it. Thrown, never data.',
  },
  organizationStatusConflict: {
    thrownAs: 'BAD_USER_INPUT',
    description: 'The organization stands in a state from which this is not possible.',
  },
  organizationSuspended: {
    thrownAs: 'FORBIDDEN',
    description: 'The operator has suspended the organization. Thrown, never data.',
  },
  permissionSetBuiltIn: { thrownAs: 'BAD_USER_INPUT', description: 'Built-in permission sets cannot be changed.' },
  permissionSetInUse: {
    thrownAs: 'BAD_USER_INPUT',
    description: 'The permission set is granted to somebody, or an API key acts by it.',
  },
  permissionSetNameTaken: { thrownAs: 'BAD_USER_INPUT', description: 'Another permission set has this name.' },
  permissionsExceedOwn: {
    thrownAs: 'BAD_USER_INPUT',
    description: 'Nobody gives more than they hold: the change involves permissions that the caller lacks.',
  },
  planLacksScim: { thrownAs: 'BAD_USER_INPUT', description: 'The plan of the organization does not include SCIM.' },
  planLacksSso: {
    thrownAs: 'BAD_USER_INPUT',
    description: 'The plan of the organization does not include single sign-on.',
  },
  previewOutdated: {
    thrownAs: 'BAD_USER_INPUT',
    description: 'What the preview showed has changed meanwhile. Read the preview again and decide on that.',
  },
  searchTooLarge: {
    thrownAs: 'BAD_USER_INPUT',
    description:
      'The filter or sorting has to read more records than one request may. Compare an attribute by `eq` or `sw`.',
  },
  sensitiveDefault: {
    thrownAs: 'BAD_USER_INPUT',
    description: 'What every user holds by default must not contain a sensitive permission.',
  },
  signInRequired: {
    thrownAs: 'BAD_USER_INPUT',
    description: 'The session has to be proved to that organization first, as it asks for it.',
  },
  slugConfusable: {
    thrownAs: 'BAD_USER_INPUT',
    description: 'The slug looks like one that another organization has, or had, or like a reserved word.',
  },
  slugTaken: { thrownAs: 'BAD_USER_INPUT', description: 'Another organization has, or had, this slug.' },
  spaceExternalIdTaken: { thrownAs: 'BAD_USER_INPUT', description: 'Another space has this external id.' },
  spaceInUse: { thrownAs: 'BAD_USER_INPUT', description: 'There are grants on the space. Revoke them first.' },
  spaceNameTaken: {
    thrownAs: 'BAD_USER_INPUT',
    description: 'Another space has this name; case, white space and look-alike forms do not tell names apart.',
  },
  ssoRequired: { thrownAs: 'BAD_USER_INPUT', description: 'Single sign-on has to be set up before SCIM.' },
  tooMany: { thrownAs: 'BAD_USER_INPUT', description: 'The list at `path` is longer than one call may carry.' },
  unknownMember: { thrownAs: 'BAD_USER_INPUT', description: 'The directory, which is strict, does not know a member.' },
  unknownPermission: { thrownAs: 'BAD_USER_INPUT', description: 'The permission is not in the catalogue.' },
  userAlreadyBound: {
    thrownAs: 'BAD_USER_INPUT',
    description: 'The user signs in as somebody else through this connection already.',
  },
  userNameTaken: {
    thrownAs: 'BAD_USER_INPUT',
    description: 'Another user has this userName; case does not tell them apart.',
  },
  versionConflict: {
    thrownAs: 'BAD_USER_INPUT',
    description: 'The object has changed since the version that the caller named. Read it again and repeat.',
  },
} satisfies Record<DomainErrorCode, Answer>;

/** True for what a correct caller can cause, which mutations answer as data. */
export function isExpected(error: unknown): error is DomainError {
  return error instanceof DomainError && answers[error.code].thrownAs === 'BAD_USER_INPUT';
}

/**
 * The errors of an answer as the caller sees them: a code and, where the domain has one, a reason. What was not foreseen
 * is logged and answered without detail but the request id.
 */
export function presentErrors(
  errors: readonly GraphQLError[],
  requestId: string,
  log: GraphLog,
): GraphQLFormattedError[] {
  return errors.map((error) => {
    const { message, extensions } = presentError(error, requestId, log);
    const { locations, path } = error.toJSON();
    return { message, ...(locations && { locations }), ...(path && { path }), extensions };
  });
}

interface PresentedError {
  message: string;
  extensions: { code: ThrownCode; reason?: string };
}

function presentError(error: GraphQLError, requestId: string, log: GraphLog): PresentedError {
  const cause = causeOf(error);
  if (cause instanceof DomainError) {
    const code = answers[cause.code].thrownAs;
    return { message: cause.message, extensions: { code, reason: screamingSnake(cause.code) } };
  }
  if (cause instanceof GraphQLError) {
    return { message: error.message, extensions: { code: thrownCodeOf(error, cause) } };
  }
  const facts = { ...describe(cause), requestId, path: error.path?.join('.') };
  if (isUnavailable(cause)) {
    log.error(facts, 'The database could not be reached.');
    return thrown('SERVICE_UNAVAILABLE', 'The service cannot reach its database. Try again soon.');
  }
  log.error(facts, 'A resolver failed.');
  return thrown('INTERNAL_SERVER_ERROR', `Something went wrong; the request id is ${requestId}.`);
}

/** graphql-js says nothing of values that do not fit; Apollo has codes of its own for requests that we do not take. */
function thrownCodeOf(error: GraphQLError, cause: GraphQLError): ThrownCode {
  const code = error.extensions.code ?? cause.extensions.code;
  if (typeof code !== 'string') return 'BAD_USER_INPUT';
  return Object.hasOwn(thrownCodes, code) ? (code as ThrownCode) : 'BAD_REQUEST';
}

function thrown(code: ThrownCode, message: string): PresentedError {
  return { message, extensions: { code } };
}

/** Without the statements and values that errors of the database carry beside their message. */
function describe(error: Error): Record<string, unknown> {
  const { code } = error as { code?: unknown };
  return { reason: error.message, ...(typeof code === 'string' && { code }), stack: error.stack };
}

/** What was thrown first, below the GraphQLErrors that located it. */
function causeOf(error: GraphQLError): Error {
  let cause: Error = error;
  while (cause instanceof GraphQLError && cause.originalError) cause = cause.originalError;
  return cause;
}

/** The server of PostgreSQL went away (SQLSTATE classes 57P and 08) or was not reached. */
const UNAVAILABLE = /^(57P|08)|^(ECONNREFUSED|ECONNRESET|ENOENT|EPIPE|ETIMEDOUT)$/;
/** What `pg` says without a code when the server closes the socket under a query. */
const CONNECTION_ENDED = /^Connection terminated|connection error and is not queryable/;

function isUnavailable(error: Error): boolean {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? UNAVAILABLE.test(code) : CONNECTION_ENDED.test(error.message);
}
