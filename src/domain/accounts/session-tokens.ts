import { v4 as randomId } from 'uuid';
import type { Database } from '../../database/database.ts';
import { prepared } from '../../database/statement.ts';
import type { UserActor } from '../actors/actor.ts';
import type { Clock } from '../clock.ts';
import { DomainError } from '../domain-error.ts';
import type { OrganizationStatus } from '../organizations/organization.entity.ts';
import { requireInUse } from '../organizations/organization-status.ts';
import type { PermissionCatalogue } from '../permissions/catalogue.ts';
import { heldEverywhere, permissionVersion } from '../permissions/permission-version.ts';
import { type SigningKeys, TOKEN_LIFETIME_SECONDS } from '../secrets/signing-keys.ts';
import { isActiveUser } from '../users/active-user.ts';

/** Who signs and for whom. */
export interface TokenParties {
  /** Where others reach this service. */
  issuer: string;
  /** The product's origin; absent where none is configured: the issuer itself. */
  audience?: string | undefined;
}

/** What a session token says (RFC 7519 §4, OpenID Connect Core §2 for `auth_time`). Times are seconds since 1970. */
export interface SessionTokenClaims {
  iss: string;
  aud: string;
  /** The user in the organization. */
  sub: string;
  org: string;
  org_slug: string;
  /** The session. */
  sid: string;
  /** The version of their permissions: another one whenever these have changed. */
  pv: string;
  /** When they last proved who they are; absent where their identity provider does not say. */
  auth_time?: number;
  iat: number;
  exp: number;
  jti: string;
}

interface TokenFacts {
  slug: string;
  status: OrganizationStatus;
  isLive: boolean;
  held: string[];
}

const selectFacts = prepared<TokenFacts>(
  'session_token_facts',
  `select o.slug, o.status, ${heldEverywhere('u.id')} as held,
          ${isActiveUser('u')} and exists (
            select 1 from session_authentications a
             where a.organization_id = $1 and a.session_id = $3 and a.user_id = u.id and a.ended_at is null) as "isLive"
     from organizations o
     join users u on u.organization_id = $1 and u.id = $2
    where o.organization_id = $1`,
);

/** The tokens by which a product's back end knows who asks, without asking us: five minutes long, signed, not stored. */
export class SessionTokens {
  readonly #database: Pick<Database, 'run'>;
  readonly #clock: Clock;
  readonly #catalogue: PermissionCatalogue;
  readonly #signingKeys: Pick<SigningKeys, 'sign'>;

  constructor(parts: {
    database: Pick<Database, 'run'>;
    clock: Clock;
    catalogue: PermissionCatalogue;
    signingKeys: Pick<SigningKeys, 'sign'>;
  }) {
    this.#database = parts.database;
    this.#clock = parts.clock;
    this.#catalogue = parts.catalogue;
    this.#signingKeys = parts.signingKeys;
  }

  /**
   * A token of the session in which the actor acts. Throws `signInRequired` where it ended meanwhile,
   * `organizationSuspended`, `organizationClosing`.
   */
  async mint(actor: UserActor, parties: TokenParties): Promise<{ token: string; expiresAt: Date }> {
    const { organizationId, userId, sessionId } = actor;
    const [facts] = await this.#database.run(organizationId, selectFacts, userId, sessionId);
    if (!facts?.isLive) throw new DomainError('signInRequired', 'Sign in again: the session has ended.');
    requireInUse(facts.status);
    const now = toSeconds(this.#clock());
    const claims: SessionTokenClaims = {
      iss: parties.issuer,
      aud: audienceOf(parties),
      sub: userId,
      org: organizationId,
      org_slug: facts.slug,
      sid: sessionId,
      pv: permissionVersion(this.#catalogue, facts.held),
      ...(actor.provedAt && { auth_time: toSeconds(actor.provedAt) }),
      iat: now,
      exp: now + TOKEN_LIFETIME_SECONDS,
      jti: randomId(),
    };
    return { token: await this.#signingKeys.sign({ ...claims }), expiresAt: new Date(claims.exp * 1000) };
  }
}

function audienceOf({ issuer, audience = issuer }: TokenParties): string {
  return audience;
}

function toSeconds(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}
