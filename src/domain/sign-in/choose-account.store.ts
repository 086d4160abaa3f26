import { statement } from '../../database/statement.ts';
import type { LoginProvider } from '../accounts/account.entity.ts';
import { isActiveUser } from '../users/active-user.ts';

/** The account that a user has, with the other ways into it. The tables of accounts stand outside row-level security. */
export const accountOfUser = statement<{ accountId: string; providers: LoginProvider[] }>(
  `select m.account_id as "accountId",
          array(select l.provider from account_logins l where l.account_id = m.account_id order by l.created_at) as providers
     from account_memberships m where m.organization_id = $1 and m.user_id = $2`,
);

/** Which of the accounts `$2` are users of the organization already, and whether those are active. */
export const usersOfAccounts = statement<{ accountId: string; userId: string; isActive: boolean }>(
  `select m.account_id as "accountId", m.user_id as "userId", coalesce(${isActiveUser('u')}, false) as "isActive"
     from account_memberships m left join users u on u.organization_id = $1 and u.id = m.user_id
    where m.organization_id = $1 and m.account_id = any($2::uuid[])`,
);
