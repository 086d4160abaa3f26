import { statement } from '../../database/statement.ts';
import { takesOtherMethods } from '../organizations/other-methods.ts';
import { isActiveUser } from '../users/active-user.ts';

/** For `lookUp`: `$1` is the login, `$2` its subject. */
export const accountOfLogin = statement<{ accountId: string }>(
  'select account_id as "accountId" from account_logins where provider = $1 and subject = $2',
);

/** For `lookUp`: where the account `$1` was signed in last, in whichever browser; who signed out there comes back to it. */
export const lastOrganizationOf = statement<{ organizationId: string }>(
  `select organization_id as "organizationId" from sessions
    where account_id = $1 and organization_id is not null order by last_seen_at desc limit 1`,
);

/**
 * Whether the user `$2`, held by now, may act by another way in than a connection, and by which account; whether the account
 * `$3` is another user here.
 */
export const mayUseLogin = statement<{
  isActive: boolean;
  isAccepted: boolean;
  accountId: string | null;
  isAnother: boolean;
}>(
  `select ${isActiveUser('u')} as "isActive",
          o.status = 'active' and ${takesOtherMethods('o')} as "isAccepted",
          m.account_id as "accountId",
          exists (select 1 from account_memberships am
                   where am.organization_id = $1 and am.account_id = $3 and am.user_id <> $2) as "isAnother"
     from users u
     join organizations o on o.organization_id = $1
     left join account_memberships m on m.organization_id = $1 and m.user_id = u.id
    where u.organization_id = $1 and u.id = $2`,
);
