import type { Command } from './command.ts';
import { operatorOfDirectory } from './find-organization.ts';
import { withSession } from './open-session.ts';

export const command: Command = {
  name: 'workload-identity remove',
  summary: 'Take the workload identity of a directory away. Its access tokens end.',
  usage: 'Entra is refused from then on, unless the directory has a token or an OAuth client that it uses.',
  options: { directory: { description: "The directory's id.", placeholder: 'ID', required: true } },
  run: (context) =>
    withSession(context, async ({ domain }) => {
      const directoryId = context.options.requiredText('directory');
      const operator = await operatorOfDirectory(domain, directoryId);
      const { clientId } = await domain.workloadIdentities.remove(operator, directoryId);
      const human = `${context.terminal.paint('green', '✓')} The directory has no workload identity any more.`;
      return { json: { clientId }, human };
    }),
};
