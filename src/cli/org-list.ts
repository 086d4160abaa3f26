import type { OrganizationRow } from '../domain/organizations/organizations.store.ts';
import type { Command } from './command.ts';
import { withSession } from './open-session.ts';
import { dateText, heading, table } from './terminal.ts';

export const command: Command = {
  name: 'org list',
  summary: 'List the organizations.',
  usage: '',
  options: {},
  run: (context) =>
    withSession(context, async ({ domain }) => {
      const organizations: OrganizationRow[] = [];
      // Each is read inside its own organization: no statement ever sees two.
      for (const { id } of await domain.organizations.list()) {
        organizations.push(await domain.organizations.get({ kind: 'operator', organizationId: id }));
      }
      const json = organizations.map(({ id, slug, name, plan, status }) => ({ id, slug, name, plan, status }));
      const rows = organizations.map(({ slug, name, plan, status, closesAt, id }) => {
        return [slug, name, plan, closesAt ? `${status} until ${dateText(closesAt)}` : status, id];
      });
      const human =
        rows.length === 0
          ? 'There is no organization yet. Make one: npx rollcall org create --name Acme --slug acme'
          : table([heading(context.terminal, ['SLUG', 'NAME', 'PLAN', 'STATUS', 'ID']), ...rows]);
      return { json: { organizations: json }, human };
    }),
};
