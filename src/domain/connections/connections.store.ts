import { prepared, statement, wide } from '../../database/statement.ts';
import type { ActorRecord } from '../actors/actor.ts';
import { OrderedList } from '../ordered-list.ts';
import type { OrganizationStatus } from '../organizations/organization.entity.ts';
import { takesOtherMethods } from '../organizations/other-methods.ts';
import type { Plan } from '../organizations/plan.ts';
import { accessPathsOf } from '../permissions/grant-paths.ts';
import type { BuiltInSet } from '../permissions/permission-set.entity.ts';
import type { ConnectionProtocol, ConnectionStatus } from './connection.entity.ts';
import type { ConnectionFacts } from './connection-input.ts';

/** A connection as admins read it: its client secret is in nothing that leaves the service. */
export interface ConnectionRow extends ConnectionFacts {
  id: string;
  protocol: ConnectionProtocol;
  status: ConnectionStatus;
  hasClientSecret: boolean;
  version: number;
  testedAt: Date | null;
  testedClaims: Record<string, unknown> | null;
  createdBy: ActorRecord;
  createdAt: Date;
  updatedAt: Date;
}

/** A connection as sign-in reads it. */
export interface SignInConnectionRow extends ConnectionFacts {
  id: string;
  protocol: ConnectionProtocol;
  status: ConnectionStatus;
  version: number;
}

const FACTS = `c.id, c.name, c.protocol, c.status, c.issuer, c.client_id as "clientId", c.tenant_id as "tenantId",
  c.sso_url as "ssoUrl", c.certificates, c.stable_id_claim as "stableIdClaim",
  c.allows_just_in_time as "allowsJustInTime", c.version`;
const COLUMNS = `${FACTS}, c.client_secret is not null as "hasClientSecret", c.tested_at as "testedAt",
  c.tested_claims as "testedClaims", c.created_by as "createdBy", c.created_at as "createdAt", c.updated_at as "updatedAt"`;
const IS_HERE = 'c.organization_id = $1 and c.deleted_at is null';

export const countConnections = statement<{ count: number }>(
  `select count(*) as count from connections c where ${IS_HERE}`,
);
export const hasEnabledConnection = statement<{ isReady: boolean }>(
  `select exists (select 1 from connections c where ${IS_HERE} and c.status = 'enabled') as "isReady"`,
);
export const insertConnection = statement<ConnectionRow>(
  `insert into connections as c (organization_id, id, protocol, client_secret, created_by, created_at, updated_at, status, version,
     name, issuer, client_id, tenant_id, sso_url, certificates, stable_id_claim, allows_just_in_time)
   values ($1, $2, $3, $4, $5, $6, $6, 'draft', 1, $7, $8, $9, $10, $11, $12, $13, $14) returning ${COLUMNS}`,
);
export const insertAddress = statement<never>(
  'insert into connection_addresses (connection_id, organization_id) values ($2, $1)',
);
// The addresses are global, so `$1` is no organization here.
export const lookUpAddress = prepared<{ organizationId: string }>(
  'connection_address_look_up',
  'select organization_id as "organizationId" from connection_addresses where connection_id = $1',
);
export const getConnections = statement<ConnectionRow>(
  `select ${COLUMNS} from connections c where ${IS_HERE} and c.id = any($2::uuid[])`,
);
/** Waits for every other change of the connection. */
export const lockConnection = statement<ConnectionRow>(
  `select ${COLUMNS} from connections c where ${IS_HERE} and c.id = $2 for update`,
);
/** `$4` the sealed client secret, or null to leave the one that there is; `$5` whether the last test says nothing now. */
export const updateConnection = statement<ConnectionRow>(
  `update connections c
      set client_secret = coalesce($4, client_secret), version = version + 1, updated_at = $3,
          tested_at = case when $5 then null else tested_at end,
          tested_claims = case when $5 then null else tested_claims end, name = $6, issuer = $7, client_id = $8,
          tenant_id = $9, sso_url = $10, certificates = $11, stable_id_claim = $12, allows_just_in_time = $13
    where ${IS_HERE} and c.id = $2 returning ${COLUMNS}`,
);
export const setStatus = statement<ConnectionRow>(
  `update connections c set status = $4, version = version + 1, updated_at = $3
    where ${IS_HERE} and c.id = $2 returning ${COLUMNS}`,
);
/** The client secret goes; what bindings and events name stays. */
export const deleteConnection = statement<ConnectionRow>(
  `update connections c
      set status = 'disabled', client_secret = null, deleted_at = $3, version = version + 1, updated_at = $3
    where ${IS_HERE} and c.id = $2 returning ${COLUMNS}`,
);
/** No change of the connection, so that its version stays. */
export const setTested = statement<{ id: string }>(
  `update connections c set tested_at = $3, tested_claims = $4 where ${IS_HERE} and c.id = $2 returning c.id`,
);

/** What the people hold who sign in through a connection, or will once they are active again. */
export const boundUsersHold = wide<{ builtIn: BuiltInSet | null; permission: string | null }>(
  `select distinct s.built_in as "builtIn", p.permission
     from (select distinct path.permission_set_id
             from bindings b
            cross join lateral (${accessPathsOf('b.user_id', 'all')}) path
            where b.organization_id = $1 and b.connection_id = $2 and b.ended_at is null) held
     join permission_sets s on s.organization_id = $1 and s.id = held.permission_set_id
     left join permission_set_permissions p on p.organization_id = $1 and p.permission_set_id = s.id`,
);

/** What is given to anybody in the organization, set by set, in whichever space. */
export const givenToAnybody = statement<{ setId: string; builtIn: BuiltInSet | null; permission: string | null }>(
  `select s.id as "setId", s.built_in as "builtIn", p.permission
     from permission_sets s
     left join permission_set_permissions p on p.organization_id = $1 and p.permission_set_id = s.id
    where s.organization_id = $1
      and (exists (select 1 from grants g where g.organization_id = $1 and g.permission_set_id = s.id)
           or exists (select 1 from organizations o where o.organization_id = $1 and o.default_permission_set_id = s.id))`,
);

export type ConnectionOrderField = 'createdAt' | 'name';

/** Of few items, so that its orders need no index. */
export const connectionList = new OrderedList<ConnectionRow, ConnectionOrderField, 'protocols' | 'statuses'>({
  columns: COLUMNS,
  from: 'connections c',
  where: IS_HERE,
  id: 'c.id',
  orders: { name: { sql: 'lower(c.name)' } },
  filters: {
    protocols: (protocols) => `c.protocol = any(${protocols}::text[])`,
    statuses: (statuses) => `c.status = any(${statuses}::text[])`,
  },
});

export const selectForSignIn = prepared<SignInConnectionRow>(
  'sign_in_connection',
  `select ${FACTS} from connections c where ${IS_HERE} and c.id = $2`,
);
/** Of all statuses, the oldest first. */
export const selectAllForSignIn = prepared<SignInConnectionRow>(
  'sign_in_connections',
  `select ${FACTS} from connections c where ${IS_HERE} order by c.id`,
);
export const selectSealed = prepared<SignInConnectionRow & { sealedSecret: string | null }>(
  'sealed_connection',
  `select ${FACTS}, c.client_secret as "sealedSecret" from connections c where ${IS_HERE} and c.id = $2`,
);

export interface SignInOrganizationRow {
  id: string;
  name: string;
  slug: string;
  status: OrganizationStatus;
  plan: Plan;
  disclosesName: boolean;
  signInContact: string | null;
  takesOtherMethods: boolean;
}

export const selectSignInOrganization = prepared<SignInOrganizationRow>(
  'sign_in_organization',
  `select o.organization_id as id, o.name, o.slug, o.status, o.plan, o.discloses_name as "disclosesName",
          o.sign_in_contact as "signInContact", ${takesOtherMethods('o')} as "takesOtherMethods"
     from organizations o where o.organization_id = $1`,
);

/** The values of the facts, in the order in which the statements above take them. */
export function factValues(facts: ConnectionFacts): unknown[] {
  const { name, issuer, clientId, tenantId, ssoUrl, certificates, stableIdClaim, allowsJustInTime } = facts;
  const json = certificates && JSON.stringify(certificates);
  return [name, issuer, clientId, tenantId, ssoUrl, json, stableIdClaim, allowsJustInTime];
}
