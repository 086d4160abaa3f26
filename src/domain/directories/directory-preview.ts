import { createHash } from 'node:crypto';
import type { OrganizationTransaction } from '../../database/database.ts';
import { DomainError, notFound } from '../domain-error.ts';
import type { PermissionCatalogue } from '../permissions/catalogue.ts';
import { resolveHeld } from '../permissions/granted-permissions.ts';
import { protectionParameters } from '../permissions/protected.ts';
import type { DirectoryStatus } from './directory.entity.ts';
import * as store from './directory-preview.store.ts';
import { type GroupOutcome, type PreviewedGroup, previewGroups } from './preview-groups.ts';

/** What activating a directory would do; `digest` names exactly this state of affairs. */
export interface DirectoryPreview extends store.PeopleCounts {
  directoryId: string;
  heldMembersCount: number;
  newGroupsCount: number;
  joiningGroupsCount: number;
  waitingGroupsCount: number;
  conflictingGroupsCount: number;
  /** What the groups that are joined give the people of the directory. */
  permissions: string[];
  /** In the order of their making. */
  groups: PreviewedGroup[];
  digest: string;
}

/** The states from which a directory can be activated. */
const activatable: readonly DirectoryStatus[] = ['observing', 'paused'];

/** Computes, and changes nothing. Throws `notFound`, `directoryStatusConflict` unless the directory could be activated. */
export async function previewDirectory(
  transaction: OrganizationTransaction,
  directoryId: string,
  { catalogue, at }: { catalogue: PermissionCatalogue; at: Date },
): Promise<DirectoryPreview> {
  const [directory] = await transaction.rows(store.directoryToPreview, directoryId);
  if (!directory) throw notFound('directory', directoryId);
  if (!activatable.includes(directory.status)) {
    const message = `The directory is ${directory.status}, so there is nothing to activate.`;
    throw new DomainError('directoryStatusConflict', message, { path: 'id' });
  }
  const [people] = await transaction.rows(store.countPeople, directoryId, ...protectionParameters(catalogue));
  const [members] = await transaction.rows(store.countHeldMembers, directoryId);
  if (!people || !members) throw new Error('A count was not answered.');
  const groups = await previewGroups(transaction, directoryId, { ...directory, catalogue, at });
  const joined = groups.flatMap(({ outcome, groupId }) => (outcome === 'joins' && groupId ? [groupId] : []));
  const held = await transaction.rows(store.grantedToGroups, joined);
  const permissions = [...resolveHeld(catalogue, held)].sort();
  const count = (outcome: GroupOutcome) => groups.filter((group) => group.outcome === outcome).length;
  const preview = {
    directoryId,
    ...people,
    ...members,
    newGroupsCount: count('creates'),
    joiningGroupsCount: count('joins'),
    waitingGroupsCount: count('waits'),
    conflictingGroupsCount: count('conflicts'),
    permissions,
    groups,
  };
  const facts = JSON.stringify([directory, preview]);
  return { ...preview, digest: createHash('sha256').update(facts).digest('base64url') };
}
