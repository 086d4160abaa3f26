import { createHash, createVerify } from 'node:crypto';
import { SAML, ValidateInResponseTo } from '@node-saml/node-saml';
import { DOMParser } from '@xmldom/xmldom';
import { ExclusiveCanonicalization, SignedXml } from 'xml-crypto';
import type { SignInConnection } from '../../../src/domain/connections/sign-in-connection.ts';
import { addresses, requestId } from './saml-fixture.ts';

/*
 * How libraries with a CVE read a response. An attack that one of these believes is an attack: it passes what they verified,
 * and names whom it should not. Each answers the NameID it would sign in, and throws where it would not.
 */

const XML_SIGNATURE = 'http://www.w3.org/2000/09/xmldsig#';
const ASSERTION = 'urn:oasis:names:tc:SAML:2.0:assertion';

/** Signature wrapping: any signature that is right anywhere makes the first assertion in the response right. */
export function anySignatureFirstAssertion(xml: string, certificate: string): string {
  const document = parse(xml);
  const [signature] = named(document, XML_SIGNATURE, 'Signature');
  requireSignature(xml, signature, { publicCert: certificate });
  const [assertion] = Array.from(document.documentElement.childNodes).filter(
    (node) => node.nodeName === 'saml:Assertion',
  );
  return textOf(named(assertion as Element, ASSERTION, 'NameID')[0]);
}

/** CVE-2017-11428: the text of an element is its first text node, which a comment ends. */
export function firstTextNode(xml: string, certificate: string): string {
  const document = parse(xml);
  requireSignature(xml, named(document, XML_SIGNATURE, 'Signature')[0], { publicCert: certificate });
  return named(document, ASSERTION, 'NameID')[0]?.firstChild?.nodeValue ?? '';
}

/** The certificate that the response brings in KeyInfo is believed (CVE-2026-9090 and others before). */
export function certificateOfResponse(xml: string): string {
  const document = parse(xml);
  requireSignature(xml, named(document, XML_SIGNATURE, 'Signature')[0], {
    getCertFromKeyInfo: SignedXml.getCertFromKeyInfo,
  });
  return textOf(named(document, ASSERTION, 'NameID')[0]);
}

/** What stands in the signed element of the received document is read, though the signature does not cover all of it. */
export function receivedInsteadOfSigned(xml: string, certificate: string): string {
  const document = parse(xml);
  requireSignature(xml, named(document, XML_SIGNATURE, 'Signature')[0], { publicCert: certificate });
  return textOf(named(named(document, ASSERTION, 'Assertion')[0] as Element, ASSERTION, 'NameID')[0]);
}

/** Where a careless reader finds the two halves of a signature, which it then verifies without fault. */
export interface CarelessDigest {
  /** The SignedInfo over which the signature value is right. */
  signedInfo: number;
  digest(document: Document): string;
}

/** CVE-2025-29774, CVE-2025-29775, CVE-2024-45409: the digest that is compared is not the one that is signed. */
export function otherDigest(xml: string, certificate: string, { signedInfo, digest }: CarelessDigest): string {
  const document = parse(xml);
  const infos = named(document, XML_SIGNATURE, 'SignedInfo');
  const value = textOf(named(document, XML_SIGNATURE, 'SignatureValue')[0]);
  const isSigned = createVerify('RSA-SHA256').update(canonical(infos[signedInfo])).verify(certificate, value, 'base64');
  if (!isSigned) throw new Error('The signature is wrong.');
  if (digest(document) !== digestOfAssertion(xml)) throw new Error('The digest is wrong.');
  return textOf(named(document, ASSERTION, 'NameID')[0]);
}

/** The SHA-256 of the assertion without its signature, as a signer computes it. */
export function digestOfAssertion(xml: string): string {
  const [assertion] = named(parse(xml), ASSERTION, 'Assertion');
  for (const signature of Array.from(assertion?.childNodes ?? []).filter(
    ({ nodeName }) => nodeName === 'ds:Signature',
  )) {
    assertion?.removeChild(signature);
  }
  return createHash('sha256').update(canonical(assertion)).digest('base64');
}

/** The library that the service uses, with the same settings and nothing before or after it. */
export async function nodeSamlAlone(xml: string, connection: SignInConnection): Promise<string> {
  const saml = new SAML({
    callbackUrl: addresses.acsUrl,
    issuer: addresses.entityId,
    audience: addresses.entityId,
    idpIssuer: connection.issuer,
    idpCert: (connection.certificates ?? []).map(({ pem }) => pem),
    wantAssertionsSigned: true,
    wantAuthnResponseSigned: false,
    validateInResponseTo: ValidateInResponseTo.always,
    acceptedClockSkewMs: 60_000,
    cacheProvider: {
      saveAsync: async () => null,
      getAsync: async (key) => (key === requestId ? new Date().toISOString() : null),
      removeAsync: async (key) => key,
    },
  });
  const { profile } = await saml.validatePostResponseAsync({ SAMLResponse: Buffer.from(xml).toString('base64') });
  return profile?.nameID ?? '';
}

export function parse(xml: string): Document {
  return new DOMParser().parseFromString(xml, 'text/xml');
}

export function named(parent: Document | Element, namespace: string, localName: string): Element[] {
  return Array.from(parent.getElementsByTagNameNS(namespace, localName));
}

function requireSignature(xml: string, signature: Element | undefined, options: object): void {
  const signed = new SignedXml(options);
  signed.loadSignature(signature as Element);
  if (!signed.checkSignature(xml)) throw new Error('The signature is wrong.');
}

/** In exclusive canonical form, without comments. */
export function canonical(element: Element | undefined): string {
  return new ExclusiveCanonicalization().process(element as Element, {}).toString();
}

function textOf(element: Element | undefined): string {
  return element?.textContent ?? '';
}
