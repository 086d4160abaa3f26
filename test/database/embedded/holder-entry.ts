import { createInterface } from 'node:readline';
import { openEmbeddedPostgres } from '../../../src/database/embedded/embedded-postgres.ts';

// A process that holds the embedded PostgreSQL of the folder in its first argument until its input says so.
const postgres = await openEmbeddedPostgres({ dataDir: process.argv[2] ?? '', log: () => undefined });
process.stdout.write(`${JSON.stringify({ startedHere: postgres.startedHere, connection: postgres.connection })}\n`);
createInterface({ input: process.stdin }).once('line', () => void postgres.close().then(() => process.exit(0)));
