import type { Log } from './open-domain.ts';

const FIRST_AFTER_MILLISECONDS = 60_000;
const EVERY_MILLISECONDS = 600_000;
const STOP_WAITS_MILLISECONDS = 5_000;

type Run = (options: {
  signal: AbortSignal;
  onFailure: (error: unknown, organizationId: string | null) => void;
}) => Promise<void>;

/**
 * Runs the maintenance again and again: a minute after the start, then ten minutes after each run has ended, so that runs
 * never overlap. It keeps no process alive. `stop` has a run that goes on end with its current portion, and waits for it
 * for at most five seconds.
 */
export function startMaintenance(
  run: Run,
  log: Log,
  { firstAfter = FIRST_AFTER_MILLISECONDS, every = EVERY_MILLISECONDS } = {},
): { stop(): Promise<void> } {
  const ending = new AbortController();
  let running: Promise<void> = Promise.resolve();
  let timer = schedule(firstAfter);

  function schedule(after: number): NodeJS.Timeout {
    return setTimeout(() => {
      running = once().then(() => {
        if (!ending.signal.aborted) timer = schedule(every);
      });
    }, after).unref();
  }

  async function once(): Promise<void> {
    const onFailure = (error: unknown, organizationId: string | null) => {
      if (ending.signal.aborted) return;
      const reason = error instanceof Error ? error.message : String(error);
      log('error', 'maintenance failed', organizationId === null ? { reason } : { reason, organizationId });
    };
    await run({ signal: ending.signal, onFailure }).catch((error: unknown) => onFailure(error, null));
  }

  return {
    async stop() {
      ending.abort();
      clearTimeout(timer);
      const patience = new Promise<void>((resolve) => {
        setTimeout(resolve, STOP_WAITS_MILLISECONDS).unref();
      });
      await Promise.race([running, patience]);
    },
  };
}
