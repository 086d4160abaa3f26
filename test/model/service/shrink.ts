import type { Step } from '../steps.ts';
import { Episode, type Failure } from './episode.ts';
import type { Lane } from './lane.ts';
import type { FailedEpisode } from './play-seed.ts';

const SECONDS_MAX = 90;

/**
 * Leaves steps out of a failed history as long as the service and the model still disagree in the same way, for a minute
 * and a half. What a left out step would have made, the steps after it pass over.
 */
export async function shrink(lane: Lane, { plan, failure }: FailedEpisode): Promise<FailedEpisode> {
  const closely = { ...plan, rowsEvery: 1, accessEvery: kindOf(failure).startsWith('access') ? 1 : plan.accessEvery };
  const until = Date.now() + SECONDS_MAX * 1_000;
  let best = failure;
  const tries = async (history: Step[]) => {
    if (history.length === best.history.length || Date.now() > until) return false;
    const again = await Episode.play(lane, closely, history);
    if (!again || kindOf(again) !== kindOf(best)) return false;
    best = again;
    return true;
  };
  const last = best.history.at(-1)?.organization;
  await tries(best.history.filter((step) => step.organization === last));
  let size = Math.ceil(best.history.length / 2);
  while (size >= 1 && Date.now() < until) {
    const before = best.history.length;
    for (let from = 0; from < best.history.length && Date.now() < until; ) {
      if (!(await tries(without(best.history, from, size)))) from += size;
    }
    if (size === 1 && best.history.length === before) break;
    size = size === 1 ? 1 : size >> 1;
  }
  return { plan, failure: best };
}

function without(history: readonly Step[], from: number, size: number): Step[] {
  return [...history.slice(0, from), ...history.slice(from + size)];
}

/** What they disagree about, whoever it is. */
function kindOf({ differences }: Failure): string {
  const [first = ''] = differences;
  return first.replace(/\S*[0-9']\S*/g, '').slice(0, 60);
}
