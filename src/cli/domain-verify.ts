import type { Command } from './command.ts';
import { findEmailDomain } from './find-email-domain.ts';
import { findOrganization } from './find-organization.ts';
import { withSession } from './open-session.ts';

export const command: Command = {
  name: 'domain verify',
  summary: 'Look for the proof of a domain in DNS.',
  usage:
    'Once it is found, keep the record: it is looked for every day, and a domain whose record has been gone for three days is lost.',
  argument: { placeholder: 'DOMAIN', description: 'From: rollcall domain list.' },
  options: { org: { description: "The organization's slug.", placeholder: 'SLUG', required: true } },
  run: (context) =>
    withSession(context, async ({ domain }) => {
      const { options, terminal } = context;
      const organization = await findOrganization(domain, options.requiredText('org'));
      const found = await findEmailDomain(domain, organization, options.argument);
      const { id, status, verifiedAt, ...verified } = await domain.emailDomains.verify(organization.operator, found.id);
      const human = `${terminal.paint('green', '✓')} ${verified.domain} is ${organization.name}'s. Keep the TXT record: it is looked for every day.`;
      return { json: { id, domain: verified.domain, status, verifiedAt }, human };
    }),
};
