import type { BindingRequestReason } from '../domain/bindings/binding.entity.ts';
import type { SignInStanding } from '../domain/sign-in/sign-in-health.store.ts';
import type { SignInRefusalReason } from '../domain/sign-in-log/sign-in-refusal.ts';

export const refusalTexts = {
  notProvisioned: 'nobody provisioned them, or their link waits',
  deactivated: 'deactivated, blocked or removed',
  otherSignInMethod: 'their account signs in another way',
  wrongTenant: 'the wrong tenant of the identity provider',
  connectionDisabled: 'the connection or the organization takes no sign-ins',
  identityProviderError: 'the identity provider answered with an error',
  responseInvalid: 'what the identity provider sent could not be believed',
  attemptExpired: 'too late, a second time, or another browser',
  approvalRequired: 'waits for an admin: rollcall binding list',
  methodNotAccepted: 'the organization does not take this way to sign in',
} satisfies Record<SignInRefusalReason, string>;

export const requestTexts = {
  alreadyBound: 'the user signs in as somebody else already',
  ambiguous: 'several users may be this person',
  protectedUser: 'the user is an owner or holds a sensitive permission',
  emailBoundBefore: 'the user was bound before, and only the e-mail address says who this is',
} satisfies Record<BindingRequestReason, string>;

export const standingTexts = {
  bound: 'have signed in, and can again',
  matchByStableId: 'would match by the stable id (externalId)',
  matchByEmail: 'would match by e-mail on a proved domain',
  noConnection: 'no connection is enabled',
  noMatch: 'nothing matches: no externalId, no e-mail on a proved domain',
  ambiguous: 'several people carry the same externalId or e-mail',
  waitsForApproval: 'an admin has to approve the first sign-in',
  recordInactive: 'bound by a record that is inactive or not theirs any more',
} satisfies Record<SignInStanding, string>;

/** As sign-in pages show it: people read the end of an id out. */
export function shortId(id: string): string {
  return id.slice(-8);
}
