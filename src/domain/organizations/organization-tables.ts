/** A table of organizations, under row-level security. */
export interface OrganizationTable {
  name: string;
  /** Its primary key behind the organization. */
  key: readonly string[];
  /** What a row is called in an export; null for rows that are computed from others. */
  exportType: string | null;
  /** Columns that no export shows. */
  secrets?: readonly string[];
}

/**
 * Every table of an organization but `organizations` itself, children before their parents: the order in which they are
 * emptied. A test compares the list with PostgreSQL's catalogue, so that a new table is not forgotten.
 */
export const organizationTables: readonly OrganizationTable[] = [
  {
    name: 'directory_group_members',
    key: ['directory_group_id', 'directory_user_id'],
    exportType: 'directoryGroupMember',
  },
  { name: 'directory_counts', key: ['directory_id', 'resource_type', 'id'], exportType: null },
  { name: 'directory_user_keys', key: ['directory_user_id', 'attribute', 'key'], exportType: null },
  { name: 'session_authentications', key: ['session_id'], exportType: 'sessionAuthentication' },
  { name: 'sign_in_events', key: ['id'], exportType: 'signInEvent' },
  { name: 'binding_requests', key: ['id'], exportType: 'bindingRequest' },
  { name: 'bindings', key: ['id'], exportType: 'binding' },
  { name: 'connections', key: ['id'], exportType: 'connection', secrets: ['client_secret'] },
  { name: 'email_domains', key: ['id'], exportType: 'emailDomain' },
  { name: 'user_links', key: ['id'], exportType: 'userLink' },
  { name: 'group_links', key: ['id'], exportType: 'groupLink' },
  { name: 'group_tombstones', key: ['directory_id', 'external_id'], exportType: 'groupTombstone' },
  { name: 'group_members', key: ['group_id', 'user_id'], exportType: 'groupMember' },
  { name: 'grants', key: ['id'], exportType: 'grant' },
  { name: 'api_keys', key: ['id'], exportType: 'apiKey', secrets: ['hmac'] },
  { name: 'scim_tokens', key: ['id'], exportType: 'scimToken', secrets: ['hmac'] },
  { name: 'oauth_client_secrets', key: ['id'], exportType: 'oauthClientSecret', secrets: ['hmac'] },
  { name: 'oauth_clients', key: ['id'], exportType: 'oauthClient' },
  { name: 'workload_identities', key: ['id'], exportType: 'workloadIdentity' },
  { name: 'used_assertions', key: ['assertion_key'], exportType: null },
  {
    name: 'permission_set_permissions',
    key: ['permission_set_id', 'permission'],
    exportType: 'permissionSetPermission',
  },
  { name: 'permission_sets', key: ['id'], exportType: 'permissionSet' },
  { name: 'spaces', key: ['id'], exportType: 'space' },
  { name: 'directory_users', key: ['id'], exportType: 'directoryUser' },
  { name: 'directory_groups', key: ['id'], exportType: 'directoryGroup' },
  { name: 'users', key: ['id'], exportType: 'user' },
  { name: 'groups', key: ['id'], exportType: 'group' },
  { name: 'custom_schemas', key: ['id'], exportType: 'customSchema' },
  { name: 'directories', key: ['id'], exportType: 'directory' },
  {
    name: 'refused_calls',
    key: ['directory_id', 'hour', 'reason', 'address'],
    exportType: 'refusedCalls',
  },
  { name: 'provisioning_events', key: ['id'], exportType: 'provisioningEvent' },
  { name: 'domain_events', key: ['id'], exportType: 'domainEvent' },
];

/**
 * What of an organization stands outside row-level security, because it is looked up before the organization is known; it is
 * emptied with it. Slugs stay: nobody else shall have them.
 */
export const addressTables = [
  'directory_addresses',
  'connection_addresses',
  'verified_domains',
  'one_time_links',
  'sign_in_attempts',
  'account_memberships',
] as const;
