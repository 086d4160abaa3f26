import type { DataKeyInUse, DataKeys } from './data-keys.ts';
import { openUnder, SealError, sealUnder } from './sealed-text.ts';

const VERSION = 'v1';
const SEALED = /^v1\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([\w-]+)$/;

/** What the client secret of a connection is sealed for. */
export function clientSecretContext(connection: { organizationId: string; id: string }): string {
  return `connection ${connection.organizationId} ${connection.id} clientSecret`;
}

/** The id of the data key under which it is sealed; undefined for a text that is no sealed one. */
export function dataKeyIdOf(sealed: string): string | undefined {
  return SEALED.exec(sealed)?.[1];
}

/**
 * Secrets at rest (envelope encryption): sealed under a data key that is in the database, itself sealed under SECRET_KEY,
 * which is not. Seal before the transaction that stores the text, because this asks the database too.
 */
export class Seals {
  readonly #keys: Pick<DataKeys, 'current' | 'get' | 'requireOpen'>;

  constructor({ dataKeys }: { dataKeys: Pick<DataKeys, 'current' | 'get' | 'requireOpen'> }) {
    this.#keys = dataKeys;
  }

  /**
   * Throws SealError where the present data key opens neither under SECRET_KEY nor under PREVIOUS_SECRET_KEY: for commands that
   * print what is hashed under SECRET_KEY, which a mistyped one would make worth nothing. Not seen is one from before anything
   * was sealed, nor one beside the PREVIOUS_SECRET_KEY under which the service still runs.
   */
  async requireSecretKey(): Promise<void> {
    await this.#keys.requireOpen();
  }

  /** `v1.{data key}.{base64url}`; it opens for the same context only. Throws SealError where the data key does not open. */
  async seal(text: string, context: string): Promise<string> {
    return sealWith(await this.#keys.current(), text, context);
  }

  /** What was sealed. Throws SealError, which says what to do: by another setting, or by giving the secret anew. */
  async open(sealed: string, context: string): Promise<string> {
    const [, id = '', bytes = ''] = SEALED.exec(sealed) ?? [];
    if (id === '') throw new SealError('changed', 'A secret in the database has no form that this version knows.');
    const opened = openUnder(await this.#keys.get(id), bytes, context);
    if (opened) return opened.toString();
    throw new SealError('changed', 'A sealed secret in the database was changed, or belongs to something else.');
  }
}

function sealWith({ id, key }: DataKeyInUse, text: string, context: string): string {
  return `${VERSION}.${id}.${sealUnder(key, text, context)}`;
}
