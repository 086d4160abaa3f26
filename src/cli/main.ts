import { readFileSync } from 'node:fs';
import { DomainError } from '../domain/domain-error.ts';
import { SealError } from '../domain/secrets/sealed-text.ts';
import type { Command, CommandContext, CommandResult } from './command.ts';
import { CommandError, UsageError } from './command-error.ts';
import { commandHelp, overview } from './command-help.ts';
import { commands } from './commands.ts';
import { inOptionNames, nextStepAfter } from './domain-advice.ts';
import { nearestName } from './nearest-name.ts';
import { OptionValues } from './option-values.ts';
import { stopRequested } from './stop-requested.ts';
import { openTerminal, type Terminal, type TerminalStreams } from './terminal.ts';
import { visibleJson } from './visible-text.ts';

const SECRET_KEY_ADVICE = 'Where that key is lost: npx rollcall keys rotate --old-key-lost';
const exitCodes = { success: 0, failure: 1, usage: 2 } as const;

export interface CliStreams extends TerminalStreams {
  /** Ends a command that stays, as Ctrl-C does. */
  stop?: AbortSignal;
}

const processStreams: CliStreams = {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  environment: process.env,
};

/** Runs one command line (without `rollcall` itself) and answers the exit code: 0 success, 1 failure, 2 usage. Never rejects. */
export async function runCli(args: readonly string[], streams: CliStreams = processStreams): Promise<number> {
  const { environment } = streams;
  const terminal = openTerminal(streams);
  const isJson = args.includes('--json');
  const untilStopped = () => stopRequested(streams.stop);
  try {
    const words = args.filter((arg) => arg !== '--json');
    return report(await dispatch(words, { terminal, environment, isJson, untilStopped }), isJson, terminal);
  } catch (error) {
    const isDebugged = environment.LOG_LEVEL === 'debug' && error instanceof Error;
    if (isDebugged) terminal.tell(String((error.cause instanceof Error ? error.cause : error).stack));
    return reportError(error, isJson, terminal);
  }
}

async function dispatch(args: readonly string[], context: Omit<CommandContext, 'options'>): Promise<CommandResult> {
  const { terminal } = context;
  const [first, ...others] = args;
  if (first === undefined || first === '--help' || first === '-h' || (first === 'help' && others.length === 0)) {
    return listed(commands, terminal);
  }
  if (first === '--version') {
    const version = packageVersion();
    return { json: { version }, human: version };
  }
  const asked = first === 'help' ? others : args.filter((word) => word !== '--help' && word !== '-h');
  const family = asked.length < args.length ? familyOf(asked) : [];
  if (family.length > 0) return listed(family, terminal);
  if (first === 'help') return helpFor(findCommand(others).command, terminal);
  const { command, rest } = findCommand(args);
  if (rest.includes('--help') || rest.includes('-h')) return helpFor(command, terminal);
  let slug: string | undefined;
  try {
    const options = OptionValues.parse(rest, command);
    slug = options.text('org');
    return await command.run({ ...context, options });
  } catch (error) {
    if (error instanceof UsageError) throw new UsageError(`${error.message} See: rollcall help ${command.name}`);
    if (error instanceof DomainError) throw withAdvice(error, command, slug);
    throw error;
  }
}

/** The same in the words of the command line, with what to do next. */
function withAdvice(error: DomainError, { options }: Command, slug: string | undefined): CommandError {
  const nextStep = nextStepAfter(error, slug);
  const message = [inOptionNames(error, options), ...(nextStep ? [nextStep] : [])].join(' ');
  return new CommandError(error.code, message, { cause: error });
}

/** The command named by the first one or two words; throws UsageError with the nearest name for an unknown one. */
function findCommand(args: readonly string[]): { command: Command; rest: readonly string[] } {
  for (const count of [2, 1]) {
    const name = args.slice(0, count).join(' ');
    const command = commands.find((candidate) => candidate.name === name);
    if (command) return { command, rest: args.slice(count) };
  }
  const words = args.slice(0, 2).filter((arg) => !arg.startsWith('-'));
  const typed = words.join(' ');
  const family = familyOf(words.slice(0, 1)).map((command) => command.name);
  if (words.length === 1 && family.length > 0) {
    throw new UsageError(`"rollcall ${typed}" needs one more word: ${family.join(', ')}.`);
  }
  // A command's first word alone is near to what was typed where the second word is still missing.
  const names = commands.flatMap(({ name }) => [name, name.split(' ')[0] ?? name]);
  const near = nearestName(typed, names) ?? (family.length > 0 ? undefined : nearestName(words[0] ?? '', names));
  const meant = commands.find(({ name }) => name === near || name.startsWith(`${near} `))?.name;
  const hint = meant === undefined ? whereToLook(family) : `Did you mean "rollcall ${meant}"?`;
  throw new UsageError(`There is no command "rollcall ${typed || args[0]}". ${hint}`);
}

/** `family`: the names of the commands that begin with the word that was right. */
function whereToLook(family: readonly string[]): string {
  return family.length === 0 ? 'See: rollcall --help' : `There are: ${family.join(', ')}.`;
}

/** The commands that begin with the one word that was typed. */
function familyOf(words: readonly string[]): Command[] {
  const [first] = words;
  return words.length === 1 ? commands.filter(({ name }) => name.startsWith(`${first} `)) : [];
}

function listed(some: readonly Command[], terminal: Terminal): CommandResult {
  return {
    json: { commands: some.map(({ name, summary }) => ({ name, summary })) },
    human: overview(some, terminal),
  };
}

function helpFor(command: Command, terminal: Terminal): CommandResult {
  const { name, summary, usage, argument, options } = command;
  return { json: { name, summary, usage, argument, options }, human: commandHelp(command, terminal) };
}

function packageVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : '';
}

function report({ json, human, failure }: CommandResult, isJson: boolean, terminal: Terminal): number {
  const value = failure ? { error: failure, ...asObject(json) } : json;
  if (isJson && value !== undefined) terminal.stdout.write(`${visibleJson(value)}\n`);
  else if (!isJson && human !== '') terminal.print(human);
  if (!failure) return exitCodes.success;
  if (!isJson) terminal.tell(terminal.paint('red', failure.message));
  return exitCodes.failure;
}

/** What a failed command found out stands beside its error. */
function asObject(json: unknown): object {
  return typeof json === 'object' && json !== null ? json : {};
}

function reportError(error: unknown, isJson: boolean, terminal: Terminal): number {
  const isUsage = error instanceof UsageError;
  const { code, message } = describe(error);
  if (isJson) terminal.stdout.write(`${visibleJson({ error: { code, message } })}\n`);
  else terminal.tell(message);
  return isUsage ? exitCodes.usage : exitCodes.failure;
}

function describe(error: unknown): { code: string; message: string } {
  if (error instanceof UsageError) return { code: 'usage', message: error.message };
  if (error instanceof CommandError) return { code: error.code, message: error.message };
  if (error instanceof SealError) {
    return error.kind === 'secretKey'
      ? { code: 'secretKeyWrong', message: `${error.message}\n${SECRET_KEY_ADVICE}` }
      : { code: 'secretLost', message: error.message };
  }
  const reason = (error instanceof Error ? error.message : String(error)).replace(/[.\s]+$/u, '');
  return {
    code: 'unexpected',
    message: `Something unexpected went wrong: ${reason}. LOG_LEVEL=debug shows where.`,
  };
}
