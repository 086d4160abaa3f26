import { plainText } from '../plain-text.ts';
import { SignInFailure } from '../sign-in-failure.ts';

const LENGTH_MAX = 300;

/** What is wrong with a SAML response, as the organization's admins read it in their log. */
export type SamlProblem =
  | 'algorithm'
  | 'assertionExpired'
  | 'assertionNotYetValid'
  | 'assertionReplayed'
  | 'assertions'
  | 'audience'
  | 'certificates'
  | 'conditions'
  | 'destination'
  | 'encrypted'
  | 'encoding'
  | 'identifiers'
  | 'inResponseTo'
  | 'issuer'
  | 'noSubject'
  | 'notSigned'
  | 'recipient'
  | 'sessionExpired'
  | 'signature'
  | 'signatureForm'
  | 'statements'
  | 'subject'
  | 'tooLarge'
  | 'xml';

/** `explanation` is a whole sentence; `facts` are what was expected and what was received, cut where they are long. */
export function refused(problem: SamlProblem, explanation: string, facts: Record<string, string | boolean> = {}) {
  const bounded = Object.entries(facts).map(([name, fact]) => [
    name,
    typeof fact === 'string' ? plainText(fact, LENGTH_MAX) : fact,
  ]);
  return new SignInFailure('responseInvalid', { problem, explanation, ...Object.fromEntries(bounded) });
}
