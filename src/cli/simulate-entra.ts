import type { Command, CommandContext, CommandResult } from './command.ts';
import { CommandError, UsageError } from './command-error.ts';
import { type OptionValues, oneOf } from './option-values.ts';
import {
  nameAndList,
  readRounds,
  readSending,
  roundOptions,
  runWatched,
  sendingOptions,
  tenantOptions,
  textList,
} from './simulate/command-options.ts';
import { groupMatchingAttributes, type Matching, userMatchingAttributes } from './simulate/entra/entra-matching.ts';
import { onDemandMembersMax } from './simulate/entra/evaluation.ts';
import { defaultMembersPerRequest } from './simulate/entra/provisioning-job.ts';
import { type EntraSimulation, entraActions, simulateEntra, simulateOnDemand } from './simulate/simulate-entra.ts';
import type { Tenant } from './simulate/simulated-tenant.ts';
import type { Person, TenantGroup } from './simulate/tenant-objects.ts';

/** What a gallery application must take without errors. */
const entraRequestsPerSecond = 25;

export const command: Command = {
  name: 'simulate entra',
  summary: 'Provision a directory as Microsoft Entra ID does, without a tenant there.',
  usage: [
    'Sends what Entra sends: connection probes, then users, groups, managers and members (the initial',
    'cycle), then an incremental cycle after each of the --actions. With --cycles or --interval alone',
    'the days of a company go by. In the end everything is read back and compared with the tenant.',
    'The same seed gives the same people: a second run finds them and updates only what differs.',
    '',
    `Actions: ${entraActions.slice(0, 8).join(', ')},`,
    `${entraActions.slice(8).join(', ')}.`,
  ].join('\n'),
  options: {
    ...tenantOptions,
    flag: { description: 'Speak the dialect of aadOptscim062020.' },
    ...roundOptions,
    'minutes-per-cycle': {
      description: "From cycle to cycle on the tenant's clock (default 40).",
      placeholder: 'N',
    },
    'on-demand': {
      description: `Only this userName, or "GROUP:USERNAME,…" (${onDemandMembersMax} members at most).`,
      placeholder: 'SUBJECT',
    },
    'match-users-by': { description: 'userName (default), externalId, mail, or several.', placeholder: 'LIST' },
    'match-groups-by': { description: 'displayName (default), externalId, or both.', placeholder: 'LIST' },
    'external-id': { description: 'Sent as externalId: mailNickname (default) or objectId.', placeholder: 'SOURCE' },
    'deletion-threshold': { description: 'More people to disable at once are an accident.', placeholder: 'N' },
    rate: {
      description: `Requests a second (default ${entraRequestsPerSecond}); none lifts the limit.`,
      placeholder: 'N|none',
    },
    'members-per-request': {
      description: `Members in one PATCH (default ${defaultMembersPerRequest}).`,
      placeholder: 'N',
    },
    ...sendingOptions,
  },
  run,
};

function run(context: CommandContext): Promise<CommandResult> {
  const { options } = context;
  const simulation = readOptions(options);
  const onDemand = options.text('on-demand');
  if (onDemand === undefined) {
    return runWatched(context, ({ onProgress, ...watching }) =>
      simulateEntra({ ...simulation, ...watching }, onProgress),
    );
  }
  const other = ['actions', 'cycles', 'interval'].find((name) => options.text(name) !== undefined);
  if (other !== undefined) throw new UsageError(`--on-demand is a run of its own and takes no --${other}.`);
  const subject = onDemandSubject(onDemand, simulation.tenant);
  return runWatched(context, ({ onProgress, ...watching }) =>
    simulateOnDemand({ ...simulation, ...watching }, subject, onProgress),
  );
}

function readOptions(options: OptionValues): EntraSimulation {
  const minutesPerCycle = options.wholeNumber('minutes-per-cycle', { min: 1, max: 525_600 });
  const deletionThreshold = options.wholeNumber('deletion-threshold', { min: 0, max: 1_000_000 });
  return {
    ...readSending(options, defaultMembersPerRequest),
    ...readRounds(options, entraActions),
    flag: options.flag('flag'),
    matching: matchingOf(options),
    externalId: options.choice('external-id', ['mailNickname', 'objectId']) ?? 'mailNickname',
    requestsPerSecond: rateOf(options),
    ...(minutesPerCycle === undefined ? {} : { minutesPerCycle }),
    ...(deletionThreshold === undefined ? {} : { deletionThreshold }),
  };
}

function rateOf(options: OptionValues): number {
  if (options.text('rate') === 'none') return Number.POSITIVE_INFINITY;
  return options.number('rate', { min: 0.1, max: 100_000 }) ?? entraRequestsPerSecond;
}

function matchingOf(options: OptionValues): Partial<Matching> {
  const users = textList(options, 'match-users-by').map((name) =>
    oneOf('match-users-by', name, userMatchingAttributes),
  );
  const groups = textList(options, 'match-groups-by').map((name) =>
    oneOf('match-groups-by', name, groupMatchingAttributes),
  );
  return { ...(users.length > 0 ? { users } : {}), ...(groups.length > 0 ? { groups } : {}) };
}

/** A person, or a group with selected people of the tenant, in the group or not; with none selected its first members. */
function onDemandSubject(text: string, tenant: Tenant): Person | { group: TenantGroup; members: Person[] } {
  const person = tenant.findPerson(text);
  if (person) return person;
  const { name, list } = nameAndList(text);
  const group = tenant.findGroup(name);
  if (!group) throw new CommandError('notInTenant', `The simulated tenant has no person or group "${text}".`);
  if (list.length > onDemandMembersMax)
    throw new UsageError(`--on-demand takes at most ${onDemandMembersMax} members.`);
  const selected = list.map((userName) => {
    const member = tenant.findPerson(userName);
    if (!member) throw new CommandError('notInTenant', `The simulated tenant has no person "${userName}".`);
    return member;
  });
  return { group, members: selected.length > 0 ? selected : [...group.members].slice(0, onDemandMembersMax) };
}
