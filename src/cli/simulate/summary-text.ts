import { type Terminal, table } from '../terminal.ts';
import type { Difference, DriftReport } from './drift-report.ts';
import { type CycleReport, countedActions, type ErrorGroup, type SimulationSummary } from './simulation-summary.ts';

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const decimal = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 });

/** "1 group", "3 groups". */
const counted = (count: number, noun: string): string => `${whole.format(count)} ${noun}${count === 1 ? '' : 's'}`;
const counts = (people: string, groups: number, memberships: number): string =>
  [people, counted(groups, 'group'), counted(memberships, 'membership')].join(', ');
const peopleText = (count: number): string => (count === 1 ? '1 person' : `${whole.format(count)} people`);

const clientNames = { entra: 'Entra', okta: 'Okta' };
/** So many cycles are listed; the newest say most. */
const cyclesMax = 12;
const differencesMax = 20;

/** The summary as a person reads it. */
export function summaryText(summary: SimulationSummary, { paint }: Terminal): string {
  const { latencyMs, people, groups, memberships } = summary;
  const done = countedActions
    .filter((action) => summary.actions[action] > 0)
    .map((action) => [action, whole.format(summary.actions[action])]);
  return [
    paint('bold', `${clientNames[summary.client]} simulation of ${summary.tenantUrl}`),
    `${counts(peopleText(people), groups, memberships)}; ` + `seed ${summary.seed}, dialect ${summary.dialect}`,
    '',
    ...(done.length > 0 ? [table(done, '  '), ''] : []),
    ...(summary.cycles.length > 1 ? [...cyclesText(summary.cycles), ''] : []),
    `requests: ${whole.format(summary.requests)} in ${decimal.format(summary.seconds)} s: ` +
      `${decimal.format(summary.requestsPerSecond)} a second, ${whole.format(summary.retries)} retried`,
    `latency p50 ${decimal.format(latencyMs.p50)} ms, p95 ${decimal.format(latencyMs.p95)} ms, ` +
      `p99 ${decimal.format(latencyMs.p99)} ms, longest ${decimal.format(latencyMs.max)} ms`,
    ...(summary.drift ? driftText(summary.drift) : []),
    ...(summary.errors.length > 0 ? ['', paint('bold', 'Errors'), ...summary.errors.map(errorText)] : []),
  ].join('\n');
}

function errorText({ count, status, scimType, code, example }: ErrorGroup): string {
  const kind = [status ?? 'no answer', scimType].filter((part) => part !== null).join(' ');
  return `  ${whole.format(count)} × ${kind} (${code})\n    ${example.object}: ${example.request}\n    ${example.detail}`;
}

function cyclesText(cycles: readonly CycleReport[]): string[] {
  const shown = cycles.slice(-cyclesMax);
  const left = cycles.length - shown.length;
  return [
    ...(left > 0 ? [`  … ${whole.format(left)} cycles before`] : []),
    ...shown.map((cycle) => `  ${cycleText(cycle)}`),
  ];
}

/** One round in one line: when on the tenant's clock, what had happened, what was looked at and what failed. */
export function cycleText({ kind, action, minute, people, groups, failed, quarantine }: CycleReport): string {
  const looked = `${peopleText(people)} and ${counted(groups, 'group')}`;
  const what = action === null || action === kind ? kind : `${kind} after ${action}`;
  const outcome = [
    failed > 0 ? `, ${whole.format(failed)} failed` : '',
    quarantine ? `; quarantine: ${quarantine}` : '',
  ];
  return `${clockText(minute)}  ${what}: ${looked}${outcome.join('')}`;
}

function clockText(minutes: number): string {
  const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60), minutes % 60];
  return `day ${days} ${String(hours).padStart(2, '0')}:${String(rest).padStart(2, '0')}`;
}

function driftText(drift: DriftReport): string[] {
  const { users, groups, memberships, differences, examples, notSent, failed, failure } = drift;
  if (failure !== null) return [`drift: unknown, the service could not be read back: ${failure}`];
  const read = counts(counted(users, 'user'), groups, memberships);
  const left = differences - Math.min(examples.length, differencesMax);
  return [
    differences === 0
      ? `drift: none; ${read} read back are as they should be`
      : `drift: ${counted(differences, 'difference')} in ${read}`,
    ...examples.slice(0, differencesMax).map((difference) => `  ${differenceText(difference)}`),
    ...(left > 0 && differences > 0 ? [`  … and ${whole.format(left)} more`] : []),
    ...(examples.some(({ kind }) => kind === 'unexpected')
      ? ['  Records that a run with another tenant has left count too; give each tenant its own directory.']
      : []),
    ...notSent.map(({ reason, count }) => `  not sent, and so not compared: ${whole.format(count)} ${reason}`),
    ...(failed > 0 ? [`  failed, and so not compared: ${whole.format(failed)}`] : []),
  ];
}

function differenceText({ record, name, kind, path, expected, found }: Difference): string {
  const subject = `${record} ${name}`;
  switch (kind) {
    case 'missing':
      return `${subject} is missing`;
    case 'unexpected':
      return `${subject} is not in the tenant`;
    case 'listed twice':
      return `${subject} is listed twice`;
    case 'attribute differs':
      return `${subject}: ${path} is ${valueText(found)}, expected ${valueText(expected)}`;
    case 'member missing':
      return `${subject}: ${path} is no member`;
    case 'member unexpected':
      return `${subject}: ${path} is a member`;
  }
}

function valueText(value: unknown): string {
  return value === null || value === undefined ? 'absent' : JSON.stringify(value);
}

/** Why the simulation counts as failed, if it does. */
export function failureSentence(summary: SimulationSummary): { code: string; message: string } | undefined {
  const { client, quarantine, wasInterrupted, unresolved, drift } = summary;
  if (quarantine) {
    return { code: client === 'entra' ? 'quarantined' : 'provisioningStopped', message: quarantine.message };
  }
  if (wasInterrupted) {
    return {
      code: 'interrupted',
      message: 'Stopped before the end: not everything was sent, and nothing was read back.',
    };
  }
  if (unresolved > 0) {
    const message = `${counted(unresolved, 'object')} could not be provisioned; see the errors for what was answered.`;
    return { code: 'objectsFailed', message };
  }
  if (drift?.failure) return { code: 'driftUnknown', message: 'The service could not be read back.' };
  if (!drift || drift.differences === 0) return undefined;
  const differences = counted(drift.differences, 'difference');
  return { code: 'drift', message: `The service does not hold what it should: ${differences}.` };
}
