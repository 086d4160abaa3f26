import {
  authorizationCodeGrant,
  buildAuthorizationUrl,
  type Configuration,
  calculatePKCECodeChallenge,
  fetchUserInfo,
} from 'openid-client';
import { FRESH_MILLISECONDS } from '../../domain/actors/actor.ts';
import type { ConnectionCheck } from '../../domain/connections/identity-providers.ts';
import type { VerifiedIdentity } from '../../domain/connections/verified-identity.ts';
import { SignInFailure } from '../sign-in-failure.ts';
import { checkParty } from './check-party.ts';
import { guardedFetch } from './guarded-fetch.ts';
import { checkIdToken, type IdTokenClaims } from './id-token-claims.ts';
import { OidcConfigurations } from './oidc-configurations.ts';
import { toSignInFailure } from './oidc-failure.ts';
import { asksAnewBy, type OidcExchange, type OidcParty } from './oidc-party.ts';
import { lacksSomething, readIdentity } from './read-identity.ts';
import { responseInvalid } from './response-problem.ts';

export interface OidcSignInParts {
  /** Whether identity providers at addresses of this machine may be asked: for development and tests. */
  allowsLoopback: boolean;
  log: (level: 'warn' | 'error', event: string, facts: object) => void;
  /** How long something is remembered. */
  clock?: () => Date;
  /** Asks in place of the network. */
  fetch?: typeof fetch;
}

const SCOPE = 'openid profile email';
/**
 * With it `auth_time` has to come (OpenID Connect Core 1.0 §3.1.2.1). Not 0: Entra's id tokens expire so long after the password,
 * and a second factor takes time.
 */
const MAX_AGE_SECONDS = String(FRESH_MILLISECONDS / 1000);

/**
 * Sign-in by OpenID Connect: authorization code with PKCE, `state` and `nonce`, the issuer pinned. All that goes wrong is thrown
 * as SignInFailure, whose detail holds no token and no secret.
 */
export class OidcSignIn {
  readonly #log: OidcSignInParts['log'];
  readonly #configurations: OidcConfigurations;

  constructor({ allowsLoopback, log, clock = () => new Date(), fetch: ask }: OidcSignInParts) {
    this.#log = log;
    const guarded = guardedFetch({ allowsLoopback, ...(ask && { fetch: ask }) });
    this.#configurations = new OidcConfigurations({ clock, allowsLoopback, fetch: guarded });
  }

  /** Where to send the browser. */
  async authorizationUrl(party: OidcParty, exchange: OidcExchange): Promise<URL> {
    return this.#refusing(party, async () => {
      const configuration = await this.#configurations.get(party);
      return buildAuthorizationUrl(configuration, {
        redirect_uri: exchange.redirectUri,
        scope: SCOPE,
        state: exchange.state,
        nonce: exchange.nonce,
        code_challenge: await calculatePKCECodeChallenge(exchange.codeVerifier),
        code_challenge_method: 'S256',
        ...(exchange.asksAnew && { prompt: asksAnewBy(party), max_age: MAX_AGE_SECONDS }),
      });
    });
  }

  /**
   * Who signed in, by the answer that came to `callbackUrl`: exchanges the code and verifies the id token (OpenID Connect Core 1.0
   * §3.1.3.7) and the issuer of the answer (RFC 9207).
   */
  async verify(party: OidcParty, answer: OidcExchange & { callbackUrl: URL }): Promise<VerifiedIdentity> {
    return this.#refusing(party, async () => {
      const configuration = await this.#configurations.get(party);
      // Of the address that was called only the query counts: behind a proxy the rest is not what the identity provider was given.
      const address = new URL(answer.redirectUri);
      address.search = answer.callbackUrl.search;
      const tokens = await authorizationCodeGrant(configuration, address, {
        expectedState: answer.state,
        expectedNonce: answer.nonce,
        pkceCodeVerifier: answer.codeVerifier,
        idTokenExpected: true,
      });
      const claims = tokens.claims() as IdTokenClaims | undefined;
      if (!claims) throw responseInvalid('form');
      // By the clock by which openid-client judges `exp`.
      checkIdToken(claims, party, new Date());
      const userInfo = lacksSomething(claims, party)
        ? await this.#userInfo(configuration, { accessToken: tokens.access_token, sub: claims.sub, party })
        : undefined;
      const identity = readIdentity(claims, userInfo, party);
      const isChosen = answer.asksAnew === true && asksAnewBy(party) === 'select_account';
      return isChosen ? { ...identity, authTime: identity.authTime ?? claims.iat } : identity;
    });
  }

  /** Looks at what the identity provider publishes and whether it knows us. Never rejects for what the identity provider does. */
  check(party: OidcParty): Promise<ConnectionCheck[]> {
    return checkParty(party, this.#configurations);
  }

  /** Undefined where there is none or it fails: the person is known by the id token. Another person's is refused. */
  async #userInfo(
    configuration: Configuration,
    { accessToken, sub, party }: { accessToken: string; sub: string; party: OidcParty },
  ): Promise<Record<string, unknown> | undefined> {
    if (typeof configuration.serverMetadata().userinfo_endpoint !== 'string') return undefined;
    try {
      return await fetchUserInfo(configuration, accessToken, sub);
    } catch (error) {
      const failure = toSignInFailure(error, party);
      if (failure.detail.problem === 'subject' || failure.detail.problem === 'address') throw failure;
      this.#log('warn', 'a userinfo endpoint could not be read', { party: party.id, ...failure.detail });
      return undefined;
    }
  }

  async #refusing<Result>(party: OidcParty, run: () => Promise<Result>): Promise<Result> {
    try {
      return await run();
    } catch (error) {
      const failure = toSignInFailure(error, party);
      // What this person did is not the operator's to mend, and descriptions may name people.
      const { problem, error: name, code } = failure.detail;
      if (!(error instanceof SignInFailure)) {
        this.#log('warn', 'an identity provider was refused', {
          party: party.id,
          reason: failure.reason,
          problem,
          error: name,
          code,
        });
      }
      throw failure;
    }
  }
}
