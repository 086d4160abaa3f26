import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inflateRawSync } from 'node:zlib';
import { IdentityProvider, SamlLib, ServiceProvider, setSchemaValidator } from 'samlify';
import { type SelfSignedCertificate, selfSignedCertificate } from './self-signed-certificate.ts';

const HTTP_POST = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST';
const HTTP_REDIRECT = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect';
const MINUTE_MS = 60_000;
export const PERSISTENT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent';
export const TRANSIENT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient';
export const UNSPECIFIED = 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified';
export const EMAIL_ADDRESS = 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress';
export const RSA_SHA1 = 'http://www.w3.org/2000/09/xmldsig#rsa-sha1';
export const RSA_SHA256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256';

// samlify insists on a validator of XML schemas, which it does not bring.
setSchemaValidator({ validate: async () => 'not validated' });

/** Who signs in at the identity provider, and what it says of them. */
export interface SamlPerson {
  nameId: string;
  /** Persistent unless given. */
  nameIdFormat?: string;
  attributes?: Record<string, string | readonly string[]>;
}

/** One response; everything but the first two is as it should be unless given. */
export interface SamlResponseInput {
  acsUrl: string;
  entityId: string;
  /** Left out: as if the sign-in had begun at the identity provider. */
  requestId?: string;
  person?: SamlPerson;
  issuer?: string;
  audience?: string;
  recipient?: string;
  destination?: string;
  assertionId?: string;
  notBefore?: Date;
  notOnOrAfter?: Date;
  sessionNotOnOrAfter?: Date;
  /** When the person proved there who they are. */
  authnInstant?: Date;
  signs?: 'assertion' | 'response' | 'both';
  signatureAlgorithm?: string;
  keys?: SelfSignedCertificate;
  /** Changes the XML before it is signed. */
  edit?: (xml: string) => string;
}

/** A SAML identity provider by samlify. Whoever comes with a request is sent back with a response, without a question. */
export interface SamlIdentityProvider {
  url: string;
  /** Its entity id. */
  issuer: string;
  keys: SelfSignedCertificate;
  /** With every certificate that it has. */
  metadata(): string;
  /** From now on whoever comes is this person. */
  signInAs(person: SamlPerson): void;
  /**
   * From now on whoever comes proved at that time who they are, and is asked for it again only by a request that forces it; null
   * asks everybody.
   */
  remembersSince(time: Date | null): void;
  /** From now on it answers with this status instead: the last part of a status code, and a message. Null ends that. */
  refuseWith(status: { code: string; message: string } | null): void;
  /** A response as it would post it, in base64. */
  respond(input: SamlResponseInput): Promise<string>;
  /** From now on it signs with a new key; its metadata names both certificates. */
  renewCertificate(): void;
  close(): Promise<void>;
}

/** An identity provider at a free port of this machine. `clock` is its own, where a test moves the time. */
export async function startSamlIdentityProvider({
  clock = () => new Date(),
  keys = selfSignedCertificate(),
} = {}): Promise<SamlIdentityProvider> {
  let published = [keys.certificate];
  let person: SamlPerson = { nameId: 'person-1', attributes: { email: 'ada@example.com' } };
  let rememberedSince: Date | null = null;
  let refusal: { code: string; message: string } | null = null;
  const server = createServer((request, response) => {
    void answer(request.url ?? '').then(
      (page) => response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page),
      (error: unknown) => response.writeHead(400, { 'content-type': 'text/plain' }).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const issuer = `${url}/metadata`;

  async function answer(address: string): Promise<string> {
    const { pathname, searchParams } = new URL(address, url);
    if (pathname !== '/sso') throw new Error('There is nothing here.');
    const request = await readRequest(Object.fromEntries(searchParams), identityProvider({ issuer, url, keys }));
    const authnInstant = request.forcesAuthn ? null : rememberedSince;
    const answered = { ...request, ...(authnInstant && { authnInstant }) };
    const samlResponse = refusal === null ? await respond(answered) : refusalOf(request, { issuer, ...refusal });
    return autoPost(request.acsUrl, { SAMLResponse: samlResponse, RelayState: searchParams.get('RelayState') ?? '' });
  }
  const respond = (input: SamlResponseInput) => signedResponse({ person, issuer, keys, url, now: clock(), ...input });

  return {
    url,
    issuer,
    get keys() {
      return keys;
    },
    metadata: () => identityProvider({ issuer, url, keys, published }).getMetadata(),
    signInAs(other) {
      person = other;
    },
    remembersSince(time) {
      rememberedSince = time;
    },
    refuseWith(status) {
      refusal = status;
    },
    respond,
    renewCertificate() {
      keys = selfSignedCertificate();
      published = [...published, keys.certificate];
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

interface IdentityProviderInput {
  issuer: string;
  url: string;
  keys: SelfSignedCertificate;
  published?: readonly string[];
  template?: string;
  signatureAlgorithm?: string;
}

function identityProvider({ issuer, url, keys, published, template, signatureAlgorithm }: IdentityProviderInput) {
  return IdentityProvider({
    entityID: issuer,
    signingCert: [...(published ?? [keys.certificate])],
    privateKey: keys.privateKey,
    requestSignatureAlgorithm: signatureAlgorithm ?? RSA_SHA256,
    nameIDFormat: [PERSISTENT],
    singleSignOnService: [{ Binding: HTTP_REDIRECT, Location: `${url}/sso` }],
    // samlify writes to the console without it.
    singleLogoutService: [{ Binding: HTTP_REDIRECT, Location: `${url}/slo` }],
    ...(template !== undefined && { loginResponseTemplate: { context: template, attributes: [] } }),
  });
}

function serviceProvider(input: { acsUrl: string; entityId: string }, signs: SamlResponseInput['signs'] = 'assertion') {
  return ServiceProvider({
    entityID: input.entityId,
    wantAssertionsSigned: signs !== 'response',
    wantMessageSigned: signs !== 'assertion',
    assertionConsumerService: [{ Binding: HTTP_POST, Location: input.acsUrl }],
  });
}

/** What samlify reads of a request, which names whom to answer. */
async function readRequest(query: Record<string, string>, own: ReturnType<typeof identityProvider>) {
  const xml = inflateRawSync(Buffer.from(query.SAMLRequest ?? '', 'base64')).toString();
  const acsUrl = /AssertionConsumerServiceURL="([^"]*)"/.exec(xml)?.[1] ?? '';
  const entityId = /<saml:Issuer[^>]*>([^<]*)</.exec(xml)?.[1] ?? '';
  const { extract } = await own.parseLoginRequest(serviceProvider({ acsUrl, entityId }), 'redirect', { query });
  const forcesAuthn = /\sForceAuthn="(?:true|1)"/.test(xml);
  return { acsUrl, entityId, requestId: String(extract.request?.id), forcesAuthn };
}

type SignedResponseInput = SamlResponseInput & {
  person: SamlPerson;
  issuer: string;
  keys: SelfSignedCertificate;
  url: string;
  now: Date;
};

async function signedResponse(input: SignedResponseInput): Promise<string> {
  const { acsUrl, entityId, requestId, person, issuer, now } = input;
  const values = {
    ID: `_${randomBytes(16).toString('hex')}`,
    AssertionID: input.assertionId ?? `_${randomBytes(16).toString('hex')}`,
    IssueInstant: now.toISOString(),
    Destination: input.destination ?? acsUrl,
    InResponseTo: requestId,
    Issuer: issuer,
    StatusCode: 'urn:oasis:names:tc:SAML:2.0:status:Success',
    NameIDFormat: person.nameIdFormat ?? PERSISTENT,
    NameID: person.nameId,
    SubjectConfirmationDataNotOnOrAfter: after(now, input.notOnOrAfter),
    SubjectRecipient: input.recipient ?? acsUrl,
    ConditionsNotBefore: (input.notBefore ?? now).toISOString(),
    ConditionsNotOnOrAfter: after(now, input.notOnOrAfter),
    Audience: input.audience ?? entityId,
  };
  const template = SamlLib.defaultLoginResponseTemplate.context
    .replace('{AuthnStatement}', authnStatement(input.authnInstant ?? now, input.sessionNotOnOrAfter))
    .replace('{AttributeStatement}', attributeStatement(person.attributes ?? {}));
  const { edit = (xml: string) => xml } = input;
  const { context } = await identityProvider({ ...input, template }).createLoginResponse(
    serviceProvider({ acsUrl, entityId }, input.signs),
    { extract: {} },
    'post',
    {},
    { customTagReplacement: (text) => ({ id: values.ID, context: edit(SamlLib.replaceTagsByValue(text, values)) }) },
  );
  return context;
}

function after(now: Date, given: Date | undefined): string {
  return (given ?? new Date(now.getTime() + 5 * MINUTE_MS)).toISOString();
}

function authnStatement(authnInstant: Date, sessionNotOnOrAfter: Date | undefined): string {
  const until = sessionNotOnOrAfter ? ` SessionNotOnOrAfter="${sessionNotOnOrAfter.toISOString()}"` : '';
  const context =
    '<saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef>';
  return `<saml:AuthnStatement AuthnInstant="${authnInstant.toISOString()}" SessionIndex="_1"${until}><saml:AuthnContext>${context}</saml:AuthnContext></saml:AuthnStatement>`;
}

function attributeStatement(attributes: Record<string, string | readonly string[]>): string {
  const written = Object.entries(attributes).map(([name, values]) => {
    const list = [values].flat().map((value) => `<saml:AttributeValue>${escapeXml(value)}</saml:AttributeValue>`);
    return `<saml:Attribute Name="${escapeXml(name)}">${list.join('')}</saml:Attribute>`;
  });
  return written.length === 0 ? '' : `<saml:AttributeStatement>${written.join('')}</saml:AttributeStatement>`;
}

// samlify has no words for it. Identity providers do not all sign these.
function refusalOf(
  { acsUrl, requestId }: { acsUrl: string; requestId: string },
  { issuer, code, message }: { issuer: string; code: string; message: string },
): string {
  const status = 'urn:oasis:names:tc:SAML:2.0:status:';
  const xml = `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_${randomBytes(16).toString('hex')}" Version="2.0" IssueInstant="${new Date().toISOString()}" Destination="${escapeXml(acsUrl)}" InResponseTo="${escapeXml(requestId)}"><Issuer xmlns="urn:oasis:names:tc:SAML:2.0:assertion">${escapeXml(issuer)}</Issuer><samlp:Status><samlp:StatusCode Value="${status}Responder"><samlp:StatusCode Value="${status}${escapeXml(code)}"/></samlp:StatusCode><samlp:StatusMessage>${escapeXml(message)}</samlp:StatusMessage></samlp:Status></samlp:Response>`;
  return Buffer.from(xml).toString('base64');
}

function autoPost(action: string, fields: Record<string, string>): string {
  const inputs = Object.entries(fields).map(
    ([name, value]) => `<input type="hidden" name="${name}" value="${escapeXml(value)}">`,
  );
  return [
    '<!doctype html><html lang="en"><title>A SAML identity provider</title><body>',
    `<form method="post" action="${escapeXml(action)}">${inputs.join('')}<button>Continue</button></form>`,
    '<script>document.forms[0].submit()</script></body></html>',
  ].join('\n');
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
