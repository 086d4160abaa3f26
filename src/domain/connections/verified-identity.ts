/** What an identity provider proved of the person who signs in, after everything about it was verified. */
export interface VerifiedIdentity {
  /** OIDC: `sub`. SAML: a persistent NameID, else the stable id. The same for as long as the person exists there. */
  subject: string;
  /** The claim or attribute that is the `externalId` of the person's record; null where it was not sent. */
  stableId: string | null;
  email: string | null;
  /** Whether the identity provider says so: OIDC `email_verified`. Nobody is found by another. */
  isEmailVerified: boolean;
  displayName: string | null;
  /** As received, bounded: shown where a connection is tested. */
  claims: Record<string, unknown>;
}
