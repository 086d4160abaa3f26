import { connectionTestUrl } from '../domain/connections/connection-addresses.ts';
import type { Command } from './command.ts';
import { connectionArgument, findConnection } from './find-connection.ts';
import { unansweredHint } from './localhost-hint.ts';
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
      const { terminal, options, isJson } = context;
      await domain.seals.requireSecretKey();
      const { operator, connection } = await findConnection(domain, options.argument);
      const { id, name } = connection;
      const { checks, secret } = await domain.connectionTests.start(operator, id);
      const testUrl = connectionTestUrl(config.publicUrl, id, secret);
      const failed = checks.filter(({ isOk }) => !isOk);
      const mark = (isOk: boolean) => (isOk ? terminal.paint('green', '✓') : terminal.paint('red', '✗'));
      const human = [
        `${terminal.paint('bold', name)}, seen from here:`,
        '',
        table(
          checks.map((check) => [mark(check.isOk), check.name, check.message]),
          '  ',
        ),
        ...(failed.some((check) => check.name === 'clientSecret') ? ['', ...newSecret(id)] : []),
        '',
        'Sign in there to see what it sends (within 15 minutes):',
        `  ${terminal.paint('cyan', testUrl)}`,
        ...(isJson ? [] : await unansweredHint(terminal, config.publicUrl)),
        '',
        `Then: npx rollcall connection show ${id}`,
      ].join('\n');
      const json = { checks, testUrl };
      if (failed.length === 0) return { json, human };
      const message = failed.length === 1 ? 'One check failed.' : `${failed.length} checks failed.`;
      return { json, human, failure: { code: 'connectionCheckFailed', message } };
    }),
};

function newSecret(id: string): string[] {
  return [
    'Give it the client secret that the identity provider shows:',
    `  npx rollcall connection update ${id} --client-secret -`,
  ];
}
