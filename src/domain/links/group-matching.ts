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
