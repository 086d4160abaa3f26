import type { Database } from '../../database/database.ts';
import type { Clock } from '../clock.ts';
import { globalTurn } from '../global-transaction.ts';
import type { Organizations } from '../organizations/organizations.ts';
import type { DataKeyRow } from './data-keys.store.ts';
import type { DataKeys } from './data-keys.ts';
import * as store from './key-rotation.store.ts';
import { SealError } from './sealed-text.ts';
import { clientSecretContext, dataKeyIdOf, type Seals } from './seals.ts';
import type { SigningKeys } from './signing-keys.ts';

/** Whoever read the key before it was retired has stored long since what they sealed under it. */
const STRAGGLERS_MILLISECONDS = 600_000;
const LOCK = 'key rotation';
/** How long it is before a lost secret is looked at again: an admin may have given a new one. */
const KEPT_MILLISECONDS = 86_400_000;

export interface RotationOptions {
  /** Go on although an earlier SECRET_KEY is lost: what was sealed under it has to be given anew. */
  isOldKeyLost?: boolean;
  onProgress?:
    | ((progress: { organizationCount: number; seenCount: number; resealedCount: number }) => void)
    | undefined;
}

/** A connection whose client secret cannot be opened any more. */
export interface LostSecret {
  organizationId: string;
  slug: string;
  connectionId: string;
}

export interface Rotation {
  dataKeyId: string;
  /** Data keys that were under PREVIOUS_SECRET_KEY and are under SECRET_KEY now. */
  adoptedKeyCount: number;
  resealedCount: number;
  lostSecrets: LostSecret[];
  /** Retired data keys that are still there: the maintenance deletes them ten minutes after their end. */
  retiredKeyCount: number;
  deletedKeyCount: number;
  signingKey: { id: string; activeFrom: Date };
}

interface Resealed {
  resealedCount: number;
  lostSecrets: LostSecret[];
  namedKeyIds: Set<string>;
}

/** New keys for what is sealed and what is signed, while the service runs. For the operator: nothing here takes an actor. */
export class KeyRotation {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #organizations: Pick<Organizations, 'list'>;
  readonly #dataKeys: DataKeys;
  readonly #seals: Seals;
  readonly #signingKeys: SigningKeys;
  /** Retired data keys that were kept for what is lost under them, and when that was found. */
  readonly #keptAt = new Map<string, number>();

  constructor(parts: {
    database: Database;
    clock: Clock;
    organizations: Pick<Organizations, 'list'>;
    dataKeys: DataKeys;
    seals: Seals;
    signingKeys: SigningKeys;
  }) {
    this.#database = parts.database;
    this.#clock = parts.clock;
    this.#organizations = parts.organizations;
    this.#dataKeys = parts.dataKeys;
    this.#seals = parts.seals;
    this.#signingKeys = parts.signingKeys;
  }

  /**
   * Seals everything anew under a new data key, organization by organization, and has a new signing key follow. What broke
   * off is made good by running it again. Throws SealError where the present data key does not open, unless the old key is
   * said to be lost: a mistyped SECRET_KEY would otherwise lock the running service out.
   */
  async rotate({ isOldKeyLost = false, onProgress }: RotationOptions = {}): Promise<Rotation> {
    const adoptedKeyCount = await this.#dataKeys.adoptSecretKey();
    if (!isOldKeyLost) await this.#dataKeys.current();
    const { id: dataKeyId } = await this.#dataKeys.replace();
    const resealed = await this.#sealAnew(dataKeyId, onProgress);
    const signingKey = await this.#signingKeys.rotate();
    const deletedKeyCount = await this.#deleteUnnamed(resealed);
    return {
      dataKeyId,
      adoptedKeyCount,
      resealedCount: resealed.resealedCount,
      lostSecrets: resealed.lostSecrets,
      retiredKeyCount: (await this.#dataKeys.retired()).length,
      deletedKeyCount,
      signingKey,
    };
  }

  /**
   * Rotates a signing key of 90 days, and ends what a rotation left: what was sealed under the old data key at its very
   * moment is sealed anew, and the data keys that nothing names any more are deleted. A key that is kept for a lost secret is
   * looked at again after a day. For the maintenance, once for all organizations; one process at a time.
   */
  async maintain(): Promise<void> {
    await globalTurn(this.#database, LOCK, async () => {
      await this.#signingKeys.maintain();
      if (!(await this.#dataKeys.retired()).some((row) => this.#isDue(row))) return;
      const { id } = await this.#dataKeys.current();
      await this.#deleteUnnamed(await this.#sealAnew(id));
    });
  }

  async #sealAnew(dataKeyId: string, onProgress: RotationOptions['onProgress'] = () => undefined): Promise<Resealed> {
    const { resealedCount, lostDataKeyIds } = await this.#signingKeys.sealAnew(dataKeyId);
    const result: Resealed = { resealedCount, lostSecrets: [], namedKeyIds: new Set(lostDataKeyIds) };
    const organizations = await this.#organizations.list();
    for (const [index, organization] of organizations.entries()) {
      await this.#sealAnewIn(organization, dataKeyId, result);
      onProgress({
        organizationCount: organizations.length,
        seenCount: index + 1,
        resealedCount: result.resealedCount,
      });
    }
    return result;
  }

  async #sealAnewIn(organization: { id: string; slug: string }, dataKeyId: string, result: Resealed): Promise<void> {
    const { id: organizationId, slug } = organization;
    for (const { id, sealed } of await this.#database.run(organizationId, store.selectClientSecrets)) {
      const sealedUnder = dataKeyIdOf(sealed);
      if (sealedUnder === dataKeyId) continue;
      const context = clientSecretContext({ organizationId, id });
      try {
        const anew = await this.#seals.seal(await this.#seals.open(sealed, context), context);
        const replaced = await this.#database.run(organizationId, store.replaceClientSecret, id, anew, sealed);
        result.resealedCount += replaced.length;
      } catch (error) {
        if (!(error instanceof SealError)) throw error;
        result.lostSecrets.push({ organizationId, slug, connectionId: id });
        if (sealedUnder !== undefined) result.namedKeyIds.add(sealedUnder);
      }
    }
  }

  /** Whether a retired data key may be deleted, as far as is known without reading the secrets of all organizations. */
  #isDue({ id, retiredAt }: DataKeyRow): boolean {
    const keptAt = this.#keptAt.get(id) ?? Number.NEGATIVE_INFINITY;
    const isKept = this.#clock().getTime() - keptAt < KEPT_MILLISECONDS;
    return retiredAt !== null && retiredAt < this.#stragglersOver() && !isKept;
  }

  async #deleteUnnamed({ namedKeyIds }: Resealed): Promise<number> {
    this.#keptAt.clear();
    for (const id of namedKeyIds) this.#keptAt.set(id, this.#clock().getTime());
    return this.#dataKeys.deleteRetired(this.#stragglersOver(), [...namedKeyIds]);
  }

  #stragglersOver(): Date {
    return new Date(this.#clock().getTime() - STRAGGLERS_MILLISECONDS);
  }
}
