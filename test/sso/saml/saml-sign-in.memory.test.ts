import { inflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readMetadata } from '../../../src/sso/saml/metadata.ts';
import { SamlSignIn } from '../../../src/sso/saml/saml-sign-in.ts';
import {
  PERSISTENT,
  type SamlResponseInput,
  startSamlIdentityProvider,
  TRANSIENT,
} from '../../harness/saml-identity-provider.ts';
import { selfSignedCertificate } from '../../harness/self-signed-certificate.ts';
import { nodeSamlAlone } from './careless-readers.ts';
import { aConnection, addresses, anIdentityProvider, requestId, responseXml, verify } from './saml-fixture.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const provider = anIdentityProvider();
const saml = new SamlSignIn({ clock: () => new Date() });

describe('a sign-in that begins here', () => {
  it('goes to the identity provider with a request, and comes back with who signed in', async () => {
    const identityProvider = await startSamlIdentityProvider();
    identityProvider.signInAs({
      nameId: 'ada-1',
      attributes: { mail: 'Ada@example.com', displayName: 'Ada Lovelace' },
    });
    const connection = aConnection(identityProvider);
    const url = await saml.loginUrl(connection, { ...addresses, requestId, relayState: 'the state & more' });
    const page = await (await fetch(url)).text();
    expect(fieldOf(page, 'RelayState')).toBe('the state & more');
    expect(page).toContain(`action="${addresses.acsUrl}"`);
    const identity = await verify(identityProvider, { samlResponse: fieldOf(page, 'SAMLResponse') });
    expect(identity).toEqual({
      subject: 'ada-1',
      stableId: 'ada-1',
      email: 'Ada@example.com',
      emailVerification: 'unsaid',
      authTime: expect.any(Number),
      displayName: 'Ada Lovelace',
      claims: { NameID: 'ada-1', 'NameID.Format': PERSISTENT, mail: 'Ada@example.com', displayName: 'Ada Lovelace' },
    });
    await identityProvider.close();
  });

  it('asks by redirect for a response by POST, without a format of NameID and without a way to sign in', async () => {
    const connection = aConnection(provider.it, { ssoUrl: 'https://idp.example.com/sso?app=7' });
    const url = await saml.loginUrl(connection, { ...addresses, requestId, relayState: 'state' });
    expect([url.origin, url.searchParams.get('app')]).toEqual(['https://idp.example.com', '7']);
    const xml = inflateRawSync(Buffer.from(url.searchParams.get('SAMLRequest') ?? '', 'base64')).toString();
    expect(xml).toContain(` ID="${requestId}"`);
    expect(xml).toContain(`AssertionConsumerServiceURL="${addresses.acsUrl}"`);
    expect(xml).toContain(`>${addresses.entityId}</saml:Issuer>`);
    expect(xml).toContain('ProtocolBinding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"');
    expect(xml).not.toMatch(/Format=|RequestedAuthnContext|ForceAuthn/);
  });

  it('says what is wrong where the connection has no metadata', async () => {
    const connection = aConnection(provider.it, { ssoUrl: null, certificates: null });
    const request = { ...addresses, requestId, relayState: 'state' };
    await expect(saml.loginUrl(connection, request)).rejects.toMatchObject({ detail: { problem: 'certificates' } });
  });

  it('takes a response that is signed as a whole and whose assertion is signed too', async () => {
    const xml = await responseXml(provider.it, { signs: 'both' });
    await expect(verify(provider.it, { xml })).resolves.toMatchObject({ subject: 'person-1' });
  });
});

describe('certificates while one is replaced', () => {
  it('takes what a certificate signs until 30 days after its end, and sends nobody to sign in by it then', async () => {
    const at = async (days: number) => {
      const now = new Date(Date.now() + days * DAY_MS);
      const notOnOrAfter = new Date(now.getTime() + MINUTE_MS);
      const xml = await responseXml(provider.it, { notBefore: now, notOnOrAfter });
      const request = { ...addresses, requestId, relayState: 'state' };
      const asked = new SamlSignIn({ clock: () => now }).loginUrl(aConnection(provider.it), request);
      return [verify(provider.it, { xml, now }), asked] as const;
    };
    const [believed, asked] = await at(394);
    await expect(believed).resolves.toMatchObject({ subject: 'person-1' });
    await expect(asked).resolves.toMatchObject({ protocol: 'http:' });
    for (const over of await at(396)) {
      await expect(over).rejects.toMatchObject({ detail: { problem: 'certificates' } });
    }
  });

  it('takes what either of two certificates signs, and nothing of the old one once it is gone', async () => {
    const identityProvider = await startSamlIdentityProvider();
    const before = await responseXml(identityProvider);
    const old = readMetadata(identityProvider.metadata(), new Date()).certificates;
    identityProvider.renewCertificate();
    const after = await responseXml(identityProvider);
    const both = readMetadata(identityProvider.metadata(), new Date()).certificates;
    expect([old.length, both.length]).toEqual([1, 2]);
    const subjects = [before, after].map((xml) =>
      verify(identityProvider, { xml, connection: { certificates: both } }),
    );
    expect((await Promise.all(subjects)).map(({ subject }) => subject)).toEqual(['person-1', 'person-1']);
    const wrong = { reason: 'responseInvalid', detail: { problem: 'signature' } };
    await expect(verify(identityProvider, { xml: after, connection: { certificates: old } })).rejects.toMatchObject(
      wrong,
    );
    const renewed = both.slice(1);
    await expect(
      verify(identityProvider, { xml: before, connection: { certificates: renewed } }),
    ).rejects.toMatchObject(wrong);
    await identityProvider.close();
  });
});

describe('an assertion is believed only by whom, for what and when it was made', () => {
  const later = (minutes: number) => new Date(Date.now() + minutes * MINUTE_MS);
  /** With the name of the problem, whether the library alone would have believed it. */
  const cases: [string, Partial<SamlResponseInput>, string, boolean][] = [
    ['another audience', { audience: 'https://other.example.com' }, 'audience', false],
    ['an audience that begins the same', { audience: `${addresses.entityId}/x` }, 'audience', false],
    ['another recipient', { recipient: 'https://other.example.com/acs' }, 'recipient', true],
    ['another destination', { destination: 'https://other.example.com/acs' }, 'destination', true],
    ['another issuer', { issuer: 'https://other.example.com/metadata' }, 'issuer', true],
    ['another request', { requestId: '_another' }, 'inResponseTo', false],
    ['a time that is over', { notBefore: later(-10), notOnOrAfter: later(-2) }, 'assertionExpired', false],
    ['a time to come', { notBefore: later(2) }, 'assertionNotYetValid', false],
    ['a session that is over', { sessionNotOnOrAfter: later(-2) }, 'sessionExpired', true],
  ];
  it.each(cases)('refuses %s', async (_name, input, problem, isBelievedAlone) => {
    const xml = await responseXml(provider.it, input);
    await expect(verify(provider.it, { xml })).rejects.toMatchObject({
      reason: 'responseInvalid',
      detail: { problem },
    });
    const alone = await nodeSamlAlone(xml, aConnection(provider.it)).catch(() => 'refused');
    expect(alone).toBe(isBelievedAlone ? 'person-1' : 'refused');
  });

  it('refuses another issuer of the response around an assertion of the right one', async () => {
    const xml = (await responseXml(provider.it)).replace(provider.it.issuer, 'https://other.example.com/metadata');
    expect(await nodeSamlAlone(xml, aConnection(provider.it))).toBe('person-1');
    await expect(verify(provider.it, { xml })).rejects.toMatchObject({ detail: { problem: 'issuer' } });
  });

  it('allows clocks to differ by a minute, by the clock that it is given', async () => {
    const now = new Date();
    const xml = await responseXml(provider.it, {
      notBefore: now,
      notOnOrAfter: new Date(now.getTime() + 5 * MINUTE_MS),
    });
    const at = (milliseconds: number) => verify(provider.it, { xml, now: new Date(now.getTime() + milliseconds) });
    await expect(at(6 * MINUTE_MS - 1)).resolves.toMatchObject({ subject: 'person-1' });
    await expect(at(6 * MINUTE_MS)).rejects.toMatchObject({ detail: { problem: 'assertionExpired' } });
    await expect(at(-MINUTE_MS + 1000)).resolves.toMatchObject({ subject: 'person-1' });
    await expect(at(-MINUTE_MS - 1000)).rejects.toMatchObject({ detail: { problem: 'assertionNotYetValid' } });
  });

  it('asks no other clock', async () => {
    const tomorrow = later(24 * 60);
    const xml = await responseXml(provider.it, { notBefore: tomorrow, notOnOrAfter: later(24 * 60 + 5) });
    await expect(verify(provider.it, { xml, now: tomorrow })).resolves.toMatchObject({ subject: 'person-1' });
    await expect(verify(provider.it, { xml })).rejects.toMatchObject({ detail: { problem: 'assertionNotYetValid' } });
  });

  it('refuses a sign-in that began at the identity provider, and tells such a response from others', async () => {
    const unsolicited = await provider.it.respond(addresses);
    const detail = { problem: 'inResponseTo', idpInitiated: true };
    await expect(verify(provider.it, { samlResponse: unsolicited })).rejects.toMatchObject({ detail });
    const solicited = await provider.it.respond({ ...addresses, requestId });
    const responses = [unsolicited, solicited, 'nothing', ''];
    expect(responses.map((response) => saml.isUnsolicited(response))).toEqual([true, false, false, false]);
  });

  it('refuses an assertion that answers no request, in a response that was made to answer one', async () => {
    const unsolicited = Buffer.from(await provider.it.respond(addresses), 'base64').toString();
    const xml = unsolicited.replace(' Destination=', ` InResponseTo="${requestId}" Destination=`);
    // https://github.com/node-saml/node-saml/issues/433
    expect(await nodeSamlAlone(xml, aConnection(provider.it))).toBe('person-1');
    const detail = { problem: 'inResponseTo', idpInitiated: true };
    await expect(verify(provider.it, { xml })).rejects.toMatchObject({ detail });
  });

  it('refuses an assertion for another request, in a response that was made to answer this one', async () => {
    const other = await responseXml(provider.it, { requestId: '_another' });
    const xml = other.replace('InResponseTo="_another"', `InResponseTo="${requestId}"`);
    await expect(verify(provider.it, { xml })).rejects.toMatchObject({ detail: { problem: 'inResponseTo' } });
  });

  it('uses an assertion once, and remembers it for as long as it could be believed', async () => {
    const seen = new Map<string, Date>();
    const useAssertion = async (id: string, expiresAt: Date) => !seen.has(id) && seen.set(id, expiresAt) !== undefined;
    const notOnOrAfter = later(5);
    const xml = await responseXml(provider.it, { assertionId: '_once', notOnOrAfter });
    await expect(verify(provider.it, { xml, useAssertion })).resolves.toMatchObject({ subject: 'person-1' });
    const replayed = { reason: 'responseInvalid', detail: { problem: 'assertionReplayed' } };
    await expect(verify(provider.it, { xml, useAssertion })).rejects.toMatchObject(replayed);
    expect([...seen]).toEqual([['_once', new Date(notOnOrAfter.getTime() + MINUTE_MS)]]);
    const endless = await responseXml(provider.it, { assertionId: '_endless', notOnOrAfter: new Date('9999-01-01') });
    await verify(provider.it, { xml: endless, useAssertion });
    expect(seen.get('_endless')?.getTime()).toBeLessThan(later(25 * 60).getTime());
  });

  it('remembers no assertion that it refuses', async () => {
    const used: string[] = [];
    const useAssertion = async (id: string) => used.push(id) > 0;
    const keys = selfSignedCertificate();
    await expect(
      verify(provider.it, { xml: await responseXml(provider.it, { keys }), useAssertion }),
    ).rejects.toThrow();
    const nobody = { nameId: 'x', nameIdFormat: TRANSIENT };
    const xml = await responseXml(provider.it, { person: nobody });
    await expect(verify(provider.it, { xml, useAssertion })).rejects.toMatchObject({
      detail: { problem: 'noSubject' },
    });
    expect(used).toEqual([]);
  });
});

describe('the error of an identity provider', () => {
  it('is told with its code and what to do, bounded', async () => {
    const identityProvider = await startSamlIdentityProvider();
    identityProvider.refuseWith({ code: 'RequestDenied', message: `No.\u0085${'x'.repeat(10_000)}` });
    const url = await saml.loginUrl(aConnection(identityProvider), { ...addresses, requestId, relayState: 'state' });
    const samlResponse = fieldOf(await (await fetch(url)).text(), 'SAMLResponse');
    const xml = Buffer.from(samlResponse, 'base64').toString().replace('\u0085', '\n');
    const failure = await verify(identityProvider, { xml }).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      reason: 'identityProviderError',
      detail: { error: 'Responder', code: 'RequestDenied', remedy: expect.stringContaining('IT team') },
    });
    const { detail } = failure as { detail: { description: string } };
    expect(detail.description).toMatch(/^No\. x+…$/);
    expect(detail.description.length).toBe(300);
    await identityProvider.close();
  });

  it('is explained where it is one of Entra', async () => {
    const xml = refusal('Responder', 'AADSTS50105: The signed in user is not assigned to a role for the application.');
    const error = { reason: 'identityProviderError', detail: { code: 'AADSTS50105' } };
    await expect(verify(provider.it, { xml })).rejects.toMatchObject(error);
  });

  it('is refused as any response where it answers another request', async () => {
    const xml = refusal('Responder', 'No.').replace(requestId, '_another');
    await expect(verify(provider.it, { xml })).rejects.toMatchObject({ detail: { problem: 'inResponseTo' } });
  });

  it('is an error also beside a success in the same status', async () => {
    const genuine = await responseXml(provider.it);
    const xml = genuine.replace(/<samlp:StatusCode Value="([^"]*)"\/>/, (code) =>
      code.replace('Success"/>', `Requester">${code}</samlp:StatusCode>`),
    );
    await expect(verify(provider.it, { xml })).rejects.toMatchObject({ reason: 'identityProviderError' });
  });

  function refusal(code: string, message: string): string {
    const names = 'xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"';
    const status = `<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:${code}"/><samlp:StatusMessage>${message}</samlp:StatusMessage>`;
    return `<samlp:Response ${names} ID="_r" Version="2.0" InResponseTo="${requestId}"><samlp:Status>${status}</samlp:Status></samlp:Response>`;
  }
});

describe('the check of a connection', () => {
  const of = (more: Parameters<typeof aConnection>[1], now = new Date()) =>
    new SamlSignIn({ clock: () => now }).check(aConnection(provider.it, more));
  const failing = async (...input: Parameters<typeof of>) =>
    (await of(...input)).filter(({ isOk }) => !isOk).map(({ name, message }) => `${name.split(' ')[0]}: ${message}`);

  it('finds nothing wrong with a connection as it was made', async () => {
    expect(await failing({})).toEqual([]);
  });

  it('names a certificate that ends within 30 days, one that ended, and one that is believed no longer', async () => {
    const inDays = (days: number) => new Date(Date.now() + days * DAY_MS);
    expect(await failing({}, inDays(340))).toEqual([
      expect.stringMatching(/^certificate: It ends on [\d-]{10}, and is believed until [\d-]{10}\./),
    ]);
    expect(await failing({}, inDays(366))).toEqual([
      expect.stringMatching(/^certificate: It ended on [\d-]{10}, and is believed until [\d-]{10}\./),
    ]);
    expect(await failing({}, inDays(396))).toEqual([
      expect.stringMatching(/^certificate: It ended on [\d-]{10}, and is believed no longer\./),
      expect.stringContaining('certificates: No certificate is believed any more'),
    ]);
  });

  it('names a connection without certificates, and an address without https', async () => {
    expect(await failing({ certificates: [], ssoUrl: 'http://idp.example.com' })).toEqual([
      expect.stringContaining('ssoUrl: '),
      expect.stringContaining('certificates: '),
    ]);
  });
});

function fieldOf(page: string, name: string): string {
  const [, value = ''] = new RegExp(`name="${name}" value="([^"]*)"`).exec(page) ?? [];
  return value.replace(/&#(\d+);/g, (_reference, code: string) => String.fromCharCode(Number(code)));
}
