import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serve } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { Database } from '../../src/database/database.ts';
import { createDomain } from '../../src/domain/domain.ts';
import { PermissionCatalogue } from '../../src/domain/permissions/catalogue.ts';
import { Protocols } from '../../src/sso/protocols.ts';
import { openTestDatabase, type TestDatabase } from '../harness/database.ts';
import { allFeatures, type Feature } from './generator.ts';
import { Episode } from './service/episode.ts';
import { Lane } from './service/lane.ts';
import { playSeed } from './service/play-seed.ts';
import { reportOf } from './service/report.ts';
import { shrink } from './service/shrink.ts';
import type { Act, Step } from './steps.ts';
import { DAY } from './world.ts';

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

/** Random histories seldom have a proof missing for as long as it takes to lose a domain, and then somebody else to take it. */
const claimedByTwo: Act[][] = [
  [
    { kind: 'createUser', userName: 'ada@acme.example', displayName: null, email: null },
    { kind: 'addDomain', domain: 'acme.example' },
    { kind: 'verifyDomain', emailDomain: 'M2' },
    { kind: 'setProof', emailDomain: 'M2', isThere: true },
    { kind: 'verifyDomain', emailDomain: 'M2' },
    { kind: 'postUser', directory: 'D1', facts: { userName: 'ada@acme.example', externalId: 'ada-1' } },
    { kind: 'patchUser', record: 'p6', facts: { active: false }, dialect: 'default' },
    { kind: 'setProof', emailDomain: 'M2', isThere: false },
  ],
  [
    { kind: 'addDomain', domain: 'acme.example' },
    { kind: 'setProof', emailDomain: 'M9', isThere: true },
    { kind: 'verifyDomain', emailDomain: 'M9' },
    ...[1, 1, 2].flatMap((days): Act[] => [{ kind: 'passTime', milliseconds: days * DAY }, { kind: 'maintain' }]),
    { kind: 'verifyDomain', emailDomain: 'M9' },
  ],
  [
    { kind: 'setProof', emailDomain: 'M2', isThere: true },
    { kind: 'passTime', milliseconds: DAY },
    { kind: 'maintain' },
    { kind: 'verifyDomain', emailDomain: 'M2' },
    { kind: 'createUser', userName: 'bob@acme.example', displayName: null, email: null },
    { kind: 'postUser', directory: 'D1', facts: { userName: 'bob@acme.example', externalId: 'bob-1' } },
  ],
  [{ kind: 'removeDomain', emailDomain: 'M9' }],
  [{ kind: 'maintain' }, { kind: 'passTime', milliseconds: DAY }, { kind: 'maintain' }],
];

it('the service does what the model does with a domain that two organizations claim', async () => {
  const acts = claimedByTwo.flatMap((turn, number) => turn.map((act) => ({ organization: number % 2, ...act })));
  const history = acts.map((act, index): Step => ({ id: index + 1, ...act }));
  const plan = { seed: 0, episode: 1, length: 0, features: new Set<Feature>(), rowsEvery: 1, accessEvery: 1 };
  expect(await Episode.play(lanes[0] as Lane, plan, history)).toBeUndefined();
});

/** Nor do they often grant something to the group of somebody in conflict, before the name becomes free. */
const freedNames: (Act & { by?: 'helper' })[] = [
  { kind: 'createUser', userName: 'ada@acme.example', displayName: null, email: null },
  { kind: 'postUser', directory: 'D1', facts: { userName: 'ada@acme.example', externalId: 'ada-1' } },
  { kind: 'separateLink', record: 'p2' },
  { kind: 'postGroup', directory: 'D1', displayName: 'Sales', externalId: 'sales', records: ['p2'] },
  { kind: 'createSet', permissions: ['screens:edit'] },
  { kind: 'grant', permissionSet: 'S5', group: 'G:g4', user: null, space: null, isConfirmed: true },
  // A helper has no screens:edit, so ada waits on.
  { kind: 'updateUser', user: 'u1', userName: 'ada.old@acme.example', by: 'helper' },
  { kind: 'pauseDirectory', directory: 'D1', by: 'helper' },
  { kind: 'activateDirectory', directory: 'D1', by: 'helper' },
  { kind: 'updateUser', user: 'u1', userName: 'ada@acme.example' },
  { kind: 'removeUser', user: 'u1' },
  { kind: 'createUser', userName: 'bob@acme.example', displayName: null, email: null },
  { kind: 'postUser', directory: 'D1', facts: { userName: 'bob@acme.example', externalId: 'bob-1' } },
  { kind: 'separateLink', record: 'p13' },
  { kind: 'patchGroup', group: 'g4', edits: [{ edit: 'add', records: ['p13'] }], dialect: 'default' },
  { kind: 'createSet', permissions: ['billing:pay'] },
  { kind: 'grant', permissionSet: 'S16', group: 'G:g4', user: null, space: null, isConfirmed: true },
  // What is sensitive waits for retryLink, or for the identity provider, whoever frees the name.
  { kind: 'updateUser', user: 'u12', userName: 'bob.old@acme.example' },
  { kind: 'maintain' },
  { kind: 'patchUser', record: 'p13', facts: { displayName: 'Bob' }, dialect: 'default' },
  { kind: 'patchUser', record: 'p13', facts: { userName: 'robert@acme.example' }, dialect: 'default' },
];

it('the service does what the model does with names that become free', async () => {
  const history = freedNames.map((act, index): Step => ({ id: index + 1, organization: 0, ...act }));
  const plan = { seed: 0, episode: 2, length: 0, features: new Set<Feature>(), rowsEvery: 1, accessEvery: 1 };
  expect(await Episode.play(lanes[0] as Lane, plan, history)).toBeUndefined();
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
