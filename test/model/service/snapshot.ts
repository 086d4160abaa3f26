/** All that the model speaks of, as the rows of one organization tell it. Ids are the service's. */
export interface Snapshot {
  groupMatching: string;
  defaultPermissionSetId: string | null;
  directories: [id: string, status: string, precedence: number][];
  records: [id: string, directoryId: string, active: boolean, resource: Record<string, unknown>][];
  directoryGroups: [id: string, directoryId: string, resource: Record<string, unknown>][];
  directoryMembers: [groupId: string, userId: string][];
  users: [
    id: string,
    userName: string,
    hasName: boolean,
    displayName: string | null,
    email: string | null,
    isManual: boolean,
    isBlocked: boolean,
    isRemoved: boolean,
  ][];
  groups: [id: string, name: string, madeBy: string | null][];
  manualMembers: [groupId: string, userId: string][];
  userLinks: [id: string, recordId: string, userId: string, state: string, reason: string | null][];
  groupLinks: [
    id: string,
    recordId: string,
    groupId: string | null,
    state: string,
    reason: string | null,
    earlier: string | null,
  ][];
  grants: [id: string, setId: string, groupId: string | null, userId: string | null, spaceId: string | null][];
  permissionSets: [id: string, builtIn: string | null, permissions: string[]][];
  spaces: string[];
  /** `holds`: whether the service takes the domain for this organization's. */
  emailDomains: [
    id: string,
    domain: string,
    status: string,
    isMissing: boolean,
    missingChecks: number,
    holds: boolean,
  ][];
}

const rowsOf = (columns: string, table: string, more = '') =>
  `(select coalesce(json_agg(json_build_array(${columns}) order by t.id), '[]') from ${table} t where t.organization_id = $1${more})`;
const pairsOf = (one: string, other: string, table: string) =>
  `(select coalesce(json_agg(json_build_array(t.${one}, t.${other})), '[]') from ${table} t where t.organization_id = $1)`;

/** One statement, so that it is one moment. */
export const snapshotStatement = `
select o.group_matching as "groupMatching", o.default_permission_set_id as "defaultPermissionSetId",
  ${rowsOf('t.id, t.status, t.precedence', 'directories')} as directories,
  ${rowsOf('t.id, t.directory_id, t.active, t.resource', 'directory_users')} as records,
  ${rowsOf('t.id, t.directory_id, t.resource', 'directory_groups')} as "directoryGroups",
  ${pairsOf('directory_group_id', 'directory_user_id', 'directory_group_members')} as "directoryMembers",
  ${rowsOf(
    `t.id, t.user_name, t.user_name_key is not null, t.display_name, t.email, t.is_manual, t.blocked_at is not null,
     t.removed_at is not null`,
    'users',
  )} as users,
  ${rowsOf('t.id, t.name, t.created_by_directory_id', 'groups')} as groups,
  ${pairsOf('group_id', 'user_id', 'group_members')} as "manualMembers",
  ${rowsOf('t.id, t.directory_user_id, t.user_id, t.state, t.reason', 'user_links')} as "userLinks",
  ${rowsOf("t.id, t.directory_group_id, t.group_id, t.state, t.reason, t.earlier->>'state'", 'group_links')} as "groupLinks",
  ${rowsOf('t.id, t.permission_set_id, t.group_id, t.user_id, t.space_id', 'grants')} as grants,
  ${rowsOf(
    `t.id, t.built_in, array(select p.permission from permission_set_permissions p
      where p.organization_id = $1 and p.permission_set_id = t.id order by p.permission collate "C")`,
    'permission_sets',
  )} as "permissionSets",
  (select coalesce(json_agg(t.id), '[]') from spaces t where t.organization_id = $1) as spaces,
  ${rowsOf(
    `t.id, t.domain, t.status, t.missing_since is not null, t.missing_checks,
     exists (select 1 from verified_domains v where v.domain = t.domain and v.organization_id = $1)`,
    'email_domains',
  )} as "emailDomains"
  from organizations o where o.organization_id = $1`;

export const alarmsStatement = `
select count(*)::int as alarms from domain_events where organization_id = $1 and type = 'ownersUnreachable'`;
