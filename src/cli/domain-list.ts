import type { EmailDomainWithProof } from '../domain/email-domains/email-domains.ts';
import { allItems } from './all-items.ts';
import type { Command } from './command.ts';
import { findOrganization } from './find-organization.ts';
import { withSession } from './open-session.ts';
import { listing } from './terminal.ts';

export const command: Command = {
  name: 'domain list',
  summary: 'List the domains of an organization with the records that prove them.',
  usage: '',
  options: { org: { description: "The organization's slug.", placeholder: 'SLUG', required: true } },
  run: (context) =>
    withSession(context, async ({ domain }) => {
      const { options, terminal } = context;
      const { operator, name, slug } = await findOrganization(domain, options.requiredText('org'));
      const domains = await allItems((page) => domain.emailDomains.list(operator, page));
      if (domains.length === 0) {
        return { json: { domains }, human: `${name} has no domain yet: npx rollcall domain add --org ${slug} DOMAIN` };
      }
      const rows = domains.map((each) => [each.domain, standingOf(each), each.recordName, each.recordValue]);
      const unproved = domains.filter(({ status }) => status !== 'verified');
      const next = unproved.map((each) => `  npx rollcall domain verify --org ${slug} ${each.domain}`);
      const lines = [
        listing(terminal, ['DOMAIN', 'STATUS', 'TXT RECORD', 'VALUE'], rows),
        ...(next.length > 0 ? ['', 'Next, when the record is in DNS:', ...next] : []),
      ];
      return { json: { domains }, human: lines.join('\n') };
    }),
};

function standingOf({ status, missingSince }: EmailDomainWithProof): string {
  const isMissing = status === 'verified' && missingSince !== null;
  return isMissing ? `verified, record missing since ${missingSince.toISOString().slice(0, 16)}Z` : status;
}
