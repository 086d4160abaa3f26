import type { Feature } from '../generator.ts';
import { Episode, type EpisodePlan, type Failure } from './episode.ts';
import type { Lane } from './lane.ts';

export interface SeedPlan {
  seed: number;
  steps: number;
  features: ReadonlySet<Feature>;
  rowsEvery: number;
  accessEvery: number;
  /** Only this episode of the seed. */
  episode?: number;
}

export interface FailedEpisode {
  plan: EpisodePlan;
  failure: Failure;
}

/** Long enough for names to meet often, short enough to be played again in a second. */
const LENGTHS = [60, 150, 300, 600];
const EPISODES_BETWEEN_CLEARING = 8;

/**
 * Plays the history of a seed in episodes, each with two new organizations: small histories of many shapes find more
 * than one long one, and each can be seen again by itself. Answers the first that failed.
 */
export async function playSeed(
  lane: Lane,
  { seed, steps, episode: only, ...plan }: SeedPlan,
  onPlayed: (steps: number) => void = () => undefined,
): Promise<FailedEpisode | undefined> {
  let left = steps;
  for (let number = 1; left > 0; number += 1) {
    const length = Math.min(left, LENGTHS[(seed + number) % LENGTHS.length] ?? left);
    left -= length;
    if (only !== undefined && number !== only) continue;
    if (number % EPISODES_BETWEEN_CLEARING === 0) await lane.clear();
    const episode: EpisodePlan = { ...plan, seed, episode: number, length };
    const failure = await Episode.play(lane, episode);
    if (failure) return { plan: episode, failure };
    onPlayed(length);
  }
  return undefined;
}
