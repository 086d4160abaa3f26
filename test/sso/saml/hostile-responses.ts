import type { SamlIdentityProvider } from '../../harness/saml-identity-provider.ts';
import { responseXml, verify } from './saml-fixture.ts';

export const XML_SIGNATURE = 'http://www.w3.org/2000/09/xmldsig#';
/** Whom an attacker would like to be; the genuine response is about `mallory`. */
export const forged = 'the-owner';

/** The parts of a genuine response, to build hostile ones of. */
export async function partsOf(identityProvider: SamlIdentityProvider) {
  const xml = await responseXml(identityProvider, { person: { nameId: 'mallory' } });
  const assertion = find(xml, /<saml:Assertion .*<\/saml:Assertion>/s);
  const signature = find(assertion, /<ds:Signature .*<\/ds:Signature>/s);
  const bare = assertion.replace(signature, '');
  const ofForged = bare.replace(/ ID="[^"]*"/, ' ID="_forged"').replace('>mallory<', `>${forged}<`);
  return { xml, assertion, signature, bare, ofForged };
}

export function find(text: string, pattern: RegExp): string {
  const [found] = pattern.exec(text) ?? [];
  if (found === undefined) throw new Error(`There is no ${String(pattern)}.`);
  return found;
}

/** As what a response is refused, or who is accepted. */
export function problemOf(identityProvider: SamlIdentityProvider, xml: string): Promise<unknown> {
  return verify(identityProvider, { xml }).then(
    (identity) => ({ accepted: identity.subject }),
    (error: { detail: { problem: string } }) => error.detail.problem,
  );
}
