import type { Command } from './command.ts';
import { CommandError } from './command-error.ts';
import { operatorOfDirectory } from './find-organization.ts';
import { withSession } from './open-session.ts';
import { workloadIdentityJson, workloadIdentityText } from './workload-identity-text.ts';

export const command: Command = {
  name: 'workload-identity show',
  summary: 'Show the workload identity of a directory.',
  usage: '',
  options: { directory: { description: "The directory's id.", placeholder: 'ID', required: true } },
  run: (context) =>
    withSession(context, async ({ domain, config }) => {
      const directoryId = context.options.requiredText('directory');
      const operator = await operatorOfDirectory(domain, directoryId);
      const [identity] = await domain.workloadIdentities.ofDirectories(operator, [directoryId]);
      if (!identity) {
        const hint = 'Set one: npx rollcall help workload-identity set';
        throw new CommandError('notFound', `The directory has no workload identity. ${hint}`);
      }
      const human = workloadIdentityText(context.terminal, config, identity);
      return { json: workloadIdentityJson(config, identity), human };
    }),
};
