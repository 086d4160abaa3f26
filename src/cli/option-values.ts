import { parseArgs } from 'node:util';
import type { Command, CommandOption } from './command.ts';
import { UsageError } from './command-error.ts';

interface NumberRange {
  min: number;
  max: number;
}

/** The options of one command line, read by kind; each reader throws UsageError for a value of the wrong kind. */
export class OptionValues {
  /** The word besides the options; empty for a command that takes none. */
  readonly argument: string;
  private readonly values: Readonly<Record<string, readonly (string | boolean)[]>>;

  private constructor(values: Readonly<Record<string, readonly (string | boolean)[]>>, argument: string) {
    this.values = values;
    this.argument = argument;
  }

  /** Throws UsageError for an unknown option, a missing or superfluous value, a missing required option or argument, or a stray one. */
  static parse(args: readonly string[], { options, argument }: Pick<Command, 'options' | 'argument'>): OptionValues {
    const { values, positionals } = parsed(args, options);
    const [word = '', stray] = argument ? positionals : ['', ...positionals];
    if (stray !== undefined) throw new UsageError(`Unexpected argument "${stray}".`);
    if (argument && word === '') throw new UsageError(`${argument.placeholder} is missing.`);
    for (const [name, option] of Object.entries(options)) {
      const given = values[name] ?? [];
      if (option.required && given.length === 0) throw new UsageError(`--${name} is required.`);
      if (!option.multiple && given.length > 1) throw new UsageError(`--${name} is given more than once.`);
    }
    return new OptionValues(values, word);
  }

  flag(name: string): boolean {
    return this.values[name]?.[0] === true;
  }

  text(name: string): string | undefined {
    return this.list(name)[0];
  }

  /** For options declared `required`. */
  requiredText(name: string): string {
    const text = this.text(name);
    if (text === undefined || text === '') throw new UsageError(`--${name} needs a value.`);
    return text;
  }

  list(name: string): readonly string[] {
    return (this.values[name] ?? []).map(String);
  }

  /** Throws UsageError for a text that is none of the choices. */
  choice<T extends string>(name: string, choices: readonly T[]): T | undefined {
    const text = this.text(name);
    return text === undefined ? undefined : oneOf(name, text, choices);
  }

  wholeNumber(name: string, range: NumberRange): number | undefined {
    const value = this.number(name, range);
    if (value !== undefined && !Number.isInteger(value)) throw new UsageError(`--${name} must be a whole number.`);
    return value;
  }

  number(name: string, { min, max }: NumberRange): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (value >= min && value <= max) return value;
    throw new UsageError(`--${name} must be a number from ${min} to ${max}, not "${text}".`);
  }
}

/** The value as one of those that the option knows. Throws UsageError. */
export function oneOf<T extends string>(option: string, text: string, values: readonly T[]): T {
  const value = values.find((candidate) => candidate === text);
  if (value === undefined) throw new UsageError(`--${option} knows ${values.join(', ')}, not "${text}".`);
  return value;
}

function parsed(
  args: readonly string[],
  options: Readonly<Record<string, CommandOption>>,
): { values: Record<string, (string | boolean)[]>; positionals: string[] } {
  const config = Object.fromEntries(
    Object.entries(options).map(([name, { placeholder }]) => [
      name,
      { type: placeholder === undefined ? ('boolean' as const) : ('string' as const), multiple: true },
    ]),
  );
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: config,
      allowPositionals: true,
      strict: true,
    });
    const lists = Object.entries(values).map(([name, value]) => [name, Array.isArray(value) ? value : []]);
    return { values: Object.fromEntries(lists), positionals };
  } catch (error) {
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')) {
      throw new UsageError(firstSentence(error.message));
    }
    throw error;
  }
}

/** Node's message goes on with advice about positional arguments that look like options. */
function firstSentence(message: string): string {
  return `${message.split(/[.\n]/u)[0]}.`;
}
