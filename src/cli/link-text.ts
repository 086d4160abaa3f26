import type { Actor } from '../domain/actors/actor.ts';
import type { Domain } from '../domain/domain.ts';
import type { LinkReason } from '../domain/links/link.entity.ts';
import type { LinkPreview } from '../domain/links/link-preview.ts';
import type { LinkRow } from '../domain/links/links.store.ts';
import type { PermissionCatalogue } from '../domain/permissions/catalogue.ts';
import { permissionTable } from './permission-table.ts';
import type { Terminal } from './terminal.ts';
import { oneLine } from './visible-text.ts';

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
  renamed_while_paused: 'renamed while its directory was paused; activation renames the group',
} satisfies Record<LinkReason, string>;

export function whyText(reason: LinkReason | null): string {
  return reason === null ? '' : reasons[reason];
}

const NAMES_SHOWN_MAX = 10;

/** Whom a preview is about: the first of those who come in and of those put in by hand, as far as they stay. */
export interface PreviewedPeople {
  names: string[];
  manualNames: string[];
  /** An inactive user becomes active by it. */
  isReactivated: boolean;
}

export async function previewedPeople(domain: Domain, actor: Actor, preview: LinkPreview): Promise<PreviewedPeople> {
  const { link, targetId } = preview;
  if (link.kind === 'user') {
    const user = targetId === null ? undefined : await domain.users.get(actor, targetId);
    return { names: [], manualNames: [], isReactivated: user?.active === false };
  }
  const page = { first: NAMES_SHOWN_MAX };
  const gainers = await domain.links.listGainers(actor, preview, page);
  const staying = await domain.links.listManualMembers(actor, preview, 'staying', page);
  const namesOf = (users: readonly { userName: string }[]) => users.map((user) => user.userName);
  return { names: namesOf(gainers.items), manualNames: namesOf(staying.items), isReactivated: false };
}

/** What approving would do, permission by permission. */
export function previewText(
  { link, peopleCount, permissions, absorbedCount, manualCount }: LinkPreview,
  people: PreviewedPeople,
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
    ...(people.names.length > 0 ? ['', `They are ${listText(people.names, peopleCount)}.`] : []),
    ...(people.isReactivated ? ['', 'The user is inactive now: approving makes them active again.'] : []),
    ...manualText({ absorbedCount, manualCount }, people.manualNames),
  ].join('\n');
}

/** Security 35: whoever put themselves into the group by hand is seen before the decision. */
function manualText(
  { absorbedCount, manualCount }: Pick<LinkPreview, 'absorbedCount' | 'manualCount'>,
  manualNames: readonly string[],
): string[] {
  const absorbed = `Put in by hand and in the directory too: ${absorbedCount}. From then on the directory decides on them.`;
  const staying = `Put in by hand and not in the directory, so that they stay members: ${listText(manualNames, manualCount)}. Look at them.`;
  const lines = [...(absorbedCount > 0 ? [absorbed] : []), ...(manualCount > 0 ? [staying] : [])];
  return lines.length > 0 ? ['', ...lines] : [];
}

/** A few names, and how many more there are. */
function listText(names: readonly string[], count: number): string {
  const more = count - names.length;
  return `${names.map(oneLine).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** Which record is joined to what. */
export function joinText({ kind, directoryRecordName, targetName }: LinkRow): string {
  const target = targetName === null ? `a new ${kind}` : `${kind} "${oneLine(targetName)}"`;
  return `directory ${kind} "${oneLine(directoryRecordName)}" → ${target}`;
}

function gainText({ kind, targetName }: LinkRow, peopleCount: number): string {
  if (kind === 'user') return `lets this person act as the user "${oneLine(targetName ?? '')}", who has:`;
  const more = peopleCount === 1 ? '1 more person' : `${peopleCount} more people`;
  return `lets ${more} into "${oneLine(targetName ?? 'a new group')}", which gives each:`;
}
