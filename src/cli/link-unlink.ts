import type { Command } from './command.ts';
import { CommandError, UsageError } from './command-error.ts';
import { findOrganization } from './find-organization.ts';
import { joinText } from './link-text.ts';
import { withSession } from './open-session.ts';
import { confirm } from './terminal.ts';

const choices = { keep: 'keep', 'let-go': 'letGo' } as const;

export const command: Command = {
  name: 'link unlink',
  summary: 'Undo an active link: what the directory sends counts no more.',
  usage: 'The identity provider is told nothing and goes on. The link can be approved again.',
  argument: { placeholder: 'LINK_ID', description: 'From: rollcall link list --state active.' },
  options: {
    org: { description: "The organization's slug.", placeholder: 'SLUG', required: true },
    people: {
      description: 'What becomes of the people: keep them by hand, or let-go.',
      placeholder: 'keep|let-go',
      required: true,
    },
    yes: { description: 'Do not ask.' },
  },
  run: (context) =>
    withSession(context, async ({ domain }) => {
      const { options, terminal, isJson } = context;
      const people = options.choice('people', ['keep', 'let-go'] as const) ?? 'keep';
      if (!options.flag('yes')) {
        if (isJson || !terminal.canAsk) throw new UsageError('Nobody can be asked here: give --yes.');
        const question = people === 'keep' ? 'Undo it and keep its people by hand?' : 'Undo it and let its people go?';
        if (!(await confirm(terminal, question))) throw new CommandError('notConfirmed', 'Nothing was changed.');
      }
      const { operator } = await findOrganization(domain, options.requiredText('org'));
      const link = await domain.linkDecisions.unlink(operator, { id: options.argument, people: choices[people] });
      return { json: link, human: `${terminal.paint('green', '✓')} Undone: ${joinText(link)}.` };
    }),
};
