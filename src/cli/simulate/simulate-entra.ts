import { DriftCheck } from './drift-check.ts';
import { entraExpectation } from './entra/entra-drift.ts';
import { entraHabits } from './entra/entra-wire.ts';
import { type JobOptions, ProvisioningJob } from './entra/provisioning-job.ts';
import type { OnProgress } from './progress.ts';
import { Random } from './random.ts';
import { defaultShare, type RoundOptions, rounds } from './rounds.ts';
import { ScimConnection } from './scim-connection.ts';
import { runJob } from './simulated-job.ts';
import { type CycleReport, type SimulationSummary, SimulationTally } from './simulation-summary.ts';
import { happen, tenantActions } from './tenant-actions.ts';
import type { Person, TenantGroup } from './tenant-objects.ts';

export const entraActions = [...tenantActions, 'restart'] as const;

/** What happens between two cycles: something in the tenant, or "Restart provisioning". */
export type EntraAction = (typeof entraActions)[number];

export interface EntraSimulation extends JobOptions, RoundOptions<EntraAction> {
  signal?: AbortSignal;
  /** Whether everything is read back in the end and compared with the tenant; true unless said otherwise. */
  checksDrift?: boolean;
  onCycle?: (report: CycleReport) => void;
}

/**
 * Provisions the tenant as Entra would: the initial cycle, then an incremental cycle after each action. Never rejects for what
 * the service answers: refusals are counted in the summary, and a stop of the whole job is its `quarantine`.
 */
export function simulateEntra(options: EntraSimulation, onProgress?: OnProgress): Promise<SimulationSummary> {
  const job = new ProvisioningJob(options, onProgress);
  const check = options.checksDrift === false ? undefined : () => driftCheck(job, options, onProgress).everything();
  return runJob(job, () => allCycles(job, options), check);
}

/** "Provision on demand" of one person, or of one group with selected people, and nothing else. */
export function simulateOnDemand(
  options: EntraSimulation,
  subject: Person | { group: TenantGroup; members: readonly Person[] },
  onProgress?: OnProgress,
): Promise<SimulationSummary> {
  const job = new ProvisioningJob(options, onProgress);
  const check =
    options.checksDrift === false ? undefined : () => driftCheck(job, options, onProgress).provisionedOnly();
  return runJob(job, () => job.provisionOnDemand(subject), check);
}

/** Reads back what the job has sent, with a connection of its own: it is no work of Entra's. */
export function driftCheck(job: ProvisioningJob, { token }: { token: string }, onProgress?: OnProgress): DriftCheck {
  const { tenantUrl } = job;
  const connection = new ScimConnection({
    tenantUrl,
    token,
    concurrency: 4,
    habits: entraHabits,
    tally: new SimulationTally(),
  });
  return new DriftCheck(connection, entraExpectation(job), onProgress ?? (() => undefined));
}

async function allCycles(job: ProvisioningJob, options: EntraSimulation): Promise<void> {
  const { tenant } = options;
  const { share = defaultShare, onCycle = () => undefined } = options;
  const random = new Random(`${tenant.seed}/actions`);
  const report = (): void => {
    const last = job.cycles.at(-1);
    if (last) onCycle(last);
  };
  await job.initialCycle();
  report();
  for await (const action of rounds<EntraAction>(options, 'everyday')) {
    tenant.advance(job.minutesToNextCycle);
    if (job.isDisabled) return;
    if (action === 'restart') await job.restart();
    else {
      happen(tenant, action, share, random);
      await job.incrementalCycle(action);
    }
    report();
  }
}
