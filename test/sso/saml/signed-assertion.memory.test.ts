import { expect, it } from 'vitest';
import { PERSISTENT } from '../../harness/saml-identity-provider.ts';
import { nodeSamlAlone } from './careless-readers.ts';
import { problemOf } from './hostile-responses.ts';
import { aConnection, anIdentityProvider, responseXml } from './saml-fixture.ts';

const provider = anIdentityProvider();
const restriction = /<saml:AudienceRestriction>.*<\/saml:AudienceRestriction>/;
const confirmation = /<saml:SubjectConfirmation .*<\/saml:SubjectConfirmation>/;
const nameId = /<saml:NameID .*<\/saml:NameID>/;
const long = '2020-01-01T00:00:00Z';

/** What an identity provider could sign, by a mistake or for others, and whether the library alone would have believed it. */
const cases: [string, (xml: string) => string, string, boolean][] = [
  [
    'another issuer of the assertion only',
    (xml) => ofAssertion(xml, /(<saml:Issuer>)[^<]*/, '$1https://other'),
    'issuer',
    true,
  ],
  ['two issuers', (xml) => ofAssertion(xml, /<saml:Issuer>.*?<\/saml:Issuer>/, '$&$&'), 'issuer', true],
  ['another version', (xml) => ofAssertion(xml, 'Version="2.0"', 'Version="1.1"'), 'xml', true],
  [
    'a time of issue that is to come',
    (xml) => ofAssertion(xml, /(IssueInstant=")[^"]*/, '$12999-01-01T00:00:00Z'),
    'assertionNotYetValid',
    true,
  ],
  ['a time without its zone', (xml) => xml.replace(/(NotBefore="[^"]*)Z"/, '$1"'), 'xml', true],
  ['no subject', (xml) => xml.replace(/<saml:Subject>.*<\/saml:Subject>/, ''), 'subject', true],
  ['two NameIDs', (xml) => xml.replace(nameId, '$&$&'), 'subject', true],
  ['an element in the NameID', (xml) => xml.replace('</saml:NameID>', '<saml:x/></saml:NameID>'), 'subject', true],
  ['no confirmation', (xml) => xml.replace(confirmation, ''), 'subject', true],
  ['two confirmations', (xml) => xml.replace(confirmation, '$&$&'), 'subject', true],
  ['a confirmation that is not by bearer', (xml) => xml.replace('cm:bearer', 'cm:holder-of-key'), 'subject', true],
  [
    'a confirmation without an end',
    (xml) => xml.replace(/(ConfirmationData) NotOnOrAfter="[^"]*"/, '$1'),
    'subject',
    false,
  ],
  [
    'a confirmation that is over',
    (xml) => xml.replace(/(ConfirmationData NotOnOrAfter=")[^"]*/, `$1${long}`),
    'assertionExpired',
    false,
  ],
  ['no conditions', (xml) => xml.replace(/<saml:Conditions .*<\/saml:Conditions>/, ''), 'conditions', false],
  [
    'two sets of conditions',
    (xml) => xml.replace(/<saml:Conditions .*<\/saml:Conditions>/, '$&$&'),
    'conditions',
    false,
  ],
  ['an unknown condition', (xml) => xml.replace(restriction, '$&<saml:Condition/>'), 'conditions', true],
  ['no audience', (xml) => xml.replace(restriction, ''), 'audience', false],
  [
    'a second audience that is not ours',
    (xml) =>
      xml.replace(
        restriction,
        '$&<saml:AudienceRestriction><saml:Audience>x</saml:Audience></saml:AudienceRestriction>',
      ),
    'audience',
    false,
  ],
  [
    'nobody who signed in',
    (xml) => xml.replace(/<saml:AuthnStatement .*<\/saml:AuthnStatement>/, ''),
    'statements',
    true,
  ],
];

it.each(cases)('refuses a signed assertion with %s', async (_name, edit, problem, isBelievedAlone) => {
  const xml = await responseXml(provider.it, { edit });
  expect(await problemOf(provider.it, xml)).toBe(problem);
  const alone = await nodeSamlAlone(xml, aConnection(provider.it)).catch(() => null);
  expect(alone !== null).toBe(isBelievedAlone);
});

it('takes a signed assertion with one audience among others, used once, and by a NameID without its format', async () => {
  const edit = (xml: string) =>
    xml
      .replace('</saml:AudienceRestriction>', '<saml:Audience>https://other</saml:Audience>$&<saml:OneTimeUse/>')
      .replace(` Format="${PERSISTENT}"`, '');
  expect(await problemOf(provider.it, await responseXml(provider.it, { edit }))).toEqual({ accepted: 'person-1' });
});

function ofAssertion(xml: string, pattern: RegExp | string, replacement: string): string {
  const at = xml.indexOf('<saml:Assertion');
  return xml.slice(0, at) + xml.slice(at).replace(pattern, replacement);
}
