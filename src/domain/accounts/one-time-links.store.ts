import { statement } from '../../database/statement.ts';
import type { OrganizationStatus } from '../organizations/organization.entity.ts';
import { isReachedByOwner } from '../permissions/owners.ts';
import { isActiveUser } from '../users/active-user.ts';
import type { OneTimeLink } from './one-time-link.entity.ts';

export interface LiveLinkRow {
  kind: OneTimeLink['kind'];
  organizationId: string | null;
  userId: string | null;
  expiresAt: Date;
}

// The links are global: here `$1` is the HMAC and `$2` now.
export const lookUpLiveLink = statement<LiveLinkRow>(
  `select kind, organization_id as "organizationId", user_id as "userId", expires_at as "expiresAt"
     from one_time_links where hmac = $1 and used_at is null and expires_at > $2`,
);
/** Those that ended before `$1`, used or not. */
export const deleteEndedLinks = statement<never>('delete from one_time_links where expires_at < $1');
export const lookUpAnyOrganization = statement<{ id: string }>(
  `select organization_id as id from organization_slugs where kind = 'current' limit 1`,
);

/** Somebody whom a link may sign in, and the organization. */
export interface LinkHolder {
  userId: string;
  userName: string;
  displayName: string | null;
  email: string | null;
  isActive: boolean;
  /** Whether a grant of owner reaches them. */
  isOwner: boolean;
  /** The account that is this user already. */
  accountId: string | null;
  organizationName: string;
  slug: string;
  status: OrganizationStatus;
}

export const selectHolder = statement<LinkHolder>(
  `select u.id as "userId", u.user_name as "userName", u.display_name as "displayName", u.email,
          ${isActiveUser('u')} as "isActive", ${isReachedByOwner('u.id')} as "isOwner", m.account_id as "accountId",
          o.name as "organizationName", o.slug, o.status
     from organizations o
     join users u on u.organization_id = $1 and u.id = $2
     left join account_memberships m on m.organization_id = $1 and m.user_id = u.id
    where o.organization_id = $1`,
);

export const insertOwnerLink = statement<never>(
  `insert into one_time_links (hmac, kind, organization_id, user_id, created_at, expires_at)
   values ($2, 'owner', $1, $3, $4, $5)`,
);
export const deleteUnusedLinksOf = statement<never>(
  'delete from one_time_links where organization_id = $1 and user_id = $2 and used_at is null',
);
/** Of several that come at once one gets a row. */
export const useOwnerLink = statement<{ userId: string }>(
  `update one_time_links set used_at = $3
    where organization_id = $1 and hmac = $2 and used_at is null and expires_at > $3 returning user_id as "userId"`,
);

// A link for the set-up belongs to no organization: `$1` is the one of the transaction, whichever that is.
export const selectAnyOrganization = statement<{ id: string }>(
  `select organization_id as id from organization_slugs where kind = 'current' and $1::uuid is not null limit 1`,
);
export const deleteUnusedSetUpLinks = statement<never>(
  `delete from one_time_links where kind = 'setUp' and used_at is null and $1::uuid is not null`,
);
export const insertSetUpLink = statement<never>(
  `insert into one_time_links (hmac, kind, created_at, expires_at)
   select $2, 'setUp', $3::timestamptz, $4::timestamptz where $1::uuid is not null`,
);
export const useSetUpLink = statement<{ hmac: string }>(
  `update one_time_links set used_at = $3
    where hmac = $2 and kind = 'setUp' and used_at is null and expires_at > $3 and $1::uuid is not null returning hmac`,
);
