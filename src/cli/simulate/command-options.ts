import type { CommandContext, CommandOption, CommandResult } from '../command.ts';
import { UsageError } from '../command-error.ts';
import { type OptionValues, oneOf } from '../option-values.ts';
import type { NamedPerson } from './generated-people.ts';
import type { OnProgress } from './progress.ts';
import type { RoundOptions } from './rounds.ts';
import type { Tenant } from './simulated-tenant.ts';
import { showProgress } from './simulation-progress.ts';
import type { CycleReport, SimulationSummary } from './simulation-summary.ts';
import { cycleText, failureSentence, summaryText } from './summary-text.ts';
import { buildTenant, type NamedGroup, UnknownPersonError } from './tenant.ts';

/** Which directory, and what the simulated tenant looks like. */
export const tenantOptions: Readonly<Record<string, CommandOption>> = {
  'tenant-url': { description: "The directory's Tenant URL.", placeholder: 'URL', required: true },
  token: { description: "The directory's SCIM token.", placeholder: 'TOKEN', required: true },
  users: { description: 'At least so many people (default 20).', placeholder: 'N' },
  groups: { description: 'Generated groups (default 3, none with --group).', placeholder: 'N' },
  person: { description: 'Somebody by name.', placeholder: '"NAME <USERNAME>"', multiple: true },
  group: {
    description: '"Marketing:12", or "Marketing:12,ada@acme.example".',
    placeholder: 'GROUP',
    multiple: true,
  },
  domain: { description: 'Domain of generated userNames (default contoso.example).', placeholder: 'DOMAIN' },
  seed: { description: 'Another seed gives other people (default 1).', placeholder: 'TEXT' },
};

/** What happens after the beginning. */
export const roundOptions: Readonly<Record<string, CommandOption>> = {
  actions: { description: 'What happens afterwards, separated by commas.', placeholder: 'LIST' },
  share: { description: 'Share of people or groups each action touches (default 0.1).', placeholder: '0…1' },
  cycles: { description: 'How often (default 1 with --actions).', placeholder: 'N' },
  interval: { description: 'Pause before each; alone, until Ctrl-C.', placeholder: 'SECONDS' },
};

/** How requests are sent, and whether what they did is checked. */
export const sendingOptions: Readonly<Record<string, CommandOption>> = {
  concurrency: { description: 'Requests at a time (default 4).', placeholder: 'N' },
  'no-check-drift': { description: 'Do not read everything back in the end.' },
};

export interface SendingOptions {
  tenantUrl: string;
  token: string;
  tenant: Tenant;
  concurrency: number;
  membersPerRequest: number;
  checksDrift: boolean;
}

export function readSending(options: OptionValues, defaultMembersPerRequest: number): SendingOptions {
  return {
    tenantUrl: tenantUrl(options.requiredText('tenant-url')),
    token: options.requiredText('token'),
    tenant: tenantOf(options),
    concurrency: options.wholeNumber('concurrency', { min: 1, max: 256 }) ?? 4,
    membersPerRequest: options.wholeNumber('members-per-request', { min: 1, max: 10_000 }) ?? defaultMembersPerRequest,
    checksDrift: !options.flag('no-check-drift'),
  };
}

export function readRounds<Action extends string>(
  options: OptionValues,
  known: readonly Action[],
): Pick<RoundOptions<Action>, 'actions' | 'share' | 'cycles' | 'intervalSeconds'> {
  const share = options.number('share', { min: 0, max: 1 });
  const cycles = options.wholeNumber('cycles', { min: 0, max: 1_000_000 });
  const intervalSeconds = options.number('interval', { min: 0, max: 86_400 });
  return {
    actions: textList(options, 'actions').map((action) => oneOf('actions', action, known)),
    ...(share === undefined ? {} : { share }),
    ...(cycles === undefined ? {} : { cycles }),
    ...(intervalSeconds === undefined ? {} : { intervalSeconds }),
  };
}

/** The words of a list that is separated by commas. */
export function textList(options: OptionValues, name: string): string[] {
  return (options.text(name) ?? '')
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}

export interface Watching {
  onProgress: OnProgress;
  onCycle: (report: CycleReport) => void;
  signal: AbortSignal;
}

/** Runs a simulation with its progress on stderr, until its end or Ctrl-C, and says what came of it. */
export async function runWatched(
  { options, terminal, isJson, untilStopped }: CommandContext,
  simulate: (watching: Watching) => Promise<SimulationSummary>,
): Promise<CommandResult> {
  const progress = showProgress(terminal);
  const stop = new AbortController();
  void untilStopped().then(() => stop.abort());
  // With pauses between the cycles somebody watches them come.
  const tellsCycles = !isJson && options.text('interval') !== undefined;
  const summary = await simulate({
    onProgress: progress.update,
    onCycle: (report) => {
      if (tellsCycles) progress.say(cycleText(report));
    },
    signal: stop.signal,
  }).finally(progress.stop);
  const failure = failureSentence(summary);
  return { json: summary, human: summaryText(summary, terminal), ...(failure === undefined ? {} : { failure }) };
}

function tenantOf(options: OptionValues): Tenant {
  const people = options.list('person').map(namedPerson);
  const groups = options.list('group').map(namedGroup);
  const domain = options.text('domain');
  try {
    return buildTenant({
      seed: options.text('seed') ?? '1',
      userCount: options.wholeNumber('users', { min: 0, max: 1_000_000 }) ?? 20,
      groupCount: options.wholeNumber('groups', { min: 0, max: 100_000 }) ?? (groups.length > 0 ? 0 : 3),
      people,
      groups,
      ...(domain === undefined ? {} : { domain }),
    });
  } catch (error) {
    if (error instanceof UnknownPersonError) throw new UsageError(error.message);
    throw error;
  }
}

function tenantUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return text;
  throw new UsageError(`--tenant-url must be an http or https address, not "${text}".`);
}

function namedPerson(text: string): NamedPerson {
  const [, displayName, userPrincipalName] = /^\s*([^<>]+?)\s*<\s*([^\s<>@]+@[^\s<>@]+)\s*>\s*$/u.exec(text) ?? [];
  if (displayName === undefined || userPrincipalName === undefined) {
    throw new UsageError(`--person is written "Ada Lovelace <ada@acme.example>", not "${text}".`);
  }
  return { displayName, userPrincipalName };
}

/** The part after the last colon lists a number, userNames, or both. */
function namedGroup(text: string): NamedGroup {
  const { name, list } = nameAndList(text);
  const numbers = list.filter((entry) => /^\d+$/u.test(entry));
  const userPrincipalNames = list.filter((entry) => entry.includes('@'));
  if (name === '' || numbers.length > 1 || numbers.length + userPrincipalNames.length < list.length) {
    throw new UsageError(`--group is written "Marketing:12" or "Marketing:12,ada@acme.example", not "${text}".`);
  }
  const memberCount = numbers[0] === undefined ? userPrincipalNames.length : Number(numbers[0]);
  return { displayName: name, memberCount, userPrincipalNames };
}

/** `NAME:ENTRY,ENTRY`, the colon being the last one. */
export function nameAndList(text: string): { name: string; list: string[] } {
  const colon = text.lastIndexOf(':');
  const name = (colon < 0 ? text : text.slice(0, colon)).trim();
  const list = colon < 0 ? [] : text.slice(colon + 1).split(',');
  return { name, list: list.map((entry) => entry.trim()).filter((entry) => entry !== '') };
}
