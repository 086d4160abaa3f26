import { describeStep } from '../steps.ts';
import type { FailedEpisode } from './play-seed.ts';

const STEPS_SHOWN = 20;

/** What a person needs to understand a disagreement, and to see it again. */
export function reportOf({ plan, failure }: FailedEpisode): string {
  const { step, differences, history } = failure;
  const shown = history.slice(-STEPS_SHOWN);
  const left = history.length - shown.length;
  return [
    `Seed ${plan.seed}, episode ${plan.episode}: the service and the model disagree after step ${step}.`,
    ...differences.map((difference) => `  ${difference}`),
    `The last ${shown.length} steps${left > 0 ? `, after ${left} others` : ''}:`,
    ...shown.map((one) => `  ${describeStep(one)}`),
    `Again: npm run model -- --seed ${plan.seed} --episode ${plan.episode}`,
  ].join('\n');
}
