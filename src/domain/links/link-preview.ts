import { createHash } from 'node:crypto';
import type { OrganizationTransaction } from '../../database/database.ts';
import { notFound } from '../domain-error.ts';
import type { PermissionCatalogue } from '../permissions/catalogue.ts';
import { permissionsGrantedTo, resolveHeld } from '../permissions/granted-permissions.ts';
import * as preview from './link-preview.store.ts';
import type { LinkRow } from './links.store.ts';
import { linksById } from './links.store.ts';
import { groupOfName } from './place-group.ts';

/** What a decision on a link stands on, read without going through the people. */
export interface LinkGround {
  link: LinkRow;
  /** Where the record would belong; null where approval makes a new group. */
  targetId: string | null;
  /** What the group, or the existing user, brings each person. */
  permissions: string[];
  /** Names exactly this: the members of the directory group, those by hand, what the group grants. */
  digest: string;
}

/** What approving a link would do. */
export interface LinkPreview extends LinkGround {
  /** People who would come into the group anew; 1 for the link of a user. */
  peopleCount: number;
  /** Manual members of the group who are also in the directory group: from then on the identity provider decides on them. */
  absorbedCount: number;
  /** Manual members of the group who are not in the directory group: they stay members by hand. */
  manualCount: number;
}

/** Computes, and changes nothing. Throws `notFound`. */
export async function previewLink(
  transaction: OrganizationTransaction,
  id: string,
  catalogue: PermissionCatalogue,
): Promise<LinkPreview> {
  const ground = await groundOfLink(transaction, id, catalogue);
  if (ground.link.kind === 'user') return { ...ground, peopleCount: 1, absorbedCount: 0, manualCount: 0 };
  const [counts] = await transaction.rows(preview.countGroupGain, ground.link.directoryRecordId, ground.targetId);
  if (!counts) throw new Error('The directory group of a link was not found.');
  return { ...ground, ...counts };
}

/** What the decision stands on now: a handful of rows, however many people are behind the link. Throws `notFound`. */
export async function groundOfLink(
  transaction: OrganizationTransaction,
  id: string,
  catalogue: PermissionCatalogue,
): Promise<LinkGround> {
  const [link] = await transaction.rows(linksById, [id]);
  if (!link) throw notFound('link', id);
  const targetId = link.kind === 'group' ? await targetGroup(transaction, link) : link.targetId;
  const permissions = await permissionsBrought(transaction, { link, targetId }, catalogue);
  const standing = link.kind === 'group' ? preview.standingOfGroup : preview.standingOfUser;
  const [stands] = await transaction.rows(standing, link.directoryRecordId, targetId);
  const facts = [link.id, link.version, targetId, stands?.standing, ...permissions];
  return { link, targetId, permissions, digest: createHash('sha256').update(facts.join('\n')).digest('base64url') };
}

/** The group that approving a group's link would fill: its own, else the one of its name; null for a new one. */
async function targetGroup(transaction: OrganizationTransaction, link: LinkRow): Promise<string | null> {
  return link.targetId ?? (await groupOfName(transaction, link.directoryRecordName))?.id ?? null;
}

async function permissionsBrought(
  transaction: OrganizationTransaction,
  { link, targetId }: Pick<LinkGround, 'link' | 'targetId'>,
  catalogue: PermissionCatalogue,
): Promise<string[]> {
  if (link.kind === 'user') {
    return permissionsOfUser(transaction, { userId: targetId, directoryUserId: link.directoryRecordId }, catalogue);
  }
  return targetId === null ? [] : [...(await permissionsGrantedTo(transaction, targetId, catalogue))].sort();
}

/** All that a user holds, and all that the groups of a directory user bring, active or not; alphabetical. */
export async function permissionsOfUser(
  transaction: OrganizationTransaction,
  of: { userId?: string | null; directoryUserId?: string },
  catalogue: PermissionCatalogue,
): Promise<string[]> {
  const rows = await transaction.rows(preview.heldByUser, of.userId ?? null, of.directoryUserId ?? null);
  return [...resolveHeld(catalogue, rows)].sort();
}
