import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where the secret of an installation stands that sets none. */
export function secretKeyFile(dataDir: string): string {
  return join(dataDir, 'secret-key');
}

/**
 * The secret of the embedded installation, made at the first start and kept beside the data with mode 0600. Two processes
 * that start together get the same one: a finished file is linked into place, and the second finds it there.
 */
export async function readSecretKey(dataDir: string): Promise<string> {
  const file = secretKeyFile(dataDir);
  const known = await readFile(file, 'utf8').catch(absent);
  if (known?.trim()) return known.trim();
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  await writeFile(draft, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600 });
  try {
    await link(draft, file).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(draft, { force: true });
  }
  return (await readFile(file, 'utf8')).trim();
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
  return undefined;
}
