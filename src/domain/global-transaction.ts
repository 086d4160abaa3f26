import type { Database, OrganizationTransaction } from '../database/database.ts';
import { statement } from '../database/statement.ts';

/** Stands where an organization would: row-level security shows it no organization's rows. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

/** Waits until nobody else is at what `$2` names; the turn ends with the transaction. */
export const waitForTurn = statement<never>(
  'select pg_advisory_xact_lock(hashtextextended($2, 0)) where $1::uuid is not null',
);
const takeTurn = statement<{ isTaken: boolean }>(
  'select pg_try_advisory_xact_lock(hashtextextended($2, 0)) as "isTaken" where $1::uuid is not null',
);

/**
 * Work on the tables outside every organization, one at a time in all processes under that name. `$1` of its statements is
 * the nil UUID. It holds a connection while it waits, so that nothing inside may ask for a second one.
 */
export async function globalTransaction<Result>(
  database: Pick<Database, 'transaction'>,
  name: string,
  work: (transaction: OrganizationTransaction) => Promise<Result>,
): Promise<Result> {
  return database.transaction(NOBODY, async (transaction) => {
    await transaction.rows(waitForTurn, name);
    return work(transaction);
  });
}

/**
 * Runs the work unless another process is at it under that name; it waits for nobody. The work goes on in transactions of
 * its own, and this one holds the turn until it ends.
 */
export async function globalTurn(
  database: Pick<Database, 'transaction'>,
  name: string,
  work: () => Promise<void>,
): Promise<void> {
  await database.transaction(NOBODY, async (transaction) => {
    const [turn] = await transaction.rows(takeTurn, name);
    if (turn?.isTaken) await work();
  });
}
