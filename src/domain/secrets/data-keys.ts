import { v7 as uuid } from 'uuid';
import type { Database } from '../../database/database.ts';
import type { Clock } from '../clock.ts';
import { globalTransaction } from '../global-transaction.ts';
import type { DataKeyRow } from './data-keys.store.ts';
import * as store from './data-keys.store.ts';
import { createKey, openUnder, SealError, sealUnder, wrappingKeyOf } from './sealed-text.ts';

/** A key that seals and opens, by its id. */
export interface DataKeyInUse {
  id: string;
  key: Buffer;
}

const LOCK = 'data keys';
/** A data key that was sealed stands in one row: its context. */
const contextOf = (id: string) => `data key ${id}`;

/**
 * The keys under which secrets are sealed, each sealed itself under SECRET_KEY. The newest one that is not retired seals;
 * all of them open. The first is made when something is sealed for the first time.
 */
export class DataKeys {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #wrappingKey: Buffer;
  readonly #previousWrappingKey: Buffer | undefined;
  readonly #opened = new Map<string, Buffer>();
  #first: Promise<DataKeyRow> | undefined;

  constructor(parts: {
    database: Database;
    clock: Clock;
    secretKey: string;
    previousSecretKey?: string | undefined;
  }) {
    this.#database = parts.database;
    this.#clock = parts.clock;
    this.#wrappingKey = wrappingKeyOf(parts.secretKey);
    this.#previousWrappingKey =
      parts.previousSecretKey === undefined ? undefined : wrappingKeyOf(parts.previousSecretKey);
  }

  /**
   * The key that seals now. It is asked for each time, so that nothing is sealed under a key that another process retired.
   * Throws SealError where it does not open.
   */
  async current(): Promise<DataKeyInUse> {
    const [known] = await this.#database.lookUp(store.lookUpCurrent);
    const row = known ?? (await this.#makeFirst());
    return { id: row.id, key: this.#open(row) };
  }

  /** Throws SealError where the key that seals now does not open. Where there is none yet, none is made. */
  async requireOpen(): Promise<void> {
    const [known] = await this.#database.lookUp(store.lookUpCurrent);
    if (known) this.#open(known);
  }

  /** The key of the id, from memory where it was used before. Throws SealError for one that is gone or does not open. */
  async get(id: string): Promise<Buffer> {
    const opened = this.#opened.get(id);
    if (opened) return opened;
    const [row] = await this.#database.lookUp(store.lookUpKey, id);
    if (!row)
      throw new SealError(
        'dataKeyGone',
        `The data key ${id}, under which a secret is sealed, is not in the database any more.`,
      );
    return this.#open(row);
  }

  /** Has a new key seal from now on and retires those before; answers its id and how many were retired. */
  async replace(): Promise<{ id: string; retiredCount: number }> {
    const made = this.#make();
    return globalTransaction(this.#database, LOCK, async (transaction) => {
      const at = this.#clock();
      const retired = await transaction.rows(store.retireKeys, at);
      await transaction.rows(store.insertKey, made.id, made.sealedKey, at);
      return { id: made.id, retiredCount: retired.length };
    });
  }

  /** Seals anew under SECRET_KEY what opens under PREVIOUS_SECRET_KEY alone; answers how many keys those were. */
  async adoptSecretKey(): Promise<number> {
    let count = 0;
    for (const { id, sealedKey } of await this.#database.lookUp(store.lookUpKeys)) {
      if (openUnder(this.#wrappingKey, sealedKey, contextOf(id))) continue;
      const key = this.#previousWrappingKey && openUnder(this.#previousWrappingKey, sealedKey, contextOf(id));
      if (!key) continue;
      const sealed = sealUnder(this.#wrappingKey, key, contextOf(id));
      count += (await this.#database.lookUp(store.replaceSealedKey, id, sealed, sealedKey)).length;
    }
    return count;
  }

  /** The retired keys, the oldest first. */
  async retired(): Promise<DataKeyRow[]> {
    return (await this.#database.lookUp(store.lookUpKeys)).filter((row) => row.retiredAt !== null);
  }

  /** Deletes the keys that were retired before then and are not named any more; answers how many. */
  async deleteRetired(before: Date, namedIds: readonly string[]): Promise<number> {
    const gone = await this.#database.lookUp(store.deleteRetiredKeys, before, namedIds);
    for (const { id } of gone) this.#opened.delete(id);
    return gone.length;
  }

  /** Of several that ask at once, here and in other processes, all get the same key. */
  async #makeFirst(): Promise<DataKeyRow> {
    this.#first ??= this.#insertFirst().finally(() => {
      this.#first = undefined;
    });
    return this.#first;
  }

  async #insertFirst(): Promise<DataKeyRow> {
    const made = this.#make();
    return globalTransaction(this.#database, LOCK, async (transaction) => {
      const [known] = await transaction.rows(store.selectCurrent);
      if (known) return known;
      const [row] = await transaction.rows(store.insertKey, made.id, made.sealedKey, this.#clock());
      if (!row) throw new Error('The new data key was not returned.');
      return row;
    });
  }

  #make(): { id: string; sealedKey: string } {
    const id = uuid();
    return { id, sealedKey: sealUnder(this.#wrappingKey, createKey(), contextOf(id)) };
  }

  #open({ id, sealedKey }: DataKeyRow): Buffer {
    const known = this.#opened.get(id);
    if (known) return known;
    const candidates = [this.#wrappingKey, ...(this.#previousWrappingKey ? [this.#previousWrappingKey] : [])];
    for (const candidate of candidates) {
      const key = openUnder(candidate, sealedKey, contextOf(id));
      if (!key) continue;
      this.#opened.set(id, key);
      return key;
    }
    throw new SealError('secretKey', this.#previousWrappingKey ? NEITHER_OPENS : DOES_NOT_OPEN);
  }
}

const DOES_NOT_OPEN =
  'The secrets in the database are sealed under another SECRET_KEY. Set SECRET_KEY to that one again; or set PREVIOUS_SECRET_KEY to it, restart, and run: npx rollcall keys rotate';
const NEITHER_OPENS =
  'The secrets in the database are sealed neither under SECRET_KEY nor under PREVIOUS_SECRET_KEY. Set one of them to the key under which they were sealed.';
