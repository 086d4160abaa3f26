import type { BindingRequestReason } from '../domain/bindings/binding.entity.ts';
import type { SignInStanding } from '../domain/sign-in/sign-in-health.store.ts';
import type { SignInEventRow } from '../domain/sign-in-log/sign-in-events.store.ts';
import { signInReference } from '../domain/sign-in-log/sign-in-reference.ts';
import type { SignInRefusalReason } from '../domain/sign-in-log/sign-in-refusal.ts';
import { oneLine } from './visible-text.ts';

const refusalTexts = {
  notProvisioned: 'nobody provisioned them, or their link waits',
  deactivated: 'deactivated, blocked or removed',
  otherSignInMethod: 'their account signs in another way',
  wrongTenant: 'the wrong tenant of the identity provider',
  connectionDisabled: 'the connection or the organization takes no sign-ins',
  identityProviderError: 'the identity provider answered with an error',
  responseInvalid: 'what the identity provider sent could not be believed',
  notProvedAnew: 'not asked anew for a fresh sign-in',
  attemptExpired: 'too late, a second time, or another browser',
  approvalRequired: 'waits for an admin: rollcall binding list',
  methodNotAccepted: 'the organization does not take this way to sign in',
} satisfies Record<SignInRefusalReason, string>;

/** What an admin does about a refusal of which the log says no more than its reason. */
const refusalRemedies = {
  notProvisioned:
    'Assign them at the identity provider, or look at the links that wait: npx rollcall link list --org SLUG. Who could sign in: npx rollcall sign-in health --org SLUG',
  deactivated: 'Their directory has them inactive, or an admin has blocked or removed them here: undo it there.',
  otherSignInMethod:
    'Let them sign in the way they did before; a binding that waits is in: npx rollcall binding list --org SLUG',
  wrongTenant:
    'Let them choose an account of the tenant that the issuer names: npx rollcall connection list --org SLUG',
  connectionDisabled: 'See the status of both: npx rollcall connection list --org SLUG, and npx rollcall org list',
  identityProviderError: 'Look for the attempt in the log of the identity provider, at the same minute.',
  responseInvalid: 'See what it sends: npx rollcall connection list --org SLUG, then npx rollcall connection test ID',
  notProvedAnew:
    'Their identity provider has to ask people who are sent with prompt=login or ForceAuthn, and to say when: auth_time, AuthnInstant.',
  attemptExpired: 'Nothing is to be done: let them begin again, in one browser, and sign in within 15 minutes.',
  approvalRequired: 'Decide who they are: npx rollcall binding list --org SLUG',
  methodNotAccepted:
    'Let them sign in through a connection, or take other ways too: npx rollcall org update --org SLUG --accept-other-methods',
} satisfies Record<SignInRefusalReason, string>;

export const requestTexts = {
  alreadyBound: 'the user signs in as somebody else already',
  ambiguous: 'several users may be this person',
  protectedUser: 'the user is an owner or holds a sensitive permission',
  emailBoundBefore: 'the user was bound before, and only the e-mail address says who this is',
  otherSignInMethod: 'an account with their address is not theirs: they get one of their own',
} satisfies Record<BindingRequestReason, string>;

export const standingTexts = {
  bound: 'have signed in, and can again',
  matchByStableId: 'would match by the stable id (externalId)',
  matchByEmail: 'would match by e-mail on a proved domain',
  noConnection: 'no connection is enabled',
  noMatch: 'nothing matches: no externalId, no e-mail on a proved domain',
  noObjectId: 'their externalId is no object id: map objectId to externalId in Entra',
  ambiguous: 'several people carry the same externalId or e-mail',
  waitsForApproval: 'an admin has to approve the first sign-in',
  recordInactive: 'bound by a record that is inactive or not theirs any more',
} satisfies Record<SignInStanding, string>;

/** What became of a sign-in, in one line. */
export function outcomeText({ reason, detail }: Pick<SignInEventRow, 'reason' | 'detail'>): string {
  if (reason === null) return 'signed in';
  const text = detail.idpInitiated === true ? 'it began at the identity provider, not here' : refusalTexts[reason];
  return `refused${detail.isTest === true ? ' (test)' : ''}: ${text}`;
}

/** What happened and what to do about it, as far as it is known; nothing of who got in. `slug` is the organization's. */
export function adviceLines(event: Pick<SignInEventRow, 'id' | 'reason' | 'detail'>, slug: string): string[] {
  const { explanation, remedy, description, idpInitiated, code, error } = event.detail;
  const usual = event.reason === null ? null : refusalRemedies[event.reason].replaceAll('SLUG', slug);
  const advice =
    idpInitiated === true ? 'Let the tile at the identity provider open the Sign-on URL.' : (remedy ?? usual);
  const said = [code ?? error, description].filter((text) => typeof text === 'string' && text !== '').join(': ');
  const lines = [explanation, advice, said === '' ? null : `The identity provider said: ${said}`];
  const known = lines.filter((line): line is string => typeof line === 'string' && line !== '');
  return known.length === 0 ? [] : ['', `${signInReference(event.id)}:`, ...known.map((line) => `  ${oneLine(line)}`)];
}
