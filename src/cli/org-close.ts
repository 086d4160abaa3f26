import { CLOSING_DAYS_DEFAULT, CLOSING_DAYS_MAX } from '../domain/organizations/organization-life-cycle.ts';
import type { Command } from './command.ts';
import { findOrganization } from './find-organization.ts';
import { withSession } from './open-session.ts';
import { confirmOption, confirmSlug, requireConfirmable } from './slug-confirmation.ts';
import { dateText } from './terminal.ts';

export const command: Command = {
  name: 'org close',
  summary: 'Begin the end of an organization: after some days everything of it is erased.',
  usage: 'Its API keys are refused at once; provisioning goes on. Until the erasure it can be reopened.',
  options: {
    org: { description: "The organization's slug.", placeholder: 'SLUG', required: true },
    days: { description: `0 to ${CLOSING_DAYS_MAX} (default ${CLOSING_DAYS_DEFAULT}).`, placeholder: 'N' },
    confirm: confirmOption,
  },
  run: async (context) => {
    const { options, terminal } = context;
    const days = options.wholeNumber('days', { min: 0, max: CLOSING_DAYS_MAX }) ?? CLOSING_DAYS_DEFAULT;
    requireConfirmable(context);
    return withSession(context, async ({ domain }) => {
      const { operator, ...found } = await findOrganization(domain, options.requiredText('org'));
      const consequence = `${found.name} stops working, and in ${days} days everything of it is erased.`;
      const typed = await confirmSlug(context, { slug: found.slug, consequence });
      const closed = await domain.organizationLifeCycle.close(operator, { confirmSlug: typed, days });
      const { id, slug, name, status, closesAt } = closed;
      const human = [
        `${terminal.paint('green', '✓')} ${terminal.paint('bold', name)} is closing. It is erased after ${closesAt ? dateText(closesAt) : ''}.`,
        '',
        'To keep what it holds, and to take it back:',
        `  npx rollcall org export --org ${slug} --out ${slug}.ndjson`,
        `  npx rollcall org reopen --org ${slug}`,
      ];
      return { json: { id, slug, status, closesAt }, human: human.join('\n') };
    });
  },
};
