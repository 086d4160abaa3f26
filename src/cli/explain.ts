import type { Actor } from '../domain/actors/actor.ts';
import type { Domain } from '../domain/domain.ts';
import type { PermissionCatalogue } from '../domain/permissions/catalogue.ts';
import { allItems } from './all-items.ts';
import type { Command } from './command.ts';
import { CommandError } from './command-error.ts';
import { explanationText } from './explanation-text.ts';
import { findOrganization } from './find-organization.ts';
import { findSpace } from './find-space.ts';
import { findUser } from './find-user.ts';
import { nearestName } from './nearest-name.ts';
import { withSession } from './open-session.ts';

export const command: Command = {
  name: 'explain',
  summary: 'Why may this person do this: every path by which a permission arrives.',
  usage: '',
  options: {
    org: { description: "The organization's slug.", placeholder: 'SLUG', required: true },
    user: { description: 'The userName or the id.', placeholder: 'USER', required: true },
    permission: { description: 'Such as screens:publish.', placeholder: 'PERMISSION', required: true },
    space: { description: 'In this space: its name, external id or id.', placeholder: 'SPACE' },
  },
  run: (context) =>
    withSession(context, async ({ domain }) => {
      const { options, terminal } = context;
      const organization = await findOrganization(domain, options.requiredText('org'));
      const permission = knownPermission(domain.catalogue, options.requiredText('permission'));
      const user = await findUser(domain, organization, options.requiredText('user'));
      const spaceText = options.text('space');
      const space = spaceText === undefined ? undefined : await findSpace(domain, organization, spaceText);
      const question = { userId: user.id, permission, spaceId: space?.id };
      const explanation = await domain.access.explain(organization.operator, question);
      const json = {
        user: { id: user.id, userName: user.userName },
        permission,
        space: space ? { id: space.id, name: space.name } : null,
        ...explanation,
      };
      const facts = { organization, user, permission, space: space?.name, explanation };
      const waiting = explanation.isAllowed ? [] : await directoriesThatWait(domain, organization.operator);
      return { json, human: [explanationText(facts, terminal), ...waiting].join('\n') };
    }),
};

/** What a directory sends while it observes or is paused reaches nobody yet, and leaves no path to show. */
async function directoriesThatWait(domain: Domain, operator: Actor): Promise<string[]> {
  const directories = await allItems((page) => domain.directories.list(operator, page));
  return directories
    .filter(({ status }) => status === 'observing' || status === 'paused')
    .flatMap(({ id, name, status }) => [
      '',
      `The directory "${name}" is ${status}: who came since waits. See: npx rollcall directory preview ${id}`,
    ]);
}

function knownPermission(catalogue: PermissionCatalogue, text: string): string {
  if (catalogue.has(text)) return text;
  const names = catalogue.permissions.map((permission) => permission.name);
  const near = nearestName(text, names);
  const hint = near === undefined ? `There are: ${names.join(', ')}.` : `Did you mean "${near}"?`;
  throw new CommandError('unknownPermission', `There is no permission "${text}" in the catalogue. ${hint}`);
}
