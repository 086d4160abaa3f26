import { type AddressInfo, createServer } from 'node:net';
import type { Listening } from '../app.ts';
import type { Config } from '../config.ts';
import { CommandError } from './command-error.ts';
import { messageOf } from './open-session.ts';

const PORT_MAX = 65_535;
const NEIGHBOURS = 20;

/** Starts to serve in this process. Throws CommandError with what to do; `command` is the command line to try again with. */
export async function startHere<Started extends Listening>(
  config: Config,
  command: string,
  // Only the commands that serve load GraphQL and express: the others would wait for it.
  start: (app: typeof import('../app.ts')) => Promise<Started>,
): Promise<Started> {
  return start(await import('../app.ts')).catch(async (error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') {
      throw new CommandError(
        'startFailed',
        `${messageOf(error).replace(/\.?$/, '.')} To find out more: npx rollcall doctor`,
      );
    }
    const other = `PORT=${await findFreePort(config)} ${command}`;
    throw new CommandError(
      'portTaken',
      `Port ${config.port} is taken: is Rollcall running already? Choose another: ${other}`,
    );
  });
}

/** The first port after the one of the settings that nobody listens on; any free one where the next ones are all taken. */
async function findFreePort({ host, port }: Pick<Config, 'host' | 'port'>): Promise<number> {
  for (let next = port + 1; next <= Math.min(port + NEIGHBOURS, PORT_MAX); next += 1) {
    if ((await tryPort(host, next)) !== undefined) return next;
  }
  return (await tryPort(host, 0)) ?? port;
}

/** The port, if it can be listened on now; 0 asks the system for one. */
async function tryPort(host: string, port: number): Promise<number | undefined> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(undefined));
    server.listen(port, host, () => {
      const { port: free } = server.address() as AddressInfo;
      server.close(() => resolve(free));
    });
  });
}
