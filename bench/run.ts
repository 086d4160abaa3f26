import { accessActs } from './access-acts.ts';
import { type ActPlan, formatActs, measureActs, reaches } from './acts.ts';
import { checkAccess, checkBatch, checkBusy } from './check-workload.ts';
import { addMember, getGroup } from './group-workloads.ts';
import { linkActs } from './link-acts.ts';
import { measure } from './measure.ts';
import { type BenchOptions, readOptions, usage } from './options.ts';
import { profileWorkload } from './profile.ts';
import { formatReport, type Result, reachesAll } from './report.ts';
import { describeMachine, keepRecord, type RunRecord } from './run-record.ts';
import { scimActs } from './scim-acts.ts';
import { signInActs } from './sign-in-acts.ts';
import { Stage } from './stage.ts';
import { createUser, findUser, patchUser } from './user-workloads.ts';
import type { Workload, WorkloadPlan } from './workload.ts';

const NODE_MAJOR = 24;
// Creating comes last of the user workloads, so that the others have the number of users they name.
const plans: readonly WorkloadPlan[] = [
  findUser,
  patchUser,
  createUser,
  addMember,
  getGroup,
  checkAccess,
  checkBusy,
  checkBatch,
];

const actPlans = [linkActs, accessActs, scimActs, signInActs];

const isTerminal = process.stderr.isTTY;
let isLineOpen = false;

function progress(text: string): void {
  process.stderr.write(isTerminal ? `\r\u001b[K${text}` : `${text}\n`);
  isLineOpen = isTerminal;
}

function endProgress(): void {
  if (isLineOpen) process.stderr.write('\r\u001b[K');
  isLineOpen = false;
}

async function main(): Promise<number> {
  if (Number.parseInt(process.versions.node, 10) !== NODE_MAJOR) {
    throw new Error(
      `The bench measures Node ${NODE_MAJOR}, and this is ${process.version}. Start it by: npm run bench`,
    );
  }
  const options = readOptions(process.argv.slice(2));
  const wanted = options.profile === undefined ? options.only : [options.profile];
  const chosen = plans.filter((plan) => wanted.length === 0 || wanted.includes(plan.name));
  const acts = actPlans.filter((plan) => wanted.length === 0 || wanted.includes(plan.name));
  const known = [...plans, ...actPlans].map((plan) => plan.name);
  const unknown = wanted.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new Error(`There is no workload ${unknown.join(', ')}. There are ${known.join(', ')}.`);
  }
  const isProfiled = options.profile !== undefined;
  const stage = await Stage.open({ isLarge: options.isLarge, isProfiled, progress });
  const interrupt = () => {
    void stage.close().finally(() => process.exit(130));
  };
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    const [profiled] = chosen;
    if (isProfiled && profiled) {
      const text = await profileWorkload(stage, profiled, options);
      endProgress();
      console.log(text);
      return 0;
    }
    return await measureAll(stage, { chosen, acts }, options);
  } finally {
    await stage.close();
  }
}

async function measureAll(
  stage: Stage,
  { chosen, acts }: { chosen: readonly WorkloadPlan[]; acts: readonly ActPlan[] },
  options: BenchOptions,
): Promise<number> {
  const record: RunRecord = {
    at: new Date().toISOString(),
    machine: await describeMachine(stage),
    options,
    results: [],
    acts: [],
  };
  for (const plan of chosen) {
    const workload = await plan.open(stage);
    for (const connections of options.connections) {
      progress(`${workload.name} at ${connections}`);
      record.results.push(await measureOne(stage, workload, connections, options));
    }
  }
  for (const plan of acts) record.acts.push(...(await measureActs(stage, plan)));
  endProgress();
  // A quick run is too short to be compared with.
  const file = options.isQuick ? undefined : keepRecord(record);
  const report = [...(record.results.length > 0 ? [formatReport(record)] : []), formatActs(record.acts)]
    .join('\n\n')
    .trim();
  console.log(options.isJson ? JSON.stringify(record) : report);
  if (file && !options.isJson) console.log(`Recorded in ${file}`);
  return reachesAll(record.results) && record.acts.every(reaches) ? 0 : 1;
}

async function measureOne(
  stage: Stage,
  workload: Workload,
  connections: number,
  options: BenchOptions,
): Promise<Result> {
  const { name, mustReach, goal } = workload;
  const { rounds, seconds } = options;
  const { serverPid } = stage;
  try {
    const measured = await measure(workload, { connections, rounds, milliseconds: seconds * 1000, serverPid });
    return { workload: name, connections, mustReach, goal, measured, failure: null };
  } catch (error) {
    return { workload: name, connections, mustReach, goal, measured: [], failure: (error as Error).message };
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  endProgress();
  console.error(`${(error as Error).message}\n\n${usage}`);
  process.exitCode = 2;
}
