import type { Command, CommandContext, CommandResult } from './command.ts';
import { UsageError } from './command-error.ts';
import {
  readRounds,
  readSending,
  roundOptions,
  runWatched,
  sendingOptions,
  tenantOptions,
} from './simulate/command-options.ts';
import { oktaMembersPerRequest } from './simulate/okta/okta-app.ts';
import { appKinds } from './simulate/okta/okta-context.ts';
import { oktaActions, simulateOkta } from './simulate/simulate-okta.ts';

export const command: Command = {
  name: 'simulate okta',
  summary: 'Provision a directory as Okta does, without an org there.',
  usage: [
    'Sends what Okta sends: a test of the credentials, an import, then every person and group, then what',
    'changed after each of the --actions. Users are never deleted. In the end everything is read back',
    'and compared with the tenant.',
    '',
    `Actions: ${oktaActions.slice(0, 8).join(', ')},`,
    `${oktaActions.slice(8).join(', ')}.`,
  ].join('\n'),
  options: {
    ...tenantOptions,
    app: {
      description: 'catalogue (default): PATCH where Okta can; custom: PUT for everything.',
      placeholder: 'KIND',
    },
    passwords: { description: 'Synchronize passwords.' },
    ...roundOptions,
    'members-per-request': {
      description: `Members in one PATCH (default ${oktaMembersPerRequest}).`,
      placeholder: 'N',
    },
    ...sendingOptions,
  },
  run,
};

function run(context: CommandContext): Promise<CommandResult> {
  const { options } = context;
  const simulation = {
    ...readSending(options, oktaMembersPerRequest),
    ...readRounds(options, oktaActions),
    app: options.choice('app', appKinds) ?? 'catalogue',
    syncsPasswords: options.flag('passwords'),
  };
  if (simulation.actions?.includes('change-passwords') && !simulation.syncsPasswords) {
    throw new UsageError('The action change-passwords needs --passwords.');
  }
  return runWatched(context, ({ onProgress, ...watching }) => simulateOkta({ ...simulation, ...watching }, onProgress));
}
