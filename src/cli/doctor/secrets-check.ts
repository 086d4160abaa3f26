import { readFile } from 'node:fs/promises';
import type { Config } from '../../config.ts';
import type { Database } from '../../database/database.ts';
import { secretKeyFile } from '../../database/secret-key.ts';
import { DataKeys } from '../../domain/secrets/data-keys.ts';
import { SealError } from '../../domain/secrets/sealed-text.ts';
import { type Check, ok, wrong } from './check.ts';

type KeySettings = Pick<Config, 'secretKey' | 'previousSecretKey' | 'dataDir'>;

/** Whether what is sealed opens under the SECRET_KEY of these settings, as `owner-link` asks before it prints anything. */
export async function checkSecrets(database: Database, settings: KeySettings): Promise<Check> {
  const { secretKey = await keyOfFile(settings), previousSecretKey } = settings;
  const keys = new DataKeys({ database, clock: () => new Date(), secretKey, previousSecretKey });
  try {
    await keys.requireOpen();
    return ok('Secrets', 'none is sealed under another SECRET_KEY');
  } catch (error) {
    if (!(error instanceof SealError)) throw error;
    const [detail = '', ...advice] = error.message.split(/(?<=\.) /);
    return wrong('Secrets', detail, advice.join(' '));
  }
}

/** Nothing is made here, unlike at a start. */
async function keyOfFile({ dataDir }: KeySettings): Promise<string> {
  return (await readFile(secretKeyFile(dataDir), 'utf8').catch(() => '')).trim();
}
