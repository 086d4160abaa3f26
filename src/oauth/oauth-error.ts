/** RFC 6749 §5.2 and RFC 8707 §2; the last two are those of RFC 6749 §4.1.2.1, for what no code is meant for. */
type OAuthErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'unsupported_grant_type'
  | 'invalid_scope'
  | 'invalid_target'
  | 'temporarily_unavailable'
  | 'server_error';

/** Why a request for an access token is refused. The description is ASCII, for the reader of a log, and holds nothing internal. */
export class OAuthError extends Error {
  readonly status: number;
  readonly code: OAuthErrorCode;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: OAuthErrorCode,
    description: string,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(description);
    this.name = 'OAuthError';
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

/** The errors of the token endpoint, one row each. */
export const oauthErrors = {
  invalidRequest: (description: string) => new OAuthError(400, 'invalid_request', description),
  tooLarge: () => new OAuthError(413, 'invalid_request', 'The body is larger than 16 KB.'),
  methodNotAllowed: () => new OAuthError(405, 'invalid_request', 'The token endpoint takes POST.', { Allow: 'POST' }),
  /** Always with a challenge, without which a 401 would be none of HTTP's. It says nothing of what was wrong. */
  invalidClient: () =>
    new OAuthError(401, 'invalid_client', 'The client did not prove who it is.', {
      'WWW-Authenticate': 'Basic realm="oauth", charset="UTF-8"',
    }),
  unsupportedGrantType: () => new OAuthError(400, 'unsupported_grant_type', 'The grant type is client_credentials.'),
  invalidScope: () => new OAuthError(400, 'invalid_scope', 'The scope is unknown, or more than the client may have.'),
  invalidTarget: () => new OAuthError(400, 'invalid_target', 'The resource is the Tenant URL of the directory.'),
  tooManyRequests: (retryAfterSeconds: number) =>
    new OAuthError(429, 'temporarily_unavailable', 'The client asks too often.', {
      'Retry-After': String(retryAfterSeconds),
    }),
  unavailable: () =>
    new OAuthError(503, 'temporarily_unavailable', 'The service cannot tell at the moment.', { 'Retry-After': '30' }),
  mistake: () => new OAuthError(500, 'server_error', 'Something went wrong.'),
};
