import { attributeOf, childrenOf, textOf, type XmlElement } from './parse-xml.ts';
import { ENVELOPED_SIGNATURE, EXCLUSIVE_C14N, XML_SIGNATURE } from './saml-names.ts';
import { refused } from './saml-problem.ts';

const signatureAlgorithms = [
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512',
  'http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1',
];
const digestAlgorithms = ['http://www.w3.org/2001/04/xmlenc#sha256', 'http://www.w3.org/2001/04/xmlenc#sha512'];
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
/** Of a signature by an RSA key of 16,384 bits, the longest that OpenSSL verifies. */
const BASE64_LENGTH_MAX = 2_732;

/**
 * Refuses a signature of any other form than the one that SAML core §5.4 describes: one reference, to the element it
 * stands in, by the two transforms that are allowed there. Verifies nothing; what verifies then has one way to read it.
 */
export function checkSignatureShape(signature: XmlElement, signed: XmlElement): void {
  const [signedInfo, signatureValue] = inOrder(signature, ['SignedInfo', 'SignatureValue'], ['KeyInfo']);
  const [canonicalization, method, reference] = inOrder(signedInfo, [
    'CanonicalizationMethod',
    'SignatureMethod',
    'Reference',
  ]);
  checkCanonicalization(canonicalization);
  checkAlgorithm(method, signatureAlgorithms);
  inOrder(method, []);
  checkValue(signatureValue);

  const [transforms, digestMethod, digestValue] = inOrder(reference, ['Transforms', 'DigestMethod', 'DigestValue']);
  if (attributeOf(reference, 'URI') !== `#${attributeOf(signed, 'ID')}`) {
    throw form('A signature does not refer to the element it stands in.');
  }
  const [enveloped, exclusive] = inOrder(transforms, ['Transform', 'Transform']);
  inOrder(enveloped, []);
  if (attributeOf(enveloped, 'Algorithm') !== ENVELOPED_SIGNATURE) throw form('A signature has another transform.');
  checkCanonicalization(exclusive);
  checkAlgorithm(digestMethod, digestAlgorithms);
  inOrder(digestMethod, []);
  checkValue(digestValue);
}

// Okta and others name prefixes in InclusiveNamespaces; it changes how the same content is written, never which.
function checkCanonicalization(element: XmlElement): void {
  if (attributeOf(element, 'Algorithm') !== EXCLUSIVE_C14N) {
    throw form('A signature does not use exclusive canonicalization.');
  }
  const [inclusive, ...others] = childrenOf(element);
  const isPlain = inclusive === undefined || inclusive.localName === 'InclusiveNamespaces';
  if (!isPlain || others.length > 0 || (inclusive !== undefined && childrenOf(inclusive).length > 0)) {
    throw form('A signature has an unknown element in its canonicalization.');
  }
}

function checkAlgorithm(element: XmlElement, allowed: readonly string[]): void {
  const algorithm = attributeOf(element, 'Algorithm') ?? '';
  if (!allowed.includes(algorithm)) {
    throw refused('algorithm', 'The identity provider has to sign with RSA and SHA-256 or SHA-512.', { algorithm });
  }
}

function checkValue(element: XmlElement): void {
  const base64 = (textOf(element) ?? '').replace(/[ \t\r\n]/g, '');
  if (base64.length > BASE64_LENGTH_MAX || !BASE64.test(base64)) {
    throw form(`A signature's ${element.localName} is not plain base64.`);
  }
}

type Elements<Names extends readonly unknown[]> = { [Index in keyof Names]: XmlElement };

/** The children, where they are exactly these, in this order, and then any of the others. */
function inOrder<const Names extends readonly string[]>(element: XmlElement, names: Names, optional: string[] = []) {
  const children = childrenOf(element);
  const found = children.map(({ localName, namespaceURI }) => (namespaceURI === XML_SIGNATURE ? localName : ''));
  const rest = found.slice(names.length);
  const isSame = names.every((name, index) => found[index] === name);
  if (!isSame || rest.length > optional.length || !rest.every((name) => optional.includes(name))) {
    throw form(`A signature's ${element.localName} has other elements than it should have.`);
  }
  return children as unknown as Elements<Names>;
}

function form(message: string) {
  return refused('signatureForm', message);
}
