import { type CacheProvider, SAML, ValidateInResponseTo } from '@node-saml/node-saml';
import type { Clock } from '../../domain/clock.ts';
import { believedCertificates } from '../../domain/connections/connection-certificates.ts';
import type { ConnectionCheck } from '../../domain/connections/identity-providers.ts';
import type { SignInConnection } from '../../domain/connections/sign-in-connection.ts';
import type { VerifiedIdentity } from '../../domain/connections/verified-identity.ts';
import { checkSamlConnection } from './check-saml-connection.ts';
import { checkResponseShape, decodeResponse, parseResponse } from './response-shape.ts';
import { identityOf } from './saml-identity.ts';
import { refused } from './saml-problem.ts';
import { type ExpectedAssertion, readAssertion, type SignedAssertion } from './signed-assertion.ts';

const DAY_MS = 24 * 3600 * 1000;

/** Our side of a connection. */
export interface ServiceProvider {
  /** Where responses are sent (HTTP-POST binding). */
  acsUrl: string;
  entityId: string;
}

export interface SamlRequest extends ServiceProvider {
  /** An XML name: it begins with a letter or `_`. Nobody may guess it. */
  requestId: string;
  /** Comes back beside the response; at most 80 bytes (SAML bindings §3.4.3). */
  relayState: string;
  /** Whether the person is to prove anew who they are (SAML core §3.4.1, `ForceAuthn`). */
  asksAnew?: boolean;
}

export interface ReceivedSamlResponse extends ServiceProvider {
  /** The form field `SAMLResponse` as received. */
  samlResponse: string;
  /** Of the request that this browser was sent with. */
  requestId: string;
  /** Remembers an assertion until it expires; false where it was used before. */
  useAssertion(assertionId: string, expiresAt: Date): Promise<boolean>;
}

/** Sign-in by SAML 2.0, begun here: a request by redirect, a signed assertion by POST (SAML profiles §4.1). */
export class SamlSignIn {
  readonly #clock: Clock;

  constructor({ clock }: { clock: Clock }) {
    this.#clock = clock;
  }

  /** Where the browser is sent with an AuthnRequest. */
  async loginUrl(connection: SignInConnection, request: SamlRequest): Promise<URL> {
    const { requestId, asksAnew } = request;
    const saml = samlOf(connection, request, { requestId, asksAnew, now: this.#clock() });
    return new URL(await saml.getAuthorizeUrlAsync(request.relayState, undefined, {}));
  }

  /**
   * Whether a response seems to answer no request, so that the sign-in began at the identity provider. By its words alone: it
   * decides which page is shown, and anybody can send one.
   */
  isUnsolicited(samlResponse: string): boolean {
    try {
      const text = decodeResponse(samlResponse);
      return text.includes('Response') && !text.includes('InResponseTo=');
    } catch {
      return false;
    }
  }

  /** Who signed in. Throws `SignInFailure`; an assertion is believed once. */
  async verify(connection: SignInConnection, received: ReceivedSamlResponse): Promise<VerifiedIdentity> {
    const { acsUrl, entityId, requestId } = received;
    const { issuer } = connection;
    const expected = { issuer, acsUrl, entityId, requestId, now: this.#clock() };
    const text = decodeResponse(received.samlResponse);
    const { assertion: unverified, isResponseSigned } = checkResponseShape(parseResponse(text), expected);
    // Read once before it is verified, to say exactly what is wrong. Nothing of this reading is believed.
    readAssertion(unverified, expected);
    const saml = samlOf(connection, received, { requestId, isResponseSigned, now: expected.now });
    const assertion = await readSigned(saml, text, expected);
    const identity = identityOf(assertion, connection.stableIdClaim);
    if (!(await received.useAssertion(assertion.id, keptUntil(assertion, expected.now)))) {
      throw refused('assertionReplayed', 'The assertion was used before.');
    }
    return identity;
  }

  /** The certificates and the address of the identity provider. */
  async check(connection: SignInConnection): Promise<ConnectionCheck[]> {
    return checkSamlConnection(connection, this.#clock());
  }
}

/** The assertion as it was signed: read from what the signature covers, not from what was received around it. */
async function readSigned(saml: SAML, text: string, expected: ExpectedAssertion): Promise<SignedAssertion> {
  const samlResponse = Buffer.from(text, 'utf8').toString('base64');
  const profile = await saml.validatePostResponseAsync({ SAMLResponse: samlResponse }).then(
    (answer) => answer.profile,
    (cause: unknown) => {
      const message = 'The signature is not by a certificate of this connection. Is its metadata up to date?';
      throw refused('signature', message, { found: cause instanceof Error ? cause.message : '' });
    },
  );
  const signed = profile?.getAssertionXml?.();
  if (profile === null || signed === undefined) throw refused('signature', 'Nothing in the response is signed.');
  const assertion = readAssertion(parseResponse(signed), expected);
  if (profile.issuer !== expected.issuer || (profile.nameID ?? null) !== (assertion.nameId?.value || null)) {
    throw refused('signature', 'The assertion can be read in two ways.');
  }
  return assertion;
}

function samlOf(
  connection: SignInConnection,
  { acsUrl, entityId }: ServiceProvider,
  exchange: { requestId: string; isResponseSigned?: boolean; asksAnew?: boolean | undefined; now: Date },
): SAML {
  const { requestId, isResponseSigned = false, asksAnew = false, now } = exchange;
  const { certificates, ssoUrl } = connection;
  if (certificates === null || ssoUrl === null) {
    throw refused('certificates', 'The connection has no metadata of its identity provider.');
  }
  const pems = believedCertificates(certificates, now).map(({ pem }) => pem);
  if (pems.length === 0) {
    const message =
      'No certificate of the connection is believed any more. Import new metadata of the identity provider.';
    throw refused('certificates', message);
  }
  return new SAML({
    callbackUrl: acsUrl,
    issuer: entityId,
    audience: entityId,
    entryPoint: ssoUrl,
    idpIssuer: connection.issuer,
    idpCert: pems,
    wantAssertionsSigned: true,
    // Not every identity provider signs it; a signature that is there has to be right.
    wantAuthnResponseSigned: isResponseSigned,
    validateInResponseTo: ValidateInResponseTo.always,
    cacheProvider: onlyRequest(requestId),
    generateUniqueId: () => requestId,
    forceAuthn: asksAnew,
    signatureAlgorithm: 'sha256',
    // Which format of NameID they send is set at the identity provider; some refuse a request that names another.
    identifierFormat: null,
    disableRequestedAuthnContext: true,
    // It would ask the clock of the machine. `readAssertion` holds every time against ours, with its skew.
    acceptedClockSkewMs: -1,
  });
}

/** The one request that a response may answer; that it is answered once is kept by the attempt. */
function onlyRequest(requestId: string): CacheProvider {
  return {
    saveAsync: async () => null,
    getAsync: async (key) => (key === requestId ? new Date().toISOString() : null),
    removeAsync: async (key) => key,
  };
}

// Without an end of its own a row would stay for as long as the identity provider likes. The request is over in minutes.
function keptUntil({ expiresAt }: SignedAssertion, now: Date): Date {
  return new Date(Math.min(expiresAt.getTime(), now.getTime() + DAY_MS));
}
