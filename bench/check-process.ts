import pg from 'pg';
import { readConfig } from '../src/config.ts';
import { openDomain } from '../src/open-domain.ts';
import { type AccessSizes, isHeldBy, permissionNames, setBitsOf } from './access-plan.ts';
import type { Round } from './http-load.ts';

// Both sides of the permission check in one process: `domain.access.check`, and a bare indexed select. Run by the bench
// with its IPC channel.

export interface CheckPlan {
  kind: 'plan';
  organizationId: string;
  userIds: string[];
  sizes: AccessSizes;
}

export interface CheckRound {
  kind: 'round';
  side: 'floor' | 'rollcall';
  connections: number;
  milliseconds: number;
}

const { domain, close } = await openDomain(readConfig(process.env), () => undefined);
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 12 });
let plan: CheckPlan | undefined;
let setBits: number[] = [];

async function runRound({ side, connections, milliseconds }: CheckRound): Promise<Round> {
  if (!plan) throw new Error('A round before the plan.');
  const ask = side === 'floor' ? askFloor : askRollcall;
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

async function askRollcall({ organizationId, userIds }: CheckPlan): Promise<void> {
  const user = Math.floor(Math.random() * userIds.length);
  const permission = Math.floor(Math.random() * permissionNames.length);
  const question = { userId: userIds[user] ?? '', permission: permissionNames[permission] ?? '' };
  const isAllowed = await domain.access.check({ kind: 'operator', organizationId }, question);
  if (isAllowed !== isHeldBy(setBits[user] ?? 0, permission)) {
    throw new Error(`User ${user} and ${question.permission}: the check says ${isAllowed}, the plan the opposite.`);
  }
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
