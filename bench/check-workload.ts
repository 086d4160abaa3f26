import type { CheckPlan, CheckRound } from './check-process.ts';
import type { Round } from './http-load.ts';
import { seedAccess } from './seed-access.ts';
import { nextMessage, type Service, type Stage } from './stage.ts';
import type { Contender, Shares, Workload, WorkloadPlan } from './workload.ts';

type Answer = { kind: 'round'; round: Round } | { kind: 'failed'; reason: string };
type Question = CheckRound['question'];

interface Compared {
  name: string;
  floor: [name: string, question: Question];
  rollcall: [name: string, question: Question];
  mustReach: Shares;
  goal: Shares;
}

const floor: Compared['floor'] = ['floor', 'bareSelect'];
const ofOne = { mustReach: { 8: 0.12, 32: 0.12 }, goal: { 8: 0.4, 32: 0.4 } };

/** One question about anybody, who is in six groups. */
export const checkAccess = workloadPlan({ name: 'check', floor, rollcall: ['rollcall', 'anybody'], ...ofOne });

/** One question about somebody in 20 groups. */
export const checkBusy = workloadPlan({ name: 'check-20', floor, rollcall: ['rollcall', 'busy'], ...ofOne });

/** A hundred questions at once against one: less than five times the time, for a caller alone. */
export const checkBatch = workloadPlan({
  name: 'check-batch',
  floor: ['one', 'busy'],
  rollcall: ['hundred', 'hundred'],
  mustReach: { 1: 0.2 },
  goal: { 1: 0.33 },
});

function workloadPlan({ name, mustReach, goal, ...sides }: Compared): WorkloadPlan {
  return {
    name,
    async open(stage: Stage): Promise<Workload> {
      const { organizationId, userIds, sizes } = await seedAccess(stage);
      const service = await stage.checkProcess();
      service.child.send({ kind: 'plan', organizationId, userIds, sizes } satisfies CheckPlan);
      return {
        name,
        mustReach,
        goal,
        floor: contender(service, ...sides.floor),
        variants: [contender(service, ...sides.rollcall)],
        count: async () => ({}),
      };
    },
  };
}

/** Connections are callers here, each with one question or batch at a time. */
function contender(service: Service, name: string, question: Question): Contender {
  return {
    name,
    pid: service.pid,
    settleMilliseconds: 0,
    open: async (connections) => ({
      round: (milliseconds) => askForRound(service, { kind: 'round', question, connections, milliseconds }),
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
