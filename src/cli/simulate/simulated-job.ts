import type { DriftReport } from './drift-report.ts';
import { InterruptedError, JobStoppedError } from './simulation-failure.ts';
import type { SimulationSummary, SimulationTally } from './simulation-summary.ts';

/** How a simulation ended. */
export interface SummaryEnd {
  wasInterrupted?: boolean;
  drift?: DriftReport | null;
}

/** One identity provider's work for one application. */
export interface SimulatedJob {
  readonly tally: SimulationTally;
  /** The identity provider has given up for now. */
  readonly isStopped: boolean;
  stop(error: JobStoppedError): void;
  summary(end?: SummaryEnd): SimulationSummary;
  close(): void;
}

/**
 * Runs `work` on the job, then checks for drift where nothing stopped it, closes the job, and sums up. Never rejects for what
 * the service answers, nor for an interruption.
 */
export async function runJob(
  job: SimulatedJob,
  work: () => Promise<void>,
  checkDrift?: () => Promise<DriftReport>,
): Promise<SimulationSummary> {
  let wasInterrupted = false;
  let drift: DriftReport | null = null;
  try {
    await work();
    job.tally.finish();
    if (checkDrift && !job.isStopped) drift = await checkDrift();
  } catch (error) {
    if (error instanceof JobStoppedError) job.stop(error);
    else if (error instanceof InterruptedError) wasInterrupted = true;
    else throw error;
  } finally {
    job.close();
  }
  return job.summary({ wasInterrupted, drift });
}
