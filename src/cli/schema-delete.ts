import type { DeclaredAttribute } from '../domain/custom-attributes/custom-schema-definition.ts';
import type { Command } from './command.ts';
import { CommandError, UsageError } from './command-error.ts';
import { findOrganization } from './find-organization.ts';
import { withSession } from './open-session.ts';
import { confirm } from './terminal.ts';

export const command: Command = {
  name: 'schema delete',
  summary: 'Take a declared schema back; its values stay.',
  usage:
    'They are then those of an extension that nobody declared: kept and shown, but not checked. What was returned on request alone is part of every answer again.',
  argument: { placeholder: 'SCHEMA_ID', description: 'From: rollcall schema list.' },
  options: {
    org: { description: "The organization's slug.", placeholder: 'SLUG', required: true },
    yes: { description: 'Do not ask.' },
  },
  run: async (context) => {
    const { options, terminal, isJson } = context;
    const asks = !options.flag('yes');
    if (asks && (isJson || !terminal.canAsk)) throw new UsageError('Nobody can be asked here: give --yes.');
    return withSession(context, async ({ domain }) => {
      const { operator } = await findOrganization(domain, options.requiredText('org'));
      const { urn, attributes } = await domain.customSchemas.get(operator, options.argument);
      const shown = shownAgain(attributes);
      if (asks && !(await confirm(terminal, questionAbout(urn, shown))))
        throw new CommandError('notConfirmed', 'Nothing was changed.');
      await domain.customSchemas.delete(operator, options.argument);
      const human = `${terminal.paint('green', '✓')} ${urn} is declared no more. ${consequence(shown)}`;
      return { json: { deletedId: options.argument }, human };
    });
  },
};

/** The paths of what the declaration kept out of answers that do not ask for it. */
function shownAgain(attributes: readonly DeclaredAttribute[], prefix = ''): string[] {
  return attributes.flatMap(({ name, returned, subAttributes = [] }) =>
    returned === 'request' ? [prefix + name] : shownAgain(subAttributes, `${prefix}${name}.`),
  );
}

function questionAbout(urn: string, shown: readonly string[]): string {
  return `${consequence(shown)}\nTake the declaration of ${urn} back?`;
}

function consequence(shown: readonly string[]): string {
  if (shown.length === 0) return 'Its values stay.';
  return `Its values stay, and every answer will have ${shown.join(', ')}, which was returned on request alone.`;
}
