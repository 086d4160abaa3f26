import { statement } from '../../database/statement.ts';
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
