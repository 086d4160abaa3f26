import type { Command } from './command.ts';
import { findOrganization } from './find-organization.ts';
import { withSession } from './open-session.ts';
import { table } from './terminal.ts';

export const command: Command = {
  name: 'domain add',
  summary: 'Note a domain of e-mail addresses, which the organization then proves in DNS.',
  usage:
    'Nothing counts before the proof: who controls DNS controls the domain. Subdomains are domains of their own. A domain that is noted already is shown again.',
  argument: { placeholder: 'DOMAIN', description: 'What stands behind the @, such as acme.com.' },
  options: { org: { description: "The organization's slug.", placeholder: 'SLUG', required: true } },
  run: (context) =>
    withSession(context, async ({ domain }) => {
      const { options, terminal } = context;
      const { operator, slug } = await findOrganization(domain, options.requiredText('org'));
      const { id, ...added } = await domain.emailDomains.add(operator, options.argument);
      const { recordName, recordValue, status } = added;
      if (status === 'verified') {
        const human = `${terminal.paint('green', '✓')} ${added.domain} is proved already. Keep its TXT record: ${recordName}`;
        return { json: { id, domain: added.domain, status, recordName, recordValue }, human };
      }
      const human = [
        `Make this record in the DNS of ${added.domain}:`,
        '',
        table([
          ['Type', 'TXT'],
          ['Name', recordName],
          ['Value', recordValue],
        ]),
        '',
        'Some DNS consoles add the domain to the name by themselves. Then:',
        `  npx rollcall domain verify --org ${slug} ${added.domain}`,
      ];
      return { json: { id, domain: added.domain, status, recordName, recordValue }, human: human.join('\n') };
    }),
};
