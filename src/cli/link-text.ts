import type { LinkReason } from '../domain/links/link.entity.ts';
import type { LinkPreview } from '../domain/links/link-preview.ts';
import type { LinkRow } from '../domain/links/links.store.ts';
import type { PermissionCatalogue } from '../domain/permissions/catalogue.ts';
import { permissionTable } from './permission-table.ts';
import type { Terminal } from './terminal.ts';

const reasons = {
  organization_asks: 'the organization wants to be asked',
  group_is_protected: 'the group grants sensitive permissions',
  group_is_linked: 'another directory group fills the group',
  user_exists: 'a user of that name exists already',
  name_is_taken: 'the name is taken in the product',
  earlier_decision: 'the group was deleted and pushed again, and things have changed since',
  long_absence: 'the person was away for long and would regain sensitive permissions',
  unlinked: 'an admin undid it',
  directory_retired: 'the directory is connected no more',
} satisfies Record<LinkReason, string>;

export function whyText(reason: LinkReason | null): string {
  return reason === null ? '' : reasons[reason];
}

/** What approving would do, permission by permission. */
export function previewText(
  { link, peopleCount, permissions, absorbedCount, manualCount }: LinkPreview,
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
    ...manualText({ absorbedCount, manualCount }),
  ].join('\n');
}

/** Security 35: whoever put themselves into the group by hand is seen before the decision. */
function manualText({ absorbedCount, manualCount }: Pick<LinkPreview, 'absorbedCount' | 'manualCount'>): string[] {
  const absorbed = `${people(absorbedCount)} put in by hand come from the directory too: it decides on them from then on.`;
  const staying = `${people(manualCount)} put in by hand do not come from the directory: they stay members. Look at them.`;
  const lines = [...(absorbedCount > 0 ? [absorbed] : []), ...(manualCount > 0 ? [staying] : [])];
  return lines.length > 0 ? ['', ...lines] : [];
}

function people(count: number): string {
  return count === 1 ? '1 person' : `${count} people`;
}

/** Which record is joined to what. */
export function joinText({ kind, directoryRecordName, targetName }: LinkRow): string {
  return `directory ${kind} "${directoryRecordName}" → ${targetName === null ? `a new ${kind}` : `${kind} "${targetName}"`}`;
}

function gainText({ kind, targetName }: LinkRow, peopleCount: number): string {
  if (kind === 'user') return `lets this person act as the user "${targetName}", who has:`;
  const more = peopleCount === 1 ? '1 more person' : `${peopleCount} more people`;
  return `lets ${more} into "${targetName ?? 'a new group'}", which gives each:`;
}
