import type { Command } from './command.ts';
import { findOrganization } from './find-organization.ts';
import { withSession } from './open-session.ts';

export const command: Command = {
  name: 'schema delete',
  summary: 'Take a declared schema back; its values stay.',
  usage: 'They are then those of an extension that nobody declared: kept and shown, but not checked.',
  argument: { placeholder: 'SCHEMA_ID', description: 'From: rollcall schema list.' },
  options: {
    org: { description: "The organization's slug.", placeholder: 'SLUG', required: true },
  },
  run: (context) =>
    withSession(context, async ({ domain }) => {
      const { options, terminal } = context;
      const { operator } = await findOrganization(domain, options.requiredText('org'));
      const { urn } = await domain.customSchemas.get(operator, options.argument);
      await domain.customSchemas.delete(operator, options.argument);
      const human = `${terminal.paint('green', '✓')} ${urn} is declared no more. Its values stay.`;
      return { json: { deletedId: options.argument }, human };
    }),
};
