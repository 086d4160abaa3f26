import {
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  type JWTPayload,
  SignJWT,
} from 'jose';
import type { Database, OrganizationTransaction } from '../../database/database.ts';
import type { Clock } from '../clock.ts';
import { globalTransaction } from '../global-transaction.ts';
import { SealError } from './sealed-text.ts';
import { dataKeyIdOf, type Seals } from './seals.ts';
import type { SigningKeyRow } from './signing-keys.store.ts';
import * as store from './signing-keys.store.ts';

/** For how long whoever reads the JWKS may keep it. */
export const JWKS_MAX_AGE_SECONDS = 300;
/** A session token is believed for no longer, whatever ended meanwhile. */
export const TOKEN_LIFETIME_SECONDS = 300;
/** A key is in the JWKS for this long before it signs, so that nobody meets a signature of a key they do not know. */
const PUBLISHED_BEFORE_MILLISECONDS = 600_000;
/** A retired key stays in the JWKS until its last token has ended, for clocks that go wrong by a minute too. */
const PUBLISHED_AFTER_MILLISECONDS = (TOKEN_LIFETIME_SECONDS + 60) * 1000;
const ROTATED_AFTER_MILLISECONDS = 90 * 86_400_000;
/** Far less than a key is published before it signs. */
const REMEMBERED_MILLISECONDS = 30_000;

const ALGORITHM = 'ES256';
/** Of the header (RFC 8725 §3.11), so that no other token of ours is ever taken for one of a session. */
export const TOKEN_TYPE = 'rollcall-session+jwt';
const LOCK = 'signing keys';
const contextOf = (id: string) => `signing key ${id}`;

export type PublicKeySet = { keys: JWK[] };

/**
 * The key pairs by which session tokens are signed (ES256). The newest one whose time has come signs; the JWKS (RFC 7517
 * §5) has it, the next and those retired a moment ago. Private keys are sealed.
 */
export class SigningKeys {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #seals: Pick<Seals, 'seal' | 'open'>;
  readonly #privateKeys = new Map<string, Awaited<ReturnType<typeof importJWK>>>();
  #remembered: { rows: SigningKeyRow[]; until: number } | undefined;
  #first: Promise<SigningKeyRow[]> | undefined;

  constructor(parts: { database: Database; clock: Clock; seals: Pick<Seals, 'seal' | 'open'> }) {
    this.#database = parts.database;
    this.#clock = parts.clock;
    this.#seals = parts.seals;
  }

  /** The public keys by which tokens are checked. */
  async jwks(): Promise<PublicKeySet> {
    const now = this.#clock().getTime();
    const published = (await this.#keys()).filter(
      ({ retiredAt }) => retiredAt === null || retiredAt.getTime() + PUBLISHED_AFTER_MILLISECONDS > now,
    );
    return { keys: published.map((row) => row.publicJwk as JWK) };
  }

  /** A token of these claims, signed by the key whose time it is. Throws SealError where that key does not open. */
  async sign(claims: JWTPayload): Promise<string> {
    const row = signerAt(await this.#keys(), this.#clock());
    const header = { alg: ALGORITHM, kid: row.id, typ: TOKEN_TYPE };
    return new SignJWT(claims).setProtectedHeader(header).sign(await this.#privateKey(row));
  }

  /**
   * Makes the key that follows: it signs ten minutes from now, or at once where the present one cannot be opened. A
   * following one that waits already is answered as it is.
   */
  async rotate(): Promise<{ id: string; activeFrom: Date }> {
    const rows = await this.#keys();
    const isLost = await this.#isLost(signerAt(rows, this.#clock()));
    const made = await this.#make();
    const key = await globalTransaction(this.#database, LOCK, async (transaction) => {
      const at = this.#clock();
      const known = await transaction.rows(store.selectKeys);
      const waiting = known.find(({ activeFrom }) => activeFrom > at);
      if (waiting && !isLost) return waiting;
      const activeFrom = isLost ? at : new Date(at.getTime() + PUBLISHED_BEFORE_MILLISECONDS);
      const earlier = known.map(({ id }) => id);
      await transaction.rows(store.retireKeys, earlier, activeFrom);
      return insert(transaction, made, at, activeFrom);
    });
    this.#remembered = undefined;
    return { id: key.id, activeFrom: key.activeFrom };
  }

  /** Rotates a key that has signed for 90 days, and deletes those by which nothing is checked any more. For maintenance. */
  async maintain(): Promise<void> {
    const now = this.#clock().getTime();
    await this.#database.lookUp(store.deleteRetiredKeys, new Date(now - PUBLISHED_AFTER_MILLISECONDS));
    const newest = (await this.#database.lookUp(store.lookUpKeys)).at(-1);
    if (newest && now - newest.activeFrom.getTime() >= ROTATED_AFTER_MILLISECONDS) await this.rotate();
    this.#remembered = undefined;
  }

  /** Seals the private keys anew under the data key; answers which could not be opened, by the data keys they name. */
  async sealAnew(dataKeyId: string): Promise<{ resealedCount: number; lostDataKeyIds: string[] }> {
    let resealedCount = 0;
    const lostDataKeyIds: string[] = [];
    for (const { id, sealedPrivateJwk } of await this.#database.lookUp(store.lookUpKeys)) {
      const sealedUnder = dataKeyIdOf(sealedPrivateJwk);
      if (sealedUnder === dataKeyId) continue;
      try {
        const opened = await this.#seals.open(sealedPrivateJwk, contextOf(id));
        const sealed = await this.#seals.seal(opened, contextOf(id));
        resealedCount += (await this.#database.lookUp(store.replaceSealedKey, id, sealed, sealedPrivateJwk)).length;
      } catch (error) {
        if (!(error instanceof SealError)) throw error;
        if (sealedUnder !== undefined) lostDataKeyIds.push(sealedUnder);
      }
    }
    return { resealedCount, lostDataKeyIds };
  }

  async #keys(): Promise<SigningKeyRow[]> {
    const now = this.#clock().getTime();
    if (this.#remembered && now < this.#remembered.until) return this.#remembered.rows;
    const known = await this.#database.lookUp(store.lookUpKeys);
    const rows = known.length > 0 ? known : await this.#makeFirst();
    this.#remembered = { rows, until: now + REMEMBERED_MILLISECONDS };
    return rows;
  }

  async #makeFirst(): Promise<SigningKeyRow[]> {
    this.#first ??= this.#insertFirst().finally(() => {
      this.#first = undefined;
    });
    return this.#first;
  }

  /** Nobody knows a key yet that tokens could be checked by, so that the first one signs at once. */
  async #insertFirst(): Promise<SigningKeyRow[]> {
    const made = await this.#make();
    return globalTransaction(this.#database, LOCK, async (transaction) => {
      const known = await transaction.rows(store.selectKeys);
      if (known.length > 0) return known;
      const at = this.#clock();
      return [await insert(transaction, made, at, at)];
    });
  }

  async #make(): Promise<MadeKey> {
    const pair = await generateKeyPair(ALGORITHM, { extractable: true });
    const publicKey = await exportJWK(pair.publicKey);
    const id = await calculateJwkThumbprint(publicKey);
    const sealed = await this.#seals.seal(JSON.stringify(await exportJWK(pair.privateKey)), contextOf(id));
    return { id, publicJwk: { ...publicKey, kid: id, alg: ALGORITHM, use: 'sig' }, sealed };
  }

  async #privateKey({ id, sealedPrivateJwk }: SigningKeyRow): Promise<Awaited<ReturnType<typeof importJWK>>> {
    const known = this.#privateKeys.get(id);
    if (known) return known;
    const opened = await this.#seals.open(sealedPrivateJwk, contextOf(id));
    const key = await importJWK(JSON.parse(opened) as JWK, ALGORITHM);
    this.#privateKeys.clear();
    this.#privateKeys.set(id, key);
    return key;
  }

  async #isLost({ id, sealedPrivateJwk }: SigningKeyRow): Promise<boolean> {
    try {
      await this.#seals.open(sealedPrivateJwk, contextOf(id));
      return false;
    } catch (error) {
      if (error instanceof SealError) return true;
      throw error;
    }
  }
}

interface MadeKey {
  id: string;
  publicJwk: JWK;
  sealed: string;
}

async function insert(
  transaction: OrganizationTransaction,
  { id, publicJwk, sealed }: MadeKey,
  at: Date,
  activeFrom: Date,
): Promise<SigningKeyRow> {
  const [row] = await transaction.rows(store.insertKey, id, JSON.stringify(publicJwk), sealed, at, activeFrom);
  if (!row) throw new Error('The new signing key was not returned.');
  return row;
}

/** Of the keys, in the order of their time, the last one whose time has come and is not over; the first one otherwise. */
function signerAt(rows: readonly SigningKeyRow[], now: Date): SigningKeyRow {
  const isInUse = ({ activeFrom, retiredAt }: SigningKeyRow) =>
    activeFrom <= now && (retiredAt === null || retiredAt > now);
  const row = rows.findLast(isInUse) ?? rows[0];
  if (!row) throw new Error('There is no signing key.');
  return row;
}
