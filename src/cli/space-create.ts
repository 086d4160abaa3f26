import type { Command } from './command.ts';
import { findOrganization } from './find-organization.ts';
import { withSession } from './open-session.ts';

export const command: Command = {
  name: 'space create',
  summary: 'Make a space, which grants may be narrowed to.',
  usage:
    'A space stands for something of the product, such as the screens of one team. A grant on it counts in it alone.',
  options: {
    org: { description: "The organization's slug.", placeholder: 'SLUG', required: true },
    name: { description: 'Its name, unique in the organization.', placeholder: 'NAME', required: true },
    'external-id': { description: "The product's own id of what it stands for.", placeholder: 'ID' },
  },
  run: (context) =>
    withSession(context, async ({ domain }) => {
      const { options } = context;
      const { operator, slug } = await findOrganization(domain, options.requiredText('org'));
      const space = await domain.spaces.create(operator, {
        name: options.requiredText('name'),
        externalId: options.text('external-id'),
      });
      const human = [
        `Made the space "${space.name}": ${space.id}`,
        '',
        'Next, grant a permission set on it (grantPermissionSet with spaceId), then see what it does:',
        `  npx rollcall explain --org ${slug} --user USER --permission PERMISSION --space "${space.name}"`,
      ].join('\n');
      return { json: space, human };
    }),
};
