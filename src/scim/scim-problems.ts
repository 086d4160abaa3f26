import type { MutationErrorCode } from './documents/operations.ts';
import type { GraphProblem } from './graph-client.ts';
import { ScimError, type ScimType, scimErrors } from './protocol/scim-error.ts';

type ScimProblem = { readonly status: number; readonly scimType?: ScimType };

/** Facts about other parts of the service. One of them in the answer to a SCIM request is our mistake. */
const noScimMatter: ScimProblem = { status: 500 };

/** The SCIM answer to every code that a mutation can give. */
export const scimProblems = {
  ATTRIBUTE_IMMUTABLE: { status: 400, scimType: 'mutability' },
  ATTRIBUTE_VALUE_TAKEN: { status: 409, scimType: 'uniqueness' },
  BINDING_REQUEST_NOT_PENDING: noScimMatter,
  CONFIRMATION_REQUIRED: noScimMatter,
  CONNECTION_STATUS_CONFLICT: noScimMatter,
  CREDENTIAL_INVALID: { status: 401 },
  // RFC 9865 §2.1.
  CURSOR_EXPIRED: { status: 400, scimType: 'expiredCursor' },
  CURSOR_INVALID: { status: 400, scimType: 'invalidCursor' },
  CUSTOM_SCHEMA_TAKEN: noScimMatter,
  // The facade answers what departs from the standard instead (src/scim/strict-write.ts).
  DIRECTORY_IS_STRICT: { status: 400, scimType: 'invalidSyntax' },
  // A retired directory is opened by no token.
  DIRECTORY_STATUS_CONFLICT: { status: 401 },
  EMAIL_DOMAIN_NOT_PROVED: noScimMatter,
  EMAIL_DOMAIN_TAKEN: noScimMatter,
  FILTER_NOT_SUPPORTED: { status: 400, scimType: 'invalidFilter' },
  FORBIDDEN: { status: 403 },
  FRESH_SIGN_IN_REQUIRED: noScimMatter,
  GROUP_IS_LINKED: noScimMatter,
  GROUP_NAME_TAKEN: { status: 409, scimType: 'uniqueness' },
  INSUFFICIENT_SCOPE: { status: 403 },
  INVALID_SYNTAX: { status: 400, scimType: 'invalidSyntax' },
  INVALID_VALUE: { status: 400, scimType: 'invalidValue' },
  LAST_OWNER: noScimMatter,
  LINK_NOT_ACTIVE: noScimMatter,
  LINK_NOT_PENDING: noScimMatter,
  NOT_FOUND: { status: 404 },
  ORGANIZATION_CLOSING: noScimMatter,
  ORGANIZATION_STATUS_CONFLICT: noScimMatter,
  ORGANIZATION_SUSPENDED: noScimMatter,
  PERMISSIONS_EXCEED_OWN: noScimMatter,
  PERMISSION_SET_BUILT_IN: noScimMatter,
  PERMISSION_SET_IN_USE: noScimMatter,
  PERMISSION_SET_NAME_TAKEN: noScimMatter,
  PLAN_LACKS_SCIM: noScimMatter,
  PLAN_LACKS_SSO: noScimMatter,
  PREVIEW_OUTDATED: noScimMatter,
  SEARCH_TOO_LARGE: { status: 400, scimType: 'tooMany' },
  SENSITIVE_DEFAULT: noScimMatter,
  SIGN_IN_REQUIRED: noScimMatter,
  SLUG_CONFUSABLE: noScimMatter,
  SLUG_TAKEN: noScimMatter,
  SPACE_EXTERNAL_ID_TAKEN: noScimMatter,
  SPACE_IN_USE: noScimMatter,
  SPACE_NAME_TAKEN: noScimMatter,
  SSO_REQUIRED: noScimMatter,
  TOO_MANY: { status: 400, scimType: 'tooMany' },
  UNKNOWN_MEMBER: { status: 400, scimType: 'invalidValue' },
  UNKNOWN_PERMISSION: noScimMatter,
  USER_ALREADY_BOUND: noScimMatter,
  USER_NAME_TAKEN: { status: 409, scimType: 'uniqueness' },
  VERSION_CONFLICT: { status: 412 },
} satisfies Record<MutationErrorCode, ScimProblem>;

type Refusal = { readonly code: string; readonly message: string; readonly path?: string | null };

/** What GraphQL refused, as the SCIM answer to it. `code` is GraphQL's own. */
export class GraphRefusal extends ScimError {
  readonly code: string;

  constructor(code: string, { status, detail, scimType, headers }: ScimError) {
    super(status, detail, scimType, headers);
    this.code = code;
  }
}

/** The answer to an expected failure of a mutation. */
export function payloadProblem({ code, message, path }: Refusal): GraphRefusal {
  if (!isMutationErrorCode(code)) return new GraphRefusal(code, scimErrors.internal());
  const { status, scimType }: ScimProblem = scimProblems[code];
  if (status === 500) return new GraphRefusal(code, scimErrors.internal());
  if (status === 401) return new GraphRefusal(code, unauthorized());
  // These messages speak of one value and count on its path.
  const needsPath = path && (code === 'INVALID_VALUE' || code === 'INVALID_SYNTAX');
  return new GraphRefusal(code, new ScimError(status, needsPath ? `${path}: ${message}` : message, scimType));
}

const thrownProblems = new Map<string, () => ScimError>([
  ['UNAUTHENTICATED', unauthorized],
  ['FORBIDDEN', () => scimErrors.forbidden('The bearer token may not do this')],
  ['BAD_USER_INPUT', () => scimErrors.invalidValue('A value of the request cannot be read')],
  ['SERVICE_UNAVAILABLE', scimErrors.unavailable],
  ['INTERNAL_SERVER_ERROR', scimErrors.internal],
]);

/** Whether a code is one of those that GraphQL declares. */
export function isKnownCode(code: string): boolean {
  return isMutationErrorCode(code) || thrownProblems.has(code);
}

/**
 * The answer to a thrown GraphQL error. `NOT_FOUND` is the directory itself, and for SCIM the token then opens nothing.
 * Codes that are not expected are a 500 without detail.
 */
export function thrownProblem({ message, extensions }: GraphProblem): GraphRefusal {
  const code = String(extensions?.code ?? 'INTERNAL_SERVER_ERROR');
  const reason = extensions?.reason;
  if (reason === 'NOT_FOUND') return new GraphRefusal('UNAUTHENTICATED', unauthorized());
  if (reason === 'INSUFFICIENT_SCOPE') return new GraphRefusal(reason, scimErrors.insufficientScope(message));
  if (code === 'BAD_USER_INPUT' && typeof reason === 'string') return payloadProblem({ code: reason, message });
  return new GraphRefusal(code, (thrownProblems.get(code) ?? scimErrors.internal)());
}

function unauthorized(): ScimError {
  return scimErrors.unauthorized(
    'The request needs a bearer token of this directory, whose id is the last part of the Tenant URL',
  );
}

function isMutationErrorCode(code: string): code is MutationErrorCode {
  return Object.hasOwn(scimProblems, code);
}
