import { signInUrl } from '../domain/sign-in-addresses.ts';
import type { Command } from './command.ts';
import { connectionArgument, findConnection } from './find-connection.ts';
import { withSession } from './open-session.ts';

export const command: Command = {
  name: 'connection enable',
  summary: 'Let people sign in through a connection.',
  usage: 'It may be enabled untested; connection test tries it out before.',
  argument: connectionArgument,
  options: {},
  run: (context) =>
    withSession(context, async ({ domain, config }) => {
      const { terminal, options } = context;
      const { operator, connection } = await findConnection(domain, options.argument);
      const { id, name, status, testedAt } = await domain.connections.enable(operator, connection.id);
      const { slug } = await domain.organizations.get(operator);
      const address = signInUrl(config.publicUrl, slug);
      const untested = `Nobody has tried it out: npx rollcall connection test ${id}`;
      const human = [
        `${terminal.paint('green', '✓')} ${terminal.paint('bold', name)} is enabled: people sign in at ${terminal.paint('cyan', address)}`,
        ...(testedAt ? [] : ['', terminal.paint('yellow', untested)]),
      ];
      return { json: { id, status, testedAt, signInUrl: address }, human: human.join('\n') };
    }),
};
