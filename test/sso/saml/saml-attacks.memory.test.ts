import { describe, expect, it } from 'vitest';
import { RSA_SHA1 } from '../../harness/saml-identity-provider.ts';
import { selfSignedCertificate } from '../../harness/self-signed-certificate.ts';
import {
  anySignatureFirstAssertion,
  certificateOfResponse,
  digestOfAssertion,
  firstTextNode,
  named,
  nodeSamlAlone,
  otherDigest,
  receivedInsteadOfSigned,
} from './careless-readers.ts';
import { find, forged, partsOf, problemOf as problemIn, XML_SIGNATURE } from './hostile-responses.ts';
import { aConnection, anIdentityProvider, responseXml, verify } from './saml-fixture.ts';

const provider = anIdentityProvider();

const problemOf = (xml: string) => problemIn(provider.it, xml);
const signatureIn = (assertion: string, signature: string) =>
  assertion.replace('</saml:Issuer>', `</saml:Issuer>${signature}`);
const into = (assertion: string, more: string) => assertion.replace('</saml:Assertion>', `${more}</saml:Assertion>`);
const extensions = (more: string) => `</saml:Issuer><samlp:Extensions>${more}</samlp:Extensions>`;

describe('signature wrapping (Somorovsky et al., "On Breaking SAML: Be Whoever You Want to Be")', () => {
  const wrappings: [string, (made: Awaited<ReturnType<typeof partsOf>>) => string][] = [
    [
      'the forged assertion before the signed one',
      ({ xml, assertion, ofForged }) => xml.replace(assertion, ofForged + assertion),
    ],
    [
      'the signed assertion in the forged one',
      ({ xml, assertion, ofForged }) => xml.replace(assertion, into(ofForged, assertion)),
    ],
    [
      'the signature in the forged assertion, the signed one after it',
      ({ xml, assertion, signature, bare, ofForged }) =>
        xml.replace(assertion, signatureIn(ofForged, signature) + bare),
    ],
    [
      'the signed assertion in an Object of the signature',
      ({ xml, assertion, signature, bare, ofForged }) => {
        const holding = signature.replace('</ds:Signature>', `<ds:Object>${bare}</ds:Object></ds:Signature>`);
        return xml.replace(assertion, into(ofForged, holding));
      },
    ],
    [
      'the signed assertion in Extensions',
      ({ xml, assertion, ofForged }) =>
        xml.replace(assertion, ofForged).replace('</saml:Issuer>', extensions(assertion)),
    ],
    [
      'the signed assertion in the detail of the status',
      ({ xml, assertion, ofForged }) =>
        xml
          .replace(assertion, ofForged)
          .replace('</samlp:Status>', `<samlp:StatusDetail>${assertion}</samlp:StatusDetail></samlp:Status>`),
    ],
  ];

  it.each(wrappings)('refuses %s', async (_name, wrap) => {
    const xml = wrap(await partsOf(provider.it));
    expect(anySignatureFirstAssertion(xml, provider.it.keys.certificate)).toBe(forged);
    expect(await problemOf(xml)).toBe('assertions');
  });

  it('refuses a signed assertion under another name beside the forged one', async () => {
    const { xml, assertion, ofForged, signature, bare } = await partsOf(provider.it);
    const hidden = bare.replaceAll('saml:Assertion', 'saml:Advice');
    const hostile = xml.replace(assertion, signatureIn(ofForged, signature) + hidden);
    expect(await problemOf(hostile)).toBe('signatureForm');
  });

  it('refuses a second signature, which the enveloped-signature transform would take away with what it holds', async () => {
    // Every signature with the value of the first is removed before the digest is computed.
    const { xml, assertion, signature, ofForged } = await partsOf(provider.it);
    const decoy = signature.replace('</ds:Signature>', `<ds:Object>${ofForged}</ds:Object></ds:Signature>`);
    const hostile = xml.replace(assertion, assertion.replace('</ds:Signature>', `</ds:Signature>${decoy}`));
    expect(await problemOf(hostile)).toBe('assertions');
    const small = xml.replace(assertion, assertion.replace('</ds:Signature>', `</ds:Signature>${signature}`));
    expect(await problemOf(small)).toBe('signatureForm');
  });
});

describe('what is signed and what is read are the same', () => {
  it('refuses a comment in a NameID, which cuts it short for others (CVE-2017-11428)', async () => {
    const genuine = await responseXml(provider.it, { person: { nameId: 'the-owner.of-mallory' } });
    const xml = genuine.replace('the-owner.of-mallory', 'the-owner<!---->.of-mallory');
    expect(firstTextNode(xml, provider.it.keys.certificate)).toBe(forged);
    expect(await nodeSamlAlone(xml, aConnection(provider.it))).toBe('the-owner.of-mallory');
    expect(await problemOf(xml)).toBe('xml');
  });

  it.each([
    ['a processing instruction', 'the-owner<?x?>.of-mallory'],
    ['a CDATA section', 'the-owner<![CDATA[.of-mallory]]>'],
  ])('refuses %s in a NameID', async (_name, hostile) => {
    const genuine = await responseXml(provider.it, { person: { nameId: 'the-owner.of-mallory' } });
    expect(await problemOf(genuine.replace('the-owner.of-mallory', hostile))).toBe('xml');
  });

  it.each([
    ['a document type', '<!DOCTYPE samlp:Response>'],
    ['an entity, which two parsers expand differently (CVE-2025-25291)', '<!DOCTYPE r [<!ENTITY who "the-owner">]>'],
    ['a notation in the document type (CVE-2025-25291)', '<!DOCTYPE r [<!NOTATION n SYSTEM "x\'><!-- ">]>'],
  ])('refuses %s', async (_name, prefix) => {
    const genuine = await responseXml(provider.it);
    expect(await problemOf(genuine)).toEqual({ accepted: 'person-1' });
    expect(await nodeSamlAlone(`<!DOCTYPE samlp:Response>${genuine}`, aConnection(provider.it))).toBe('person-1');
    expect(await problemOf(prefix + genuine)).toBe('xml');
  });

  it('refuses a prefix without a namespace, for which parsers disagree on who is meant (CVE-2025-25292)', async () => {
    const genuine = await responseXml(provider.it);
    const xml = genuine.replace('</samlp:Status>', '</samlp:Status><x:Assertion/>');
    expect(await nodeSamlAlone(xml.replace('x:Assertion', 'x:Other'), aConnection(provider.it))).toBe('person-1');
    expect(await problemOf(xml)).toBe('xml');
  });

  it('reads the signed assertion, not what the signature leaves out of it (CVE-2025-54419)', async () => {
    const { xml, signature } = await partsOf(provider.it);
    const statement = `<saml:Subject xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"><saml:NameID>${forged}</saml:NameID></saml:Subject>`;
    const holding = signature.replace(/<ds:KeyInfo>.*<\/ds:KeyInfo>/s, `<ds:KeyInfo>${statement}</ds:KeyInfo>`);
    const hostile = xml.replace(signature, holding);
    expect(receivedInsteadOfSigned(hostile, provider.it.keys.certificate)).toBe(forged);
    const identity = await verify(provider.it, { xml: hostile });
    expect([identity.subject, JSON.stringify(identity).includes(forged)]).toEqual(['mallory', false]);
  });

  it('refuses an Object in a signature, which nothing signs', async () => {
    const { xml, signature } = await partsOf(provider.it);
    const statement = `<ds:Object><saml:Subject><saml:NameID>${forged}</saml:NameID></saml:Subject></ds:Object>`;
    const hostile = xml.replace(signature, signature.replace('</ds:Signature>', `${statement}</ds:Signature>`));
    expect(await nodeSamlAlone(hostile, aConnection(provider.it))).toBe('mallory');
    expect(await problemOf(hostile)).toBe('signatureForm');
  });
});

describe('the digest that is compared is the one that is signed', () => {
  /** A response whose content was changed, with the digest that it then needs. */
  async function changed() {
    const { xml, signature } = await partsOf(provider.it);
    const hostile = xml.replace('>mallory<', `>${forged}<`);
    return { hostile, signature, digest: digestOfAssertion(hostile), certificate: provider.it.keys.certificate };
  }

  it('refuses a second SignedInfo (CVE-2025-29774)', async () => {
    const { hostile, signature, digest, certificate } = await changed();
    const info = find(signature, /<ds:SignedInfo>.*<\/ds:SignedInfo>/s);
    const other = info.replace(/(<ds:DigestValue>)[^<]*/, `$1${digest}`);
    const xml = hostile.replace(info, other + info);
    const first = { signedInfo: 1, digest: (document: Document) => digests(document)[0] ?? '' };
    expect(otherDigest(xml, certificate, first)).toBe(forged);
    expect(await problemOf(xml)).toBe('signatureForm');
  });

  it('refuses a comment in a DigestValue (CVE-2025-29775)', async () => {
    const { hostile, digest, certificate } = await changed();
    const xml = hostile.replace('<ds:DigestValue>', `<ds:DigestValue><!--${digest}-->`);
    const firstChild = (document: Document) =>
      named(document, XML_SIGNATURE, 'DigestValue')[0]?.firstChild?.nodeValue ?? '';
    expect(otherDigest(xml, certificate, { signedInfo: 0, digest: firstChild })).toBe(forged);
    expect(await problemOf(xml)).toBe('xml');
  });

  it('refuses a DigestValue outside of the signature (CVE-2024-45409)', async () => {
    const { hostile, digest, certificate } = await changed();
    const decoy = `<ds:DigestValue xmlns:ds="${XML_SIGNATURE}">${digest}</ds:DigestValue>`;
    const xml = hostile.replace('</saml:Issuer>', extensions(decoy));
    const first = { signedInfo: 0, digest: (document: Document) => digests(document)[0] ?? '' };
    expect(otherDigest(xml, certificate, first)).toBe(forged);
    expect(await problemOf(xml)).toBe('signatureForm');
  });

  it('refuses an element in a DigestValue', async () => {
    const { xml } = await partsOf(provider.it);
    expect(await problemOf(xml.replace('</ds:DigestValue>', '<x/></ds:DigestValue>'))).toBe('signatureForm');
  });

  it('refuses content that was changed after it was signed', async () => {
    const { hostile } = await changed();
    expect(await problemOf(hostile)).toBe('signature');
  });

  const digests = (document: Document) =>
    named(document, XML_SIGNATURE, 'DigestValue').map((element) => element.textContent ?? '');
});

describe('the key is that of the connection', () => {
  it('refuses a certificate that the response brings (CVE-2026-9090)', async () => {
    const keys = selfSignedCertificate({ commonName: 'Mallory' });
    const xml = await responseXml(provider.it, { keys, person: { nameId: forged } });
    expect(certificateOfResponse(xml)).toBe(forged);
    expect(await problemOf(xml)).toBe('signature');
  });

  it('refuses an unsigned assertion, also in a signed response', async () => {
    const { xml, signature } = await partsOf(provider.it);
    expect(await problemOf(xml.replace(signature, ''))).toBe('notSigned');
    expect(await problemOf(await responseXml(provider.it, { signs: 'response' }))).toBe('notSigned');
  });

  it('refuses a response whose own signature is wrong, around an assertion whose signature is right', async () => {
    const genuine = await responseXml(provider.it, { signs: 'both' });
    expect(await problemOf(genuine)).toEqual({ accepted: 'person-1' });
    const xml = genuine.replace('<samlp:Status>', '<samlp:Extensions/><samlp:Status>');
    expect(await nodeSamlAlone(xml, aConnection(provider.it))).toBe('person-1');
    expect(await problemOf(xml)).toBe('signature');
  });

  it('refuses SHA-1', async () => {
    const xml = await responseXml(provider.it, { signatureAlgorithm: RSA_SHA1 });
    expect(await nodeSamlAlone(xml, aConnection(provider.it))).toBe('person-1');
    expect(await problemOf(xml)).toBe('algorithm');
  });

  it('refuses a digest by SHA-1 that was signed with SHA-256', async () => {
    const { xml } = await partsOf(provider.it);
    expect(await problemOf(xml.replace('xmlenc#sha256', 'dsig#sha1'))).toBe('algorithm');
  });

  it('refuses HMAC with the certificate as its secret', async () => {
    const { xml } = await partsOf(provider.it);
    expect(await problemOf(xml.replace('2001/04/xmldsig-more#rsa-sha256', '2000/09/xmldsig#hmac-sha1'))).toBe(
      'algorithm',
    );
  });
});
