import { oauthErrors } from './oauth-error.ts';

/** A request for an access token (RFC 6749 §4.4.2) and by what its client proves who it is. */
export interface TokenRequest {
  clientId: string;
  proof: { kind: 'secret'; clientSecret: string } | { kind: 'assertion'; assertion: string };
  scope: string | undefined;
  /** RFC 8707 §2. */
  resources: string[];
}

const GRANT_TYPE = 'client_credentials';
/** RFC 7523 §2.2. */
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
/** RFC 6749 §3.3. */
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$/;

/** Reads the form of a token request with its Authorization header. Throws OAuthError as RFC 6749 §5.2 says. */
export function readTokenRequest(form: string, authorization: string | undefined): TokenRequest {
  const { parameters, resources } = readParameters(form);
  const grantType = parameters.get('grant_type');
  if (grantType === undefined) throw oauthErrors.invalidRequest('grant_type is missing.');
  if (grantType !== GRANT_TYPE) throw oauthErrors.unsupportedGrantType();
  const scope = parameters.get('scope');
  if (scope !== undefined && !SCOPE.test(scope)) throw oauthErrors.invalidScope();
  return { ...readClient(parameters, authorization), scope, resources };
}

/** One without a value counts as left out, none may come twice, unknown ones are ignored (RFC 6749 §3.2). */
function readParameters(form: string): { parameters: Map<string, string>; resources: string[] } {
  const parameters = new Map<string, string>();
  const resources: string[] = [];
  for (const [name, value] of new URLSearchParams(form)) {
    if (value === '') continue;
    if (name === 'resource') resources.push(value);
    else if (parameters.has(name)) throw oauthErrors.invalidRequest('A parameter comes more than once.');
    else parameters.set(name, value);
  }
  return { parameters, resources };
}

/** By one way of proof and no more (RFC 6749 §2.3). */
function readClient(
  parameters: ReadonlyMap<string, string>,
  authorization: string | undefined,
): Pick<TokenRequest, 'clientId' | 'proof'> {
  const clientId = parameters.get('client_id');
  const clientSecret = parameters.get('client_secret');
  const assertion = parameters.get('client_assertion');
  const ways = [authorization, clientSecret, assertion].filter((way) => way !== undefined);
  if (ways.length > 1) throw oauthErrors.invalidRequest('The client uses more than one way to prove who it is.');
  if (authorization !== undefined) {
    const basic = readBasic(authorization);
    if (clientId !== undefined && clientId !== basic.clientId) {
      throw oauthErrors.invalidRequest('client_id is not that of the Authorization header.');
    }
    return { clientId: basic.clientId, proof: { kind: 'secret', clientSecret: basic.clientSecret } };
  }
  if (clientId === undefined) throw oauthErrors.invalidClient();
  if (clientSecret !== undefined) return { clientId, proof: { kind: 'secret', clientSecret } };
  if (assertion === undefined || parameters.get('client_assertion_type') !== ASSERTION_TYPE) {
    throw oauthErrors.invalidClient();
  }
  return { clientId, proof: { kind: 'assertion', assertion } };
}

const BASIC = /^Basic +([A-Za-z0-9+/]+={0,2}) *$/i;

/** Both halves are form-encoded before they are joined (RFC 6749 §2.3.1). */
function readBasic(authorization: string): { clientId: string; clientSecret: string } {
  const encoded = BASIC.exec(authorization)?.[1];
  const text = encoded === undefined ? '' : Buffer.from(encoded, 'base64').toString();
  const colon = text.indexOf(':');
  const clientId = colon < 0 ? undefined : formDecoded(text.slice(0, colon));
  const clientSecret = colon < 0 ? undefined : formDecoded(text.slice(colon + 1));
  if (!clientId || !clientSecret) throw oauthErrors.invalidClient();
  return { clientId, clientSecret };
}

function formDecoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}
