import { connectionTestUrl } from '../domain/connections/connection-addresses.ts';
import type { Command } from './command.ts';
import { connectionArgument, findConnection } from './find-connection.ts';
import { withSession } from './open-session.ts';
import { table } from './terminal.ts';

export const command: Command = {
  name: 'connection test',
  summary: 'Check a connection, and open an address for a test sign-in.',
  usage:
    'Looks at what can be seen without signing in. The address shows what the identity provider sends and whom it would sign in, and signs nobody in; it is good for 15 minutes, while the service runs. connection show keeps what it brought.',
  argument: connectionArgument,
  options: {},
  run: (context) =>
    withSession(context, async ({ domain, config }) => {
      const { terminal, options } = context;
      await domain.keyRotation.requireSecretKey();
      const { operator, connection } = await findConnection(domain, options.argument);
      const { id, name } = connection;
      const { checks, secret } = await domain.connectionTests.start(operator, id);
      const testUrl = connectionTestUrl(config.publicUrl, id, secret);
      const failed = checks.filter(({ isOk }) => !isOk).length;
      const mark = (isOk: boolean) => (isOk ? terminal.paint('green', '✓') : terminal.paint('red', '✗'));
      const human = [
        `${terminal.paint('bold', name)}, seen from here:`,
        '',
        table(
          checks.map((check) => [mark(check.isOk), check.name, check.message]),
          '  ',
        ),
        '',
        'Sign in there to see what it sends (within 15 minutes):',
        `  ${terminal.paint('cyan', testUrl)}`,
        '',
        `Then: npx rollcall connection show ${id}`,
      ].join('\n');
      const json = { checks, testUrl };
      if (failed === 0) return { json, human };
      const message = failed === 1 ? 'One check failed.' : `${failed} checks failed.`;
      return { json, human, failure: { code: 'connectionCheckFailed', message } };
    }),
};
