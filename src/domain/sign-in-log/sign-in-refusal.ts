/** Why nobody was signed in, as facts: the sign-in pages answer each with a page of its own, the log names it. */
export const signInRefusalReasons = [
  /** No user and no record is this person, or theirs waits for an admin's decision on its link. */
  'notProvisioned',
  /** The person is known, and inactive: by the directory, blocked or removed. */
  'deactivated',
  /** An account that signs in another way has this e-mail address, on a domain that the organization proved. */
  'otherSignInMethod',
  /** The identity provider spoke for another tenant than the connection's. */
  'wrongTenant',
  /** The connection, or its organization, takes no sign-ins now. */
  'connectionDisabled',
  /** The identity provider answered with an error. */
  'identityProviderError',
  /** What the identity provider sent is not what may be believed: signature, audience, time, form. */
  'responseInvalid',
  /** For a fresh sign-in the person was not asked, or the identity provider does not say that they were. */
  'notProvedAnew',
  /** The attempt is over, was used before, or began in another browser. */
  'attemptExpired',
  /** The match waits for an admin: see the binding request. */
  'approvalRequired',
  /** The organization does not take this way to sign in. */
  'methodNotAccepted',
] as const;
export type SignInRefusalReason = (typeof signInRefusalReasons)[number];
