import type { MemberSource } from '../domain/groups/effective-members.ts';
import type { GroupOfUserRow } from '../domain/groups/groups.store.ts';
import type { Command } from './command.ts';
import { findOrganization } from './find-organization.ts';
import { findSpace } from './find-space.ts';
import { findUser } from './find-user.ts';
import { withSession } from './open-session.ts';
import { permissionTable } from './permission-table.ts';

export const command: Command = {
  name: 'permissions',
  summary: 'What a user may do, and the groups the user is in.',
  usage: '',
  options: {
    org: { description: "The organization's slug.", placeholder: 'SLUG', required: true },
    user: { description: 'The userName or the id.', placeholder: 'USER', required: true },
    space: { description: 'In this space: its name, external id or id.', placeholder: 'SPACE' },
  },
  run: (context) =>
    withSession(context, async ({ domain }) => {
      const { options, terminal } = context;
      const organization = await findOrganization(domain, options.requiredText('org'));
      const { operator } = organization;
      const user = await findUser(domain, organization, options.requiredText('user'));
      const spaceText = options.text('space');
      const space = spaceText === undefined ? undefined : await findSpace(domain, organization, spaceText);
      const permissions = await domain.access.effectivePermissions(operator, user.id, space?.id);
      const groups = await domain.groups.listGroupsOf(operator, user.id);
      const state = user.active ? '' : ', who is not active,';
      const where = space === undefined ? '' : ` in the space "${space.name}"`;
      const human = [
        `${terminal.paint('bold', user.displayName ?? user.userName)}${state} ${permissions.length === 0 ? `has no permissions${where}.` : `may${where}:`}`,
        ...(permissions.length === 0 ? [] : [permissionTable(permissions, domain.catalogue, terminal)]),
        '',
        groups.length === 0 ? 'In no group.' : `In ${groups.map(groupText).join(', ')}.`,
      ].join('\n');
      const json = {
        user: { id: user.id, userName: user.userName, active: user.active },
        space: space ? { id: space.id, name: space.name } : null,
        permissions,
        groups: groups.map(({ id, name, source }) => ({ id, name, source })),
      };
      return { json, human };
    }),
};

const how = {
  manual: 'by hand',
  directory: 'by the directory',
  both: 'by hand and by the directory',
} satisfies Record<MemberSource, string>;

function groupText({ name, source }: GroupOfUserRow): string {
  return `"${name}" ${how[source]}`;
}
