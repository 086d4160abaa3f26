import { prepared, statement } from '../../database/statement.ts';
import { OrderedList } from '../ordered-list.ts';
import type { EmailDomainStatus } from './email-domain.entity.ts';

export interface EmailDomainRow {
  id: string;
  domain: string;
  status: EmailDomainStatus;
  token: string;
  verifiedAt: Date | null;
  checkedAt: Date | null;
  missingSince: Date | null;
  missingChecks: number;
  createdAt: Date;
  updatedAt: Date;
}

export type EmailDomainOrderField = 'createdAt' | 'domain';

const COLUMNS = `e.id, e.domain, e.status, e.token, e.verified_at as "verifiedAt", e.checked_at as "checkedAt",
  e.missing_since as "missingSince", e.missing_checks as "missingChecks", e.created_at as "createdAt",
  e.updated_at as "updatedAt"`;

/**
 * SQL that is true for an e-mail address on a domain that the organization `$1` has proved, and false for what is no
 * address. `address` is an SQL expression of the text as it was given, not of its key: folding makes `straße.example` look
 * like `strasse.example`, which is another one's. So a domain in other letters than ASCII is never found.
 */
export function isProvedEmail(address: string): string {
  return `exists (
    select 1 from email_domains ed
     where ed.organization_id = $1 and ed.status = 'verified'
       and ed.domain = substring(lower((${address})::text collate "C") from '^.+@([^@]+)$'))`;
}

/**
 * SQL that is true where an e-mail address is the one that `key`, a folded address, stands for, on a domain that the
 * organization `$1` has proved. Folding may have changed nothing but ASCII case, or `groß@` would be `gross@`: whoever
 * compares two addresses asks it of both.
 */
export function sharesAddress(address: string, key: string): string {
  return `(lower((${address})::text collate "C") = ${key} and ${isProvedEmail(address)})`;
}

/** Outside row-level security, so `$1` is the domain. */
export const lookUpVerifiedDomain = prepared<{ organizationId: string }>(
  'verified_domain_look_up',
  'select organization_id as "organizationId" from verified_domains where domain = $1',
);

export const selectEmailDomains = statement<EmailDomainRow>(
  `select ${COLUMNS} from unnest($2::uuid[]) as asked(id)
     join email_domains e on e.organization_id = $1 and e.id = asked.id`,
);

export const emailDomainList = new OrderedList<EmailDomainRow, EmailDomainOrderField, 'status'>({
  columns: COLUMNS,
  from: 'email_domains e',
  where: 'e.organization_id = $1',
  id: 'e.id',
  orders: { domain: { sql: 'e.domain' } },
  filters: { status: (status) => `e.status = ${status}` },
});

export const selectByDomain = statement<EmailDomainRow>(
  `select ${COLUMNS} from email_domains e where e.organization_id = $1 and e.domain = $2`,
);

/** Whoever adds a domain holds the organization, so that two never pass the limit together. */
export const countEmailDomains = statement<{ count: number }>(
  `select (select count(*) from email_domains where organization_id = $1) as count
     from organizations where organization_id = $1 for no key update`,
);

export const insertEmailDomain = statement<EmailDomainRow>(
  `insert into email_domains as e (organization_id, id, domain, status, token, created_at, updated_at)
   values ($1, $2, $3, 'pending', $4, $5, $5) returning ${COLUMNS}`,
);

export const lockEmailDomain = statement<EmailDomainRow>(
  `select ${COLUMNS} from email_domains e where e.organization_id = $1 and e.id = $2 for update`,
);

/** `$3` status, `$4` since when verified, `$5` when DNS answered, `$6` since when missing, `$7` in how many answers. */
export const noteCheck = statement<EmailDomainRow>(
  `update email_domains e
      set status = $3, verified_at = $4, checked_at = $5, missing_since = $6, missing_checks = $7, updated_at = $5
    where e.organization_id = $1 and e.id = $2 returning ${COLUMNS}`,
);

export const deleteEmailDomain = statement<never>('delete from email_domains where organization_id = $1 and id = $2');

/** Those that were proved at some time, and that DNS was not asked for since `$2`. */
export const dueForCheck = statement<EmailDomainRow>(
  `select ${COLUMNS} from email_domains e
    where e.organization_id = $1 and e.status <> 'pending' and (e.checked_at is null or e.checked_at <= $2)
    order by e.id`,
);

/** No row while another organization has the domain; one's own again where it is one's own. */
export const takeDomain = statement<{ domain: string }>(
  `insert into verified_domains (domain, organization_id) values ($2, $1)
   on conflict (domain) do update set organization_id = excluded.organization_id
     where verified_domains.organization_id = excluded.organization_id
   returning domain`,
);

export const releaseDomain = statement<never>(
  'delete from verified_domains where domain = $2 and organization_id = $1',
);
