import { statement } from '../../database/statement.ts';
import { OrderedList } from '../ordered-list.ts';
import type { OwnSessionRow } from './own-sessions.store.ts';
import type { AuthenticationMethod } from './session.entity.ts';
import { isLive } from './sessions.store.ts';

/** `$2` session: whose it is here, while it is open here. */
export const findOpenAuthentication = statement<{ userId: string }>(
  `select user_id as "userId" from session_authentications
    where organization_id = $1 and session_id = $2 and ended_at is null`,
);

/** A session as the admins of an organization see it: what it has proved to theirs. */
export interface UserSessionRow extends OwnSessionRow {
  method: AuthenticationMethod;
  connectionId: string | null;
  authenticatedAt: Date;
  provedAt: Date | null;
  idleExpiresAt: Date;
  expiresAt: Date;
}

/** `$2` now. The owners are users. */
export const userSessionList = new OrderedList<UserSessionRow, 'createdAt' | 'lastSeenAt'>({
  columns: `a.session_id as id, s.created_at as "createdAt", a.last_seen_at as "lastSeenAt",
    s.user_agent as "userAgent", s.address, a.method, a.connection_id as "connectionId",
    a.authenticated_at as "authenticatedAt", a.proved_at as "provedAt",
    a.last_seen_at + make_interval(mins => o.session_idle_minutes) as "idleExpiresAt",
    a.authenticated_at + make_interval(mins => o.session_lifetime_minutes) as "expiresAt"`,
  from: `organizations o
    join session_authentications a on a.organization_id = $1 and a.user_id = owner.id
    join sessions s on s.id = a.session_id
    join users u on u.organization_id = $1 and u.id = a.user_id`,
  where: `o.organization_id = $1 and ${isLive({ account: 's.account_id', now: '$2::timestamptz' })}`,
  id: 'a.session_id',
  orders: { lastSeenAt: { sql: 'a.last_seen_at', type: 'time' } },
});
