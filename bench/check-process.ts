import pg from 'pg';
import { readConfig } from '../src/config.ts';
import { openDomain } from '../src/open-domain.ts';
import { type AccessSizes, anyBusyUser, isHeldBy, permissionNames, setBitsOf } from './access-plan.ts';
import type { Round } from './http-load.ts';

// What the permission check is measured by, in one process: a bare indexed select, `domain.access.check`, and `checkMany`.
// Run by the bench with its IPC channel.

export interface CheckPlan {
  kind: 'plan';
  organizationId: string;
  userIds: string[];
  sizes: AccessSizes;
}

export interface CheckRound {
  kind: 'round';
  question: keyof typeof questions;
  connections: number;
  milliseconds: number;
}

const questions = {
  /** One user by the primary key. */
  bareSelect: askFloor,
  /** One permission of anybody. */
  anybody: (plan: CheckPlan) => askOne(plan, Math.floor(Math.random() * plan.userIds.length)),
  /** One permission of somebody in 20 groups. */
  busy: (plan: CheckPlan) => askOne(plan, anyBusyUser(plan.sizes)),
  /** A hundred permissions of somebody in 20 groups, in one statement. */
  hundred: askHundred,
} satisfies Record<string, (plan: CheckPlan) => Promise<void>>;

const { domain, close } = await openDomain(readConfig(process.env), () => undefined);
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 12 });
let plan: CheckPlan | undefined;
let setBits: number[] = [];

async function runRound({ question, connections, milliseconds }: CheckRound): Promise<Round> {
  if (!plan) throw new Error('A round before the plan.');
  const ask = questions[question];
  const known = plan;
  const latencies: number[] = [];
  const begin = performance.now();
  const caller = async () => {
    for (let sentAt = begin; sentAt - begin < milliseconds; sentAt = performance.now()) {
      await ask(known);
      latencies.push((performance.now() - sentAt) * 1000);
    }
  };
  await Promise.all(Array.from({ length: connections }, caller));
  const seconds = (performance.now() - begin) / 1000;
  return { requests: latencies.length, seconds, latencies: Float64Array.from(latencies) };
}

async function askFloor({ organizationId, userIds }: CheckPlan): Promise<void> {
  const id = userIds[Math.floor(Math.random() * userIds.length)];
  const { rowCount } = await pool.query({
    name: 'bare-select',
    text: 'select user_name from users where organization_id = $1 and id = $2',
    values: [organizationId, id],
  });
  if (rowCount !== 1) throw new Error(`The user ${id} was not found.`);
}

async function askOne({ organizationId, userIds }: CheckPlan, user: number): Promise<void> {
  const permission = Math.floor(Math.random() * permissionNames.length);
  const question = { userId: userIds[user] ?? '', permission: permissionNames[permission] ?? '' };
  verify(user, permission, await domain.access.check({ kind: 'operator', organizationId }, question));
}

async function askHundred({ organizationId, userIds, sizes }: CheckPlan): Promise<void> {
  const user = anyBusyUser(sizes);
  const asked = permissionNames.map((permission) => ({ userId: userIds[user] ?? '', permission }));
  const answers = await domain.access.checkMany({ kind: 'operator', organizationId }, asked);
  if (answers.length !== 100) throw new Error(`A batch of 100 has ${answers.length} answers.`);
  for (const [permission, isAllowed] of answers.entries()) verify(user, permission, isAllowed);
}

function verify(user: number, permission: number, isAllowed: boolean): void {
  if (isAllowed === isHeldBy(setBits[user] ?? 0, permission)) return;
  const name = permissionNames[permission];
  throw new Error(`User ${user} and ${name}: the check says ${isAllowed}, the plan the opposite.`);
}

process.on('message', (message: CheckPlan | CheckRound) => {
  if (message.kind === 'plan') {
    plan = message;
    setBits = message.userIds.map((_, user) => setBitsOf(user, message.sizes));
  } else {
    runRound(message).then(
      (round) => process.send?.({ kind: 'round', round }),
      (error: unknown) => process.send?.({ kind: 'failed', reason: String(error) }),
    );
  }
});
async function end(): Promise<void> {
  await pool.end();
  await close();
  process.exit();
}
process.once('disconnect', () => void end());
process.once('SIGTERM', () => void end());
process.send?.({ kind: 'ready', node: process.version });
