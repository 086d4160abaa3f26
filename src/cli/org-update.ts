import { plans } from '../domain/organizations/plan.ts';
import type { Command } from './command.ts';
import { UsageError } from './command-error.ts';
import { findOrganization } from './find-organization.ts';
import { withSession } from './open-session.ts';

export const command: Command = {
  name: 'org update',
  summary: "Change an organization's plan or its SSO rule.",
  usage: 'Both gate the making of directories and tokens; a directory that runs is never stopped by them.',
  options: {
    org: { description: "The organization's slug.", placeholder: 'SLUG', required: true },
    plan: { description: `${plans.join(' or ')}.`, placeholder: 'PLAN' },
    'scim-without-sso': { description: 'Let SCIM be set up before SSO.' },
    'scim-after-sso': { description: 'Ask for SSO first again.' },
  },
  run: (context) => {
    const { options, terminal } = context;
    const plan = options.choice('plan', plans);
    const lifted = options.flag('scim-without-sso');
    const asked = options.flag('scim-after-sso');
    if (lifted && asked) throw new UsageError('--scim-without-sso and --scim-after-sso exclude each other.');
    if (plan === undefined && !lifted && !asked) throw new UsageError('Nothing is to be changed.');
    return withSession(context, async ({ domain }) => {
      const { operator } = await findOrganization(domain, options.requiredText('org'));
      const changes = { plan, ...(lifted || asked ? { scimWithoutSso: lifted } : {}) };
      const { id, slug, name, ...after } = await domain.organizations.update(operator, changes);
      const rule = after.scimWithoutSso ? 'SCIM may come before SSO' : 'SSO comes before SCIM';
      return {
        json: { id, slug, plan: after.plan, scimWithoutSso: after.scimWithoutSso },
        human: `${terminal.paint('green', '✓')} ${terminal.paint('bold', name)}: plan ${after.plan}, ${rule}.`,
      };
    });
  },
};
