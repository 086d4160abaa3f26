import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { DatabaseConnection } from './connection.ts';
import { refuseUnboundRole, SERVICE_ROLE } from './service-role.ts';
import { Slots } from './slots.ts';
import { OrganizationSnapshot } from './snapshot.ts';
import type { Statement } from './statement.ts';

export interface DatabaseOptions {
  connection: DatabaseConnection;
  /** Connections of the pool. */
  poolSizeMax?: number;
  /** A statement that runs longer is ended by the server. */
  statementTimeoutMilliseconds?: number;
  onConnectionLost?: (error: Error) => void;
}

/** A transaction of one organization that waits between its statements. */
export interface OrganizationTransaction {
  readonly organizationId: string;
  /** Runs a statement with the organization as `$1` and the values as `$2`…. */
  rows<Row extends object>(statement: Statement<Row>, ...values: unknown[]): Promise<Row[]>;
  /**
   * Has work done when all is committed and the connection is free for others, such as what goes on in other
   * organizations. Not done when the transaction is rolled back. Whoever waits for the transaction waits for it, and gets
   * what it throws, while the transaction stands.
   */
  afterCommit(work: () => Promise<unknown>): void;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const RETRIED = new Set(['40001', '40P01']);
const ATTEMPTS_MAX = 8;
const INT8 = 20;

/**
 * Nearly every statement finds a handful of rows by their keys, given in a JSON array whose size the planner does not
 * know: it guesses a hundred and then hashes a table of ten thousand. So joins go by index unless a statement is wide,
 * and a prepared statement is planned once a connection (measured: 25 ms → 0.4 ms for adding one member).
 */
const PLANNER = ['plan_cache_mode=force_generic_plan', 'jit=off', 'enable_hashjoin=off', 'enable_mergejoin=off'];
const WIDE = 'set local enable_hashjoin = on; set local enable_mergejoin = on; set local plan_cache_mode = auto';

/** Counts arrive as numbers: none of ours passes 2^53. */
const types = new pg.TypeOverrides();
types.setTypeParser(INT8, Number);

/** As long as a search itself may take. */
const SEARCH_WAIT_MILLISECONDS = 5_000;

/** The service's pool. Nothing reads or writes an organization's rows but through its organization's transaction. */
export class Database {
  readonly #pool: pg.Pool;
  /** Searches that somebody else's question shaped get a part of the pool, and one organization a part of that. */
  readonly #searches: Slots;
  /** How many transactions each connection has run. */
  readonly #transactions = new WeakMap<pg.PoolClient, number>();

  private constructor(pool: pg.Pool, size: number) {
    this.#pool = pool;
    const total = Math.max(1, Math.floor((size * 2) / 3));
    this.#searches = new Slots({
      total,
      ofOne: Math.max(1, Math.floor(size / 4)),
      waitMilliseconds: SEARCH_WAIT_MILLISECONDS,
    });
  }

  /** Opens the pool as the service role and refuses a role that could pass row-level security. */
  static async open(options: DatabaseOptions): Promise<Database> {
    const timeout = options.statementTimeoutMilliseconds ?? 30_000;
    const poolSize = options.poolSizeMax ?? 12;
    // `pipeline` is missing from the published types of pg 8.23.
    const settings: pg.PoolConfig & { pipeline: boolean } = {
      ...options.connection,
      types,
      pipeline: true,
      max: poolSize,
      options: [`role=${SERVICE_ROLE}`, `statement_timeout=${timeout}`, 'timezone=UTC', ...PLANNER]
        .map((setting) => `-c ${setting}`)
        .join(' '),
    };
    const pool = new pg.Pool(settings);
    // A connection that the server ends while it is idle is an event, not an exception; the next one reconnects.
    pool.on('error', (error) => options.onConnectionLost?.(error));
    // A client that is lent out has no listener but its borrower's queries, which reject by themselves.
    pool.on('connect', (client) => client.on('error', () => undefined));
    const database = new Database(pool, poolSize);
    try {
      await refuseUnboundRole(pool);
    } catch (error) {
      await pool.end();
      throw error;
    }
    return database;
  }

  /**
   * One statement in a transaction of its own, with the organization as `$1`. BEGIN, SET LOCAL, the statement and
   * COMMIT leave in one flush. Deadlocks and serialization failures are tried again.
   */
  async run<Row extends object>(
    organizationId: string,
    statement: Statement<Row>,
    ...values: unknown[]
  ): Promise<Row[]> {
    if (statement.timeoutMilliseconds === undefined) return this.#run(organizationId, statement, values);
    return this.#searches.run(organizationId, () => this.#run(organizationId, statement, values));
  }

  async #run<Row extends object>(
    organizationId: string,
    { isWide, timeoutMilliseconds, ...query }: Statement<Row>,
    values: unknown[],
  ): Promise<Row[]> {
    const scope = [
      setOrganization(organizationId),
      ...(isWide ? [WIDE] : []),
      ...(timeoutMilliseconds === undefined ? [] : [`set local statement_timeout = ${timeoutMilliseconds}`]),
    ].join('; ');
    return retried(async () => {
      const client = await this.#pool.connect();
      const flush = holdBack(client);
      const sent = [
        client.query(`begin; ${scope}`),
        client.query<Row>({ ...query, values: [organizationId, ...values] }),
        client.query('commit'),
        ...(this.#arePlansDue(client) ? [client.query('discard plans')] : []),
      ] as const;
      flush();
      // All settle before the client goes back, or the next borrower would read their answers.
      const [begun, answered, committed] = await Promise.allSettled(sent);
      const failed = [begun, answered, committed].find((result) => result.status === 'rejected');
      client.release(failed && isConnectionFailure(failed.reason) ? failed.reason : undefined);
      if (answered.status === 'rejected') throw answered.reason;
      if (begun.status === 'rejected') throw begun.reason;
      if (committed.status === 'rejected') throw committed.reason;
      if (committed.value.command !== 'COMMIT') throw new Error('The database rolled the transaction back.');
      return answered.value.rows;
    });
  }

  /** Several statements in one transaction of an organization, committed when `work` returns. */
  async transaction<Result>(
    organizationId: string,
    work: (transaction: OrganizationTransaction) => Promise<Result>,
  ): Promise<Result> {
    const { result, following } = await this.#transaction(organizationId, work);
    for (const next of following) await next();
    return result;
  }

  async #transaction<Result>(
    organizationId: string,
    work: (transaction: OrganizationTransaction) => Promise<Result>,
  ): Promise<{ result: Result; following: (() => Promise<unknown>)[] }> {
    const scope = setOrganization(organizationId);
    return retried(async () => {
      const following: (() => Promise<unknown>)[] = [];
      const client = await this.#pool.connect();
      let broken: Error | undefined;
      try {
        await client.query(`begin; ${scope}`);
        const result = await work({
          organizationId,
          rows: async ({ isWide, ...query }, ...values) => {
            if (isWide) await client.query(WIDE);
            return (await client.query({ ...query, values: [organizationId, ...values] })).rows;
          },
          afterCommit: (next) => following.push(next),
        });
        await client.query('commit');
        if (this.#arePlansDue(client)) await client.query('discard plans');
        return { result, following };
      } catch (error) {
        broken = await client.query('rollback').then(
          () => undefined,
          (failure: Error) => failure,
        );
        throw error;
      } finally {
        client.release(broken);
      }
    });
  }

  /**
   * All of an organization as it stands now, to be read for as long as it takes. It holds a connection until it is closed.
   */
  async openSnapshot(organizationId: string): Promise<OrganizationSnapshot> {
    const scope = setOrganization(organizationId);
    const client = await this.#pool.connect();
    const snapshot = new OrganizationSnapshot(client, organizationId);
    try {
      await client.query(`begin isolation level repeatable read, read only; ${scope}`);
      return snapshot;
    } catch (error) {
      await snapshot.close();
      throw error;
    }
  }

  /**
   * True at each power of two of a connection's transactions, from 16 on. A plan made on an empty table takes any index
   * that starts with the organization, and reads all its rows; kept, it would grow with the table (foreign key checks
   * were measured at 3 ms each among 10,000 rows). Made again at doubling distances, it is soon right and costs nothing.
   */
  #arePlansDue(client: pg.PoolClient): boolean {
    const count = (this.#transactions.get(client) ?? 0) + 1;
    this.#transactions.set(client, count);
    return count >= 16 && (count & (count - 1)) === 0;
  }

  /** A statement on the small tables outside row-level security: slugs and directory addresses. */
  async lookUp<Row extends object>(statement: Statement<Row>, ...values: unknown[]): Promise<Row[]> {
    return (await this.#pool.query<Row>({ ...statement, values })).rows;
  }

  /** Resolves when the database answers. */
  async ping(): Promise<void> {
    await this.#pool.query('select 1');
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }
}

/**
 * Holds back what a connection writes until the returned function is called, so that a whole transaction leaves in one
 * packet: `pg` would send each query by itself. Its stream is not in the published types.
 */
function holdBack(client: pg.PoolClient): () => void {
  const { stream } = (client as unknown as { connection: { stream: Duplex } }).connection;
  stream.cork();
  return () => stream.uncork();
}

/** `SET LOCAL x = $1` is a syntax error, so the id is checked and written as a literal. */
function setOrganization(organizationId: string): string {
  if (!UUID.test(organizationId)) throw new Error('An organization id is a lower-case UUID.');
  return `set local app.organization_id = '${organizationId}'`;
}

async function retried<Result>(attempt: () => Promise<Result>): Promise<Result> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (tried >= ATTEMPTS_MAX || !RETRIED.has((error as { code?: string }).code ?? '')) throw error;
      // Those that met would meet again in step: each waits for a time of its own, up to a third of a second at last.
      await delay(Math.random() * 5 * 2 ** Math.min(tried, 6));
    }
  }
}

/** The server ended the statement because it took longer than it may. */
export function isTimeout(error: unknown): boolean {
  return (error as { code?: string }).code === '57014';
}

/** The server went away (class 57P or 08) or the socket did (no SQLSTATE); the outcome of a commit is then unknown. */
export function isConnectionFailure(error: unknown): boolean {
  const code = (error as { code?: string }).code;
  return code === undefined || code.startsWith('57P') || code.startsWith('08') || !/^[0-9A-Z]{5}$/.test(code);
}
