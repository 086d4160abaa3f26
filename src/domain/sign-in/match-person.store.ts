import { statement } from '../../database/statement.ts';
import type { BindingWay } from '../bindings/binding.entity.ts';
import type { ConnectionStatus } from '../connections/connection.entity.ts';
import type { DirectoryStatus } from '../directories/directory.entity.ts';
import { sharesAddress } from '../email-domains/email-domains.store.ts';
import type { LinkReason, LinkState } from '../links/link.entity.ts';
import { isActiveUser } from '../users/active-user.ts';

/** The connection as it stands now, held until the transaction ends: it is changed or disabled before or after. */
export const holdConnection = statement<{ version: number; status: ConnectionStatus; isInUse: boolean }>(
  `select c.version, c.status, o.status = 'active' as "isInUse"
     from connections c join organizations o on o.organization_id = $1
    where c.organization_id = $1 and c.id = $2 and c.deleted_at is null for share of c`,
);

/** Before their users, as SCIM writes lock them. */
export const holdRecords = statement<{ id: string }>(
  'select id from directory_users where organization_id = $1 and id = any($2::uuid[]) order by id for share',
);

/** A living binding and what its record has become. */
export interface LiveBinding {
  id: string;
  userId: string;
  /** Null from an approval until the first sign-in. */
  accountId: string | null;
  directoryUserId: string | null;
  boundBy: BindingWay;
  isUserActive: boolean;
  hasRecord: boolean;
  isRecordActive: boolean;
  isDirectoryRetired: boolean;
  /** Null where the record has no link, or only superseded ones. */
  linkState: LinkState | null;
  linkReason: LinkReason | null;
  linkUserId: string | null;
}

/** The link of the record of the alias d, in whatever state but superseded. */
const CURRENT_LINK = `
     left join lateral (
       select cl.state, cl.reason, cl.user_id from user_links cl
        where cl.organization_id = $1 and cl.directory_user_id = d.id and cl.state <> 'superseded' offset 0) l on true`;

/** `$2` connection, `$3` subject. */
export const liveBindingOf = statement<LiveBinding>(
  `select b.id, b.user_id as "userId", b.account_id as "accountId", b.directory_user_id as "directoryUserId",
          b.bound_by as "boundBy", coalesce(${isActiveUser('u')}, false) as "isUserActive", d.id is not null as "hasRecord",
          coalesce(d.active and not d.is_held, false) as "isRecordActive",
          coalesce(dir.status = 'retired', false) as "isDirectoryRetired",
          l.state as "linkState", l.reason as "linkReason", l.user_id as "linkUserId"
     from bindings b
     left join users u on u.organization_id = $1 and u.id = b.user_id
     left join directory_users d on d.organization_id = $1 and d.id = b.directory_user_id
     left join directories dir on dir.organization_id = $1 and dir.id = d.directory_id${CURRENT_LINK}
    where b.organization_id = $1 and b.connection_id = $2 and b.subject = $3 and b.ended_at is null`,
);

/** A record that a stable id or an e-mail address leads to. */
export interface MatchedRecord {
  directoryUserId: string;
  isRecordActive: boolean;
  directoryStatus: DirectoryStatus;
  linkState: LinkState | null;
  userId: string | null;
  isUserActive: boolean;
}

const matchingRecords = (condition: string) => `
   select d.id as "directoryUserId", d.active and not d.is_held as "isRecordActive", dir.status as "directoryStatus",
          l.state as "linkState", l.user_id as "userId", coalesce(${isActiveUser('u')}, false) as "isUserActive"
     from directories dir
     join directory_users d on d.organization_id = $1 and d.directory_id = dir.id and ${condition}${CURRENT_LINK}
     left join users u on u.organization_id = $1 and u.id = l.user_id
    where dir.organization_id = $1 and dir.status <> 'retired'`;

/** `$2` the stable id. Compared exactly, as it was sent. */
export const recordsByStableId = statement<MatchedRecord>(`${matchingRecords('d.external_id = $2')} order by d.id`);

const HAS_NAME = `d.user_name_key = $2 and ${sharesAddress("d.resource->>'userName'", '$2')}`;
const HAS_EMAIL = `d.email_key = $2 and exists (
  select 1 from jsonb_path_query(d.resource, '$.emails[*].value') said(email)
   where ${sharesAddress("said.email #>> '{}'", '$2')})`;

/** `$2` the folded e-mail address. By each column apart, so that each goes by its index. */
export const recordsByEmail = statement<MatchedRecord>(
  `${matchingRecords(HAS_NAME)} union ${matchingRecords(HAS_EMAIL)} order by 1`,
);

/** The same of users of the product; whether somebody has an account as them, or was approved to be them. */
export const usersByEmail = statement<{ userId: string; isUserActive: boolean; isTaken: boolean }>(
  `select u.id as "userId", ${isActiveUser('u')} as "isUserActive",
          exists (select 1 from account_memberships m where m.organization_id = $1 and m.user_id = u.id)
          or exists (select 1 from bindings b
                      where b.organization_id = $1 and b.user_id = u.id and b.ended_at is null) as "isTaken"
     from (select n.id from users n
            where n.organization_id = $1 and n.user_name_key = $2 and ${sharesAddress('n.user_name', '$2')}
           union
           select n.id from users n
            where n.organization_id = $1 and n.email_key = $2 and ${sharesAddress('n.email', '$2')}) named
     join users u on u.organization_id = $1 and u.id = named.id and u.removed_at is null
    order by u.id`,
);

/** Whether the address `$2`, folded `$3`, is one by which people are found. */
export const selectIsOwnAddress = statement<{ isOwn: boolean }>(`select ${sharesAddress('$2', '$3::text')} as "isOwn"`);

/** What a user was or is bound to, through connections that were not removed and still have the issuer of then. */
export interface BindingOfUser {
  id: string;
  connectionId: string;
  issuer: string;
  subject: string;
  stableId: string | null;
  isLive: boolean;
}

/** `$2` user, `$3` connection. */
export const bindingsOfUser = statement<BindingOfUser>(
  `select b.id, b.connection_id as "connectionId", c.issuer, b.subject, b.stable_id as "stableId",
          b.ended_at is null as "isLive"
     from bindings b join connections c on c.organization_id = $1 and c.id = b.connection_id and c.deleted_at is null
    where b.organization_id = $1 and b.user_id = $2
      and (b.connection_id = $3 or b.ended_reason is distinct from 'issuerChanged')
    order by b.id`,
);

/** `$2` connection, `$3` stable id: the account of whom it was proved for here, also of a binding that has ended. */
export const accountOfStableId = statement<{ accountId: string }>(
  `select b.account_id as "accountId" from bindings b
    where b.organization_id = $1 and b.connection_id = $2 and b.stable_id = $3 and b.account_id is not null
    order by b.id desc limit 1`,
);

/** `$2` connection, `$3` subject: whose it was last. */
export const formerBindingOf = statement<{ userId: string; accountId: string | null; isUserActive: boolean }>(
  `select b.user_id as "userId", b.account_id as "accountId", coalesce(${isActiveUser('u')}, false) as "isUserActive"
     from bindings b left join users u on u.organization_id = $1 and u.id = b.user_id
    where b.organization_id = $1 and b.connection_id = $2 and b.subject = $3 and b.ended_at is not null
    order by b.id desc limit 1`,
);

export const selectUserName = statement<{ userName: string }>(
  'select user_name as "userName" from users where organization_id = $1 and id = $2',
);
