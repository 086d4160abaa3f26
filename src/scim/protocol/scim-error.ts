import { ERROR } from '../../attributes/urns.ts';

/** RFC 7644 §3.12, table 9. */
export type ScimType =
  | 'invalidFilter'
  | 'tooMany'
  | 'uniqueness'
  | 'mutability'
  | 'invalidSyntax'
  | 'invalidPath'
  | 'noTarget'
  | 'invalidValue'
  | 'invalidVers'
  | 'sensitive'
  // RFC 9865 §2.1.
  | 'invalidCursor'
  | 'expiredCursor'
  | 'invalidCount';

/** What a client did wrong, ready for its answer: the detail is for the client's reader and holds nothing internal. */
export class ScimError extends Error {
  readonly status: number;
  readonly scimType: ScimType | undefined;
  readonly detail: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, detail: string, scimType?: ScimType, headers: Readonly<Record<string, string>> = {}) {
    super(detail);
    this.name = 'ScimError';
    this.status = status;
    this.scimType = scimType;
    this.detail = detail;
    this.headers = headers;
  }
}

/** The pairs of status and scimType that RFC 7644 §3.12 allows, one row each. */
export const scimErrors = {
  invalidFilter: (detail: string) => new ScimError(400, detail, 'invalidFilter'),
  invalidSyntax: (detail: string) => new ScimError(400, detail, 'invalidSyntax'),
  invalidPath: (detail: string) => new ScimError(400, detail, 'invalidPath'),
  invalidValue: (detail: string) => new ScimError(400, detail, 'invalidValue'),
  noTarget: (detail: string) => new ScimError(400, detail, 'noTarget'),
  mutability: (detail: string) => new ScimError(400, detail, 'mutability'),
  tooMany: (detail: string) => new ScimError(400, detail, 'tooMany'),
  invalidCount: (detail: string) => new ScimError(400, detail, 'invalidCount'),
  unauthorized: (detail: string) =>
    new ScimError(401, detail, undefined, { 'WWW-Authenticate': 'Bearer realm="scim"' }),
  forbidden: (detail: string) => new ScimError(403, detail),
  /** RFC 6750 §3.1. */
  insufficientScope: (detail: string) =>
    new ScimError(403, detail, undefined, { 'WWW-Authenticate': 'Bearer realm="scim", error="insufficient_scope"' }),
  notFound: (detail: string) => new ScimError(404, detail),
  uniqueness: (detail: string) => new ScimError(409, detail, 'uniqueness'),
  preconditionFailed: (detail: string) => new ScimError(412, detail),
  payloadTooLarge: (detail: string) => new ScimError(413, detail),
  tooManyRequests: (detail: string, retryAfterSeconds: number) =>
    new ScimError(429, detail, undefined, { 'Retry-After': String(retryAfterSeconds) }),
  internal: () => new ScimError(500, 'The server could not answer; whether anything was changed is not known'),
  unavailable: () => new ScimError(503, 'The service cannot answer at the moment', undefined, { 'Retry-After': '5' }),
  notImplemented: (detail: string) => new ScimError(501, detail),
};

/** The body of an error answer: at the root, with the status as a string (RFC 7644 §3.12). */
export function errorBody(error: ScimError): {
  schemas: string[];
  status: string;
  scimType?: ScimType;
  detail: string;
} {
  return {
    schemas: [ERROR],
    status: String(error.status),
    ...(error.scimType === undefined ? {} : { scimType: error.scimType }),
    detail: error.detail,
  };
}
