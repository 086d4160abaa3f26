import type { LinkPreview } from '../domain/links/link-preview.ts';
import type { Command, CommandContext, CommandResult } from './command.ts';
import { CommandError, UsageError } from './command-error.ts';
import { findOrganization } from './find-organization.ts';
import { joinText, previewedPeople, previewText } from './link-text.ts';
import { type Session, withSession } from './open-session.ts';
import { confirm } from './terminal.ts';

export const command: Command = {
  name: 'link approve',
  summary: 'Let a link that waits take effect, after showing what it does.',
  usage: 'It takes effect exactly as shown: when anything moved since the preview, nothing is done.',
  argument: { placeholder: 'LINK_ID', description: 'From: rollcall link list.' },
  options: {
    org: { description: "The organization's slug.", placeholder: 'SLUG', required: true },
    yes: { description: 'Do not ask.' },
    digest: { description: 'Approve what this preview showed (from link preview --json).', placeholder: 'DIGEST' },
  },
  run: (context) => {
    const { options, terminal, isJson } = context;
    const isDecided = options.flag('yes') || options.text('digest') !== undefined;
    if (!isDecided && (isJson || !terminal.canAsk))
      throw new UsageError('Nobody can be asked here: look at it with link preview, then give --yes.');
    return withSession(context, (session) => approve(session, context, isDecided));
  },
};

async function approve(
  { domain }: Session,
  { options, terminal }: CommandContext,
  isDecided: boolean,
): Promise<CommandResult> {
  const { operator } = await findOrganization(domain, options.requiredText('org'));
  const preview = await domain.links.preview(operator, options.argument);
  const people = await previewedPeople(domain, operator, preview);
  const shown = previewText(preview, people, domain.catalogue, terminal);
  if (!isDecided) {
    terminal.tell(`${shown}\n`);
    if (!(await confirm(terminal, 'Approve it?'))) throw new CommandError('notConfirmed', 'Nothing was changed.');
  }
  const digest = options.text('digest') ?? preview.digest;
  const link = await domain.linkDecisions.approve(operator, { id: preview.link.id, digest });
  return { json: link, human: [...(isDecided ? [shown, ''] : []), doneText(preview, terminal)].join('\n') };
}

function doneText({ link, peopleCount }: LinkPreview, { paint }: CommandContext['terminal']): string {
  const done = `${paint('green', '✓')} Approved: ${joinText(link)}.`;
  if (link.kind === 'user') return done;
  return `${done} ${peopleCount === 1 ? '1 person came' : `${peopleCount} people came`} into it.`;
}
