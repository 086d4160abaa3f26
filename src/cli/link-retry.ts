import type { Command } from './command.ts';
import { findOrganization } from './find-organization.ts';
import { joinText, whyText } from './link-text.ts';
import { withSession } from './open-session.ts';

export const command: Command = {
  name: 'link retry',
  summary: 'Try a link in conflict again.',
  usage:
    'A name that becomes free is taken by itself, unless that would give the person more than whoever freed it may give; this decides it.',
  argument: { placeholder: 'LINK_ID', description: 'From: rollcall link list --state conflict.' },
  options: { org: { description: "The organization's slug.", placeholder: 'SLUG', required: true } },
  run: (context) =>
    withSession(context, async ({ domain }) => {
      const { options } = context;
      const { operator } = await findOrganization(domain, options.requiredText('org'));
      const link = await domain.linkDecisions.retry(operator, options.argument);
      const why = link.reason === null ? '' : `: ${whyText(link.reason)}`;
      return {
        json: link,
        human: `${joinText(link)} ${link.state === 'conflict' ? 'is still in conflict' : `is ${link.state}`}${why}.`,
      };
    }),
};
