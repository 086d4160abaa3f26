import { describe, expect, it } from 'vitest';
import {
  EMAIL_ADDRESS,
  PERSISTENT,
  type SamlPerson,
  TRANSIENT,
  UNSPECIFIED,
} from '../../harness/saml-identity-provider.ts';
import { anIdentityProvider, responseXml, verify } from './saml-fixture.ts';

const provider = anIdentityProvider();

describe('who a person is', () => {
  const objectId = 'http://schemas.microsoft.com/identity/claims/objectidentifier';
  const identityOf = async (person: SamlPerson, stableIdClaim = 'NameID') =>
    verify(provider.it, { xml: await responseXml(provider.it, { person }), connection: { stableIdClaim } });

  it('takes the stable id from the attribute of the connection, and the subject from a persistent NameID', async () => {
    const person = { nameId: 'pairwise', attributes: { [objectId]: 'oid-1', mail: 'ada@example.com' } };
    expect(await identityOf(person, objectId)).toMatchObject({ subject: 'pairwise', stableId: 'oid-1' });
    const byAddress = { ...person, nameId: 'ada@example.com', nameIdFormat: EMAIL_ADDRESS };
    expect(await identityOf(byAddress, objectId)).toMatchObject({ subject: 'oid-1', stableId: 'oid-1' });
    const named = { ...person, nameId: 'ada@example.com' };
    expect(await identityOf(named, objectId)).toMatchObject({ subject: 'oid-1', stableId: 'oid-1' });
    const transient = { ...person, nameIdFormat: TRANSIENT };
    expect(await identityOf(transient, objectId)).toMatchObject({ subject: 'oid-1', stableId: 'oid-1' });
  });

  it('was proved at the latest AuthnInstant, and by nobody knows when where that is no time', async () => {
    const instant = (text: string) => async () => {
      const edit = (xml: string) => xml.replace(/AuthnInstant="[^"]*"/, `AuthnInstant="${text}"`);
      const xml = await responseXml(provider.it, { person: { nameId: 'ada-1' }, edit });
      return (await verify(provider.it, { xml })).authTime;
    };
    expect(await instant('2026-01-02T03:04:05.678Z')()).toBe(Date.UTC(2026, 0, 2, 3, 4, 5) / 1000);
    for (const text of ['2026-01-02T03:04:05', 'yesterday', '']) expect(await instant(text)()).toBeNull();
  });

  it('takes no NameID that looks like an address for a stable id, whatever its format says', async () => {
    for (const nameIdFormat of [PERSISTENT, UNSPECIFIED, EMAIL_ADDRESS]) {
      const identity = await identityOf({ nameId: 'Ada@Example.com', nameIdFormat });
      expect(identity).toMatchObject({ subject: 'Ada@Example.com', stableId: null });
    }
    expect(await identityOf({ nameId: 'e-7', nameIdFormat: UNSPECIFIED })).toMatchObject({
      subject: 'e-7',
      stableId: 'e-7',
    });
    expect(await identityOf({ nameId: 'e-7', nameIdFormat: EMAIL_ADDRESS })).toMatchObject({ stableId: null });
  });

  it('takes no stable id of several values, of none, or that no record could have', async () => {
    for (const value of [['oid-1', 'oid-2'], [], '', ' ', 'x'.repeat(513), 'oid\n1']) {
      const identity = await identityOf({ nameId: 'pairwise', attributes: { [objectId]: value } }, objectId);
      expect(identity).toMatchObject({ subject: 'pairwise', stableId: null });
    }
  });

  it('reads the e-mail address by its usual names or from a NameID of that format, and never calls it verified', async () => {
    const names = [
      'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress',
      'Email',
      'mail',
      'urn:oid:0.9.2342.19200300.100.1.3',
    ];
    for (const name of names) {
      const person = { nameId: 'n', attributes: { [name]: ['no address', 'ada@example.com'], email_verified: 'true' } };
      expect(await identityOf(person)).toMatchObject({ email: 'ada@example.com', emailVerification: 'unsaid' });
    }
    expect(await identityOf({ nameId: 'ada@example.com', nameIdFormat: EMAIL_ADDRESS })).toMatchObject({
      email: 'ada@example.com',
    });
    expect(await identityOf({ nameId: 'ada@example.com', nameIdFormat: UNSPECIFIED })).toMatchObject({ email: null });
  });

  it('makes the name of the whole name, or of its parts', async () => {
    expect(await identityOf({ nameId: 'n', attributes: { givenName: 'Ada', sn: 'Lovelace' } })).toMatchObject({
      displayName: 'Ada Lovelace',
    });
    // What docs/guides/connect-okta.md has Okta send.
    const whole = { name: 'Ada King', givenName: 'Ada', sn: 'Lovelace' };
    expect(await identityOf({ nameId: 'n', attributes: whole })).toMatchObject({ displayName: 'Ada King' });
    expect(await identityOf({ nameId: 'n' })).toMatchObject({ displayName: null });
  });

  it('shows the claims as they came, bounded, and the NameID is none of the attributes', async () => {
    const many = Object.fromEntries(Array.from({ length: 80 }, (_, index) => [`a${index}`, 'x'.repeat(1_000)]));
    const { claims } = await identityOf({ nameId: 'n', attributes: { NameID: 'forged', groups: ['a', 'b'], ...many } });
    expect(claims).toMatchObject({ NameID: 'n', groups: ['a', 'b'] });
    expect(Object.keys(claims).length).toBe(50);
    expect(String(claims.a0).length).toBe(512);
    const odd = await identityOf({ nameId: 'n', attributes: { ['__proto__']: 'x', constructor: 'y' } });
    expect(Object.getPrototypeOf(odd.claims)).toBe(Object.prototype);
  });
});
