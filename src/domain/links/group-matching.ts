import type { GroupMatching } from '../organizations/organization.entity.ts';
import type { LinkReason } from './link.entity.ts';

/**
 * Why a pushed directory group does not join the existing group of its name at once; null where it does
 * (docs/life-cycles.md). With `name_is_taken` it stays apart, in conflict; with any other reason it waits.
 */
export function reasonToStayApart(
  existing: { hasActiveLink: boolean; isProtected: boolean },
  groupMatching: GroupMatching,
): LinkReason | null {
  if (groupMatching === 'never') return 'name_is_taken';
  if (existing.hasActiveLink) return 'group_is_linked';
  if (existing.isProtected) return 'group_is_protected';
  return groupMatching === 'ask' ? 'organization_asks' : null;
}

/** True where the link of a deleted directory group that is pushed again stands as it stood. */
export function standsAgain(
  remembered: { state: string; grantsDigest: string },
  group: { hasActiveLink: boolean; isProtected: boolean; grantsDigest: string },
): boolean {
  const isUntouched = !group.hasActiveLink && !group.isProtected && group.grantsDigest === remembered.grantsDigest;
  return remembered.state === 'active' && isUntouched;
}
