import { type Plan, plans } from '../domain/organizations/plan.ts';
import type { Command } from './command.ts';
import { withSession } from './open-session.ts';
import { table } from './terminal.ts';

export const command: Command = {
  name: 'org create',
  summary: 'Make an organization.',
  usage: 'SCIM belongs to the enterprise plan and comes after SSO; --scim-without-sso lifts the second rule.',
  options: {
    name: { description: 'As people read it.', placeholder: 'NAME', required: true },
    slug: { description: 'Its public sign-in name, such as acme.', placeholder: 'SLUG', required: true },
    plan: { description: `${plans.join(' or ')} (default ${plans[0]}).`, placeholder: 'PLAN' },
    'scim-without-sso': { description: 'Let SCIM be set up before SSO.' },
  },
  run: (context) =>
    withSession(context, async ({ domain }) => {
      const { options, terminal } = context;
      const { id, slug, name, plan, scimWithoutSso } = await domain.organizations.create({
        name: options.requiredText('name'),
        slug: options.requiredText('slug'),
        plan: options.choice('plan', plans),
        scimWithoutSso: options.flag('scim-without-sso'),
      });
      const next = nextStep({ slug, plan, scimWithoutSso });
      const facts = table(
        [
          ['slug', slug],
          ['id', id],
          ['plan', plan],
        ],
        '  ',
      );
      return {
        json: { id, slug },
        human: [
          `${terminal.paint('green', '✓')} ${terminal.paint('bold', name)} is made.`,
          '',
          facts,
          '',
          ...next,
        ].join('\n'),
      };
    }),
};

function nextStep({ slug, plan, scimWithoutSso }: { slug: string; plan: Plan; scimWithoutSso: boolean }): string[] {
  if (plan !== 'enterprise') {
    return [
      'Single sign-on and SCIM stay closed until then:',
      `  npx rollcall org update --org ${slug} --plan enterprise`,
    ];
  }
  if (scimWithoutSso) return ['Next, connect its directory:', `  npx rollcall directory create --org ${slug}`];
  return ['Next, set up single sign-on:', `  npx rollcall connection create --org ${slug} --help`];
}
