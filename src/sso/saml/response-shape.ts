import { attributeOf, childrenOf, elementsIn, parseXml, textOf, type XmlElement } from './parse-xml.ts';
import { ASSERTION, PROTOCOL, SUCCESS, XML_SIGNATURE } from './saml-names.ts';
import { refused } from './saml-problem.ts';
import { checkSignatureShape } from './signature-shape.ts';
import { statusFailure } from './status-failure.ts';
import { XmlRefused } from './xml-refused.ts';

/** A response of Entra with the 150 groups that it sends at most takes 20 KB. */
const BYTES_MAX = 128 * 1024;
const BASE64_LENGTH_MAX = Math.ceil(BYTES_MAX / 3) * 4;
const ID = /^[\w.-]{1,256}$/;

/** What a response may say of itself before anything of it is believed. */
export interface ExpectedResponse {
  acsUrl: string;
  requestId: string;
  issuer: string;
}

/** The text of a response from its form field: strict base64, strict UTF-8, at most 128 KB. */
export function decodeResponse(samlResponse: string): string {
  // Some identity providers break the base64 into lines.
  const base64 = samlResponse.replace(/[\r\n]/g, '');
  if (base64.length > BASE64_LENGTH_MAX) {
    throw refused('tooLarge', 'The response is larger than 128 KB; let the identity provider send fewer attributes.');
  }
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length === 0 || bytes.toString('base64') !== base64) {
    throw refused('encoding', 'The response is not base64.');
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw refused('encoding', 'The response is not UTF-8.');
  }
}

/** The root element of a response. */
export function parseResponse(text: string): XmlElement {
  try {
    return parseXml(text);
  } catch (error) {
    if (!(error instanceof XmlRefused)) throw error;
    throw refused('xml', `The response is not XML as it is read here. ${error.message}`);
  }
}

/**
 * Refuses every response that two readers could read differently: it has to hold one assertion, directly in the response,
 * signed by one signature, and nothing with a name that a reader could take for one of these anywhere else.
 * Of the assertion that it returns nothing may be believed before its signature is verified.
 */
export function checkResponseShape(
  response: XmlElement,
  expected: ExpectedResponse,
): { assertion: XmlElement; isResponseSigned: boolean } {
  if (response.localName !== 'Response' || response.namespaceURI !== PROTOCOL) {
    throw refused('xml', 'The message is not a SAML 2.0 response.');
  }
  checkInResponseTo(response, expected.requestId);
  const destination = attributeOf(response, 'Destination');
  if (destination !== undefined && destination !== expected.acsUrl) {
    throw refused('destination', 'The response was sent for another address.', {
      expected: expected.acsUrl,
      received: destination,
    });
  }
  const [issuer] = childrenOf(response, ASSERTION, 'Issuer');
  if (issuer !== undefined) checkIssuer(issuer, expected.issuer);
  checkStatus(response);

  const elements = elementsIn(response);
  checkIdentifiers(elements);
  const assertion = onlyAssertion(response, elements);
  checkSignatures(response, assertion, elements);
  return { assertion, isResponseSigned: childrenOf(response, XML_SIGNATURE, 'Signature').length > 0 };
}

/** Refuses an issuer that is not exactly the expected entity id. */
export function checkIssuer(element: XmlElement, expected: string): void {
  const received = textOf(element) ?? '';
  if (received !== expected) {
    throw refused('issuer', 'The response comes from another identity provider.', { expected, received });
  }
}

function checkInResponseTo(response: XmlElement, requestId: string): void {
  const inResponseTo = attributeOf(response, 'InResponseTo');
  if (inResponseTo === undefined) {
    const message =
      'The sign-in began at the identity provider. It has to begin here, at the address of the organization.';
    throw refused('inResponseTo', message, { idpInitiated: true });
  }
  if (inResponseTo !== requestId) throw refused('inResponseTo', 'The response answers another request.');
}

// SAML core §3.2.2: the codes are nested, and the outermost one alone says whether it is a success.
function checkStatus(response: XmlElement): void {
  const [status, ...others] = childrenOf(response, PROTOCOL, 'Status');
  const [code] = status === undefined ? [] : childrenOf(status, PROTOCOL, 'StatusCode');
  if (status === undefined || code === undefined || others.length > 0) {
    throw refused('xml', 'The response has no status.');
  }
  const value = attributeOf(code, 'Value') ?? '';
  if (value === SUCCESS) return;
  const [nested] = childrenOf(code, PROTOCOL, 'StatusCode');
  const [message] = childrenOf(status, PROTOCOL, 'StatusMessage');
  throw statusFailure({
    statusCode: value,
    ...(nested !== undefined && { subStatusCode: attributeOf(nested, 'Value') ?? '' }),
    ...(message !== undefined && { message: textOf(message) ?? '' }),
  });
}

// What verifies the signature looks for any of the three spellings.
function checkIdentifiers(elements: readonly XmlElement[]): void {
  const identifiers = elements.flatMap((element) =>
    Array.from(element.attributes)
      .filter(({ localName }) => localName.toLowerCase() === 'id')
      .map(({ value }) => value),
  );
  if (new Set(identifiers).size !== identifiers.length || !identifiers.every((id) => ID.test(id))) {
    throw refused('identifiers', 'The response has an ID twice, or one that is not an XML name.');
  }
}

function onlyAssertion(response: XmlElement, elements: readonly XmlElement[]): XmlElement {
  if (elements.some(({ localName }) => /^Encrypted/i.test(localName))) {
    const message =
      'The assertion is encrypted, which is not supported. Turn off token encryption for this application.';
    throw refused('encrypted', message);
  }
  const named = elements.filter(({ localName }) => localName.toLowerCase() === 'assertion');
  const [assertion] = childrenOf(response, ASSERTION, 'Assertion');
  if (assertion === undefined || named.length !== 1) {
    throw refused('assertions', 'The response does not have exactly one assertion.');
  }
  return assertion;
}

function checkSignatures(response: XmlElement, assertion: XmlElement, elements: readonly XmlElement[]): void {
  const ofAssertion = childrenOf(assertion, XML_SIGNATURE, 'Signature');
  const ofResponse = childrenOf(response, XML_SIGNATURE, 'Signature');
  const [signature] = ofAssertion;
  if (signature === undefined) {
    const message =
      'The assertion is not signed. Let the identity provider sign the assertion, or both it and the response.';
    throw refused('notSigned', message);
  }
  // By the local name alone: what verifies looks for some of these without their namespace.
  for (const name of ['Signature', 'SignedInfo', 'SignatureValue', 'DigestValue', 'Reference', 'SignatureMethod']) {
    const count = elements.filter(({ localName }) => localName.toLowerCase() === name.toLowerCase()).length;
    if (count !== ofAssertion.length + ofResponse.length) {
      throw refused('signatureForm', `The response has a ${name} where none belongs.`);
    }
  }
  if (ofAssertion.length > 1 || ofResponse.length > 1) {
    throw refused('signatureForm', 'An element of the response has more than one signature.');
  }
  checkSignatureShape(signature, assertion);
  for (const other of ofResponse) checkSignatureShape(other, response);
}
