import { X509Certificate } from 'node:crypto';
import type { ConnectionCertificate } from '../../domain/connections/connection.entity.ts';
import type { SamlMetadata } from '../../domain/connections/identity-providers.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { attributeOf, childrenOf, elementsIn, parseXml, textOf, type XmlElement } from './parse-xml.ts';
import { HTTP_POST, HTTP_REDIRECT, METADATA, nameIdFormats, PROTOCOL, XML_SIGNATURE } from './saml-names.ts';
import type { ServiceProvider } from './saml-sign-in.ts';
import { XmlRefused } from './xml-refused.ts';

const CERTIFICATES_MAX = 10;
const KEY_BITS_MIN = 2048;

/**
 * What the metadata of one identity provider says (SAML metadata §2.4.3); whether its values will do is for the rules of
 * connections. Its own signature is not looked at: an admin who is signed in here brings it. Throws `invalidValue` with the path
 * `metadata`, saying what is missing.
 */
export function readMetadata(xml: string, now: Date): SamlMetadata {
  const [entity, descriptor] = onlyIdentityProvider(parse(xml));
  const issuer = attributeOf(entity, 'entityID') ?? '';
  if (issuer === '') throw invalid('has no entityID.');
  return { issuer, ssoUrl: ssoUrlOf(descriptor), certificates: certificatesOf(descriptor, now) };
}

const AS_DOWNLOADED = 'Give the metadata of the identity provider as it was downloaded.';

function parse(xml: string): XmlElement {
  const text = xml.replace(/^\uFEFF/, '');
  const beginning = text.trimStart().slice(0, 1);
  if (beginning === '') throw invalid(`is empty. ${AS_DOWNLOADED}`);
  if (beginning !== '<') {
    // What no eye can see would say nothing.
    const why = /[!-~]/.test(beginning) ? `: it begins with ${beginning}` : '';
    throw invalid(`is not XML${why}. ${AS_DOWNLOADED}`);
  }
  try {
    return parseXml(text, { allowsComments: true });
  } catch (error) {
    if (!(error instanceof XmlRefused)) throw error;
    throw invalid(`is not XML as it is read here. ${error.message} ${AS_DOWNLOADED}`);
  }
}

/** Federations put many entities into one document; it is not for us to choose. */
function onlyIdentityProvider(root: XmlElement): [XmlElement, XmlElement] {
  const entities = elementsIn(root).filter(
    ({ localName, namespaceURI }) => localName === 'EntityDescriptor' && namespaceURI === METADATA,
  );
  const found = entities.flatMap((entity) =>
    childrenOf(entity, METADATA, 'IDPSSODescriptor')
      .filter((descriptor) => attributeOf(descriptor, 'protocolSupportEnumeration')?.split(/\s+/).includes(PROTOCOL))
      .map((descriptor): [XmlElement, XmlElement] => [entity, descriptor]),
  );
  const [only, ...others] = found;
  if (only === undefined) {
    throw invalid(
      'has no IDPSSODescriptor of SAML 2.0. Is it the metadata of the identity provider, not of an application?',
    );
  }
  if (others.length > 0) throw invalid('describes more than one identity provider. Give that of one.');
  return only;
}

function ssoUrlOf(descriptor: XmlElement): string {
  const locations = childrenOf(descriptor, METADATA, 'SingleSignOnService')
    .filter((service) => attributeOf(service, 'Binding') === HTTP_REDIRECT)
    .map((service) => attributeOf(service, 'Location') ?? '');
  const [location] = locations;
  if (location === undefined) throw invalid('has no SingleSignOnService of the HTTP-Redirect binding.');
  return location;
}

function certificatesOf(descriptor: XmlElement, now: Date): ConnectionCertificate[] {
  const texts = childrenOf(descriptor, METADATA, 'KeyDescriptor')
    .filter((key) => (attributeOf(key, 'use') ?? 'signing') === 'signing')
    .flatMap((key) => childrenOf(key, XML_SIGNATURE, 'KeyInfo'))
    .flatMap((info) => childrenOf(info, XML_SIGNATURE, 'X509Data'))
    .flatMap((container) => childrenOf(container, XML_SIGNATURE, 'X509Certificate'))
    .map((element) => textOf(element) ?? '');
  if (texts.length === 0) throw invalid('has no X509Certificate by which the identity provider signs.');
  if (texts.length > CERTIFICATES_MAX) throw invalid(`has more than ${CERTIFICATES_MAX} certificates.`);
  const usable = texts.map(parseCertificate).filter(isUsable).map(connectionCertificate);
  if (usable.length === 0) throw invalid(`has no certificate whose key is RSA with at least ${KEY_BITS_MIN} bits.`);
  const different = [...new Map(usable.map((certificate) => [certificate.fingerprint, certificate])).values()];
  const current = different.filter(({ notAfter }) => Date.parse(notAfter) > now.getTime());
  // Identity providers do not all renew theirs, and the check of the connection says so.
  return current.length > 0 ? current : different;
}

// Signatures by other keys cannot be verified here, so such a certificate would only promise it.
function isUsable({ publicKey }: X509Certificate): boolean {
  return publicKey.asymmetricKeyType === 'rsa' && (publicKey.asymmetricKeyDetails?.modulusLength ?? 0) >= KEY_BITS_MIN;
}

function connectionCertificate(certificate: X509Certificate): ConnectionCertificate {
  return {
    pem: certificate.toString(),
    fingerprint: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
    notBefore: certificate.validFromDate.toISOString(),
    notAfter: certificate.validToDate.toISOString(),
  };
}

function parseCertificate(base64: string): X509Certificate {
  try {
    return new X509Certificate(Buffer.from(base64, 'base64'));
  } catch {
    throw invalid('has an X509Certificate that cannot be read.');
  }
}

function invalid(predicate: string): DomainError {
  return new DomainError('invalidValue', `metadata ${predicate}`, { path: 'metadata' });
}

/** Our side of a connection, for the identity provider to import (SAML metadata §2.4.4). */
export function serviceProviderMetadata({ entityId, acsUrl }: ServiceProvider): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<md:EntityDescriptor xmlns:md="${METADATA}" entityID="${escaped(entityId)}">`,
    `  <md:SPSSODescriptor AuthnRequestsSigned="false" WantAssertionsSigned="true" protocolSupportEnumeration="${PROTOCOL}">`,
    `    <md:NameIDFormat>${nameIdFormats.persistent}</md:NameIDFormat>`,
    `    <md:AssertionConsumerService Binding="${HTTP_POST}" Location="${escaped(acsUrl)}" index="0" isDefault="true"/>`,
    '  </md:SPSSODescriptor>',
    '</md:EntityDescriptor>',
    '',
  ].join('\n');
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
