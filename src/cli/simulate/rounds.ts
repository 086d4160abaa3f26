import { setTimeout as delay } from 'node:timers/promises';

export interface RoundOptions<Action extends string> {
  /** What happens in the tenant, one after the other, each followed by a round of provisioning; `everyday` where none is named. */
  actions?: readonly Action[];
  /** How often all of that is done; once with actions, for ever with an interval alone, else not at all. */
  cycles?: number;
  /** Pause before each round. */
  intervalSeconds?: number;
  /** Share of the people, or groups, that each action touches; at least one. */
  share?: number;
  signal?: AbortSignal;
}

export const defaultShare = 0.1;

/** The actions in their order, each when its time has come; ends early when the signal comes while it waits. */
export async function* rounds<Action extends string>(
  { actions = [], cycles, intervalSeconds = 0, signal }: RoundOptions<Action>,
  everyday: Action,
): AsyncGenerator<Action> {
  const script = actions.length > 0 ? actions : [everyday];
  const unlimited = intervalSeconds > 0 && actions.length === 0 ? Number.POSITIVE_INFINITY : 0;
  const count = cycles ?? (actions.length > 0 ? 1 : unlimited);
  for (let round = 0; round < count; round += 1) {
    for (const action of script) {
      if (!(await hasPaused(intervalSeconds * 1000, signal))) return;
      yield action;
    }
  }
}

async function hasPaused(milliseconds: number, signal: AbortSignal | undefined): Promise<boolean> {
  if (signal?.aborted) return false;
  return delay(milliseconds, true, signal && { signal }).catch(() => false);
}
