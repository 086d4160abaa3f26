import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

// A service manager may start us with a PATH that lacks the system folders.
const searchPath = [process.env.PATH, '/usr/bin', '/bin', '/usr/sbin', '/sbin'].filter(Boolean).join(delimiter);

/** What PostgreSQL and its tools inherit: no PG* variable, no locale of the machine. */
export const programEnvironment = { PATH: searchPath, LC_ALL: 'C' };

/** Runs a program to its end; the error carries what it wrote. */
export function runProgram(program: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { cwd: '/', env: programEnvironment }, (error, stdout, stderr) => {
      if (error === null) resolve();
      else reject(new Error(`${program} failed: ${stderr.trim() || stdout.trim() || error.message}`, { cause: error }));
    });
  });
}

/**
 * Goes before a program that shall get `signal` when its parent ends, on Linux; nothing elsewhere.
 * A change of user has to stand before it, because that clears the setting.
 */
export function endWithParent(signal: 'INT' | 'KILL'): readonly string[] {
  return isInstalled('setpriv') ? ['setpriv', '--pdeathsig', signal, '--'] : [];
}

export function isInstalled(program: string): boolean {
  return searchPath.split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
