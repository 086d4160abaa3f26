import { coalesce } from '../../database/coalesce.ts';
import { type Database, isConnectionFailure, type OrganizationTransaction } from '../../database/database.ts';
import { type Actor, requirePermission } from '../actors/actor.ts';
import type { Clock } from '../clock.ts';
import type { Directories } from '../directories/directories.ts';
import type { ScimTokens } from '../directory-credentials/scim-tokens.ts';
import { isId } from '../id.ts';
import { type Page, type PageRequest, placeUnknown, readPageSize } from '../page.ts';
import { type Refusal, refusalReasons } from './refused-call.entity.ts';
import type { CountedCalls, RefusedCallsRow } from './refused-calls.store.ts';
import * as store from './refused-calls.store.ts';
import { OTHER_ADDRESS, type ReportedRefusal, readReportedRefusals } from './reported-refusals.ts';

interface Report {
  directoryId: string;
  refusal: Refusal;
  calls: readonly ReportedRefusal[];
}

/** So that a flood from everywhere costs as many rows as one from twenty places. */
const ADDRESSES_AN_HOUR_MAX = 20;
const HOUR_MILLISECONDS = 3_600_000;

/**
 * SCIM calls that were refused at the door, and requests for access tokens, counted by hour, reason and address. Whoever is
 * refused may report; the reason is found here, from the bearer that was refused, so that nobody can tell a directory's admin a
 * false one.
 */
export class RefusedCallLog {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #directories: Directories;
  readonly #scimTokens: ScimTokens;
  readonly #keep: (organizationId: string, report: Report) => Promise<void>;
  readonly #onFailure: (error: unknown) => void;
  readonly #counting = new Set<Promise<void>>();

  constructor(parts: {
    database: Database;
    clock: Clock;
    directories: Directories;
    scimTokens: ScimTokens;
    /** Told of a refused token request that could not be counted: nobody waits for it. */
    onFailure?: (error: unknown) => void;
  }) {
    this.#onFailure = parts.onFailure ?? (() => undefined);
    this.#database = parts.database;
    this.#clock = parts.clock;
    this.#directories = parts.directories;
    this.#scimTokens = parts.scimTokens;
    // One batch at a time: reports of an organization wait for each other anyway, and here they hold no connection.
    this.#keep = coalesce({
      run: (organizationId, reports) => this.#run(organizationId, reports),
      runsAgainAlone: (error) => !isConnectionFailure(error),
      batchesInFlightMax: 1,
    });
  }

  /**
   * Counts calls that were refused with this bearer, undefined where they had none. Nothing is kept for an unknown
   * directory, nor of a bearer that opens it, and the caller does not learn which.
   */
  async report(
    bearer: string | undefined,
    { directoryId, calls }: { directoryId: string; calls: readonly ReportedRefusal[] },
  ): Promise<void> {
    const reported = readReportedRefusals(calls, this.#clock());
    if (reported.length === 0) return;
    const organizationId = await this.#directories.organizationOf(directoryId);
    if (organizationId === undefined) return;
    const refusal = await this.#scimTokens.refusalOf(bearer, { organizationId, directoryId });
    if (refusal) await this.#keep(organizationId, { directoryId, refusal, calls: reported });
  }

  /** Counts a request for an access token that the domain itself refused. It is written while the caller goes on. */
  countTokenRequest(
    organizationId: string,
    { directoryId, refusal, address }: { directoryId: string; refusal: Refusal; address: string },
  ): void {
    const at = this.#clock();
    const calls = readReportedRefusals([{ address, count: 1, method: 'POST', path: '/oauth/token', at }], at);
    const counting = this.#keep(organizationId, { directoryId, refusal, calls })
      .catch(this.#onFailure)
      .finally(() => this.#counting.delete(counting));
    this.#counting.add(counting);
  }

  /** Resolves when nothing is being counted: before the database is closed. */
  async settled(): Promise<void> {
    await Promise.all(this.#counting);
  }

  /** The refused calls of a directory, the newest hour first, and in it what came last. Throws `invalidValue`. */
  async list(actor: Actor, directoryId: string, request: PageRequest): Promise<Page<RefusedCallsRow>> {
    requirePermission(actor, 'rollcall:directories');
    const first = readPageSize(request.first);
    const behind = request.after == null ? [null, null, null, null] : readPlace(request.after);
    if (!isId(directoryId)) return { items: [], hasNextPage: false };
    const rows = await this.#database.run(actor.organizationId, store.list, directoryId, first + 1, ...behind);
    const items = rows.slice(0, first).map((row) => ({ ...row, id: placeOf(row) }));
    return { items, hasNextPage: rows.length > first };
  }

  async #run(organizationId: string, reports: Report[]): Promise<undefined[]> {
    await this.#database.transaction(organizationId, (transaction) => count(transaction, reports));
    return reports.map(() => undefined);
  }
}

async function count(transaction: OrganizationTransaction, reports: readonly Report[]): Promise<void> {
  await transaction.rows(store.lockReports);
  const ids = [...new Set(reports.map(({ directoryId }) => directoryId))];
  const directories = new Set((await transaction.rows(store.lockDirectories, ids)).map(({ id }) => id));
  const rows = reports.filter(({ directoryId }) => directories.has(directoryId)).flatMap(rowsOf);
  const hours = [...new Set(rows.map(({ hour }) => hour.toISOString()))];
  const known = await transaction.rows(store.knownAddresses, ids, hours);
  await transaction.rows(store.addCounts, JSON.stringify(countedRows(rows, known)));
}

function rowsOf({ directoryId, refusal, calls }: Report): CountedCalls[] {
  const { reason, tokenHint, detail } = refusal;
  return calls.map(({ address, count, method, path, at }) => ({
    reason,
    tokenHint,
    lastDetail: detail,
    directoryId,
    hour: new Date(at.getTime() - (at.getTime() % HOUR_MILLISECONDS)),
    address,
    count,
    lastMethod: method,
    lastPath: path,
    firstAt: at,
    lastAt: at,
  }));
}

/**
 * The rows with one for each key: an address that is one too many for its directory and hour is counted as `other`. `known`
 * are those that have their row already.
 */
export function countedRows(
  rows: readonly CountedCalls[],
  known: readonly Pick<CountedCalls, 'directoryId' | 'hour' | 'address'>[],
): CountedCalls[] {
  const addresses = new Map<string, Set<string>>();
  const addressesOf = ({ directoryId, hour }: Pick<CountedCalls, 'directoryId' | 'hour'>) => {
    const key = `${directoryId} ${hour.getTime()}`;
    const found = addresses.get(key) ?? new Set();
    addresses.set(key, found);
    return found;
  };
  for (const row of known) if (row.address !== OTHER_ADDRESS) addressesOf(row).add(row.address);
  const counted = new Map<string, CountedCalls>();
  for (const row of rows) {
    const named = addressesOf(row);
    if (row.address !== OTHER_ADDRESS && named.size < ADDRESSES_AN_HOUR_MAX) named.add(row.address);
    const address = named.has(row.address) ? row.address : OTHER_ADDRESS;
    const key = [row.directoryId, row.hour.getTime(), row.reason, address].join(' ');
    counted.set(key, added(counted.get(key), { ...row, address }));
  }
  return [...counted.values()];
}

function added(before: CountedCalls | undefined, row: CountedCalls): CountedCalls {
  if (before === undefined) return row;
  const later = row.lastAt < before.lastAt ? before : row;
  const firstAt = new Date(Math.min(before.firstAt.getTime(), row.firstAt.getTime()));
  return { ...later, count: before.count + row.count, firstAt };
}

function placeOf({ hour, lastAt, reason, address }: CountedCalls): string {
  return [hour.toISOString(), lastAt.toISOString(), reason, address].join(' ');
}

/** A caller may have made the place up, so nothing passes that PostgreSQL could not read. */
function readPlace(text: string): readonly [string, string, string, string] {
  const [hour = '', lastAt = '', reason = '', address = '', ...rest] = text.split(' ');
  const isReason = refusalReasons.some((known) => known === reason);
  const isTimed = isHour(hour) && isTime(lastAt);
  if (!isTimed || !isReason || !ADDRESS.test(address) || rest.length > 0) throw placeUnknown();
  return [hour, lastAt, reason, address];
}

const ADDRESS = /^[\w.:%-]{1,64}$/;

function isHour(text: string): boolean {
  return isTime(text) && new Date(text).getTime() % HOUR_MILLISECONDS === 0;
}

function isTime(text: string): boolean {
  const time = new Date(text);
  return time.getTime() >= 0 && text.length === 24 && time.toISOString() === text;
}
