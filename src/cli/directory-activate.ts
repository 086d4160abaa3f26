import type { Command, CommandContext, CommandResult } from './command.ts';
import { CommandError, UsageError } from './command-error.ts';
import { directoryPreviewText } from './directory-text.ts';
import { directoryArgument, findDirectory } from './find-directory.ts';
import { type Session, withSession } from './open-session.ts';
import { confirm } from './terminal.ts';

export const command: Command = {
  name: 'directory activate',
  summary: 'Let a directory reach the product, after showing what that does.',
  usage:
    'It takes effect exactly as shown: when anything moved since the preview, nothing is done. Interrupted, it is gone on with by the service.',
  argument: directoryArgument,
  options: {
    yes: { description: 'Do not ask.' },
    digest: {
      description: 'Activate what this preview showed (from directory preview --json).',
      placeholder: 'DIGEST',
    },
  },
  run: (context) => {
    const { options, terminal, isJson } = context;
    const isDecided = options.flag('yes') || options.text('digest') !== undefined;
    if (!isDecided && (isJson || !terminal.canAsk))
      throw new UsageError('Nobody can be asked here: look at it with directory preview, then give --yes.');
    return withSession(context, (session) => activate(session, context, isDecided));
  },
};

async function activate(
  { domain }: Session,
  { options, terminal }: CommandContext,
  isDecided: boolean,
): Promise<CommandResult> {
  const { operator, directory } = await findDirectory(domain, options.argument);
  const { id, name } = directory;
  const preview = await domain.directoryStatuses.preview(operator, id);
  const shown = directoryPreviewText(name, preview, domain.catalogue, terminal);
  if (!isDecided) {
    terminal.tell(`${shown}\n`);
    if (!(await confirm(terminal, 'Activate it?'))) throw new CommandError('notConfirmed', 'Nothing was changed.');
  }
  const digest = options.text('digest') ?? preview.digest;
  const activated = await domain.directoryStatuses.activate(operator, { id, digest });
  const done = `${terminal.paint('green', '✓')} ${terminal.paint('bold', name)} is active, and all it has sent is in.`;
  const waits = preview.matchingPeopleCount + preview.waitingGroupsCount > 0;
  const next = waits ? ['', 'Decide on what waits: npx rollcall link list --org SLUG'] : [];
  return { json: activated, human: [...(isDecided ? [shown, ''] : []), done, ...next].join('\n') };
}
