import { CLOCK_SKEW_MILLISECONDS } from '../../domain/connections/verified-identity.ts';
import { attributeOf, childrenOf, textOf, type XmlElement } from './parse-xml.ts';
import { checkIssuer } from './response-shape.ts';
import { ASSERTION, BEARER } from './saml-names.ts';
import { refused } from './saml-problem.ts';

const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;
const knownConditions = ['AudienceRestriction', 'OneTimeUse', 'ProxyRestriction'];

/** What an assertion has to be about. */
export interface ExpectedAssertion {
  issuer: string;
  entityId: string;
  acsUrl: string;
  requestId: string;
  now: Date;
}

/** What an assertion says of a person. Texts are as they were sent. */
export interface SignedAssertion {
  id: string;
  /** After it, no part of us believes the assertion. */
  expiresAt: Date;
  /** The latest `AuthnInstant`, in seconds since 1970; null where none can be read. */
  authTime: number | null;
  nameId: { value: string; format: string | null } | null;
  /** By their `Name`; values that hold elements are left out. */
  attributes: Map<string, string[]>;
}

/**
 * Reads an assertion, and refuses what SAML core §2 and the profile of web sign-in (SAML profiles §4.1.4.3) do not let us
 * believe: another issuer, audience, recipient or request, and what is not valid now. Verifies no signature.
 */
export function readAssertion(assertion: XmlElement, expected: ExpectedAssertion): SignedAssertion {
  checkIssuer(only(assertion, 'Issuer'), expected.issuer);
  checkIssueInstant(assertion, expected.now);
  const subject = only(assertion, 'Subject');
  const expiresAt = confirmedUntil(subject, expected);
  checkConditions(only(assertion, 'Conditions'), expected);
  checkStatements(assertion, expected.now);
  return {
    id: attributeOf(assertion, 'ID') ?? '',
    expiresAt,
    authTime: authTimeOf(assertion),
    nameId: readNameId(subject),
    attributes: readAttributes(assertion),
  };
}

function only(parent: XmlElement, name: 'Issuer' | 'Subject' | 'Conditions'): XmlElement {
  const [element, ...others] = childrenOf(parent, ASSERTION, name);
  if (element === undefined || others.length > 0) {
    const problem = { Issuer: 'issuer', Subject: 'subject', Conditions: 'conditions' } as const;
    throw refused(problem[name], `The assertion does not have exactly one ${name}.`);
  }
  return element;
}

function checkIssueInstant(assertion: XmlElement, now: Date): void {
  const issuedAt = timeOf(assertion, 'IssueInstant');
  if (issuedAt === undefined || attributeOf(assertion, 'Version') !== '2.0') {
    throw refused('xml', 'The assertion is not one of SAML 2.0, or does not say when it was issued.');
  }
  if (issuedAt > now.getTime() + CLOCK_SKEW_MILLISECONDS) throw notYetValid('IssueInstant', issuedAt, now);
}

/** Until when one of the bearer confirmations holds; one that is for us has to be among them. */
function confirmedUntil(subject: XmlElement, expected: ExpectedAssertion): Date {
  const confirmations = childrenOf(subject, ASSERTION, 'SubjectConfirmation')
    .filter((confirmation) => attributeOf(confirmation, 'Method') === BEARER)
    .flatMap((confirmation) => childrenOf(confirmation, ASSERTION, 'SubjectConfirmationData'));
  const [first, ...others] = confirmations;
  if (first === undefined || others.length > 0) {
    throw refused('subject', 'The assertion does not have exactly one bearer confirmation of its subject.');
  }
  const received = attributeOf(first, 'Recipient') ?? '';
  if (received !== expected.acsUrl) {
    throw refused('recipient', 'The assertion is for another address.', { expected: expected.acsUrl, received });
  }
  // An assertion that was sent without a request says none here, even when the response around it, unsigned, does.
  const inResponseTo = attributeOf(first, 'InResponseTo');
  if (inResponseTo !== expected.requestId) {
    const message = 'The assertion was not made for this sign-in.';
    throw refused('inResponseTo', message, inResponseTo === undefined ? { idpInitiated: true } : {});
  }
  const until = timeOf(first, 'NotOnOrAfter');
  if (until === undefined) throw refused('subject', "The confirmation of the assertion's subject has no end.");
  checkWindow(first, expected.now);
  return new Date(until + CLOCK_SKEW_MILLISECONDS);
}

function checkConditions(conditions: XmlElement, { entityId, now }: ExpectedAssertion): void {
  checkWindow(conditions, now);
  const children = childrenOf(conditions);
  const unknown = children.find(
    (child) => child.namespaceURI !== ASSERTION || !knownConditions.includes(child.localName),
  );
  if (unknown !== undefined) {
    throw refused('conditions', 'The assertion has a condition that is not known here.', {
      received: unknown.localName,
    });
  }
  const restrictions = childrenOf(conditions, ASSERTION, 'AudienceRestriction').map((restriction) =>
    childrenOf(restriction, ASSERTION, 'Audience').map((audience) => textOf(audience) ?? ''),
  );
  if (restrictions.length === 0 || !restrictions.every((audiences) => audiences.includes(entityId))) {
    const message = 'The assertion is for another audience. The audience is the entity id of the connection.';
    throw refused('audience', message, { expected: entityId, received: restrictions.flat().join(' ') });
  }
}

function checkStatements(assertion: XmlElement, now: Date): void {
  const statements = childrenOf(assertion, ASSERTION, 'AuthnStatement');
  if (statements.length === 0) throw refused('statements', 'The assertion does not say that anybody signed in.');
  for (const statement of statements) {
    const until = timeOf(statement, 'SessionNotOnOrAfter');
    if (until !== undefined && now.getTime() - CLOCK_SKEW_MILLISECONDS >= until) {
      throw refused('sessionExpired', 'The session at the identity provider is over.', {
        received: new Date(until).toISOString(),
      });
    }
  }
}

/** What is no time says nothing, which costs a fresh sign-in and no other. */
function authTimeOf(assertion: XmlElement): number | null {
  const times = childrenOf(assertion, ASSERTION, 'AuthnStatement')
    .map((statement) => attributeOf(statement, 'AuthnInstant') ?? '')
    .map((text) => (DATE_TIME.test(text) ? Math.floor(Date.parse(text) / 1000) : Number.NaN))
    .filter((time) => !Number.isNaN(time));
  return times.length === 0 ? null : Math.max(...times);
}

function checkWindow(element: XmlElement, now: Date): void {
  const from = timeOf(element, 'NotBefore');
  const until = timeOf(element, 'NotOnOrAfter');
  if (from !== undefined && now.getTime() + CLOCK_SKEW_MILLISECONDS < from) throw notYetValid('NotBefore', from, now);
  if (until !== undefined && now.getTime() - CLOCK_SKEW_MILLISECONDS >= until) {
    throw refused('assertionExpired', 'The assertion is no longer valid. Do the clocks agree?', {
      received: new Date(until).toISOString(),
      now: now.toISOString(),
    });
  }
}

function notYetValid(name: string, time: number, now: Date) {
  return refused('assertionNotYetValid', `The assertion is not valid yet, by its ${name}. Do the clocks agree?`, {
    received: new Date(time).toISOString(),
    now: now.toISOString(),
  });
}

// A time without a zone would be read as one of this machine's zone.
function timeOf(element: XmlElement, name: string): number | undefined {
  const text = attributeOf(element, name);
  if (text === undefined) return undefined;
  const time = DATE_TIME.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time))
    throw refused('xml', `The assertion's ${name} is not a time with its zone.`, { received: text });
  return time;
}

function readNameId(subject: XmlElement): SignedAssertion['nameId'] {
  const [element, ...others] = childrenOf(subject, ASSERTION, 'NameID');
  if (others.length > 0) throw refused('subject', "The assertion's subject has more than one NameID.");
  if (element === undefined) return null;
  const value = textOf(element);
  if (value === undefined) throw refused('subject', "The assertion's NameID is not a text.");
  return { value, format: attributeOf(element, 'Format') ?? null };
}

function readAttributes(assertion: XmlElement): SignedAssertion['attributes'] {
  const attributes = new Map<string, string[]>();
  for (const statement of childrenOf(assertion, ASSERTION, 'AttributeStatement')) {
    for (const attribute of childrenOf(statement, ASSERTION, 'Attribute')) {
      const values = childrenOf(attribute, ASSERTION, 'AttributeValue').map(textOf);
      const name = attributeOf(attribute, 'Name') ?? '';
      attributes.set(name, [...(attributes.get(name) ?? []), ...values.filter((value) => value !== undefined)]);
    }
  }
  return attributes;
}
