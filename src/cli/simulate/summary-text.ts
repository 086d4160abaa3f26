import { type Terminal, table } from '../terminal.ts';
import { countedActions, type ErrorGroup, type SimulationSummary } from './simulation-summary.ts';

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const decimal = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 });

/** The summary as a person reads it. */
export function summaryText(summary: SimulationSummary, { paint }: Terminal): string {
  const { latencyMs, people, groups, memberships } = summary;
  const counted = countedActions
    .filter((action) => summary.actions[action] > 0)
    .map((action) => [action, whole.format(summary.actions[action])]);
  return [
    paint('bold', `Entra simulation of ${summary.tenantUrl}`),
    `${whole.format(people)} people, ${whole.format(groups)} groups, ${whole.format(memberships)} memberships; ` +
      `seed ${summary.seed}, dialect ${summary.dialect}`,
    '',
    ...(counted.length > 0 ? [table(counted, '  '), ''] : []),
    `requests: ${whole.format(summary.requests)} in ${decimal.format(summary.seconds)} s: ` +
      `${decimal.format(summary.requestsPerSecond)} a second, ${whole.format(summary.retries)} retried`,
    `latency p50 ${decimal.format(latencyMs.p50)} ms, p95 ${decimal.format(latencyMs.p95)} ms, ` +
      `p99 ${decimal.format(latencyMs.p99)} ms, longest ${decimal.format(latencyMs.max)} ms`,
    ...(summary.errors.length > 0 ? ['', paint('bold', 'Errors'), ...summary.errors.map(errorText)] : []),
  ].join('\n');
}

function errorText({ count, status, scimType, code, example }: ErrorGroup): string {
  const kind = [status ?? 'no answer', scimType].filter((part) => part !== null).join(' ');
  return `  ${whole.format(count)} × ${kind} (${code})\n    ${example.object}: ${example.request}\n    ${example.detail}`;
}

/** Why the simulation counts as failed, if it does. */
export function failureSentence(summary: SimulationSummary): { code: string; message: string } | undefined {
  if (summary.quarantine) return { code: 'quarantined', message: summary.quarantine.message };
  if (summary.failed === 0) return undefined;
  const requests = summary.failed === 1 ? '1 object' : `${whole.format(summary.failed)} objects`;
  return {
    code: 'objectsFailed',
    message: `${requests} could not be provisioned; see the errors for what was answered.`,
  };
}
