import { allItems } from './all-items.ts';
import type { Command } from './command.ts';
import { findOrganization } from './find-organization.ts';
import { findUser } from './find-user.ts';
import { withSession } from './open-session.ts';
import { requestTexts } from './sign-in-text.ts';
import { listing } from './terminal.ts';
import { userNamesOf } from './user-names.ts';

export const command: Command = {
  name: 'binding list',
  summary: 'List sign-ins that wait for a decision, and who signs in as which user.',
  usage: 'Without --user or --all, what waits; with them, the bindings too.',
  options: {
    org: { description: "The organization's slug.", placeholder: 'SLUG', required: true },
    user: { description: 'Those of this user.', placeholder: 'USER' },
    all: { description: 'Every binding, and decided requests too.' },
  },
  run: (context) =>
    withSession(context, async ({ domain }) => {
      const { options, terminal } = context;
      const organization = await findOrganization(domain, options.requiredText('org'));
      const { operator, name, slug } = organization;
      const userText = options.text('user');
      const isAll = options.flag('all');
      const userId = userText === undefined ? null : (await findUser(domain, organization, userText)).id;
      const filter = { userId, states: isAll ? null : (['pending'] as const) };
      const requests = await allItems((page) => domain.bindingRequests.list(operator, page, filter));
      const isWithBindings = isAll || userId !== null;
      const bindings = isWithBindings
        ? await allItems((page) => domain.bindings.list(operator, page, { userId, isEnded: isAll ? null : false }))
        : [];
      const named = [...requests.flatMap((each) => each.candidateUserIds), ...bindings.map((each) => each.userId)];
      const nameOf = await userNamesOf(domain, operator, named);
      const requestRows = requests.map((request) => [
        request.id,
        request.state,
        request.email ?? request.subject,
        request.candidateUserIds.map(nameOf).join(', ') || 'a new user',
        requestTexts[request.reason],
      ]);
      const bindingRows = bindings.map((binding) => [
        binding.id,
        binding.endedAt ? `ended: ${binding.endedReason}` : binding.boundBy,
        binding.subject,
        nameOf(binding.userId),
      ]);
      const waits = requests.some((request) => request.state === 'pending');
      const unbound = userText === undefined ? 'nobody is bound' : `${userText} is not bound`;
      const lines = [
        ...(requests.length > 0
          ? [listing(terminal, ['REQUEST', 'STATE', 'WHO', 'MAY BE', 'WHY'], requestRows)]
          : [
              `No sign-in to ${name} waits for a decision${isWithBindings && bindings.length === 0 ? `, and ${unbound}` : ''}.`,
            ]),
        ...(bindings.length > 0 ? ['', listing(terminal, ['BINDING', 'BY', 'SUBJECT', 'USER'], bindingRows)] : []),
        ...(waits
          ? ['', 'Next, let them in as that user, or keep them out:', ...nextSteps(slug).map((step) => `  ${step}`)]
          : []),
      ];
      return { json: { requests, bindings }, human: lines.join('\n') };
    }),
};

function nextSteps(slug: string): string[] {
  return ['approve', 'reject'].map((decision) => `npx rollcall binding ${decision} --org ${slug} REQUEST`);
}
