import { type JobOptions, type OnProgress, ProvisioningJob } from './provisioning-job.ts';
import { Random } from './random.ts';
import { QuarantineError } from './simulation-failure.ts';
import type { SimulationSummary } from './simulation-summary.ts';
import { type SimulatedAction, simulateAction } from './tenant-actions.ts';

export interface SimulationOptions extends JobOptions {
  /** What happens in the tenant between the initial cycle and each incremental one, in this order. */
  actions?: readonly SimulatedAction[];
  /** Incremental cycles after the initial one; 1 when there are actions, else 0. */
  cycles?: number;
  /** Share of the people, or groups, that each action touches; at least one. */
  share?: number;
}

/**
 * Provisions the tenant as Entra would: the initial cycle, then incremental cycles with the actions. Never rejects for what the
 * service answers: refusals are counted in the summary, and a stop of the whole job is its `quarantine`.
 */
export async function simulateEntra(options: SimulationOptions, onProgress?: OnProgress): Promise<SimulationSummary> {
  const job = new ProvisioningJob(options, onProgress);
  return runJob(job, async () => {
    const { actions = [], cycles = actions.length > 0 ? 1 : 0, share = 0.1 } = options;
    const random = new Random(`${options.tenant.seed}/actions`);
    await job.synchronize();
    for (let cycle = 0; cycle < cycles; cycle += 1) {
      if (actions.length === 0) await job.testConnection();
      for (const action of actions) await simulateAction(job, action, share, random);
    }
  });
}

/** Runs `work` on the job, closes it, and sums up, also when Entra would have stopped it. */
export async function runJob(job: ProvisioningJob, work: () => Promise<void>): Promise<SimulationSummary> {
  try {
    await work();
    return job.summary();
  } catch (error) {
    if (!(error instanceof QuarantineError)) throw error;
    job.tally.fail('the whole job', error.failure);
    return job.summary(error);
  } finally {
    job.close();
  }
}
