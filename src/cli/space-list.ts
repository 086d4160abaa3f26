import { allItems } from './all-items.ts';
import type { Command } from './command.ts';
import { findOrganization } from './find-organization.ts';
import { withSession } from './open-session.ts';
import { heading, table } from './terminal.ts';

export const command: Command = {
  name: 'space list',
  summary: 'List the spaces that grants may be narrowed to.',
  usage: '',
  options: {
    org: { description: "The organization's slug.", placeholder: 'SLUG', required: true },
  },
  run: (context) =>
    withSession(context, async ({ domain }) => {
      const { options, terminal } = context;
      const { operator, name } = await findOrganization(domain, options.requiredText('org'));
      const spaces = await allItems((page) => domain.spaces.list(operator, page));
      if (spaces.length === 0) return { json: { spaces }, human: `${name} has no spaces.` };
      const rows = spaces.map((space) => [space.id, space.name, space.externalId ?? '']);
      return { json: { spaces }, human: table([heading(terminal, ['SPACE', 'NAME', 'EXTERNAL ID']), ...rows]) };
    }),
};
