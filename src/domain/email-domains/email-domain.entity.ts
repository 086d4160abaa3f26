import { defineEntity, p } from '@mikro-orm/core';
import { organizationTable } from '../../database/organization-table.ts';

export const emailDomainStatuses = ['pending', 'verified', 'lost'] as const;
/** A domain means nothing before it is proved, and after its proof was gone for too long. */
export type EmailDomainStatus = (typeof emailDomainStatuses)[number];

/** A domain of e-mail addresses that an organization says is its own, and proves by a TXT record in its DNS. */
export class EmailDomain {
  organizationId!: string;
  id!: string;
  /** In lower case, in its ASCII form. */
  domain!: string;
  status!: EmailDomainStatus;
  /** What the TXT record has to say; no secret. */
  token!: string;
  verifiedAt!: Date | null;
  checkedAt!: Date | null;
  /** Since when the proof of a verified domain has not been found. */
  missingSince!: Date | null;
  /** In how many answers of DNS since then. */
  missingChecks!: number;
  createdAt!: Date;
  updatedAt!: Date;
}

export const emailDomainSchema = defineEntity({
  class: EmailDomain,
  tableName: 'email_domains',
  ...organizationTable,
  properties: {
    organizationId: p.uuid().primary(),
    id: p.uuid().primary(),
    domain: p.text(),
    status: p.text().$type<EmailDomainStatus>(),
    token: p.text(),
    verifiedAt: p.datetime().nullable(),
    checkedAt: p.datetime().nullable(),
    missingSince: p.datetime().nullable(),
    missingChecks: p.integer().default(0),
    createdAt: p.datetime(),
    updatedAt: p.datetime(),
  },
  uniques: [{ name: 'email_domains_domain_key', properties: ['organizationId', 'domain'] }],
  checks: [{ name: 'email_domains_status_check', expression: "status in ('pending', 'verified', 'lost')" }],
});

/** Which organization has proved a domain: one at a time. Outside row-level security. */
export class VerifiedDomain {
  domain!: string;
  organizationId!: string;
}

export const verifiedDomainSchema = defineEntity({
  class: VerifiedDomain,
  tableName: 'verified_domains',
  properties: { domain: p.text().primary(), organizationId: p.uuid() },
  indexes: [{ name: 'verified_domains_organization_index', properties: ['organizationId'] }],
});
