import { DomainError } from './domain-error.ts';

/** Throws `versionConflict` when the caller named a version and the row has moved on from it. */
export function requireVersion(row: { version: number }, ifVersion: number | null | undefined): void {
  if (ifVersion === null || ifVersion === undefined || ifVersion === row.version) return;
  throw new DomainError(
    'versionConflict',
    `This was changed meanwhile: its version is ${row.version}, not ${ifVersion}. Read it again.`,
    { path: 'ifVersion', version: row.version },
  );
}
