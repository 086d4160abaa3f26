import type { Command } from './command.ts';
import { directoryPreviewText } from './directory-text.ts';
import { directoryArgument, findDirectory } from './find-directory.ts';
import { withSession } from './open-session.ts';

export const command: Command = {
  name: 'directory preview',
  summary: 'Show what activating a directory would do, without doing it.',
  usage: 'For a directory that observes (directory create --observing) or is paused.',
  argument: directoryArgument,
  options: {},
  run: (context) =>
    withSession(context, async ({ domain }) => {
      const { options, terminal } = context;
      const { operator, directory } = await findDirectory(domain, options.argument);
      const preview = await domain.directoryStatuses.preview(operator, directory.id);
      const shown = directoryPreviewText(directory.name, preview, domain.catalogue, terminal);
      const next = ['', `Activate it: npx rollcall directory activate ${directory.id}`];
      return { json: preview, human: [shown, ...next].join('\n') };
    }),
};
