import { statement } from '../../database/statement.ts';
import { isActiveUser } from '../users/active-user.ts';

/** For `lookUp`: `$1` is the login, `$2` its subject. */
export const accountOfLogin = statement<{ accountId: string }>(
  'select account_id as "accountId" from account_logins where provider = $1 and subject = $2',
);

/** For `lookUp`: where the account `$1` was signed in last. */
export const lastOrganizationOf = statement<{ organizationId: string }>(
  `select organization_id as "organizationId" from sessions
    where account_id = $1 and organization_id is not null order by last_seen_at desc limit 1`,
);

/** Active users of the organization whom the folded e-mail address `$2` names; by each column apart, as each has its index. */
export const activeUsersByEmail = statement<{ userId: string; hasAccount: boolean }>(
  `select u.id as "userId",
          exists (select 1 from account_memberships m where m.organization_id = $1 and m.user_id = u.id) as "hasAccount"
     from (select id from users where organization_id = $1 and user_name_key = $2
           union select id from users where organization_id = $1 and email_key = $2) named
     join users u on u.organization_id = $1 and u.id = named.id
    where ${isActiveUser('u')} order by u.id limit 2`,
);

/** Whether the user `$2`, held by now, may act by another way in than a connection, and by which account. */
export const mayUseLogin = statement<{ isActive: boolean; isAccepted: boolean; accountId: string | null }>(
  `select ${isActiveUser('u')} as "isActive",
          o.status = 'active' and (o.accepts_other_methods or not exists (
            select 1 from connections c
             where c.organization_id = $1 and c.status = 'enabled' and c.deleted_at is null)) as "isAccepted",
          m.account_id as "accountId"
     from users u
     join organizations o on o.organization_id = $1
     left join account_memberships m on m.organization_id = $1 and m.user_id = u.id
    where u.organization_id = $1 and u.id = $2`,
);
