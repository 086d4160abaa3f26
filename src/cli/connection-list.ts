import { allItems } from './all-items.ts';
import type { Command } from './command.ts';
import { connectionJson } from './connection-text.ts';
import { findOrganization } from './find-organization.ts';
import { withSession } from './open-session.ts';
import { dateText, listing } from './terminal.ts';

export const command: Command = {
  name: 'connection list',
  summary: "List an organization's single sign-on connections.",
  usage: '',
  options: { org: { description: "The organization's slug.", placeholder: 'SLUG', required: true } },
  run: (context) =>
    withSession(context, async ({ domain, config }) => {
      const { operator, name, slug } = await findOrganization(domain, context.options.requiredText('org'));
      const rows = await allItems((page) => domain.connections.list(operator, page));
      const human =
        rows.length === 0
          ? `${name} has no connection yet. Set one up: npx rollcall connection create --org ${slug} --help`
          : listing(
              context.terminal,
              ['NAME', 'PROTOCOL', 'STATUS', 'TESTED', 'ISSUER', 'ID'],
              rows.map(({ id, protocol, status, testedAt, issuer, ...row }) => [
                row.name,
                protocol,
                status,
                testedAt ? dateText(testedAt) : 'never',
                issuer,
                id,
              ]),
            );
      return {
        json: { connections: rows.map((row) => connectionJson({ publicUrl: config.publicUrl, slug }, row)) },
        human,
      };
    }),
};
