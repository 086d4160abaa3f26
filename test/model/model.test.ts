import { afterAll, beforeAll, describe, it } from 'vitest';
import { serve } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { Database } from '../../src/database/database.ts';
import { createDomain } from '../../src/domain/domain.ts';
import { PermissionCatalogue } from '../../src/domain/permissions/catalogue.ts';
import { Protocols } from '../../src/sso/protocols.ts';
import { openTestDatabase, type TestDatabase } from '../harness/database.ts';
import { allFeatures } from './generator.ts';
import { Lane } from './service/lane.ts';
import { playSeed } from './service/play-seed.ts';
import { reportOf } from './service/report.ts';
import { shrink } from './service/shrink.ts';

/** Two services side by side play them, because one waits for its database half of the time. */
const LANES = 2;
const STEPS = 500;
const seeds = Array.from({ length: 20 }, (_, number) => number + 1);

const databases: TestDatabase[] = [];
const lanes: Lane[] = [];
const turns: Promise<unknown>[] = [];
beforeAll(async () => {
  const modules = { serve, readConfig, Database, createDomain, PermissionCatalogue, Protocols };
  for (let number = 0; number < LANES; number += 1) {
    const database = await openTestDatabase();
    databases.push(database);
    lanes.push(await Lane.open(modules, database.connection));
  }
});
afterAll(async () => {
  for (const lane of lanes) await lane.close();
  for (const database of databases) await database.close();
});

/** Longer histories: `npm run model`. */
describe.concurrent('random histories', () => {
  it.for(seeds)('the service does what the model does, seed %i', { timeout: 900_000 }, async (seed) => {
    const number = seed % LANES;
    const lane = lanes[number] as Lane;
    const turn = (turns[number] ?? Promise.resolve()).then(() => play(lane, seed));
    turns[number] = turn.catch(() => undefined);
    await turn;
  });
});

async function play(lane: Lane, seed: number): Promise<void> {
  const plan = { seed, steps: STEPS, features: new Set(allFeatures), rowsEvery: 1, accessEvery: 10 };
  const failed = await playSeed(lane, plan);
  if (failed) throw new Error(reportOf(await shrink(lane, failed)));
}
