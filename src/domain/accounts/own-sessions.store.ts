import { statement } from '../../database/statement.ts';
import type { OwnEnd } from './session.entity.ts';
import { isLive } from './sessions.store.ts';

export interface OwnSessionRow {
  id: string;
  createdAt: Date;
  lastSeenAt: Date;
  userAgent: string | null;
  address: string | null;
}

const COLUMNS = `s.id, s.created_at as "createdAt", s.last_seen_at as "lastSeenAt", s.user_agent as "userAgent", s.address`;
const LAST_SEEN_FIRST = 'order by s.last_seen_at desc, s.id desc';

/**
 * Those that say which account is signed in, by `accountLiveSince`: `$1` account, `$2` after when they were last seen, `$3`
 * after when their cookie was made, `$4` how many.
 */
export const selectAccountSessions = statement<OwnSessionRow>(
  `select ${COLUMNS} from sessions s
    where s.account_id = $1 and s.ended_at is null and s.last_seen_at > $2 and s.created_at > $3
    ${LAST_SEEN_FIRST} limit $4`,
);

/** Those that act in the organization and have a live authentication there: `$2` account, `$3` now, `$4` how many. */
export const selectLiveSessions = statement<OwnSessionRow>(
  `select ${COLUMNS} from account_memberships m
     join organizations o on o.organization_id = $1
     join users u on u.organization_id = $1 and u.id = m.user_id
     join session_authentications a on a.organization_id = $1 and a.user_id = m.user_id
     join sessions s on s.id = a.session_id and s.account_id = $2 and s.organization_id = $1
    where m.organization_id = $1 and m.account_id = $2
      and ${isLive({ account: 'm.account_id', now: '$3::timestamptz' })}
    ${LAST_SEEN_FIRST} limit $4`,
);

/** `$1` account. */
export const organizationsOfAccount = statement<{ organizationId: string }>(
  'select organization_id as "organizationId" from account_memberships where account_id = $1',
);

/** `$2` account: its user with the name that an audit keeps. */
export const findMember = statement<{ userId: string; name: string }>(
  `select u.id as "userId", coalesce(u.display_name, u.user_name) as name
     from account_memberships m join users u on u.organization_id = $1 and u.id = m.user_id
    where m.organization_id = $1 and m.account_id = $2`,
);

/** `$1` session, `$2` its account, `$3` now, `$4` by what: an `OwnEnd`. */
export const endSession = statement<{ id: string }>(
  `update sessions set ended_at = $3, untold_end = $4 where id = $1 and account_id = $2 and ended_at is null returning id`,
);

/** `$1` account, `$2` a session that stays or null, `$3` now, `$4` by what: an `OwnEnd`. */
export const endSessionsOfAccount = statement<{ id: string }>(
  `update sessions set ended_at = $3, untold_end = $4
    where account_id = $1 and id is distinct from $2::uuid and ended_at is null returning id`,
);

/** Sessions that ended, of which not every organization of the account was told: `$1` how many, the oldest first. */
export const selectUntold = statement<{ id: string; accountId: string; reason: OwnEnd; endedAt: Date }>(
  `select id, account_id as "accountId", untold_end as reason, ended_at as "endedAt" from sessions
    where untold_end is not null order by ended_at, id limit $1`,
);

/** `$1` sessions. */
export const putTold = statement<never>('update sessions set untold_end = null where id = any($1::uuid[])');
