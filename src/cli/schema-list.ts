import type { Command } from './command.ts';
import { findOrganization } from './find-organization.ts';
import { withSession } from './open-session.ts';
import { heading, table } from './terminal.ts';

export const command: Command = {
  name: 'schema list',
  summary: 'List the schemas that an organization declared.',
  usage: '',
  options: {
    org: { description: "The organization's slug.", placeholder: 'SLUG', required: true },
  },
  run: (context) =>
    withSession(context, async ({ domain }) => {
      const { options, terminal } = context;
      const { operator, name } = await findOrganization(domain, options.requiredText('org'));
      const customSchemas = await domain.customSchemas.list(operator);
      const json = { customSchemas };
      if (customSchemas.length === 0) return { json, human: `${name} has declared no schemas.` };
      const rows = customSchemas.map(({ id, resourceType, urn, attributes }) => [
        id,
        resourceType,
        urn,
        attributes.map((attribute) => attribute.name).join(', '),
      ]);
      return { json, human: table([heading(terminal, ['SCHEMA', 'OF', 'URN', 'ATTRIBUTES']), ...rows]) };
    }),
};
