import { type Config, readConfig } from '../config.ts';
import type { Domain } from '../domain/domain.ts';
import { type Log, openDomain } from '../open-domain.ts';
import type { CommandContext, Environment } from './command.ts';
import { CommandError } from './command-error.ts';

export interface Session {
  domain: Domain;
  config: Config;
  /** Which migrations ran just now. */
  migrated: string[];
}

/**
 * Runs `work` on the domain over the database of the settings, which is the running service's, and closes it. Throws
 * CommandError where the settings or the database cannot be used.
 */
export async function withSession<Result>(
  { environment, terminal }: Pick<CommandContext, 'environment' | 'terminal'>,
  work: (session: Session) => Promise<Result>,
): Promise<Result> {
  const config = readSettings(environment);
  const { domain, migrated, close } = await openDomain(config, debugLog(config, terminal.stderr)).catch(explainStart);
  try {
    return await work({ domain, config, migrated });
  } finally {
    await close();
  }
}

/** Throws CommandError that names the setting. */
export function readSettings(environment: Environment): Config {
  try {
    return readConfig(environment);
  } catch (error) {
    throw new CommandError('settingInvalid', messageOf(error));
  }
}

/** A log for people who look for a fault: silent unless LOG_LEVEL is debug or trace. */
export function debugLog({ logLevel }: Pick<Config, 'logLevel'>, stderr: NodeJS.WritableStream): Log {
  if (logLevel !== 'debug' && logLevel !== 'trace') return () => undefined;
  return (level, event, details) => {
    stderr.write(`${level}: ${event}${details === undefined ? '' : ` ${JSON.stringify(details)}`}\n`);
  };
}

/** A connection refused on several addresses has its sentences inside and none of its own. */
export function messageOf(error: unknown): string {
  const cause: unknown = error instanceof AggregateError ? error.errors[0] : error;
  return cause instanceof Error ? cause.message : String(cause);
}

function explainStart(error: unknown): never {
  const reason = messageOf(error).replace(/[.\s]+$/u, '');
  throw new CommandError('startFailed', `${reason}. To find out more: npx rollcall doctor`);
}
