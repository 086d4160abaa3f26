import { readFile } from 'node:fs/promises';
import { CommandError } from './command-error.ts';

/** The metadata of an identity provider. Throws CommandError for a file that cannot be read. */
export async function readMetadataFile(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => {
    throw new CommandError('fileNotFound', `${file} cannot be read.`);
  });
}
