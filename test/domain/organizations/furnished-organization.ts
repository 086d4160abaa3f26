import type { Client } from 'pg';
import { v7 as uuid } from 'uuid';
import type { Actor } from '../../../src/domain/actors/actor.ts';
import type { Domain } from '../../../src/domain/domain.ts';

export interface FurnishedOrganization {
  id: string;
  slug: string;
  operator: Actor;
  /** Of a user, a directory user and so on, by table. */
  ids: Record<string, string>;
}

/**
 * An organization with `count` rows or more in every table there is. Written as rows, below every rule, so that also what
 * no use case leaves behind at once stands together.
 */
export async function aFurnishedOrganization(
  domain: Domain,
  superuser: Client,
  { slug, count = 2 }: { slug: string; count?: number },
): Promise<FurnishedOrganization> {
  const input = { name: `Name of ${slug}`, slug, plan: 'enterprise' as const, scimWithoutSso: true };
  const { id } = await domain.organizations.create(input);
  const operator: Actor = { kind: 'operator', organizationId: id };
  await domain.organizationSlugs.change(operator, `${slug}-now`);
  const set = await domain.permissionSets.create(operator, { name: 'Editors', permissions: ['screens:publish'] });
  await domain.apiKeys.create(operator, { name: 'Player', permissionSetId: set.id });
  const directory = await domain.directories.create(operator, { name: 'Entra' });
  await domain.scimTokens.create(operator, { directoryId: directory.id });
  await domain.oauthClients.create(operator, { directoryId: directory.id, name: 'Entra' });
  await domain.customSchemas.create(operator, {
    urn: 'urn:acme:2.0:User',
    resourceType: 'User',
    attributes: [{ name: 'badge' }],
  });
  await domain.workloadIdentities.set(operator, {
    directoryId: directory.id,
    tenantId: uuid(),
    audience: `api://${uuid()}`,
    subject: uuid(),
  });
  const ids: Record<string, string> = { directories: directory.id, permission_sets: set.id };
  for (let number = 1; number <= count; number += 1) {
    for (const table of [
      'accounts',
      'sessions',
      'connections',
      'users',
      'groups',
      'spaces',
      'directory_users',
      'directory_groups',
    ])
      ids[table] = uuid();
    for (const [text, values] of rowsOf(ids, `${number} of ${slug}`)) {
      await superuser.query(text, [id, ...values]);
    }
  }
  return { id, slug: `${slug}-now`, operator, ids };
}

/** One row of every table that the use cases above leave empty; `$1` is the organization. */
function rowsOf(ids: Record<string, string>, text: string): [string, unknown[]][] {
  const { users, groups, spaces, directories, permission_sets: set } = ids;
  const { directory_users: person, directory_groups: pushed, accounts: account, sessions: session, connections } = ids;
  return [
    [
      `insert into users (organization_id, id, user_name, user_name_key, is_manual, version, created_at, updated_at)
       values ($1, $2, $3, $3, true, 1, now(), now())`,
      [users, `user ${text}`],
    ],
    [
      `insert into groups (organization_id, id, name, name_key, name_key_version, version, created_at, updated_at)
       values ($1, $2, $3, $3, 1, 1, now(), now())`,
      [groups, `group ${text}`],
    ],
    [
      `insert into group_members (organization_id, group_id, user_id, created_at) values ($1, $2, $3, now())`,
      [groups, users],
    ],
    [
      `insert into spaces (organization_id, id, name, name_key, version, created_at, updated_at)
       values ($1, $2, $3, $3, 1, now(), now())`,
      [spaces, `space ${text}`],
    ],
    [
      `insert into grants (organization_id, id, permission_set_id, group_id, space_id, granted_by, created_at)
       values ($1, $2, $3, $4, $5, '{"kind":"operator"}', now())`,
      [uuid(), set, groups, spaces],
    ],
    [
      `insert into directory_users (organization_id, id, directory_id, user_name_key, active, resource, version, created_at, updated_at)
       values ($1, $2, $3, $4, true, $5, 1, now(), now())`,
      [person, directories, `user ${text}`, { userName: `user ${text}`, emails: [{ value: 'ada@acme.example' }] }],
    ],
    [
      `insert into directory_user_keys (organization_id, directory_user_id, attribute, key, directory_id)
       values ($1, $2, 'emails.value', 'ada@acme.example', $3)`,
      [person, directories],
    ],
    [
      `insert into directory_groups (organization_id, id, directory_id, display_name_key, resource, version, created_at, updated_at)
       values ($1, $2, $3, $4, '{}', 1, now(), now())`,
      [pushed, directories, `group ${text}`],
    ],
    [
      `insert into directory_counts (organization_id, directory_id, resource_type, id, difference)
       values ($1, $2, 'User', $3, 1), ($1, $2, 'Group', $4, 1)`,
      [directories, person, pushed],
    ],
    [
      `insert into directory_group_members (organization_id, directory_group_id, directory_user_id) values ($1, $2, $3)`,
      [pushed, person],
    ],
    [
      `insert into user_links (organization_id, id, directory_user_id, user_id, state, version, created_at, updated_at)
       values ($1, $2, $3, $4, 'active', 1, now(), now())`,
      [uuid(), person, users],
    ],
    [
      `insert into group_links (organization_id, id, directory_group_id, group_id, state, version, created_at, updated_at)
       values ($1, $2, $3, $4, 'active', 1, now(), now())`,
      [uuid(), pushed, groups],
    ],
    [
      `insert into group_tombstones (organization_id, directory_id, external_id, group_id, state, grants_digest, deleted_at)
       values ($1, $2, $3, $4, 'active', 'digest', now())`,
      [directories, `external ${text}`, groups],
    ],
    [
      `insert into provisioning_events (organization_id, id, directory_id, request_id, method, path, outcome, detail, created_at)
       values ($1, $2, $3, $4, 'POST', '/Users', 'userCreated', '{}', now())`,
      [uuid(), directories, `request ${text}`],
    ],
    [
      `insert into used_assertions (organization_id, assertion_key, expires_at) values ($1, $2, now())`,
      [`assertion ${text}`],
    ],
    [
      `insert into connections (organization_id, id, name, protocol, status, issuer, client_id, client_secret, stable_id_claim,
                                allows_just_in_time, version, created_by, created_at, updated_at)
       values ($1, $2, $3, 'oidc', 'enabled', 'https://issuer.example', 'id', 'sealed secret', 'sub', false, 1,
               '{"kind":"operator"}', now(), now())`,
      [connections, `connection ${text}`],
    ],
    ['insert into connection_addresses (connection_id, organization_id) values ($2, $1)', [connections]],
    [
      `insert into email_domains (organization_id, id, domain, status, token, created_at, updated_at)
       values ($1, $2, $3, 'verified', 'token', now(), now())`,
      [uuid(), `domain ${text}`],
    ],
    ['insert into verified_domains (domain, organization_id) values ($2, $1)', [`domain ${text}`]],
    [
      `insert into accounts (id, email, email_key, is_email_verified, created_at, updated_at)
       select $2, $3, $3, true, now(), now() where $1::uuid is not null`,
      [account, `account ${text}`],
    ],
    [
      'insert into account_memberships (organization_id, account_id, user_id, created_at) values ($1, $2, $3, now())',
      [account, users],
    ],
    [
      `insert into one_time_links (organization_id, hmac, kind, user_id, created_at, expires_at)
       values ($1, $2, 'owner', $3, now(), now())`,
      [`link ${text}`, users],
    ],
    [
      `insert into sessions (organization_id, id, hmac, account_id, created_at, last_seen_at)
       values ($1, $2, $3, $4, now(), now())`,
      [session, `session ${text}`, account],
    ],
    [
      `insert into session_authentications (organization_id, session_id, user_id, method, authenticated_at, last_seen_at)
       values ($1, $2, $3, 'oneTimeLink', now(), now())`,
      [session, users],
    ],
    [
      `insert into sign_in_attempts (organization_id, id, state_hmac, browser_hmac, purpose, state, connection_id,
                                     asks_anew, created_at, expires_at)
       values ($1, $2, $3, $3, 'signIn', 'started', $4, false, now(), now())`,
      [uuid(), `attempt ${text}`, connections],
    ],
    [
      `insert into bindings (organization_id, id, connection_id, subject, account_id, user_id, bound_by, created_at, last_used_at)
       values ($1, $2, $3, $4, $5, $6, 'stableId', now(), now())`,
      [uuid(), connections, `subject ${text}`, account, users],
    ],
    [
      `insert into binding_requests (organization_id, id, connection_id, subject, reason, candidate_user_ids, state, attempts,
                                     created_at, last_tried_at)
       values ($1, $2, $3, $4, 'ambiguous', '[]', 'pending', 1, now(), now())`,
      [uuid(), connections, `subject ${text}`],
    ],
    [
      `insert into sign_in_events (organization_id, id, reference, outcome, method, user_id, email, detail, created_at)
       values ($1, $2, '0123456789ab', 'signedIn', 'connection', $3, $4, '{}', now())`,
      [uuid(), users, `address ${text}`],
    ],
    [
      `insert into refused_calls (organization_id, directory_id, hour, reason, address, count, last_method, last_path, first_at, last_at)
       values ($1, $2, now(), 'tokenUnknown', $3, 7, 'GET', '/Users', now(), now())`,
      [directories, `address ${text}`],
    ],
  ];
}

/** Every row that names the organization, or holds its id in any column, by table. Past row-level security. */
export async function everythingOf(superuser: Client, id: string): Promise<Record<string, string[]>> {
  const { rows: tables } = await superuser.query<{ name: string }>(
    `select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') order by 1`,
  );
  const contents: Record<string, string[]> = {};
  for (const { name } of tables) {
    const { rows } = await superuser.query<{ line: string }>(
      `select t::text as line from "${name}" t where t::text like $1 order by 1`,
      [`%${id}%`],
    );
    if (rows.length > 0) contents[name] = rows.map(({ line }) => line);
  }
  return contents;
}
