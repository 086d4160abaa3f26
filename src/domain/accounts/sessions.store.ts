import { prepared, statement } from '../../database/statement.ts';
import type { OrganizationStatus } from '../organizations/organization.entity.ts';
import { HAS_CONNECTION, takesOtherMethods } from '../organizations/other-methods.ts';
import { accessPathsOf } from '../permissions/grant-paths.ts';
import { isActiveUser } from '../users/active-user.ts';
import type { LoginProvider } from './account.entity.ts';
import { endedByOthersAt, lastEndByOthersOf } from './ended-by-others.ts';
import type { AuthenticationMethod } from './session.entity.ts';

const FORGOTTEN_AT_ONCE = 5000;

export interface SessionRow {
  sessionId: string;
  accountId: string;
  organizationId: string | null;
  loginProvider: LoginProvider | null;
  loginProvedAt: Date | null;
  createdAt: Date;
  lastSeenAt: Date;
}

const SESSION_COLUMNS = `s.id as "sessionId", s.account_id as "accountId", s.organization_id as "organizationId",
  s.login_provider as "loginProvider", s.login_proved_at as "loginProvedAt", s.created_at as "createdAt",
  s.last_seen_at as "lastSeenAt"`;

/** `$1` the HMAC of a cookie. */
export const findSession = prepared<SessionRow>(
  'session_find',
  `select ${SESSION_COLUMNS} from sessions s where s.hmac = $1 and s.ended_at is null`,
);

export interface OpenedSessionRow {
  id: string;
  /** The session of another account that the browser had. */
  endedId: string | null;
  endedAccountId: string | null;
}

/**
 * The session of a new cookie: `$1` organization or null, `$2` its id if it is a new one, `$3` HMAC of the cookie, `$4`
 * account, `$5` HMAC of the cookie before or null, `$6` user agent, `$7` address, `$8` now, `$9` the login that proved the
 * account, or null, `$10` when it did. A session of the same account goes on under the new cookie and keeps what it has proved elsewhere; one
 * of another account ends. Two who come with one cookie at once do not both go on with it: the second gets a session.
 */
export const openSession = statement<OpenedSessionRow>(
  `with ended as (
     update sessions set ended_at = $8, untold_end = 'replaced' where hmac = $5 and account_id <> $4 and ended_at is null
     returning id, account_id),
   rotated as (
     update sessions set hmac = $3, organization_id = coalesce($1::uuid, organization_id), created_at = $8,
            last_seen_at = $8, user_agent = $6, address = $7, login_provider = coalesce($9::text, login_provider),
            login_proved_at = case when $9::text is null then login_proved_at else $10::timestamptz end
      where hmac = $5 and account_id = $4 and ended_at is null returning id),
   made as (
     insert into sessions (id, hmac, account_id, organization_id, login_provider, login_proved_at, created_at,
                           last_seen_at, user_agent, address)
     select $2::uuid, $3, $4::uuid, $1::uuid, $9::text, case when $9::text is null then null else $10::timestamptz end,
            $8::timestamptz, $8::timestamptz, $6, $7
      where not exists (select 1 from rotated) returning id),
   seen as (update accounts set last_signed_in_at = $8 where id = $4)
   select opened.id, ended.id as "endedId", ended.account_id as "endedAccountId"
     from (select id from rotated union all select id from made) opened left join ended on true`,
);

/**
 * `$2` session, `$3` user, `$4` method, `$5` connection, `$6` directory user, `$7` when they signed in, `$8` when the person
 * proved who they are or null, `$9` now.
 */
export const putAuthentication = statement<never>(
  `insert into session_authentications as proved (organization_id, session_id, user_id, method, connection_id, directory_user_id,
                                        authenticated_at, proved_at, last_seen_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
   on conflict (organization_id, session_id) do update
      set user_id = excluded.user_id, method = excluded.method, connection_id = excluded.connection_id,
          directory_user_id = excluded.directory_user_id, authenticated_at = excluded.authenticated_at,
          proved_at = excluded.proved_at, last_seen_at = excluded.last_seen_at,
          ended_by_others_at = ${endedByOthersAt('proved')}, ended_at = null, ended_reason = null`,
);

/** `$2` the HMAC of a cookie: its session, held until the transaction ends, so that nobody else goes on with the cookie. */
export const holdSession = statement<{ id: string }>(
  'select id from sessions where hmac = $2 and ended_at is null and $1::uuid is not null for update',
);

/** `$2` session, `$3` when the person proved who they are, `$4` now. When they signed in stays as it was. */
export const renewAuthentication = statement<never>(
  `update session_authentications set proved_at = greatest(proved_at, $3::timestamptz), last_seen_at = $4
    where organization_id = $1 and session_id = $2`,
);

/** `$2` session, `$3` now. */
export const moveSession = statement<{ id: string }>(
  `update sessions set organization_id = $1, last_seen_at = $3 where id = $2 and ended_at is null returning id`,
);

/**
 * SQL that is true for a live authentication `a` of the user `u` in the organization `o`: neither ended nor too old, the
 * person active, and the record that they signed in as still active and theirs. `account` and `now` are SQL expressions.
 */
export function isLive({ account, now }: { account: string; now: string }): string {
  return `(a.ended_at is null
    and ${now} < a.last_seen_at + make_interval(mins => o.session_idle_minutes)
    and ${now} < a.authenticated_at + make_interval(mins => o.session_lifetime_minutes)
    and ${isActiveUser('u')}
    and (a.directory_user_id is null or exists (
      select 1 from user_links rl
        join directory_users rd on rd.organization_id = $1 and rd.id = rl.directory_user_id
       where rl.organization_id = $1 and rl.directory_user_id = a.directory_user_id and rl.user_id = a.user_id
         and rl.state = 'active' and rd.active and not rd.is_held offset 0))
    and exists (select 1 from account_memberships am
                 where am.account_id = ${account} and am.organization_id = $1 and am.user_id = a.user_id offset 0)
    and exists (select 1 from sessions ls where ls.id = a.session_id and ls.ended_at is null offset 0))`;
}

export interface AuthenticationRow {
  /** The place of the question among those that were asked together. */
  position: number;
  organizationStatus: OrganizationStatus;
  userId: string;
  userName: string;
  displayName: string | null;
  email: string | null;
  method: AuthenticationMethod;
  connectionId: string | null;
  directoryUserId: string | null;
  authenticatedAt: Date;
  provedAt: Date | null;
  lastSeenAt: Date;
  idleExpiresAt: Date;
  expiresAt: Date;
  /** What they hold on the whole organization: built-in sets and permissions. */
  held: string[];
}

/** `$2` sessions, `$3` their accounts, `$4` now. Who has no live authentication has no row. */
export const selectAuthentications = prepared<AuthenticationRow>(
  'session_authentications_get',
  `select asked.position, o.status as "organizationStatus", u.id as "userId", u.user_name as "userName",
          u.display_name as "displayName", u.email, a.method, a.connection_id as "connectionId",
          a.directory_user_id as "directoryUserId", a.authenticated_at as "authenticatedAt",
          a.proved_at as "provedAt", a.last_seen_at as "lastSeenAt",
          a.last_seen_at + make_interval(mins => o.session_idle_minutes) as "idleExpiresAt",
          a.authenticated_at + make_interval(mins => o.session_lifetime_minutes) as "expiresAt",
          array(
            select distinct coalesce(s.built_in, p.permission)
              from (${accessPathsOf('a.user_id')}) path
             cross join lateral (
               select s.id, s.built_in from permission_sets s
                where s.organization_id = $1 and s.id = path.permission_set_id offset 0) s
              left join permission_set_permissions p on p.organization_id = $1 and p.permission_set_id = s.id
             where path.space_id is null and coalesce(s.built_in, p.permission) is not null) as held
     from unnest($2::uuid[], $3::uuid[]) with ordinality as asked(session_id, account_id, position)
     join organizations o on o.organization_id = $1
    cross join lateral (
      select * from session_authentications sa
       where sa.organization_id = $1 and sa.session_id = asked.session_id offset 0) a
    cross join lateral (
      select * from users us where us.organization_id = $1 and us.id = a.user_id offset 0) u
    where ${isLive({ account: 'asked.account_id', now: '$4::timestamptz' })}`,
);

/** `$2` session, `$3` now; what was seen later than that stays as it is. */
export const touchAuthentication = prepared<never>(
  'session_touch',
  `with seen as (
     update sessions set last_seen_at = $3 where id = $2 and last_seen_at < $3 and ended_at is null)
   update session_authentications set last_seen_at = $3
    where organization_id = $1 and session_id = $2 and last_seen_at < $3 and ended_at is null`,
);

/** The same for a session without an organization: `$1` session, `$2` now. */
export const touchSession = statement<never>(
  `update sessions set last_seen_at = $2 where id = $1 and last_seen_at < $2 and ended_at is null`,
);

/** What the organization asks of a session that comes from another one: `$2` user, `$3` session, `$4` now. */
export interface SwitchPolicy {
  organizationStatus: OrganizationStatus;
  slug: string;
  isActive: boolean;
  takesOtherMethods: boolean;
  hasConnection: boolean;
  idleMinutes: number;
  lifetimeMinutes: number;
  /**
   * When what this session had proved here ended, also by not being used, or what another one of the user had was ended, by
   * anybody but the person; a proof from before does not count any more.
   */
  endedAt: Date | null;
}

export const selectSwitchPolicy = statement<SwitchPolicy>(
  `select o.status as "organizationStatus", o.slug, ${isActiveUser('u')} as "isActive",
          ${takesOtherMethods('o')} as "takesOtherMethods", ${HAS_CONNECTION} as "hasConnection",
          o.session_idle_minutes as "idleMinutes", o.session_lifetime_minutes as "lifetimeMinutes",
          greatest(
            (select coalesce(a.ended_at, case when idle.since <= $4::timestamptz then idle.since end)
               from session_authentications a
              cross join lateral (select a.last_seen_at + make_interval(mins => o.session_idle_minutes) as since) idle
              where a.organization_id = $1 and a.session_id = $3),
            ${lastEndByOthersOf('$2')}) as "endedAt"
     from organizations o join users u on u.organization_id = $1 and u.id = $2
    where o.organization_id = $1`,
);

/** Holds a user against a deactivation meanwhile: `$2` user. */
export const holdUser = statement<{ id: string }>(
  'select id from users where organization_id = $1 and id = $2 for share',
);

/** `$2` account. */
export const findMembership = statement<{ userId: string }>(
  'select user_id as "userId" from account_memberships where organization_id = $1 and account_id = $2',
);

/**
 * `$2` before when they were signed in to, and ended if they did: what has ended was signed in to before. A portion, the
 * oldest first, because a limit makes the index the cheapest way also for a plan that does not know how few these are.
 */
export const forgetAuthentications = statement<never>(
  `delete from session_authentications
    where organization_id = $1 and session_id = any(array(
      select session_id from session_authentications
       where organization_id = $1 and authenticated_at < $2 and (ended_at is null or ended_at < $2)
       order by authenticated_at limit ${FORGOTTEN_AT_ONCE}))`,
);

/** The same of sessions: `$1` before when their cookies were made. Nothing that they have proved is younger than those. */
export const forgetSessions = statement<never>(
  `delete from sessions where id = any(array(
     select id from sessions where created_at < $1 order by created_at limit ${FORGOTTEN_AT_ONCE}))`,
);
