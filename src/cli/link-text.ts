import type { LinkReason } from '../domain/directories/link.entity.ts';
import type { LinkRow } from '../domain/directories/links.store.ts';
import type { LinkPreview } from '../domain/directories/links.ts';
import type { PermissionCatalogue } from '../domain/permissions/catalogue.ts';
import { permissionTable } from './permission-table.ts';
import type { Terminal } from './terminal.ts';

const reasons = {
  organization_asks: 'the organization wants to be asked',
  group_is_protected: 'the group grants sensitive permissions',
  group_is_linked: 'another directory group fills the group',
  user_exists: 'a user of that name exists already',
  name_is_taken: 'the name is taken in the product',
} satisfies Record<LinkReason, string>;

export function whyText(reason: LinkReason | null): string {
  return reason === null ? '' : reasons[reason];
}

/** What approving would do, permission by permission. */
export function previewText(
  { link, peopleCount, permissions }: LinkPreview,
  catalogue: PermissionCatalogue,
  terminal: Terminal,
): string {
  const { paint } = terminal;
  const why = link.reason === null ? '' : `: ${whyText(link.reason)}`;
  return [
    `${paint('bold', joinText(link))}  (${link.state}${why})`,
    '',
    `Approving it ${gainText(link, peopleCount)}`,
    permissions.length === 0 ? '  nothing: it has no permissions.' : permissionTable(permissions, catalogue, terminal),
  ].join('\n');
}

/** Which record is joined to what. */
export function joinText({ kind, directoryRecordName, targetName }: LinkRow): string {
  return `directory ${kind} "${directoryRecordName}" → ${kind} "${targetName}"`;
}

function gainText({ kind, targetName }: LinkRow, peopleCount: number): string {
  if (kind === 'user') return `lets this person act as the user "${targetName}", who has:`;
  const people = peopleCount === 1 ? '1 more person' : `${peopleCount} more people`;
  return `lets ${people} into "${targetName}", which gives each:`;
}
