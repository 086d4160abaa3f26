import type { AccessSizes } from './access-plan.ts';
import type { CheckPlan, CheckRound } from './check-process.ts';
import type { Round } from './http-load.ts';
import { settleDatabases } from './seed.ts';
import { seedAccess } from './seed-access.ts';
import { nextMessage, type Service, type Stage } from './stage.ts';
import type { Contender, Workload, WorkloadPlan } from './workload.ts';

type Answer = { kind: 'round'; round: Round } | { kind: 'failed'; reason: string };

export const checkAccess: WorkloadPlan = {
  name: 'check',
  async open(stage: Stage): Promise<Workload> {
    const sizes: AccessSizes = stage.isLarge ? { users: 100_000, groups: 1_000 } : { users: 10_000, groups: 100 };
    const seeded = await seedAccess(stage, sizes);
    await settleDatabases(stage);
    const service = await stage.checkProcess();
    service.child.send({ kind: 'plan', ...seeded, sizes } satisfies CheckPlan);
    return {
      name: 'check',
      mustReach: { 8: 0.12, 32: 0.12 },
      goal: { 8: 0.4, 32: 0.4 },
      floor: contender(service, 'floor'),
      variants: [contender(service, 'rollcall')],
      count: async () => ({}),
    };
  },
};

/** Connections are callers here, each with one question at a time. */
function contender(service: Service, side: CheckRound['side']): Contender {
  return {
    name: side,
    pid: service.pid,
    settleMilliseconds: 0,
    open: async (connections) => ({
      round: (milliseconds) => askForRound(service, { kind: 'round', side, connections, milliseconds }),
      close: () => undefined,
    }),
  };
}

async function askForRound({ child }: Service, request: CheckRound): Promise<Round> {
  child.send(request);
  const answer = (await nextMessage(child)) as Answer;
  if (answer.kind === 'failed') throw new Error(answer.reason);
  return answer.round;
}
