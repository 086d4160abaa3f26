import type { Command, CommandContext } from './command.ts';
import { CommandError, UsageError } from './command-error.ts';
import { connectionArgument, findConnection } from './find-connection.ts';
import { withSession } from './open-session.ts';
import { ask } from './terminal.ts';

export const command: Command = {
  name: 'connection delete',
  summary: 'Delete a connection for good.',
  usage:
    'Its sessions end, and who is who through it is forgotten: through another connection people are found anew. Provisioning goes on.',
  argument: connectionArgument,
  options: { confirm: { description: 'The name of the connection once more: do not ask.', placeholder: 'NAME' } },
  run: async (context) => {
    const { options, terminal, isJson } = context;
    if (options.text('confirm') === undefined && (isJson || !terminal.canAsk)) {
      throw new UsageError('Nobody can be asked here: confirm it with --confirm NAME.');
    }
    return withSession(context, async ({ domain }) => {
      const { operator, connection } = await findConnection(domain, options.argument);
      await requireConfirmed(context, connection.name);
      const { id, name } = await domain.connections.remove(operator, connection.id);
      const human = `${terminal.paint('green', '✓')} ${terminal.paint('bold', name)} is deleted, and its sessions have ended.`;
      return { json: { id }, human };
    });
  },
};

async function requireConfirmed({ options, terminal }: CommandContext, name: string): Promise<void> {
  const question = `Nobody signs in through ${name} any more, for good.\nType its name to go on:`;
  const typed = options.text('confirm') ?? (await ask(terminal, question));
  if (typed === name) return;
  throw new CommandError('notConfirmed', `Nothing was changed: the connection is called "${name}", not "${typed}".`);
}
