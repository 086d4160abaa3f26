import type { Database } from '../../database/database.ts';
import { wide } from '../../database/statement.ts';
import { type Actor, requirePermission } from '../actors/actor.ts';
import type { Clock } from '../clock.ts';
import { readOutcomes } from '../events/provisioning-outcome.ts';
import type { RefusalReason } from '../events/refused-call.entity.ts';
import { isId } from '../id.ts';
import { firstIdAt } from '../id-at.ts';
import type { LinkState } from '../links/link.entity.ts';

/** How provisioning goes, read when it is asked for. */
export interface DirectoryHealthFacts {
  directoryId: string;
  /** Of the calls that got in. */
  lastCallAt: Date | null;
  /** The last call that succeeded and was no mere reading; null for none in `WRITE_DAYS_MAX` days. */
  lastWriteAt: Date | null;
  lastFailureAt: Date | null;
  failedCallsLastDay: number;
  refusedCallsLastDay: number;
  lastRefusedAt: Date | null;
  lastRefusalReason: RefusalReason | null;
  /** Links that wait for somebody's decision. */
  waitingLinksCount: number;
  conflictsCount: number;
  /** Records that wait for the directory to be activated; 0 for one that is active. */
  unlinkedRecordsCount: number;
  /** When the first of the living tokens that end by themselves does. */
  nextTokenExpiryAt: Date | null;
  lastTokenUseAt: Date | null;
  /** Of the living secrets of its OAuth clients, how many end within `SECRET_WARNING_DAYS`. */
  expiringSecretsCount: number;
  /** When the first of all living ones does. */
  nextSecretExpiryAt: Date | null;
}

/** Where counting stops, so that a directory in trouble is not asked to count all of it. */
export const COUNT_MAX = 10_000;
/** How far back a last write is looked for: behind it there may be nothing but readings. */
export const WRITE_DAYS_MAX = 30;
/** How long before its end a client secret is warned of. */
export const SECRET_WARNING_DAYS = 30;
const DAY_MILLISECONDS = 86_400_000;
const HOUR_MILLISECONDS = 3_600_000;

/**
 * How many links of the directory `d` are in a state, those of users and of groups. Each is looked up from its link, of
 * which few wait, and never from the records, of which there are many: `offset 0` keeps the planner from turning it round.
 */
function linksIn(state: LinkState): string {
  const found = (records: string, links: string, recordId: string) => `(select
      from (select ${recordId} as id from ${links}
             where organization_id = $1 and state = '${state}' offset 0) l
     cross join lateral (select r.directory_id from ${records} r
                          where r.organization_id = $1 and r.id = l.id offset 0) record
     where record.directory_id = d.id
     limit ${COUNT_MAX})`;
  return `(select count(*)::int
      from (select from (${found('directory_users', 'user_links', 'directory_user_id')}
                         union all
                         ${found('directory_groups', 'group_links', 'directory_group_id')}) found
             limit ${COUNT_MAX}) counted)`;
}

/**
 * `$2` the directories, `$3` a day ago, as a time and as `$4` an id, `$5` its hour, `$6` now, `$7` what only read, `$8`
 * the first id of the days in which a write is looked for, `$9` until when an ending secret is warned of.
 */
const read = wide<DirectoryHealthFacts>(
  `select d.id as "directoryId", call."lastCallAt", write."lastWriteAt", failure."lastFailureAt",
          failed.count as "failedCallsLastDay", refused.count as "refusedCallsLastDay",
          refusal.at as "lastRefusedAt", refusal.reason as "lastRefusalReason",
          ${linksIn('pending')} as "waitingLinksCount", ${linksIn('conflict')} as "conflictsCount", record.count as "unlinkedRecordsCount",
          token."nextTokenExpiryAt", token."lastTokenUseAt",
          secret."expiringSecretsCount", secret."nextSecretExpiryAt"
     from directories d
     left join lateral (
       select created_at as "lastCallAt" from provisioning_events
        where organization_id = $1 and directory_id = d.id order by id desc limit 1) call on true
     left join lateral (
       select created_at as "lastWriteAt" from provisioning_events
        where organization_id = $1 and directory_id = d.id and id >= $8
          and not is_failure and outcome <> all($7::text[])
        order by id desc limit 1) write on true
     left join lateral (
       select created_at as "lastFailureAt" from provisioning_events
        where organization_id = $1 and directory_id = d.id and is_failure order by id desc limit 1) failure on true
     cross join lateral (
       select count(*)::int as count
         from (select from provisioning_events
                where organization_id = $1 and directory_id = d.id and is_failure and id >= $4 and created_at >= $3
                limit ${COUNT_MAX}) newest) failed
     cross join lateral (
       select least(coalesce(sum(r.count), 0), ${COUNT_MAX})::int as count from refused_calls r
        where r.organization_id = $1 and r.directory_id = d.id and r.hour >= $5 and r.last_at >= $3) refused
     left join lateral (
       select last_at as at, reason from refused_calls
        where organization_id = $1 and directory_id = d.id order by hour desc, last_at desc limit 1) refusal on true
     cross join lateral (
       select count(*)::int as count
         from (select from (
                 (select from directory_users u
                   where u.organization_id = $1 and u.directory_id = d.id and d.status in ('observing', 'paused')
                     and not exists (select from user_links l
                                      where l.organization_id = $1 and l.directory_user_id = u.id and l.state <> 'superseded')
                   limit ${COUNT_MAX})
                 union all
                 (select from directory_groups g
                   where g.organization_id = $1 and g.directory_id = d.id and d.status in ('observing', 'paused')
                     and not exists (select from group_links l
                                      where l.organization_id = $1 and l.directory_group_id = g.id)
                   limit ${COUNT_MAX})) unlinked
                limit ${COUNT_MAX}) counted) record
     cross join lateral (
       select min(expires_at) filter (where revoked_at is null and expires_at > $6 and oauth_client_secret_id is null
                                      and workload_identity_id is null) as "nextTokenExpiryAt",
              max(last_used_at) as "lastTokenUseAt"
         from scim_tokens where organization_id = $1 and directory_id = d.id) token
     cross join lateral (
       select count(*) filter (where s.expires_at <= $9)::int as "expiringSecretsCount",
              min(s.expires_at) as "nextSecretExpiryAt"
         from oauth_clients c
         join oauth_client_secrets s on s.organization_id = $1 and s.oauth_client_id = c.id
        where c.organization_id = $1 and c.directory_id = d.id and s.revoked_at is null and s.expires_at > $6) secret
    where d.organization_id = $1 and d.id = any($2::uuid[])`,
);

export class DirectoryHealth {
  readonly #database: Database;
  readonly #clock: Clock;

  constructor({ database, clock }: { database: Database; clock: Clock }) {
    this.#database = database;
    this.#clock = clock;
  }

  /** The health of directories in the order of the ids, undefined for an unknown one. No count passes `COUNT_MAX`. */
  async getMany(actor: Actor, directoryIds: readonly string[]): Promise<(DirectoryHealthFacts | undefined)[]> {
    requirePermission(actor, 'rollcall:directories');
    const now = this.#clock();
    const dayAgo = new Date(now.getTime() - DAY_MILLISECONDS);
    const hour = new Date(dayAgo.getTime() - (dayAgo.getTime() % HOUR_MILLISECONDS));
    const writesFrom = new Date(now.getTime() - WRITE_DAYS_MAX * DAY_MILLISECONDS);
    const values = [
      directoryIds.filter(isId),
      dayAgo,
      firstIdAt(dayAgo),
      hour,
      now,
      readOutcomes,
      firstIdAt(writesFrom),
      new Date(now.getTime() + SECRET_WARNING_DAYS * DAY_MILLISECONDS),
    ];
    const rows = await this.#database.run(actor.organizationId, read, ...values);
    const byDirectory = new Map(rows.map((row) => [row.directoryId, row]));
    return directoryIds.map((id) => byDirectory.get(id));
  }
}
