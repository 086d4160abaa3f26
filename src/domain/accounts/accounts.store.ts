import { statement } from '../../database/statement.ts';
import { HAS_CONNECTION, takesOtherMethods } from '../organizations/other-methods.ts';
import { isActiveUser } from '../users/active-user.ts';
import type { LoginProvider } from './account.entity.ts';
import { isLive } from './sessions.store.ts';

export interface AccountRow {
  id: string;
  email: string | null;
  isEmailVerified: boolean;
  displayName: string | null;
  createdAt: Date;
  lastSignedInAt: Date | null;
}

export interface LoginRow {
  provider: LoginProvider;
  email: string | null;
  createdAt: Date;
  lastUsedAt: Date;
}

const COLUMNS = `a.id, a.email, a.is_email_verified as "isEmailVerified", a.display_name as "displayName",
  a.created_at as "createdAt", a.last_signed_in_at as "lastSignedInAt"`;
const LOGIN_COLUMNS = `l.provider, l.email, l.created_at as "createdAt", l.last_used_at as "lastUsedAt"`;

/** `$1` is whichever organization the transaction is of; `$2` id, `$3` e-mail, `$4` its key, `$5`…`$7` the rest. */
export const insertAccount = statement<AccountRow>(
  `insert into accounts as a (id, email, email_key, is_email_verified, display_name, created_at, updated_at)
   select $2::uuid, $3, $4, $5::boolean, $6, $7::timestamptz, $7::timestamptz where $1::uuid is not null
   returning ${COLUMNS}`,
);

/** `$2` account, `$3` user, `$4` now. No row where the account is another user here, also of this very moment. */
export const putMembership = statement<{ accountId: string }>(
  `insert into account_memberships as m (account_id, organization_id, user_id, created_at) values ($2, $1, $3, $4)
   on conflict (account_id, organization_id) do update set user_id = excluded.user_id
    where m.user_id = excluded.user_id
   returning account_id as "accountId"`,
);

/**
 * `$2` account, `$3` user: in place of a user who is not active. Apart from the above, so that it sees whom the transaction that
 * the above waited for has made.
 */
export const replaceMembership = statement<{ accountId: string }>(
  `update account_memberships m set user_id = $3
    where m.organization_id = $1 and m.account_id = $2
      and not exists (select 1 from users u where u.organization_id = $1 and u.id = m.user_id and ${isActiveUser('u')})
   returning account_id as "accountId"`,
);

/** `$2` user, `$3` the key of an e-mail: of an account that has it verified, and a login of its own. */
export const takeMembershipByEmail = statement<{ accountId: string }>(
  `delete from account_memberships m
    where m.organization_id = $1 and m.user_id = $2
      and exists (select 1 from accounts a where a.id = m.account_id and a.email_key = $3 and a.is_email_verified)
      and exists (select 1 from account_logins l where l.account_id = m.account_id)
   returning account_id as "accountId"`,
);

export const selectAccount = statement<AccountRow>(`select ${COLUMNS} from accounts a where a.id = $1`);

/** `$1` login provider, `$2` subject, `$3` e-mail as it was told now, `$4` now. */
export const useLogin = statement<{ accountId: string }>(
  `update account_logins set last_used_at = $4, email = coalesce($3, email) where provider = $1 and subject = $2
   returning account_id as "accountId"`,
);

/**
 * The account of a new login, both or neither: `$1` login provider, `$2` subject, `$3` account, `$4` e-mail, `$5` its key,
 * `$6` whether it is verified, `$7` name to show, `$8` now. No row where somebody else was first.
 */
export const insertAccountWithLogin = statement<AccountRow>(
  `with login as (
     insert into account_logins (provider, subject, account_id, email, created_at, last_used_at)
     values ($1, $2, $3, $4, $8, $8) on conflict (provider, subject) do nothing returning account_id)
   insert into accounts as a (id, email, email_key, is_email_verified, display_name, created_at, updated_at)
   select account_id, $4, $5, $6::boolean, $7, $8::timestamptz, $8::timestamptz from login returning ${COLUMNS}`,
);

/** `$1` account, `$2` a proved e-mail or null to leave it, `$3` its key, `$4` name to show or null to leave it, `$5` now. */
export const followLogin = statement<AccountRow>(
  `update accounts a set email = coalesce($2, a.email), email_key = coalesce($3, a.email_key),
          is_email_verified = a.is_email_verified or $2::text is not null,
          display_name = coalesce($4, a.display_name), updated_at = $5
    where a.id = $1 returning ${COLUMNS}`,
);

export const selectLogins = statement<LoginRow>(
  `select ${LOGIN_COLUMNS} from account_logins l where l.account_id = $1 order by l.created_at, l.provider`,
);

/** `$1` the key of an e-mail. */
export const selectLoginsByEmail = statement<{ accountId: string; provider: LoginProvider }>(
  `select l.account_id as "accountId", l.provider from accounts a join account_logins l on l.account_id = a.id
    where a.email_key = $1 and a.is_email_verified order by l.created_at, l.provider`,
);

/** `$1` account. */
export const selectMemberships = statement<{ organizationId: string; userId: string }>(
  `select organization_id as "organizationId", user_id as "userId" from account_memberships where account_id = $1
    order by created_at, organization_id`,
);

export interface MembershipFacts {
  slug: string;
  name: string;
  isActive: boolean;
  /** Whether the organization lets Google and Microsoft accounts in. */
  takesOtherMethods: boolean;
  hasConnection: boolean;
  isAuthenticated: boolean;
}

/** `$2` user, `$3` account, `$4` session or null, `$5` now. */
export const selectMembership = statement<MembershipFacts>(
  `select o.slug, o.name, o.status = 'active' and ${isActiveUser('u')} as "isActive",
          ${takesOtherMethods('o')} as "takesOtherMethods", ${HAS_CONNECTION} as "hasConnection",
          o.status = 'active' and exists (
            select 1 from session_authentications a
             where a.organization_id = $1 and a.session_id = $4 and a.user_id = u.id
               and ${isLive({ account: '$3::uuid', now: '$5::timestamptz' })}) as "isAuthenticated"
     from organizations o join users u on u.organization_id = $1 and u.id = $2
    where o.organization_id = $1`,
);
