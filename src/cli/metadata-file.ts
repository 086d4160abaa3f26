import { readFile } from 'node:fs/promises';
import { CommandError } from './command-error.ts';

/** Why, by the code of Node. */
const reasons: Readonly<Record<string, string>> = {
  ENOENT: ': there is no such file',
  EISDIR: ': it is a folder',
  EACCES: ': this user may not',
};

/** The metadata of an identity provider. Throws CommandError for a file that cannot be read. */
export async function readMetadataFile(file: string): Promise<string> {
  const content = await readFile(file).catch((error: unknown) => {
    const { code = '' } = error as NodeJS.ErrnoException;
    throw new CommandError('fileNotFound', `${file} cannot be read${reasons[code] ?? ''}.`);
  });
  // PowerShell writes UTF-16 where it is not asked for anything else.
  const isUtf16 = content[0] === 0xff && content[1] === 0xfe;
  return new TextDecoder(isUtf16 ? 'utf-16le' : 'utf-8').decode(content);
}
