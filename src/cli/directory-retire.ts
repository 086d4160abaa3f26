import type { Command, CommandContext } from './command.ts';
import { CommandError, UsageError } from './command-error.ts';
import { directoryArgument, findDirectory } from './find-directory.ts';
import { withSession } from './open-session.ts';
import { ask } from './terminal.ts';

const choices = { keep: 'keep', 'let-go': 'letGo' } as const;

export const command: Command = {
  name: 'directory retire',
  summary: 'Disconnect a directory for good.',
  usage:
    'Its tokens end, so that the identity provider is refused, and its links with them. Groups that only it filled go, unless somebody gave them members or permissions.',
  argument: directoryArgument,
  options: {
    people: {
      description: 'What becomes of the people: keep them by hand, or let-go.',
      placeholder: 'keep|let-go',
      required: true,
    },
    confirm: { description: 'The name of the directory once more: do not ask.', placeholder: 'NAME' },
  },
  run: async (context) => {
    const { options, terminal, isJson } = context;
    const people = options.choice('people', ['keep', 'let-go'] as const) ?? 'keep';
    if (options.text('confirm') === undefined && (isJson || !terminal.canAsk))
      throw new UsageError('Nobody can be asked here: confirm it with --confirm NAME.');
    return withSession(context, async ({ domain }) => {
      const { operator, directory } = await findDirectory(domain, options.argument);
      const { id, name } = directory;
      const all = { directoryId: id, startIndex: 1, count: 0 };
      const { totalCount: peopleCount } = await domain.directoryLists.users(operator, all);
      const { totalCount: groupsCount } = await domain.directoryLists.groups(operator, all);
      const confirmName = await confirmedName(context, { name, people, peopleCount, groupsCount });
      const input = { id, people: choices[people], confirmName };
      const retired = await domain.directoryStatuses.retire(operator, input);
      const what =
        people === 'keep'
          ? 'Its people are manual users now.'
          : 'Its people are deactivated, but for those whom another directory has.';
      const human = `${terminal.paint('green', '✓')} ${terminal.paint('bold', name)} is retired. ${what}`;
      return { json: retired, human };
    });
  },
};

async function confirmedName(
  { options, terminal }: CommandContext,
  directory: { name: string; people: keyof typeof choices; peopleCount: number; groupsCount: number },
): Promise<string> {
  const { name, people, peopleCount, groupsCount } = directory;
  const has = `${name} has ${sized(peopleCount, 'person', 'people')} and ${sized(groupsCount, 'group', 'groups')}.`;
  const consequence =
    people === 'keep'
      ? `${has} It is disconnected for good, and its people stay by hand.`
      : `${has} It is disconnected for good, and its people may do nothing any more, unless another directory has them.`;
  const typed = options.text('confirm') ?? (await ask(terminal, `${consequence}\nType its name to go on:`));
  if (typed === name) return typed;
  throw new CommandError('notConfirmed', `Nothing was changed: the directory is called "${name}", not "${typed}".`);
}

function sized(count: number, one: string, many: string): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}
