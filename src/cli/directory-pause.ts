import type { Command } from './command.ts';
import { directoryArgument, findDirectory } from './find-directory.ts';
import { withSession } from './open-session.ts';

export const command: Command = {
  name: 'directory pause',
  summary: 'Let an active directory wait: who leaves goes at once, who comes waits.',
  usage:
    'The identity provider notices nothing. Deactivations, removals and deletions count at once; new people, people who come back, new members and new names wait until the directory is activated again.',
  argument: directoryArgument,
  options: {},
  run: (context) =>
    withSession(context, async ({ domain }) => {
      const { options, terminal } = context;
      const { operator, directory } = await findDirectory(domain, options.argument);
      const paused = await domain.directoryStatuses.pause(operator, directory.id);
      const human = [
        `${terminal.paint('green', '✓')} ${terminal.paint('bold', directory.name)} is paused.`,
        '',
        'See what has come meanwhile, and go on:',
        `  npx rollcall directory preview ${directory.id}`,
        `  npx rollcall directory activate ${directory.id}`,
      ];
      return { json: paused, human: human.join('\n') };
    }),
};
