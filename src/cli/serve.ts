import type { Command, CommandContext, CommandResult } from './command.ts';
import { readSettings } from './open-session.ts';
import { gatewayOf } from './scim-gateway.ts';
import { serveUntilStopped } from './serve-until-stopped.ts';

export const command: Command = {
  name: 'serve',
  summary: 'Run the service until Ctrl-C, as npm start does.',
  usage: 'README "Settings" lists the environment it reads. The log goes to stderr, one JSON value a line.',
  options: {},
  run,
};

async function run(context: CommandContext): Promise<CommandResult> {
  const config = readSettings(context.environment);
  const { graphUrl } = config;
  // Whoever starts with `npm start` gets by the setting what `rollcall scim-gateway` is.
  if (graphUrl !== undefined) return serveUntilStopped(context, gatewayOf({ ...config, graphUrl }));
  return serveUntilStopped(context, {
    name: 'Rollcall',
    command: 'npm start',
    config,
    start: ({ startService }, log) => startService(config, log),
    graphqlUrl: (publicUrl) => `${publicUrl}/graphql`,
    signInUrl: (publicUrl) => `${publicUrl}/sign-in`,
    setUpSecret: async ({ domain }) => (await domain.setUp.createLink())?.secret,
  });
}
