import pino from 'pino';
import { type Listening, startFacade, startService } from './app.ts';
import { type Config, readConfig } from './config.ts';
import type { Log } from './open-domain.ts';

/**
 * Runs the service until the process is told to end (SIGINT, SIGTERM): then running requests end and everything is
 * written. Resolves with the exit code; tells on stdout where it listens and on stderr why it cannot.
 */
export async function runService(environment: NodeJS.ProcessEnv): Promise<number> {
  const started = Date.now();
  try {
    const config = readConfig(environment);
    const logger = pino({ level: config.logLevel, base: null }, pino.destination(2));
    const service = await start(config, (level, event, details) => logger[level](details ?? {}, event));
    const seconds = ((Date.now() - started) / 1000).toFixed(1);
    process.stdout.write(`Rollcall is ready on ${service.publicUrl} (started in ${seconds} s)
  GraphQL  ${config.graphUrl ?? `${service.publicUrl}/graphql`}
  SCIM     ${service.tenantUrl('{directoryId}')}
  Stop it with Ctrl-C.
`);
    await toldToEnd();
    logger.info('stopping: running requests end first');
    await service.close();
    logger.info('stopped');
    return 0;
  } catch (error) {
    process.stderr.write(`Rollcall stopped: ${explain(error)}\n`);
    return 1;
  }
}

function start(config: Config, log: Log): Promise<Listening> {
  const { graphUrl } = config;
  return graphUrl === undefined ? startService(config, log) : startFacade({ ...config, graphUrl }, log);
}

function toldToEnd(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
}

function explain(error: unknown): string {
  const { code, port } = error as { code?: string; port?: number };
  if (code === 'EADDRINUSE') return `port ${port} is taken. Choose another: PORT=${(port ?? 4000) + 1} npm start`;
  return error instanceof Error ? error.message : String(error);
}
