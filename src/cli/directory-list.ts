import { tenantUrlOf } from '../domain/public-address.ts';
import { allItems } from './all-items.ts';
import type { Command } from './command.ts';
import { findOrganization } from './find-organization.ts';
import { withSession } from './open-session.ts';
import { heading, table } from './terminal.ts';

export const command: Command = {
  name: 'directory list',
  summary: "List an organization's directories with their Tenant URLs.",
  usage: '',
  options: { org: { description: "The organization's slug.", placeholder: 'SLUG', required: true } },
  run: (context) =>
    withSession(context, async ({ domain, config }) => {
      const { operator, name, slug } = await findOrganization(domain, context.options.requiredText('org'));
      const rows = await allItems((page) => domain.directories.list(operator, page));
      const directories = rows.map((row) => ({
        id: row.id,
        name: row.name,
        status: row.status,
        tenantUrl: tenantUrlOf(config, row.id),
      }));
      const human =
        directories.length === 0
          ? `${name} has no directory yet. Connect one: npx rollcall directory create --org ${slug}`
          : table([
              heading(context.terminal, ['NAME', 'STATUS', 'TENANT URL (ends with the id)']),
              ...directories.map((directory) => [directory.name, directory.status, directory.tenantUrl]),
            ]);
      return { json: { directories }, human };
    }),
};
