import type { CommandOption } from './command.ts';
import type { OptionValues } from './option-values.ts';

const DAYS_MAX = 3650;
const DAY_MILLISECONDS = 86_400_000;

/** `--expires-in-days` of the commands that make a token. */
export const expiresInDays: CommandOption = {
  description: 'After how many days the new token ends by itself (never, when absent).',
  placeholder: 'DAYS',
};

/** When the token ends; null for never. Throws UsageError. */
export function readExpiry(options: OptionValues): Date | null {
  const days = options.wholeNumber('expires-in-days', { min: 1, max: DAYS_MAX });
  return days === undefined ? null : new Date(Date.now() + days * DAY_MILLISECONDS);
}
