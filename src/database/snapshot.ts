import type { PoolClient } from 'pg';
import type { Statement } from './statement.ts';

/** What an organization was at one moment: every statement sees the same rows, whatever is written meanwhile. */
export class OrganizationSnapshot {
  readonly #client: PoolClient;
  readonly #organizationId: string;

  constructor(client: PoolClient, organizationId: string) {
    this.#client = client;
    this.#organizationId = organizationId;
  }

  /**
   * The rows of a statement with the organization as `$1`, in portions: no more of them are in memory. One statement is
   * read at a time.
   */
  async *portions<Row extends object>({ text }: Statement<Row>, size: number): AsyncGenerator<Row[], void, undefined> {
    await this.#client.query(`declare portions no scroll cursor for ${text}`, [this.#organizationId]);
    try {
      for (;;) {
        const { rows } = await this.#client.query<Row>(`fetch forward ${size} from portions`);
        if (rows.length > 0) yield rows;
        if (rows.length < size) return;
      }
    } finally {
      // After a failure there is nothing left to close, and the failure is what the caller has to see.
      await this.#client.query('close portions').catch(() => undefined);
    }
  }

  /** Ends it and gives the connection back. */
  async close(): Promise<void> {
    // Nothing was written, so that a rollback loses nothing; a connection that cannot do it is of no use any more.
    const broken = await this.#client.query('rollback').then(
      () => undefined,
      (failure: Error) => failure,
    );
    this.#client.release(broken);
  }
}
