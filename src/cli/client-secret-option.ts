import { text as readText } from 'node:stream/consumers';
import type { CommandContext } from './command.ts';
import { ask } from './terminal.ts';

/** `-` keeps the secret out of the list of processes and the shell's history. */
export const clientSecretOption = {
  description: 'OIDC: the client secret; - reads it from stdin.',
  placeholder: 'SECRET',
} as const;

/** The client secret as it was given, or as stdin has it without its line end; undefined where none is given. */
export async function readClientSecret({
  options,
  terminal,
}: Pick<CommandContext, 'options' | 'terminal'>): Promise<string | undefined> {
  const given = options.text('client-secret');
  if (given !== '-') return given;
  if (terminal.canAsk) return ask(terminal, 'Client secret:');
  return (await readText(terminal.stdin)).replace(/\r?\n$/, '');
}
