import type { CommandContext } from './command.ts';
import { CommandError, UsageError } from './command-error.ts';
import { ask } from './terminal.ts';

/** For commands that cannot be undone. */
export const confirmOption = {
  description: 'The current slug once more: do not ask.',
  placeholder: 'SLUG',
} as const;

/** Throws UsageError where the confirmation is missing and nobody can be asked for it: before anything is done. */
export function requireConfirmable({ options, terminal, isJson }: CommandContext): void {
  if (options.text('confirm') !== undefined || (terminal.canAsk && !isJson)) return;
  throw new UsageError('Nobody can be asked here: confirm it with --confirm SLUG.');
}

/**
 * The slug, given by --confirm or typed after the consequence was shown. Throws CommandError for another one: nothing is
 * done then.
 */
export async function confirmSlug(
  { options, terminal }: CommandContext,
  { slug, consequence }: { slug: string; consequence: string },
): Promise<string> {
  const typed = options.text('confirm') ?? (await ask(terminal, `${consequence}\nType its slug to go on:`));
  if (typed === slug) return typed;
  throw new CommandError('notConfirmed', `Nothing was changed: the current slug is "${slug}", not "${typed}".`);
}
