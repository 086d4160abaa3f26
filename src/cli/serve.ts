import pino from 'pino';
import type { Listening } from '../app.ts';
import type { Log } from '../open-domain.ts';
import type { Command, CommandContext, CommandResult } from './command.ts';
import { readSettings } from './open-session.ts';
import { startHere } from './start-here.ts';
import { table } from './terminal.ts';

export const command: Command = {
  name: 'serve',
  summary: 'Run the service until Ctrl-C, as npm start does.',
  usage: 'README "Settings" lists the environment it reads. The log goes to stderr, one JSON value a line.',
  options: {},
  run,
};

async function run({ environment, terminal, isJson, untilStopped }: CommandContext): Promise<CommandResult> {
  const config = readSettings(environment);
  const logger = pino({ level: config.logLevel, base: null }, terminal.stderr);
  const started = performance.now();
  const log: Log = (level, event, details) => logger[level](details ?? {}, event);
  const { graphUrl } = config;
  const service = await startHere<Listening>(config, 'npm start', ({ startService, startFacade }) =>
    graphUrl === undefined ? startService(config, log) : startFacade({ ...config, graphUrl }, log),
  );
  const stopped = untilStopped();
  const { publicUrl } = service;
  const graphqlUrl = graphUrl ?? `${publicUrl}/graphql`;
  const tenantUrl = service.tenantUrl('{directoryId}');
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const facts = [
    ['GraphQL', terminal.paint('cyan', graphqlUrl)],
    ['SCIM', terminal.paint('cyan', tenantUrl)],
  ];
  const ready = `${terminal.paint('green', '✓')} Rollcall is ready on ${publicUrl} (started in ${seconds} s). Ctrl-C stops it.`;
  const json = JSON.stringify({ url: publicUrl, graphqlUrl, tenantUrl });
  terminal.stdout.write(`${isJson ? json : `${ready}\n\n${table(facts, '  ')}`}\n`);
  await stopped;
  logger.info('stopping: running requests end first');
  await service.close();
  logger.info('stopped');
  return { json: undefined, human: '' };
}
