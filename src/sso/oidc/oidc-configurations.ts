import {
  allowInsecureRequests,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  type Configuration,
  type CustomFetch,
  clockTolerance,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  type ServerMetadata,
} from 'openid-client';
import { discoveredIssuer } from './entra-issuer.ts';
import { isEndpointAddress } from './guarded-fetch.ts';
import { CLOCK_SKEW_SECONDS } from './id-token-claims.ts';
import type { OidcParty } from './oidc-party.ts';
import { otherIssuer, responseInvalid } from './response-problem.ts';

const REMEMBERED_MILLISECONDS = 3_600_000;
const REMEMBERED_MAX = 1_000;
const TIMEOUT_SECONDS = 5;
/** None with a shared key: the client secret is no signing key. */
export const ID_TOKEN_ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512'];
const ENDPOINTS = ['authorization_endpoint', 'token_endpoint', 'jwks_uri'] as const;

interface Remembered {
  version: number;
  readAt: number;
  configuration: Promise<Configuration>;
}

/**
 * What identity providers publish about themselves (OpenID Connect Discovery 1.0), remembered for an hour a party. The keys are
 * part of it: openid-client reads them again after five minutes, or for an unknown key id after one.
 */
export class OidcConfigurations {
  readonly #clock: () => Date;
  readonly #allowsLoopback: boolean;
  readonly #fetch: CustomFetch;
  readonly #remembered = new Map<string, Remembered>();

  constructor(parts: { clock: () => Date; allowsLoopback: boolean; fetch: CustomFetch }) {
    this.#clock = parts.clock;
    this.#allowsLoopback = parts.allowsLoopback;
    this.#fetch = parts.fetch;
  }

  /** Rejects as `discover` does; a failure is not remembered. */
  get(party: OidcParty): Promise<Configuration> {
    const now = this.#clock().getTime();
    const known = this.#remembered.get(party.id);
    if (known && known.version === party.version && now - known.readAt < REMEMBERED_MILLISECONDS) {
      return known.configuration;
    }
    const made = { version: party.version, readAt: now, configuration: this.discover(party) };
    this.#remember(party.id, made);
    made.configuration.catch(() => {
      if (this.#remembered.get(party.id) === made) this.#remembered.delete(party.id);
    });
    return made.configuration;
  }

  /** The keys of an identity provider as it publishes them, past what is remembered. Rejects where they cannot be read. */
  async readKeys(metadata: ServerMetadata): Promise<unknown> {
    const response = await this.#fetch(String(metadata.jwks_uri), {
      method: 'GET',
      headers: { accept: 'application/json, application/jwk-set+json' },
      body: undefined,
      redirect: 'manual',
    });
    if (response.status !== 200) throw responseInvalid('keys', { status: response.status });
    return response.json();
  }

  /** Reads it anew. Rejects with SignInFailure for what may not be believed, and with what openid-client throws. */
  async discover(party: OidcParty): Promise<Configuration> {
    const configuration = await discovery(
      new URL(party.issuer),
      party.clientId,
      {
        // openid-client's type knows one algorithm, its code a list of them.
        id_token_signed_response_alg: ID_TOKEN_ALGORITHMS as unknown as string,
        [clockTolerance]: CLOCK_SKEW_SECONDS,
      },
      clientAuthentication(party.clientSecret),
      {
        [customFetch]: this.#fetch,
        timeout: TIMEOUT_SECONDS,
        // Addresses are checked by the guarded fetch; without it the id token would be taken on the word of TLS alone.
        execute: [enableNonRepudiationChecks, ...(this.#allowsLoopback ? [allowInsecureRequests] : [])],
      },
    );
    this.#check(configuration.serverMetadata(), party);
    return configuration;
  }

  #check(metadata: ServerMetadata, party: OidcParty): void {
    if (metadata.issuer !== discoveredIssuer(party.issuer)) throw otherIssuer(metadata.issuer);
    for (const name of ENDPOINTS) {
      const address = metadata[name];
      if (typeof address !== 'string') throw responseInvalid('metadata');
      if (!isEndpointAddress(address, { allowsLoopback: this.#allowsLoopback })) throw responseInvalid('address');
    }
  }

  #remember(id: string, made: Remembered): void {
    this.#remembered.delete(id);
    // A Map keeps the order of insertion, so its first key is the oldest.
    const [oldest] = this.#remembered.keys();
    if (oldest !== undefined && this.#remembered.size >= REMEMBERED_MAX) this.#remembered.delete(oldest);
    this.#remembered.set(id, made);
  }
}

/**
 * In the body where the identity provider says that it reads it there: in the header, not all agree on how the secret is encoded.
 * Basic is what RFC 8414 §2 takes for granted where nothing is said.
 */
function clientAuthentication(clientSecret: string): ClientAuth {
  const post = ClientSecretPost(clientSecret);
  const basic = ClientSecretBasic(clientSecret);
  return (server, ...request) => {
    const methods = server.token_endpoint_auth_methods_supported;
    const isPost = Array.isArray(methods) && methods.includes('client_secret_post');
    return isPost ? post(server, ...request) : basic(server, ...request);
  };
}
