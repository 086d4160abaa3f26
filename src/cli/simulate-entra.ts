import type { Command, CommandContext, CommandResult } from './command.ts';
import { CommandError, UsageError } from './command-error.ts';
import { type OptionValues, oneOf } from './option-values.ts';
import { onDemandMembersMax, ProvisioningJob } from './simulate/provisioning-job.ts';
import { runJob, type SimulationOptions, simulateEntra } from './simulate/simulate-entra.ts';
import { showProgress } from './simulate/simulation-progress.ts';
import { failureSentence, summaryText } from './simulate/summary-text.ts';
import {
  buildTenant,
  findPerson,
  type NamedGroup,
  type NamedPerson,
  type Person,
  type Tenant,
  type TenantGroup,
  UnknownPersonError,
} from './simulate/tenant.ts';
import { simulatedActions } from './simulate/tenant-actions.ts';

export const command: Command = {
  name: 'simulate entra',
  summary: 'Provision a directory as Microsoft Entra ID does, without a tenant there.',
  usage: [
    'Sends what Entra sends: connection probes, then users, groups, managers and members (the initial',
    'cycle), then one incremental cycle or more in which the --actions happen to a share of the tenant.',
    'The same seed gives the same people: a second run finds them and updates only what differs.',
    '',
    `Actions: ${simulatedActions.join(', ')}.`,
  ].join('\n'),
  options: {
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
    flag: { description: 'Speak the dialect of aadOptscim062020.' },
    actions: { description: 'What happens after the initial cycle, separated by commas.', placeholder: 'LIST' },
    share: { description: 'Share of people or groups each action touches (default 0.1).', placeholder: '0…1' },
    cycles: { description: 'Incremental cycles (default 1 with --actions).', placeholder: 'N' },
    'on-demand': {
      description: `Only this userName, or "GROUP:USERNAME,…" (${onDemandMembersMax} members at most).`,
      placeholder: 'SUBJECT',
    },
    'external-id': { description: 'Sent as externalId: mailNickname (default) or objectId.', placeholder: 'SOURCE' },
    concurrency: { description: 'Requests at a time (default 4).', placeholder: 'N' },
    'members-per-request': { description: 'Members in one PATCH (default 100).', placeholder: 'N' },
  },
  run,
};

async function run({ options, terminal }: CommandContext): Promise<CommandResult> {
  const simulation = readOptions(options);
  const onDemand = options.text('on-demand');
  const subject = onDemand === undefined ? undefined : onDemandSubject(onDemand, simulation.tenant);
  const progress = showProgress(terminal);
  const summary = await (subject === undefined
    ? simulateEntra(simulation, progress.update)
    : onDemandRun(new ProvisioningJob(simulation, progress.update), subject)
  ).finally(progress.stop);
  const failure = failureSentence(summary);
  return { json: summary, human: summaryText(summary, terminal), ...(failure === undefined ? {} : { failure }) };
}

type OnDemandSubject = Person | { group: TenantGroup; members: Person[] };

function onDemandRun(job: ProvisioningJob, subject: OnDemandSubject): ReturnType<typeof runJob> {
  return runJob(job, () => job.provisionOnDemand(subject));
}

function readOptions(options: OptionValues): SimulationOptions {
  const actions = (options.text('actions') ?? '').split(',').map((action) => action.trim());
  const share = options.number('share', { min: 0, max: 1 });
  const cycles = options.wholeNumber('cycles', { min: 0, max: 10_000 });
  return {
    tenantUrl: tenantUrl(options.requiredText('tenant-url')),
    token: options.requiredText('token'),
    tenant: tenantOf(options),
    flag: options.flag('flag'),
    actions: actions.filter((action) => action !== '').map((action) => oneOf('actions', action, simulatedActions)),
    externalId: options.choice('external-id', ['mailNickname', 'objectId']) ?? 'mailNickname',
    concurrency: options.wholeNumber('concurrency', { min: 1, max: 256 }) ?? 4,
    membersPerRequest: options.wholeNumber('members-per-request', { min: 1, max: 10_000 }) ?? 100,
    ...(share === undefined ? {} : { share }),
    ...(cycles === undefined ? {} : { cycles }),
  };
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

function nameAndList(text: string): { name: string; list: string[] } {
  const colon = text.lastIndexOf(':');
  const name = (colon < 0 ? text : text.slice(0, colon)).trim();
  const list = colon < 0 ? [] : text.slice(colon + 1).split(',');
  return { name, list: list.map((entry) => entry.trim()).filter((entry) => entry !== '') };
}

function onDemandSubject(text: string, tenant: Tenant): OnDemandSubject {
  const person = findPerson(tenant, text);
  if (person) return person;
  const { name, list } = nameAndList(text);
  const group = tenant.groups.find((candidate) => candidate.displayName === name);
  if (!group) throw new CommandError('notInTenant', `The simulated tenant has no person or group "${text}".`);
  if (list.length > onDemandMembersMax)
    throw new UsageError(`--on-demand takes at most ${onDemandMembersMax} members.`);
  const selected = list.map((userName) => {
    const member = findPerson(tenant, userName);
    if (member && group.members.has(member)) return member;
    throw new CommandError('notAMember', `"${userName}" is not a member of "${name}" in the simulated tenant.`);
  });
  return { group, members: selected.length > 0 ? selected : [...group.members].slice(0, onDemandMembersMax) };
}
