import { defineEntity, p } from '@mikro-orm/core';
import { organizationTable } from '../../database/organization-table.ts';

export const organizationStatuses = ['active', 'suspended', 'closing'] as const;
export type OrganizationStatus = (typeof organizationStatuses)[number];

export const groupMatchings = ['automatically', 'ask', 'never'] as const;
/** How a pushed directory group meets an existing group of the same name. */
export type GroupMatching = (typeof groupMatchings)[number];

export class Organization {
  id!: string;
  name!: string;
  slug!: string;
  plan!: string;
  status!: OrganizationStatus;
  /** Lifts the rule that SSO is set up before SCIM. */
  scimWithoutSso!: boolean;
  groupMatching!: GroupMatching;
  /** What every active user holds on the whole organization; no foreign key, a set names its organization itself. */
  defaultPermissionSetId!: string | null;
  /** After how many days without an active directory record manual memberships and direct grants fall away. */
  inactivityDays!: number;
  /** While closing: when everything of it is erased. */
  closesAt!: Date | null;
  /** Rises with each change of the schemas that the organization declared. */
  schemasVersion!: number;
  /** Whether the sign-in pages show its name to whoever knows the slug. */
  disclosesName!: boolean;
  /** Whom people without access are told to ask: an address or a sentence. */
  signInContact!: string | null;
  /** Whether accounts that sign in by another way than its connections may act in it while a connection is enabled. */
  acceptsOtherMethods!: boolean;
  sessionIdleMinutes!: number;
  sessionLifetimeMinutes!: number;
  version!: number;
  createdAt!: Date;
  updatedAt!: Date;
}

export const organizationSchema = defineEntity({
  class: Organization,
  tableName: 'organizations',
  ...organizationTable,
  properties: {
    id: p.uuid().primary().fieldName('organization_id'),
    name: p.text(),
    slug: p.text(),
    plan: p.text(),
    status: p.text().$type<OrganizationStatus>(),
    scimWithoutSso: p.boolean().default(false),
    groupMatching: p.text().$type<GroupMatching>(),
    defaultPermissionSetId: p.uuid().nullable(),
    inactivityDays: p.integer().default(30),
    closesAt: p.datetime().nullable(),
    schemasVersion: p.integer().default(0),
    disclosesName: p.boolean().default(true),
    signInContact: p.text().nullable(),
    acceptsOtherMethods: p.boolean().default(false),
    sessionIdleMinutes: p.integer().default(720),
    sessionLifetimeMinutes: p.integer().default(10_080),
    version: p.integer(),
    createdAt: p.datetime(),
    updatedAt: p.datetime(),
  },
  checks: [
    { name: 'organizations_status_check', expression: "status in ('active', 'suspended', 'closing')" },
    { name: 'organizations_group_matching_check', expression: "group_matching in ('automatically', 'ask', 'never')" },
  ],
});
