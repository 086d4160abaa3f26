import pino from 'pino';
import type { Listening } from '../app.ts';
import type { Config } from '../config.ts';
import type { Log } from '../open-domain.ts';
import type { CommandContext, CommandResult } from './command.ts';
import { oneTimeLinkAddress } from './one-time-link-address.ts';
import { startHere } from './start-here.ts';
import { type Terminal, table } from './terminal.ts';

/** What a command runs until Ctrl-C. */
export interface Served<Started extends Listening = Listening> {
  /** Such as "Rollcall". */
  name: string;
  /** The command line to try again with. */
  command: string;
  config: Config;
  start: (app: typeof import('../app.ts'), log: Log) => Promise<Started>;
  /** Where GraphQL is, given where others reach this process. */
  graphqlUrl: (publicUrl: string) => string;
  /** Where people sign in, given the same; absent where they do not. */
  signInUrl?: (publicUrl: string) => string;
  /** The secret of a link that sets a new installation up; undefined for one that is set up. */
  setUpSecret?: (started: Started) => Promise<string | undefined>;
}

/** Starts to serve, says where, and ends when the command shall end: running requests first. The log goes to stderr. */
export async function serveUntilStopped<Started extends Listening>(
  { terminal, isJson, untilStopped }: CommandContext,
  served: Served<Started>,
): Promise<CommandResult> {
  const { name, command, config } = served;
  const logger = pino({ level: config.logLevel, base: null }, terminal.stderr);
  const started = performance.now();
  const log: Log = (level, event, details) => logger[level](details ?? {}, event);
  const service = await startHere(config, command, (app) => served.start(app, log));
  const stopped = untilStopped();
  const { publicUrl } = service;
  const graphqlUrl = served.graphqlUrl(publicUrl);
  const signInUrl = served.signInUrl?.(publicUrl);
  const tenantUrl = service.tenantUrl('{directoryId}');
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const facts = [
    ['GraphQL', terminal.paint('cyan', graphqlUrl)],
    ['SCIM', terminal.paint('cyan', tenantUrl)],
    ...(signInUrl === undefined ? [] : [['Sign-in', terminal.paint('cyan', signInUrl)]]),
  ];
  const secret = await served.setUpSecret?.(service);
  const setUpUrl = secret === undefined ? undefined : oneTimeLinkAddress(publicUrl, secret);
  const ready = `${terminal.paint('green', '✓')} ${name} is ready on ${publicUrl} (started in ${seconds} s). Ctrl-C stops it.`;
  const json = JSON.stringify({ url: publicUrl, graphqlUrl, tenantUrl, signInUrl, setUpUrl });
  const human = [ready, '', table(facts, '  '), ...setUpLines(terminal, setUpUrl)].join('\n');
  if (isJson) terminal.stdout.write(`${json}\n`);
  else terminal.print(human);
  await stopped;
  logger.info('stopping: running requests end first');
  await service.close();
  logger.info('stopped');
  return { json: undefined, human: '' };
}

/** Nobody can sign in to an installation without organizations: whoever reads this sets it up. */
function setUpLines({ paint }: Terminal, setUpUrl: string | undefined): string[] {
  if (setUpUrl === undefined) return [];
  const sentence = 'There is no organization yet. Make the first one, and its owner, within an hour and only once by';
  return ['', sentence, '', `  ${paint('cyan', setUpUrl)}`];
}
