import type { Command } from './command.ts';
import { findEmailDomain } from './find-email-domain.ts';
import { findOrganization } from './find-organization.ts';
import { withSession } from './open-session.ts';

export const command: Command = {
  name: 'domain remove',
  summary: 'Give a domain up: whoever proves it next has it.',
  usage: 'Who was recognized by an e-mail address on it stays recognized; nobody new is.',
  argument: { placeholder: 'DOMAIN', description: 'From: rollcall domain list.' },
  options: { org: { description: "The organization's slug.", placeholder: 'SLUG', required: true } },
  run: (context) =>
    withSession(context, async ({ domain }) => {
      const { options, terminal } = context;
      const organization = await findOrganization(domain, options.requiredText('org'));
      const found = await findEmailDomain(domain, organization, options.argument);
      await domain.emailDomains.remove(organization.operator, found.id);
      const human = `${terminal.paint('green', '✓')} ${found.domain} is not ${organization.name}'s any more. Its TXT record may go.`;
      return { json: { id: found.id, domain: found.domain }, human };
    }),
};
