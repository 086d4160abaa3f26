import type { ScimTokenRow } from '../domain/directory-credentials/scim-tokens.ts';
import { CommandError } from './command-error.ts';

/** The token of a directory by its id or its last characters. Throws CommandError for none and for several. */
export function findScimToken(tokens: readonly ScimTokenRow[], text: string, directoryId: string): ScimTokenRow {
  const [found, other] = tokens.filter(({ id, hint }) => id === text || hint === text);
  const see = `See: npx rollcall scim-token list --directory ${directoryId}`;
  if (!found) throw new CommandError('notFound', `The directory has no token "${text}". ${see}`);
  if (other) throw new CommandError('ambiguous', `Several tokens end in "${text}": give the id. ${see}`);
  return found;
}
