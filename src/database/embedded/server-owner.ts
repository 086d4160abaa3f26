import { chownSync, readFileSync, statSync } from 'node:fs';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';
import { isInstalled, runProgram } from './run-program.ts';

/** The user that PostgreSQL runs as: the owner of the data directory, under a command that makes root harmless. */
export interface ServerOwner {
  uid: number;
  gid: number;
  /** Goes before the program: PostgreSQL refuses the user id 0. */
  command: readonly string[];
}

/**
 * Decides how the server runs on `dataDir`. An ordinary user: plainly. Root on a folder of root's: inside a user namespace, where
 * files stay root's; where those are off, the folder is given to a system user. Root on somebody's folder: as that user.
 */
export async function findServerOwner(dataDir: string): Promise<ServerOwner> {
  const { uid, gid } = statSync(dataDir);
  const user = process.geteuid?.() ?? uid;
  if (user !== 0 || uid !== 0) {
    const become = user === 0 ? changeUser(uid, gid) : [];
    // initdb looks the user up by name; a container may run under an id that has none.
    const isNamed = process.platform !== 'linux' || readUsers().has(user === 0 ? uid : user);
    const named = isNamed ? undefined : await userNamespace(become);
    return { uid, gid, command: named ?? become };
  }
  const command = await userNamespace([]);
  if (command !== undefined) return { uid, gid, command };
  const systemUser = findSystemUser();
  return { ...systemUser, command: changeUser(systemUser.uid, systemUser.gid) };
}

/** Gives a path that root just made to the user PostgreSQL runs as. */
export function giveTo(owner: ServerOwner, path: string): void {
  if (process.geteuid?.() === 0) chownSync(path, owner.uid, owner.gid);
}

/** The command `become`, continued into a namespace where the user bears the name of a system user; undefined where that is off. */
async function userNamespace(become: readonly string[]): Promise<readonly string[] | undefined> {
  const { uid, gid } = findSystemUser();
  const command = [...become, 'unshare', '-U', `--map-user=${uid}`, `--map-group=${gid}`, '--'];
  const [program = 'unshare', ...args] = command;
  try {
    await runProgram(program, [...args, 'true']);
    return command;
  } catch {
    return undefined;
  }
}

function changeUser(uid: number, gid: number): readonly string[] {
  if (!isInstalled('setpriv')) {
    throw new EmbeddedPostgresError(
      'PostgreSQL does not run as root, and neither unshare nor setpriv (util-linux) work here: start Rollcall as an ordinary user, or set DATABASE_URL.',
    );
  }
  return ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--'];
}

function findSystemUser(): { uid: number; gid: number } {
  const users = readUsers();
  const byName = (name: string) => [...users.values()].find((user) => user.name === name);
  return byName('postgres') ?? byName('nobody') ?? { uid: 65534, gid: 65534 };
}

function readUsers(): Map<number, { name: string; uid: number; gid: number }> {
  const users = new Map<number, { name: string; uid: number; gid: number }>();
  for (const line of readFileSync('/etc/passwd', 'utf8').split('\n')) {
    const [name = '', , uid, gid] = line.split(':');
    if (uid !== undefined && gid !== undefined) users.set(Number(uid), { name, uid: Number(uid), gid: Number(gid) });
  }
  return users;
}
