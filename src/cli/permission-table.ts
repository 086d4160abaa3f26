import type { PermissionCatalogue } from '../domain/permissions/catalogue.ts';
import { type Terminal, table } from './terminal.ts';

/** Permissions with what they mean, the sensitive ones marked. */
export function permissionTable(
  permissions: readonly string[],
  catalogue: PermissionCatalogue,
  { paint }: Terminal,
): string {
  const rows = permissions.map((name) => {
    const permission = catalogue.find(name);
    return [
      permission?.isSensitive ? `${name} ${paint('yellow', '(sensitive)')}` : name,
      permission?.description ?? '',
    ];
  });
  return table(rows, '  ');
}
