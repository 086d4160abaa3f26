import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startMaintenance } from '../src/maintenance-timer.ts';

const MINUTE = 60_000;

describe('the maintenance timer', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('runs a minute after the start and then ten minutes after each end, never twice at once', async () => {
    let runs = 0;
    let end: () => void = () => undefined;
    const run = () => {
      runs += 1;
      return new Promise<void>((resolve) => {
        end = resolve;
      });
    };
    const maintenance = startMaintenance(run, () => undefined);
    await vi.advanceTimersByTimeAsync(MINUTE - 1);
    expect(runs).toBe(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(runs).toBe(1);
    await vi.advanceTimersByTimeAsync(100 * MINUTE);
    expect(runs).toBe(1);
    end();
    await vi.advanceTimersByTimeAsync(10 * MINUTE);
    expect(runs).toBe(2);
    end();
    await maintenance.stop();
    await vi.advanceTimersByTimeAsync(100 * MINUTE);
    expect(runs).toBe(2);
  });

  it('logs what failed, of which organization, and goes on', async () => {
    const logged: unknown[] = [];
    let runs = 0;
    const maintenance = startMaintenance(
      async ({ onFailure }) => {
        runs += 1;
        onFailure(new Error('one'), 'acme');
        throw new Error('all');
      },
      (level, event, details) => logged.push([level, event, details]),
    );
    await vi.advanceTimersByTimeAsync(MINUTE);
    await vi.advanceTimersByTimeAsync(10 * MINUTE);
    expect(runs).toBe(2);
    expect(logged.slice(0, 2)).toEqual([
      ['error', 'maintenance failed', { reason: 'one', organizationId: 'acme' }],
      ['error', 'maintenance failed', { reason: 'all' }],
    ]);
    await maintenance.stop();
  });
});

it('lets the run that goes on when it is stopped end first', async () => {
  let hasEnded = false;
  const maintenance = startMaintenance(
    async ({ signal }) => {
      while (!signal.aborted) await delay(5);
      hasEnded = true;
    },
    () => undefined,
    { firstAfter: 0 },
  );
  await delay(20);
  await maintenance.stop();
  expect(hasEnded).toBe(true);
});
