import type { AccessPath, InactiveReason } from '../domain/permissions/access.store.ts';
import type { Explanation } from '../domain/permissions/access.ts';
import type { PermissionCatalogue } from '../domain/permissions/catalogue.ts';
import type { UserRow } from '../domain/users/users.store.ts';
import type { Command } from './command.ts';
import { CommandError } from './command-error.ts';
import { type FoundOrganization, findOrganization } from './find-organization.ts';
import { findUser } from './find-user.ts';
import { nearestName } from './nearest-name.ts';
import { withSession } from './open-session.ts';
import type { Terminal } from './terminal.ts';

export const command: Command = {
  name: 'explain',
  summary: 'Why may this person do this: every path by which a permission arrives.',
  usage: '',
  options: {
    org: { description: "The organization's slug.", placeholder: 'SLUG', required: true },
    user: { description: 'The userName or the id.', placeholder: 'USER', required: true },
    permission: { description: 'Such as screens:publish.', placeholder: 'PERMISSION', required: true },
  },
  run: (context) =>
    withSession(context, async ({ domain }) => {
      const { options, terminal } = context;
      const organization = await findOrganization(domain, options.requiredText('org'));
      const permission = knownPermission(domain.catalogue, options.requiredText('permission'));
      const user = await findUser(domain, organization, options.requiredText('user'));
      const explanation = await domain.access.explain(organization.operator, { userId: user.id, permission });
      const json = { user: { id: user.id, userName: user.userName }, permission, ...explanation };
      return { json, human: explanationText({ organization, user, permission, explanation }, terminal) };
    }),
};

function knownPermission(catalogue: PermissionCatalogue, text: string): string {
  if (catalogue.has(text)) return text;
  const names = catalogue.permissions.map((permission) => permission.name);
  const near = nearestName(text, names);
  const hint = near === undefined ? `There are: ${names.join(', ')}.` : `Did you mean "${near}"?`;
  throw new CommandError('unknownPermission', `There is no permission "${text}" in the catalogue. ${hint}`);
}

interface Facts {
  organization: FoundOrganization;
  user: UserRow;
  permission: string;
  explanation: Explanation;
}

function explanationText({ organization, user, permission, explanation }: Facts, { paint }: Terminal): string {
  const { isAllowed, inactiveReason, paths } = explanation;
  const who = user.displayName === null ? user.userName : `${user.displayName} (${user.userName})`;
  const mark = isAllowed ? paint('green', '✓') : paint('red', '✗');
  const verdict = `${mark} ${paint('bold', who)} ${isAllowed ? 'holds' : 'does not hold'} ${paint('bold', permission)}.`;
  if (paths.length === 0) {
    return [
      verdict,
      '',
      `No grant of ${organization.name} reaches this person. Groups whose links wait give nothing yet; see:`,
      `  npx rollcall link list --org ${organization.slug}`,
    ].join('\n');
  }
  const because =
    inactiveReason === null
      ? 'Because'
      : `Not now, because ${inactiveText[inactiveReason]}. Once active again, because`;
  return [verdict, '', `${because}`, ...paths.map((path) => `  • ${pathText(path)}`)].join('\n');
}

const inactiveText = {
  blocked: 'an admin blocked the user',
  removed: 'the user was removed',
  inactiveInDirectory: 'no directory has the user as active',
} satisfies Record<InactiveReason, string>;

function pathText({ source, permissionSetName, groupName, directoryGroupName }: AccessPath): string {
  const set = `the permission set "${permissionSetName}"`;
  if (source === 'direct') return `${set} is granted to this person directly`;
  const through = `${set} is granted to the group "${groupName}"`;
  if (source === 'manual') return `${through}, of which this person is a member by hand`;
  return `${through},\n    which the directory group "${directoryGroupName}" fills, of which this person is a member`;
}
