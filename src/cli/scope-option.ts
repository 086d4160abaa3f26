import { isScope, type Scope, scopes } from '../domain/actors/scope.ts';
import type { CommandOption } from './command.ts';
import { UsageError } from './command-error.ts';
import type { OptionValues } from './option-values.ts';

/** `--scope` of the commands that make a credential of a directory. */
export const scopeOption: CommandOption = {
  description: `${scopes.join(', ')} (default all).`,
  placeholder: 'SCOPE',
  multiple: true,
};

/** Undefined for none given, which means all. Throws UsageError for an unknown one. */
export function readScopeOption(options: OptionValues): Scope[] | undefined {
  const given = options.list('scope');
  const unknown = given.find((scope) => !isScope(scope));
  if (unknown !== undefined) throw new UsageError(`--scope knows ${scopes.join(', ')}, not "${unknown}".`);
  return given.length === 0 ? undefined : given.filter(isScope);
}
