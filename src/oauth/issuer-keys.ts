import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { isIssuerAddress } from '../domain/directory-credentials/issuer-address.ts';

type KeySet = ReturnType<typeof createLocalJWKSet>;

interface Issuer {
  keys: KeySet | undefined;
  readAt: number;
  /** Also when nothing came of it. */
  triedAt: number;
  reading: Promise<void> | undefined;
}

/** Where an issuer's keys are: at an address, or where its OpenID discovery says. */
export interface KeySource {
  issuer: string;
  jwksUri: string | null;
}

/** The keys of an issuer cannot be read, and none are remembered. */
export class KeysUnavailable extends Error {}

const FRESH_MILLISECONDS = 3_600_000;
/** While the issuer does not answer, its last keys are good for this long. */
const STALE_MILLISECONDS_MAX = 86_400_000;
/** Between two attempts, whatever callers send: a made-up key id shall not become a request to the issuer. */
const COOLDOWN_MILLISECONDS = 30_000;
const TIMEOUT_MILLISECONDS = 5_000;
const BODY_BYTES_MAX = 512 * 1024;
const ISSUERS_MAX = 1_000;

/**
 * The public keys of issuers, remembered for an hour. An unknown key id has them read anew, as Entra changes its keys at any
 * time, but not more often than every 30 seconds.
 */
export class IssuerKeys {
  readonly #clock: () => Date;
  readonly #allowsLoopback: boolean;
  readonly #onFailure: (error: unknown, source: KeySource) => void;
  readonly #issuers = new Map<string, Issuer>();

  constructor(parts: {
    clock: () => Date;
    allowsLoopback: boolean;
    onFailure: (error: unknown, source: KeySource) => void;
  }) {
    this.#clock = parts.clock;
    this.#allowsLoopback = parts.allowsLoopback;
    this.#onFailure = parts.onFailure;
  }

  /** How jose finds the key of an assertion. Rejects with KeysUnavailable, or jose's error for an unknown key. */
  keysOf(source: KeySource): JWTVerifyGetKey {
    return async (header, token) => {
      const keys = await this.#read(source, { isMissing: false });
      return keys(header, token).catch(async (error: unknown) => {
        if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
        const again = await this.#read(source, { isMissing: true });
        return again(header, token);
      });
    };
  }

  async #read(source: KeySource, { isMissing }: { isMissing: boolean }): Promise<KeySet> {
    const issuer = this.#issuerOf(source);
    const now = this.#clock().getTime();
    const isFresh = now - issuer.readAt < FRESH_MILLISECONDS;
    if (!issuer.reading && (isMissing || !isFresh) && now - issuer.triedAt >= COOLDOWN_MILLISECONDS) {
      issuer.triedAt = now;
      issuer.reading = this.#fill(issuer, source).finally(() => {
        issuer.reading = undefined;
      });
    }
    await issuer.reading;
    if (issuer.keys && now - issuer.readAt < STALE_MILLISECONDS_MAX) return issuer.keys;
    throw new KeysUnavailable(`The keys of ${source.issuer} cannot be read.`);
  }

  async #fill(issuer: Issuer, source: KeySource): Promise<void> {
    try {
      issuer.keys = createLocalJWKSet((await this.#fetchKeys(source)) as JSONWebKeySet);
      issuer.readAt = this.#clock().getTime();
    } catch (error) {
      this.#onFailure(error, source);
    }
  }

  async #fetchKeys({ issuer, jwksUri }: KeySource): Promise<unknown> {
    if (jwksUri !== null) return this.#fetchJson(jwksUri);
    const metadata = await this.#fetchJson(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
    const { issuer: named, jwks_uri: found } = metadata as { issuer?: unknown; jwks_uri?: unknown };
    // OpenID Connect Discovery 1.0 §4.3.
    if (named !== issuer) throw new Error('The metadata are those of another issuer.');
    if (typeof found !== 'string') throw new Error('The metadata name no jwks_uri.');
    return this.#fetchJson(found);
  }

  /** Redirects are not followed: they would lead to an address that nobody has looked at. */
  async #fetchJson(address: string): Promise<unknown> {
    if (!isIssuerAddress(address, { allowsLoopback: this.#allowsLoopback })) {
      throw new Error('The address is none that may be asked for keys.');
    }
    const signal = AbortSignal.timeout(TIMEOUT_MILLISECONDS);
    const response = await fetch(address, { redirect: 'error', signal, headers: { accept: 'application/json' } });
    if (response.status !== 200) throw new Error(`The issuer answers ${response.status}.`);
    const chunks: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of response.body ?? []) {
      length += chunk.byteLength;
      if (length > BODY_BYTES_MAX) throw new Error('The answer of the issuer is too long.');
      chunks.push(chunk);
    }
    const json: unknown = JSON.parse(Buffer.concat(chunks).toString());
    if (typeof json !== 'object' || json === null) throw new Error('The answer of the issuer is no object.');
    return json;
  }

  #issuerOf({ issuer, jwksUri }: KeySource): Issuer {
    const key = `${issuer} ${jwksUri ?? ''}`;
    const known = this.#issuers.get(key);
    if (known) return known;
    // A Map keeps the order of insertion, so its first key is the oldest.
    const [oldest] = this.#issuers.keys();
    if (oldest !== undefined && this.#issuers.size >= ISSUERS_MAX) this.#issuers.delete(oldest);
    const never = Number.NEGATIVE_INFINITY;
    const made: Issuer = { keys: undefined, readAt: never, triedAt: never, reading: undefined };
    this.#issuers.set(key, made);
    return made;
  }
}
