import type { Command } from './command.ts';
import { findOrganization } from './find-organization.ts';
import { previewedPeople, previewText } from './link-text.ts';
import { withSession } from './open-session.ts';

export const command: Command = {
  name: 'link preview',
  summary: 'Show what approving a link would do, without doing it.',
  usage: '',
  argument: { placeholder: 'LINK_ID', description: 'From: rollcall link list.' },
  options: { org: { description: "The organization's slug.", placeholder: 'SLUG', required: true } },
  run: (context) =>
    withSession(context, async ({ domain }) => {
      const { options, terminal } = context;
      const { operator, slug } = await findOrganization(domain, options.requiredText('org'));
      const preview = await domain.links.preview(operator, options.argument);
      const people = await previewedPeople(domain, operator, preview);
      const { id, state } = preview.link;
      const next = state === 'pending' ? ['', `Approve it: npx rollcall link approve --org ${slug} ${id}`] : [];
      const text = previewText(preview, people, domain.catalogue, terminal);
      return { json: { ...preview, people }, human: [text, ...next].join('\n') };
    }),
};
