import { signInReference } from '../domain/sign-in-log/sign-in-reference.ts';
import { signInRefusalReasons } from '../domain/sign-in-log/sign-in-refusal.ts';
import type { Command } from './command.ts';
import { findOrganization } from './find-organization.ts';
import { findUser } from './find-user.ts';
import { withSession } from './open-session.ts';
import { adviceLines, outcomeText } from './sign-in-text.ts';
import { dateText, listing } from './terminal.ts';

const SHOWN_MAX = 50;

export const command: Command = {
  name: 'sign-in list',
  summary: 'List the last sign-ins, and why people did not get in.',
  usage:
    'The page of a refusal shows a reference, the end of an id: find it with --search, which tells what happened and what to do.',
  options: {
    org: { description: "The organization's slug.", placeholder: 'SLUG', required: true },
    search: { description: 'A reference from a page, an id, or an e-mail address.', placeholder: 'TEXT' },
    user: { description: 'The sign-ins of this user.', placeholder: 'USER' },
    reason: { description: 'Those refused for this reason, such as notProvisioned.', placeholder: 'REASON' },
    refused: { description: 'Only who did not get in.' },
  },
  run: (context) =>
    withSession(context, async ({ domain }) => {
      const { options, terminal } = context;
      const organization = await findOrganization(domain, options.requiredText('org'));
      const [named, search] = [options.text('user'), options.text('search')];
      const reason = options.choice('reason', signInRefusalReasons);
      const { items, hasNextPage } = await domain.signInEvents.list(
        organization.operator,
        { first: SHOWN_MAX },
        {
          search: search ?? null,
          userId: named === undefined ? null : (await findUser(domain, organization, named)).id,
          reasons: reason === undefined ? null : [reason],
          outcomes: options.flag('refused') ? ['refused'] : null,
        },
      );
      if (items.length === 0)
        return { json: { signIns: items }, human: `No sign-in to ${organization.name} was found.` };
      const rows = items.map((event) => [
        signInReference(event.id),
        dateText(event.createdAt),
        event.email ?? event.subject ?? '',
        event.method,
        outcomeText(event),
      ]);
      const list = listing(terminal, ['REFERENCE', 'WHEN (UTC)', 'WHO', 'BY', 'OUTCOME'], rows);
      const earlier = hasNextPage ? [`… and earlier ones: --search, --user or --reason finds them.`] : [];
      const advice = search === undefined ? [] : items.flatMap((event) => adviceLines(event, organization.slug));
      return { json: { signIns: items }, human: [list, ...earlier, ...advice].join('\n') };
    }),
};
