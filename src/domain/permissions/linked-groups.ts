import type { OrganizationTransaction } from '../../database/database.ts';
import { statement } from '../../database/statement.ts';
import { DomainError } from '../domain-error.ts';

const NAMED_MAX = 3;

const selectLinked = statement<{ groupName: string; directoryName: string; directoryGroupName: string }>(
  `select g.name as "groupName", coalesce(d.name, '') as "directoryName", r.resource ->> 'displayName' as "directoryGroupName"
     from group_links l
     join groups g on g.organization_id = $1 and g.id = l.group_id
     join directory_groups r on r.organization_id = $1 and r.id = l.directory_group_id
     left join directories d on d.organization_id = $1 and d.id = r.directory_id
    where l.organization_id = $1 and l.group_id = any($2::uuid[]) and l.state = 'active'
    order by g.id limit ${NAMED_MAX + 1}`,
);

/** A link becomes active only over its locked group, so none does between this and the commit. */
const holdGroupsOfSet = statement<{ id: string }>(
  `select g.id from groups g
    where g.organization_id = $1 and g.id in (
      select group_id from grants where organization_id = $1 and permission_set_id = $2)
    order by g.id for share`,
);

/**
 * Throws `confirmationRequired` when a directory group fills one of the groups: who gives it something sensitive hands the
 * decision about who has it to the identity provider. The groups are held by the caller.
 */
export async function requireUnlinked(
  transaction: OrganizationTransaction,
  permissionSetName: string,
  groupIds: readonly string[],
): Promise<void> {
  const linked = await transaction.rows(selectLinked, groupIds);
  if (linked.length === 0) return;
  const groups = linked
    .slice(0, NAMED_MAX)
    .map((link) => `"${link.groupName}" by the group "${link.directoryGroupName}" of "${link.directoryName}"`);
  const more = linked.length > NAMED_MAX ? ' and others' : '';
  throw new DomainError(
    'confirmationRequired',
    `What the permission set "${permissionSetName}" holds is sensitive, and who gets it is decided in the identity provider: ` +
      `it fills ${groups.join(', ')}${more}. Repeat with confirmsDirectoryMembership: true if that is meant.`,
    { path: 'confirmsDirectoryMembership' },
  );
}

/** The same for all groups that a permission set is granted to. */
export async function requireGrantedUnlinked(
  transaction: OrganizationTransaction,
  permissionSetName: string,
  permissionSetId: string,
): Promise<void> {
  const groups = await transaction.rows(holdGroupsOfSet, permissionSetId);
  const ids = groups.map(({ id }) => id);
  await requireUnlinked(transaction, permissionSetName, ids);
}
