import type { Config } from '../config.ts';
import type { Command, CommandContext, CommandResult } from './command.ts';
import { CommandError } from './command-error.ts';
import { readSettings } from './open-session.ts';
import { type Served, serveUntilStopped } from './serve-until-stopped.ts';

export const command: Command = {
  name: 'scim-gateway',
  summary: 'Run only the SCIM endpoint, in front of a GraphQL service elsewhere, until Ctrl-C.',
  usage: [
    'GRAPH_URL is the address of the /graphql of a running service; PORT, HOST, PUBLIC_URL and the SCIM_ settings are read',
    'as by `serve`. There is no database and no secret in this process: it passes each bearer on. While GraphQL does not',
    'answer it runs on, /readyz and every request answer 503.',
  ].join('\n'),
  options: {},
  run,
};

async function run(context: CommandContext): Promise<CommandResult> {
  const config = readSettings(context.environment);
  const { graphUrl } = config;
  if (graphUrl === undefined) {
    const example = 'GRAPH_URL=http://localhost:4000/graphql PORT=4001 npx rollcall scim-gateway';
    throw new CommandError('settingInvalid', `GRAPH_URL is missing: where is the GraphQL service? Such as: ${example}`);
  }
  return serveUntilStopped(context, gatewayOf({ ...config, graphUrl }));
}

/** The SCIM facade alone, as a command runs it. */
export function gatewayOf(config: Config & { graphUrl: string }): Served {
  return {
    name: 'The SCIM gateway',
    command: 'rollcall scim-gateway',
    config,
    start: ({ startFacade }, log) => startFacade(config, log),
    graphqlUrl: () => config.graphUrl,
  };
}
