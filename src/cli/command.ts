import type { OptionValues } from './option-values.ts';
import type { Terminal } from './terminal.ts';

/** One `--option` of a command; `placeholder` marks those that take a value. */
export interface CommandOption {
  description: string;
  placeholder?: string;
  required?: boolean;
  /** May be given several times. */
  multiple?: boolean;
}

/** The one word a command takes besides its options; it must be given. */
export interface CommandArgument {
  placeholder: string;
  description: string;
}

/** The settings, as the process was given them. */
export type Environment = Readonly<Record<string, string | undefined>>;

export interface CommandContext {
  options: OptionValues;
  terminal: Terminal;
  environment: Environment;
  /** The answer is read by a program: nothing is asked. */
  isJson: boolean;
  /** Resolves when the command shall end: on Ctrl-C or SIGTERM. For commands that stay. */
  untilStopped(): Promise<void>;
}

/** What a command has to say: exactly one JSON value for `--json`, lines for a human otherwise. */
export interface CommandResult {
  /** Undefined where a command that stays has said it when it was ready. */
  json: unknown;
  human: string;
  /** Where a command ran to its end but what it found is a failure (exit code 1). */
  failure?: { code: string; message: string };
}

export interface Command {
  /** As typed after `rollcall`, one word or two. */
  name: string;
  summary: string;
  /** Paragraphs for `--help`, below the summary. */
  usage: string;
  argument?: CommandArgument;
  options: Readonly<Record<string, CommandOption>>;
  run(context: CommandContext): Promise<CommandResult>;
}
