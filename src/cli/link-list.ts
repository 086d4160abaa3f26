import { linkStates } from '../domain/links/link.entity.ts';
import { allItems } from './all-items.ts';
import type { Command } from './command.ts';
import { findOrganization } from './find-organization.ts';
import { whyText } from './link-text.ts';
import { withSession } from './open-session.ts';
import { heading, table } from './terminal.ts';

export const command: Command = {
  name: 'link list',
  summary: 'List what a directory sent and what waits for a decision.',
  usage: 'A directory group joins the group of the same name by a link, which waits where that is protected.',
  options: {
    org: { description: "The organization's slug.", placeholder: 'SLUG', required: true },
    state: { description: 'Links of this state, such as active (default pending).', placeholder: 'STATE' },
    all: { description: 'Every link, whatever its state.' },
  },
  run: (context) =>
    withSession(context, async ({ domain }) => {
      const { options, terminal } = context;
      const state = options.choice('state', linkStates) ?? 'pending';
      const filter = options.flag('all') ? {} : { states: [state] };
      const { operator, slug, name } = await findOrganization(domain, options.requiredText('org'));
      const links = await allItems((page) => domain.links.list(operator, filter, page));
      if (links.length === 0) {
        const none = options.flag('all') ? `${name} has no links yet.` : `No link of ${name} is ${state}.`;
        return { json: { links }, human: none };
      }
      const rows = links.map((link) => [
        link.id,
        link.state,
        `${link.kind} ${link.directoryRecordName}${link.directoryRecordName === link.targetName ? '' : ` → ${link.targetName}`}`,
        whyText(link.reason),
      ]);
      const isWaiting = links.some((link) => link.state === 'pending');
      const next = isWaiting
        ? ['', 'Next, see what one would do:', `  npx rollcall link preview --org ${slug} LINK_ID`]
        : [];
      const lines = [table([heading(terminal, ['LINK', 'STATE', 'WHAT', 'WHY']), ...rows]), ...next];
      return { json: { links }, human: lines.join('\n') };
    }),
};
