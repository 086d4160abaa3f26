import type { Listening } from '../app.ts';
import type { Config } from '../config.ts';
import { CommandError } from './command-error.ts';
import { messageOf } from './open-session.ts';

/** Starts to serve in this process. Throws CommandError with what to do; `command` is the command line to try again with. */
export async function startHere<Started extends Listening>(
  config: Config,
  command: string,
  // Only the commands that serve load GraphQL and express: the others would wait for it.
  start: (app: typeof import('../app.ts')) => Promise<Started>,
): Promise<Started> {
  return start(await import('../app.ts')).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') {
      throw new CommandError(
        'startFailed',
        `${messageOf(error).replace(/\.?$/, '.')} To find out more: npx rollcall doctor`,
      );
    }
    const other = `PORT=${config.port + 1} ${command}`;
    throw new CommandError(
      'portTaken',
      `Port ${config.port} is taken: is Rollcall running already? Choose another: ${other}`,
    );
  });
}
