import type { EmailDomainWithProof } from '../domain/email-domains/email-domains.ts';
import { allItems } from './all-items.ts';
import type { Command } from './command.ts';
import { findOrganization } from './find-organization.ts';
import { withSession } from './open-session.ts';
import { heading, table } from './terminal.ts';

export const command: Command = {
  name: 'domain list',
  summary: 'List the domains of an organization with the records that prove them.',
  usage: '',
  options: { org: { description: "The organization's slug.", placeholder: 'SLUG', required: true } },
  run: (context) =>
    withSession(context, async ({ domain }) => {
      const { options, terminal } = context;
      const { operator, name } = await findOrganization(domain, options.requiredText('org'));
      const domains = await allItems((page) => domain.emailDomains.list(operator, page));
      if (domains.length === 0) return { json: { domains }, human: `${name} has no domains.` };
      const rows = domains.map((each) => [each.domain, standingOf(each), each.recordName, each.recordValue]);
      return {
        json: { domains },
        human: table([heading(terminal, ['DOMAIN', 'STATUS', 'TXT RECORD', 'VALUE']), ...rows]),
      };
    }),
};

function standingOf({ status, missingSince }: EmailDomainWithProof): string {
  const isMissing = status === 'verified' && missingSince !== null;
  return isMissing ? `verified, record missing since ${missingSince.toISOString().slice(0, 16)}Z` : status;
}
