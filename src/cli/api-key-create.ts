import type { PermissionSetRow } from '../domain/permissions/permission-sets.store.ts';
import { allItems } from './all-items.ts';
import type { Command } from './command.ts';
import { CommandError } from './command-error.ts';
import { findOrganization } from './find-organization.ts';
import { withSession } from './open-session.ts';

export const command: Command = {
  name: 'api-key create',
  summary: "Make an API key for the product's back end. It is shown once.",
  usage: 'The key acts on GraphQL with the permissions of one permission set.',
  options: {
    org: { description: "The organization's slug.", placeholder: 'SLUG', required: true },
    'permission-set': {
      description: "owner, admin, reader or a set of the organization's own, by name.",
      placeholder: 'SET',
      required: true,
    },
    name: { description: 'What the key is for, as admins read it.', placeholder: 'NAME' },
  },
  run: (context) =>
    withSession(context, async ({ domain, config }) => {
      await domain.seals.requireSecretKey();
      const { options, terminal } = context;
      const organization = await findOrganization(domain, options.requiredText('org'));
      const sets = await allItems((page) => domain.permissionSets.list(organization.operator, page));
      const set = findSet(sets, options.requiredText('permission-set'));
      const name = options.text('name') ?? `${set.name} key`;
      const { key } = await domain.apiKeys.create(organization.operator, { name, permissionSetId: set.id });
      const human = [
        `An API key of ${organization.name} with the permission set ${terminal.paint('bold', set.name)}:`,
        '',
        `  ${terminal.paint('cyan', key)}`,
        '',
        terminal.paint('yellow', 'The key is shown this once. Keep it like a password.'),
        '',
        'Try it while the service runs:',
        `  curl ${config.publicUrl}/graphql -H 'Content-Type: application/json' \\`,
        `    -H 'Authorization: Bearer ${key}' \\`,
        `    -d '{"query":"{ viewer { organization { name } permissions } }"}'`,
      ];
      return { json: { apiKey: key }, human: human.join('\n') };
    }),
};

function findSet(sets: readonly PermissionSetRow[], text: string): PermissionSetRow {
  const wanted = text.toLowerCase();
  const set = sets.find((candidate) => (candidate.builtIn ?? candidate.name.toLowerCase()) === wanted);
  if (set) return set;
  const names = sets.map((candidate) => candidate.builtIn ?? candidate.name).join(', ');
  throw new CommandError('notFound', `There is no permission set "${text}". There are: ${names}.`);
}
