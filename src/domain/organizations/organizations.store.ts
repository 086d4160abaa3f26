import type { OrganizationTransaction } from '../../database/database.ts';
import { prepared, statement } from '../../database/statement.ts';
import { notFound } from '../domain-error.ts';
import type { GroupMatching, OrganizationStatus } from './organization.entity.ts';
import type { Plan } from './plan.ts';

export interface OrganizationRow {
  id: string;
  name: string;
  slug: string;
  plan: Plan;
  status: OrganizationStatus;
  scimWithoutSso: boolean;
  groupMatching: GroupMatching;
  defaultPermissionSetId: string | null;
  inactivityDays: number;
  disclosesName: boolean;
  signInContact: string | null;
  acceptsOtherMethods: boolean;
  sessionIdleMinutes: number;
  sessionLifetimeMinutes: number;
  closesAt: Date | null;
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

const COLUMNS = `organization_id as id, name, slug, plan, status, scim_without_sso as "scimWithoutSso",
  group_matching as "groupMatching", default_permission_set_id as "defaultPermissionSetId",
  inactivity_days as "inactivityDays", discloses_name as "disclosesName", sign_in_contact as "signInContact",
  accepts_other_methods as "acceptsOtherMethods", session_idle_minutes as "sessionIdleMinutes",
  session_lifetime_minutes as "sessionLifetimeMinutes", closes_at as "closesAt", version,
  created_at as "createdAt", updated_at as "updatedAt"`;

export const selectOrganization = prepared<OrganizationRow>(
  'organization_get',
  `select ${COLUMNS} from organizations where organization_id = $1`,
);
const lock = statement<OrganizationRow>(`${selectOrganization.text} for no key update`);
export const insertOrganization = statement<OrganizationRow>(
  `insert into organizations (organization_id, name, slug, plan, status, scim_without_sso, group_matching, version, created_at, updated_at)
   values ($1, $2, $3, $4, 'active', $5, $6, 1, $7, $7) returning ${COLUMNS}`,
);
export const updateOrganization = statement<OrganizationRow>(
  `update organizations set name = $2, group_matching = $3, plan = $4, scim_without_sso = $5,
          default_permission_set_id = $6, inactivity_days = $7, discloses_name = $8, sign_in_contact = $9,
          accepts_other_methods = $10, session_idle_minutes = $11, session_lifetime_minutes = $12,
          version = version + 1, updated_at = $13
    where organization_id = $1 returning ${COLUMNS}`,
);
export const updateSlug = statement<OrganizationRow>(
  `update organizations set slug = $2, version = version + 1, updated_at = $3
    where organization_id = $1 returning ${COLUMNS}`,
);
export const updateStatus = statement<OrganizationRow>(
  `update organizations set status = $2, closes_at = $3, version = version + 1, updated_at = $4
    where organization_id = $1 returning ${COLUMNS}`,
);

/** The organization, held unchanged until the transaction ends. Throws `notFound`. */
export async function lockOrganization(transaction: OrganizationTransaction): Promise<OrganizationRow> {
  const [organization] = await transaction.rows(lock);
  if (!organization) throw notFound('organization', transaction.organizationId);
  return organization;
}
