/**
 * What an identity provider says of an address: OIDC `email_verified`, Entra's `xms_edov`. `no` is everything that it says but true.
 */
export type EmailVerification = 'yes' | 'no' | 'unsaid';

/** What an identity provider proved of the person who signs in, after everything about it was verified. */
export interface VerifiedIdentity {
  /** OIDC: `sub`. SAML: a persistent NameID, else the stable id. The same for as long as the person exists there. */
  subject: string;
  /** The claim or attribute that is the `externalId` of the person's record; null where it was not sent. */
  stableId: string | null;
  email: string | null;
  /** Of this `email`, by whatever told it. */
  emailVerification: EmailVerification;
  displayName: string | null;
  /**
   * When the person last proved to the identity provider who they are, in seconds since 1970: OIDC `auth_time`, SAML
   * `AuthnInstant`. Null where it does not say.
   */
  authTime: number | null;
  /** As received, bounded: shown where a connection is tested. Nothing is decided by them. */
  claims: Record<string, unknown>;
}

/** By so much the clock of an identity provider and ours may differ. */
export const CLOCK_SKEW_MILLISECONDS = 60_000;

/** When the person proved who they are; null where nobody says, and where it would be yet to come. */
export function provedAtOf({ authTime }: Pick<VerifiedIdentity, 'authTime'>, now: Date): Date | null {
  if (authTime === null || authTime * 1000 > now.getTime() + CLOCK_SKEW_MILLISECONDS) return null;
  return new Date(Math.min(authTime * 1000, now.getTime()));
}
