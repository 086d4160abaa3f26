import { SECRET_YEARS } from '../domain/directory-credentials/oauth-clients.ts';
import type { CommandOption } from './command.ts';
import type { OptionValues } from './option-values.ts';

/** `--years` of the commands that make a client secret. */
export const secretYears: CommandOption = {
  description: `For how many years the secret lives, ${SECRET_YEARS.min} to ${SECRET_YEARS.max} (default ${SECRET_YEARS.default}).`,
  placeholder: 'YEARS',
};

/** Throws UsageError. */
export function readSecretYears(options: OptionValues): number | null {
  return options.wholeNumber('years', SECRET_YEARS) ?? null;
}
