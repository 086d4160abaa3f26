import { createSign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { SignedXml } from 'xml-crypto';
import { RSA_SHA256 } from '../../harness/saml-identity-provider.ts';
import { canonical, named, parse } from './careless-readers.ts';
import { find, partsOf, problemOf as problemIn, XML_SIGNATURE } from './hostile-responses.ts';
import { anIdentityProvider, responseXml, verify } from './saml-fixture.ts';

const EXCLUSIVE_C14N = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const PROTOCOL = 'urn:oasis:names:tc:SAML:2.0:protocol';
const provider = anIdentityProvider();
const problemOf = (xml: string) => problemIn(provider.it, xml);

describe('the form of a signature', () => {
  const reference = /<ds:Reference .*<\/ds:Reference>/s;
  const forms: [string, (signature: string) => string][] = [
    ['a reference to the whole document', (text) => text.replace(/URI="[^"]*"/, 'URI=""')],
    ['a reference to something else', (text) => text.replace(/URI="[^"]*"/, 'URI="#_other"')],
    ['two references', (text) => text.replace(reference, '$&$&')],
    ['no transform', (text) => text.replace(/<ds:Transforms>.*<\/ds:Transforms>/s, '')],
    [
      'a transform by XPath',
      (text) =>
        text.replace(/(Transform Algorithm=")[^"]*xml-exc[^"]*/, '$1http://www.w3.org/TR/1999/REC-xpath-19991116'),
    ],
    [
      'a transform by XSLT',
      (text) =>
        text.replace(/(Transform Algorithm=")[^"]*enveloped[^"]*/, '$1http://www.w3.org/TR/1999/REC-xslt-19991116'),
    ],
    [
      'another canonicalization',
      (text) =>
        text.replace(/(CanonicalizationMethod Algorithm=")[^"]*/, '$1http://www.w3.org/TR/2001/REC-xml-c14n-20010315'),
    ],
    [
      'an unknown element in its canonicalization',
      (text) => text.replace(/(<ds:CanonicalizationMethod [^>]*)\/>/, '$1><x/></ds:CanonicalizationMethod>'),
    ],
    ['two KeyInfos', (text) => text.replace('</ds:Signature>', '<ds:KeyInfo/></ds:Signature>')],
    ['an Object in place of KeyInfo', (text) => text.replaceAll('ds:KeyInfo>', 'ds:Object>')],
    ['a Manifest', (text) => text.replace('</ds:SignedInfo>', '<ds:Manifest/></ds:SignedInfo>')],
    ['text that is no base64 as its value', (text) => text.replace('<ds:SignatureValue>', '<ds:SignatureValue>&#60;')],
  ];
  it.each(forms)('refuses %s', async (_name, change) => {
    const { xml, signature } = await partsOf(provider.it);
    expect(change(signature)).not.toBe(signature);
    expect(await problemOf(xml.replace(signature, change(signature)))).toBe('signatureForm');
  });

  it('holds for the signature of the response as for that of the assertion', async () => {
    const xml = await responseXml(provider.it, { signs: 'both' });
    expect(await problemOf(xml.replace(/URI="[^"]*"/, 'URI=""'))).toBe('signatureForm');
    expect(await problemOf(xml.replace('xmldsig-more#rsa-sha256', 'xmldsig#rsa-sha1'))).toBe('algorithm');
  });

  it('is verified for the assertion too where the response is signed', async () => {
    const { xml } = await partsOf(provider.it);
    expect(await problemOf(signedAnew(xml, 'Response'))).toEqual({ accepted: 'mallory' });
    expect(await problemOf(signedAnew(xml.replace('>mallory<', '>somebody<'), 'Response'))).toBe('signature');
  });

  it('takes namespace prefixes in the canonicalization, as Okta sends them', async () => {
    const { xml, signature } = await partsOf(provider.it);
    const signed = signedAnew(xml.replace(signature, ''), 'Assertion', ['xs']);
    // xml-crypto names the prefixes in the other transform too, where they have no meaning.
    const once = signed.replace(/<InclusiveNamespaces PrefixList="xs" xmlns="[^"]*enveloped-signature"\/>/, '');
    const value = createSign('RSA-SHA256').update(canonical(named(parse(once), XML_SIGNATURE, 'SignedInfo')[0]));
    const base64 = value.sign(provider.it.keys.privateKey, 'base64');
    const okta = once.replace(/(<ds:SignatureValue>)[^<]*/, `$1${base64}`);
    expect(okta).toContain('<InclusiveNamespaces PrefixList="xs" xmlns="http://www.w3.org/2001/10/xml-exc-c14n#"/>');
    expect(await problemOf(okta)).toEqual({ accepted: 'mallory' });
    expect(await problemOf(okta.replace('"xs"', '"xsi"'))).toBe('signature');
  });
});

/** With a signature in the element of that name, by the key of the identity provider. */
function signedAnew(xml: string, name: 'Assertion' | 'Response', prefixes: string[] = []): string {
  const signed = new SignedXml({
    privateKey: provider.it.keys.privateKey,
    signatureAlgorithm: RSA_SHA256,
    canonicalizationAlgorithm: EXCLUSIVE_C14N,
  });
  signed.addReference({
    xpath: `//*[local-name(.)='${name}']`,
    transforms: [`${XML_SIGNATURE}enveloped-signature`, EXCLUSIVE_C14N],
    digestAlgorithm: 'http://www.w3.org/2001/04/xmlenc#sha256',
    inclusiveNamespacesPrefixList: prefixes,
  });
  const location = { reference: `//*[local-name(.)='${name}']/*[local-name(.)='Issuer']`, action: 'after' } as const;
  signed.computeSignature(xml, { prefix: 'ds', location });
  return signed.getSignedXml();
}

describe('the form of a response', () => {
  it('refuses an ID that stands there twice, in any spelling', async () => {
    const { xml, assertion } = await partsOf(provider.it);
    const id = find(assertion, /_[0-9a-f]{32}/);
    for (const name of ['ID', 'Id', 'id', 'xml:id']) {
      const hostile = xml.replace('<samlp:Status>', `<samlp:Extensions ${name}="${id}"/><samlp:Status>`);
      expect(await problemOf(hostile)).toBe('identifiers');
    }
  });

  it('refuses an encrypted assertion, and says that it is not supported', async () => {
    const { xml, assertion } = await partsOf(provider.it);
    const encrypted = '<saml:EncryptedAssertion><x/></saml:EncryptedAssertion>';
    expect(await problemOf(xml.replace(assertion, encrypted))).toBe('encrypted');
    expect(await problemOf(xml.replace(assertion, assertion + encrypted))).toBe('encrypted');
  });

  it('refuses a response without an assertion, and another message', async () => {
    const { xml, assertion } = await partsOf(provider.it);
    expect(await problemOf(xml.replace(assertion, ''))).toBe('assertions');
    expect(await problemOf(xml.replaceAll('samlp:Response', 'samlp:LogoutResponse'))).toBe('xml');
    expect(await problemOf(xml.replaceAll(PROTOCOL, 'urn:other'))).toBe('xml');
    expect(await problemOf(assertion)).toBe('xml');
    const root = xml.replace('<samlp:Response ', '<other:Response xmlns:other="urn:other" ');
    expect(await problemOf(root.replace('</samlp:Response>', '</other:Response>'))).toBe('xml');
  });

  it('refuses what is not base64, not UTF-8 and not XML', async () => {
    const base64 = (bytes: Buffer | string) => ({ samlResponse: Buffer.from(bytes).toString('base64') });
    const refusedAs = async (received: { samlResponse: string }, problem: string) =>
      expect(verify(provider.it, received)).rejects.toMatchObject({ reason: 'responseInvalid', detail: { problem } });
    await refusedAs({ samlResponse: '' }, 'encoding');
    await refusedAs({ samlResponse: 'no base64!' }, 'encoding');
    await refusedAs({ samlResponse: `${base64('<a/>').samlResponse}AA` }, 'encoding');
    await refusedAs(base64(Buffer.from([0x3c, 0xff, 0xfe])), 'encoding');
    await refusedAs(base64(Buffer.from('<samlp:Response/>', 'utf16le')), 'xml');
    await refusedAs(base64('hello'), 'xml');
  });

  it('takes base64 in lines, and an XML declaration', async () => {
    const xml = `<?xml version="1.0" encoding="UTF-8"?>\n${await responseXml(provider.it)}`;
    const samlResponse = (
      Buffer.from(xml)
        .toString('base64')
        .match(/.{1,76}/g) ?? []
    ).join('\r\n');
    await expect(verify(provider.it, { samlResponse })).resolves.toMatchObject({ subject: 'person-1' });
  });

  it('refuses more than 128 KB before anything is decoded, and takes a thousand groups', async () => {
    const big = Buffer.alloc(128 * 1024 + 3, 0x20).toString('base64');
    await expect(verify(provider.it, { samlResponse: big })).rejects.toMatchObject({ detail: { problem: 'tooLarge' } });
    const groups = Array.from({ length: 1_000 }, (_, index) => `01900000-0000-7000-8000-${String(index).padStart(12)}`);
    const xml = await responseXml(provider.it, { person: { nameId: 'mallory', attributes: { groups } } });
    expect(await problemOf(xml)).toEqual({ accepted: 'mallory' });
  });

  it('takes the value of a signature in lines', async () => {
    const { xml } = await partsOf(provider.it);
    const inLines = (_: string, tag: string, value: string) => `${tag}\n${value.replace(/.{64}/g, '$&\r\n\t ')}\n`;
    // They are not signed themselves.
    expect(await problemOf(xml.replace(/(<ds:SignatureValue>)([^<]*)/, inLines))).toEqual({ accepted: 'mallory' });
  });
});
