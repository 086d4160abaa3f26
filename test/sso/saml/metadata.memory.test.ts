import { ServiceProvider } from 'samlify';
import { describe, expect, it } from 'vitest';
import { readMetadata, serviceProviderMetadata } from '../../../src/sso/saml/metadata.ts';
import { selfSignedCertificate } from '../../harness/self-signed-certificate.ts';
import { addresses, anIdentityProvider } from './saml-fixture.ts';

const now = new Date('2026-06-01T00:00:00Z');
const DAY_MS = 24 * 3600 * 1000;
const good = selfSignedCertificate({
  notBefore: new Date(now.getTime() - DAY_MS),
  notAfter: new Date('2030-01-01'),
}).certificate;
const provider = anIdentityProvider();

interface MetadataInput {
  entityId?: string;
  location?: string;
  binding?: string;
  certificates?: string[];
  use?: string | null;
}

/** As identity providers write it, for instance Okta. */
function metadata({
  entityId = 'https://idp.example.com/entity',
  location = 'https://idp.example.com/sso',
  binding = 'HTTP-Redirect',
  certificates = [good],
  use = 'signing',
}: MetadataInput = {}): string {
  const keys = certificates.map((pem) => {
    const base64 = pem.replace(/-----[^-]*-----/g, '');
    return `<md:KeyDescriptor${use === null ? '' : ` use="${use}"`}><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>${base64}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?><md:EntityDescriptor entityID="${entityId}" xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata"><md:IDPSSODescriptor WantAuthnRequestsSigned="false" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">${keys.join('')}<md:NameIDFormat>urn:oasis:names:tc:SAML:2.0:nameid-format:persistent</md:NameIDFormat><md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://idp.example.com/post"/><md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:${binding}" Location="${location}"/></md:IDPSSODescriptor></md:EntityDescriptor>`;
}

const read = (xml: string) => readMetadata(xml, now);
const invalid = (message: string) =>
  expect.objectContaining({
    code: 'invalidValue',
    details: { path: 'metadata' },
    message: expect.stringContaining(message),
  });

describe("an identity provider's metadata", () => {
  it('gives its entity id, its address for redirects and its certificates with their dates', () => {
    expect(read(metadata())).toEqual({
      issuer: 'https://idp.example.com/entity',
      ssoUrl: 'https://idp.example.com/sso',
      certificates: [
        {
          pem: good,
          fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
          notBefore: '2026-05-31T00:00:00.000Z',
          notAfter: '2030-01-01T00:00:00.000Z',
        },
      ],
    });
  });

  it('is read as samlify writes it', () => {
    const { issuer, ssoUrl } = readMetadata(provider.it.metadata(), new Date());
    expect([issuer, ssoUrl]).toEqual([provider.it.issuer, `${provider.it.url}/sso`]);
  });

  it('takes a key without a use, and none for encryption', () => {
    expect(read(metadata({ use: null })).certificates.length).toBe(1);
    expect(() => read(metadata({ use: 'encryption' }))).toThrow(invalid('no X509Certificate'));
  });

  it('leaves out certificates that expired and those it has twice, but not all', () => {
    const old = selfSignedCertificate({
      notBefore: new Date('2020-01-01'),
      notAfter: new Date('2021-01-01'),
    }).certificate;
    expect(read(metadata({ certificates: [old, good, good] })).certificates.map(({ pem }) => pem)).toEqual([good]);
    expect(read(metadata({ certificates: [old] })).certificates.map(({ pem }) => pem)).toEqual([old]);
  });

  it('leaves out keys whose signatures are not verified here, but not all', () => {
    const curve = selfSignedCertificate({ bits: 0 }).certificate;
    const short = selfSignedCertificate({ bits: 1024 }).certificate;
    expect(read(metadata({ certificates: [curve, good] })).certificates.map(({ pem }) => pem)).toEqual([good]);
    expect(() => read(metadata({ certificates: [curve, short] }))).toThrow(invalid('RSA with at least 2048 bits'));
  });

  it('may hold comments, and stand in a list of one', () => {
    const entity = metadata().replace(/^<\?xml[^>]*>/, '');
    const list = `\uFEFF<!-- made by a tool --><EntitiesDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata">${entity}</EntitiesDescriptor>`;
    expect(read(list).issuer).toBe('https://idp.example.com/entity');
    expect(() => read(list.replace(entity, entity + entity))).toThrow(invalid('more than one identity provider'));
  });

  it.each([
    ['nothing', '', 'metadata is empty. Give the metadata'],
    ['another file', '\n{ "name": "acme & co" }', 'metadata is not XML: it begins with {. Give the metadata'],
    ['a file of bytes', '\u0000\u0001', 'metadata is not XML. Give the metadata'],
    ['a page', '<!DOCTYPE html><html></html>', 'document type'],
    ['an entity', '<!DOCTYPE m [<!ENTITY a SYSTEM "file:///etc/passwd">]><m>&a;</m>', 'document type'],
    ['what is cut off', metadata().slice(0, 500), 'not well-formed'],
    ["an application's metadata", serviceProviderMetadata(addresses), 'no IDPSSODescriptor'],
    ['no entity id', metadata({ entityId: '' }), 'no entityID'],
    ['no address for redirects', metadata({ binding: 'SOAP' }), 'HTTP-Redirect'],
    ['no certificate', metadata({ certificates: [] }), 'no X509Certificate'],
    ['a broken certificate', metadata({ certificates: ['AAAA'] }), 'cannot be read'],
    ['eleven certificates', metadata({ certificates: Array.from({ length: 11 }, () => good) }), 'more than 10'],
  ])('is refused with what is missing: %s', (_name, xml, message) => {
    expect(() => read(xml)).toThrow(invalid(message));
  });
});

describe('our metadata', () => {
  it('is read by an identity provider: the entity id, the ACS, and that assertions have to be signed', () => {
    const { entityMeta } = ServiceProvider({ metadata: serviceProviderMetadata(addresses) });
    expect(entityMeta.getEntityID()).toBe(addresses.entityId);
    expect(entityMeta.getAssertionConsumerService('post')).toBe(addresses.acsUrl);
    expect(entityMeta.isWantAssertionsSigned()).toBe(true);
    expect(entityMeta.isAuthnRequestSigned()).toBe(false);
  });

  it('holds addresses as they are, whatever characters they have', () => {
    const acsUrl = 'https://id.example.com/acs?a="<&>"';
    expect(
      ServiceProvider({
        metadata: serviceProviderMetadata({ ...addresses, acsUrl }),
      }).entityMeta.getAssertionConsumerService('post'),
    ).toBe(acsUrl);
  });
});
