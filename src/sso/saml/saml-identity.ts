import { NAME_ID_CLAIM } from '../../domain/connections/stable-id-claim.ts';
import type { VerifiedIdentity } from '../../domain/connections/verified-identity.ts';
import { isEmailAddress, isEmailShaped } from '../../domain/email-address.ts';
import { boundedClaims } from '../bounded-claims.ts';
import { isPlain, plainText } from '../plain-text.ts';
import { nameIdFormats } from './saml-names.ts';
import { refused } from './saml-problem.ts';
import type { SignedAssertion } from './signed-assertion.ts';

const IDENTIFIER_LENGTH_MAX = 512;
const DISPLAY_NAME_LENGTH_MAX = 256;

const emailNames = [
  'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress',
  'mail',
  'email',
  'urn:oid:0.9.2342.19200300.100.1.3',
];
const displayNameNames = [
  'http://schemas.microsoft.com/identity/claims/displayname',
  'displayName',
  'name',
  'urn:oid:2.16.840.1.113730.3.1.241',
  'cn',
  'urn:oid:2.5.4.3',
];
const givenNameNames = [
  'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname',
  'givenName',
  'firstName',
  'urn:oid:2.5.4.42',
];
const familyNameNames = [
  'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname',
  'sn',
  'surname',
  'lastName',
  'urn:oid:2.5.4.4',
];

/** Who a verified assertion is about. Throws `SignInFailure` where it names nobody who can be known again. */
export function identityOf(assertion: SignedAssertion, stableIdClaim: string): VerifiedIdentity {
  const stableId = stableIdClaim === NAME_ID_CLAIM ? stableNameId(assertion) : singleValue(assertion, stableIdClaim);
  const subject = persistentNameId(assertion) ?? stableId ?? lastingNameId(assertion);
  if (subject === null) {
    const message = 'The assertion has neither a lasting NameID nor the attribute that is the id of the person.';
    throw refused('noSubject', message, { expected: stableIdClaim });
  }
  return {
    subject,
    stableId,
    email: emailOf(assertion),
    // SAML knows no way to say it.
    emailVerification: 'unsaid',
    displayName: displayNameOf(assertion),
    authTime: assertion.authTime,
    claims: claimsOf(assertion),
  };
}

// One who changes their address would change the id, and one who takes over an address would take over the user.
function stableNameId(assertion: SignedAssertion): string | null {
  const isUnspecified = (assertion.nameId?.format ?? nameIdFormats.unspecified) === nameIdFormats.unspecified;
  const value = isUnspecified ? lastingNameId(assertion) : persistentNameId(assertion);
  return value !== null && isEmailShaped(value) ? null : value;
}

/** A persistent one that is an address is not persistent, whatever its format says. */
function persistentNameId({ nameId }: SignedAssertion): string | null {
  if (nameId?.format !== nameIdFormats.persistent || isEmailShaped(nameId.value)) return null;
  return identifier(nameId.value);
}

function lastingNameId({ nameId }: SignedAssertion): string | null {
  return nameId === null || nameId.format === nameIdFormats.transient ? null : identifier(nameId.value);
}

function singleValue({ attributes }: SignedAssertion, name: string): string | null {
  const [value, ...others] = attributes.get(name) ?? [];
  return value === undefined || others.length > 0 ? null : identifier(value);
}

function identifier(text: string): string | null {
  return text.trim() !== '' && isPlain(text, IDENTIFIER_LENGTH_MAX) ? text : null;
}

function emailOf(assertion: SignedAssertion): string | null {
  const { nameId } = assertion;
  const ofNameId = nameId?.format === nameIdFormats.emailAddress ? [nameId.value] : [];
  return [...valuesOf(assertion, emailNames), ...ofNameId].find(isEmailAddress) ?? null;
}

function displayNameOf(assertion: SignedAssertion): string | null {
  const [whole] = valuesOf(assertion, displayNameNames);
  const [given = ''] = valuesOf(assertion, givenNameNames);
  const [family = ''] = valuesOf(assertion, familyNameNames);
  return plainText(whole ?? `${given} ${family}`, DISPLAY_NAME_LENGTH_MAX) || null;
}

// What admins type as the name of an attribute differs in case.
function valuesOf({ attributes }: SignedAssertion, names: readonly string[]): string[] {
  const wanted = names.map((name) => name.toLowerCase());
  return wanted.flatMap((name) =>
    [...attributes].filter(([found]) => found.toLowerCase() === name).flatMap(([, values]) => values),
  );
}

// First, so that no number of attributes takes the place of the NameID, and no attribute its name.
function claimsOf({ nameId, attributes }: SignedAssertion): Record<string, unknown> {
  const format = `${NAME_ID_CLAIM}.Format`;
  const ofNameId = nameId === null ? {} : { [NAME_ID_CLAIM]: nameId.value, [format]: nameId.format };
  const others = [...attributes]
    .filter(([name]) => name !== NAME_ID_CLAIM && name !== format)
    .map(([name, values]) => [name, values.length === 1 ? values[0] : values]);
  return boundedClaims({ ...ofNameId, ...Object.fromEntries(others) });
}
