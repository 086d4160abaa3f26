import type { DirectoryPreview } from '../domain/directories/directory-preview.ts';
import type { PreviewedGroup } from '../domain/directories/preview-groups.ts';
import type { PermissionCatalogue } from '../domain/permissions/catalogue.ts';
import { whyText } from './link-text.ts';
import { permissionTable } from './permission-table.ts';
import { heading, type Terminal, table } from './terminal.ts';

const GROUPS_SHOWN_MAX = 20;

/** What activating a directory would do: people, groups and what those bring. */
export function directoryPreviewText(
  name: string,
  preview: DirectoryPreview,
  catalogue: PermissionCatalogue,
  terminal: Terminal,
): string {
  const { paint } = terminal;
  const { newInactivePeopleCount: inactive, groups, permissions } = preview;
  const inactiveText = inactive > 0 ? ` (${inactive} inactive)` : '';
  const rows = [
    counted(preview.newPeopleCount, `new person${inactiveText}`, `new people${inactiveText}`),
    counted(preview.matchingPeopleCount, 'person waits: a user matches', 'people wait: users match'),
    counted(
      preview.adoptedPeopleCount,
      'person takes over the user of their e-mail, on a proved domain',
      'people take over the users of their e-mail, on proved domains',
    ),
    counted(preview.heldPeopleCount, 'person who came back is in again', 'people who came back are in again'),
    counted(preview.heldMembersCount, 'membership counts', 'memberships count'),
    counted(preview.newGroupsCount, 'new group, without permissions', 'new groups, without permissions'),
    counted(preview.joiningGroupsCount, 'group joins the one of its name', 'groups join those of their names'),
    counted(preview.waitingGroupsCount, 'group waits for a decision', 'groups wait for a decision'),
    counted(preview.conflictingGroupsCount, 'group stays apart', 'groups stay apart'),
  ].flat();
  const special = groups.filter((group) => group.outcome !== 'creates');
  return [
    `Activating ${paint('bold', name)} lets it reach the product:`,
    '',
    rows.length === 0 ? '  nothing: it has sent nothing new yet.' : table(rows, '  '),
    ...(special.length === 0 ? [] : ['', groupTable(special, terminal)]),
    ...(permissions.length === 0
      ? []
      : ['', 'The groups that are joined give their people:', permissionTable(permissions, catalogue, terminal)]),
  ].join('\n');
}

/** A row of its own where there is anything to count. */
function counted(count: number, one: string, many: string): string[][] {
  return count === 0 ? [] : [[String(count), count === 1 ? one : many]];
}

function groupTable(groups: readonly PreviewedGroup[], terminal: Terminal): string {
  const rows = groups
    .slice(0, GROUPS_SHOWN_MAX)
    .map(({ displayName, outcome, reason }) => [displayName, outcome, whyText(reason)]);
  const rest = groups.length - rows.length;
  const more = rest > 0 ? [`  … and ${rest} more, with --json`] : [];
  return [table([heading(terminal, ['GROUP', 'WHAT', 'WHY']), ...rows], '  '), ...more].join('\n');
}
