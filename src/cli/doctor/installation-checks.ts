import { randomUUID } from 'node:crypto';
import { mkdir, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../config.ts';
import { secretKeyFile } from '../../database/secret-key.ts';
import { PermissionCatalogue } from '../../domain/permissions/catalogue.ts';
import { messageOf } from '../open-session.ts';
import { type Check, ok, wrong } from './check.ts';

const nodeMajorMin = 24;
const freeBytesMin = 1_000_000_000;

export function checkNode(version: string): Check {
  const isEnough = Number.parseInt(version, 10) >= nodeMajorMin;
  if (isEnough) return ok('Node', version);
  return wrong('Node', version, `Rollcall needs Node ${nodeMajorMin}. npm install brings it: run npm install again.`);
}

/** Writes and removes a file, which also a read-only mount or a full disk refuses. */
export async function checkDisk({ dataDir }: Config): Promise<Check> {
  const probe = join(dataDir, `doctor-${randomUUID()}`);
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    await writeFile(probe, 'Written by rollcall doctor.\n');
    await rm(probe);
    const { bavail, bsize } = await statfs(dataDir);
    const free = bavail * bsize;
    const detail = `${dataDir} can be written, ${(free / 1e9).toFixed(1)} GB free`;
    return free >= freeBytesMin
      ? ok('Disk', detail)
      : wrong('Disk', detail, 'Make room, or set DATA_DIR to a larger disk.');
  } catch (error) {
    const advice = 'Let this user write there, or set DATA_DIR to a folder of its own.';
    return wrong('Disk', `${dataDir} cannot be written: ${messageOf(error)}`, advice);
  }
}

export async function checkSecretKey({ secretKey, dataDir }: Config): Promise<Check> {
  if (secretKey !== undefined) return ok('Secret key', 'from SECRET_KEY');
  const file = secretKeyFile(dataDir);
  try {
    const { mode } = await stat(file);
    if ((mode & 0o077) === 0) return ok('Secret key', file);
    return wrong('Secret key', `${file} can be read by other users`, `Run: chmod 600 ${file}`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ok('Secret key', 'made at the first start');
    return wrong('Secret key', messageOf(error), 'Let this user read it, or set SECRET_KEY.');
  }
}

export async function checkCatalogue({ permissionsFile }: Config): Promise<Check> {
  if (permissionsFile === undefined) {
    const advice = "Write the product's permissions into permissions.json, or name the file in PERMISSIONS_FILE.";
    return wrong('Permissions', 'only the built-in ones: there is no permissions.json here', advice);
  }
  try {
    const { permissions } = await PermissionCatalogue.load(permissionsFile);
    return ok('Permissions', `${permissions.length} in ${permissionsFile} and built in`);
  } catch (error) {
    return wrong('Permissions', messageOf(error), 'Correct the file; the service does not start with it.');
  }
}
