import type { Actor } from '../domain/actors/actor.ts';
import type { Domain } from '../domain/domain.ts';
import { DomainError } from '../domain/domain-error.ts';
import type { Command } from './command.ts';
import { CommandError } from './command-error.ts';
import { findOrganization } from './find-organization.ts';
import { findUser } from './find-user.ts';
import { withSession } from './open-session.ts';
import { userNamesOf } from './user-names.ts';

export const command: Command = {
  name: 'binding approve',
  summary: 'Say who somebody is whose sign-in waits: they get in from their next sign-in.',
  usage: 'Who signed in as that user through the connection before does so no more, and their sessions end.',
  argument: { placeholder: 'REQUEST', description: 'From: rollcall binding list.' },
  options: {
    org: { description: "The organization's slug.", placeholder: 'SLUG', required: true },
    user: { description: 'Which user they are, where there are several.', placeholder: 'USER' },
  },
  run: (context) =>
    withSession(context, async ({ domain }) => {
      const { options, terminal } = context;
      const organization = await findOrganization(domain, options.requiredText('org'));
      const { operator } = organization;
      const named = options.text('user');
      const userId = named === undefined ? null : (await findUser(domain, organization, named)).id;
      const id = options.argument;
      const request = await domain.bindingRequests.approve(operator, { id, userId }).catch(async (error: unknown) => {
        throw await explained(error, { domain, operator, id, userId });
      });
      const user = request.userId === null ? null : await domain.users.get(operator, request.userId);
      const who = request.email ?? request.subject;
      const what = user ? `signs in as ${user.userName} from now on` : 'becomes a user at their next sign-in';
      return { json: request, human: `${terminal.paint('green', '✓')} ${who} ${what}.` };
    }),
};

/** Of several users, or of one who is none of them, the error names those whom it may be. */
async function explained(
  error: unknown,
  { domain, operator, id, userId }: { domain: Domain; operator: Actor; id: string; userId: string | null },
): Promise<unknown> {
  if (!(error instanceof DomainError) || error.details.path !== 'userId') return error;
  const { candidateUserIds } = await domain.bindingRequests.get(operator, id);
  if (userId === null ? candidateUserIds.length < 2 : candidateUserIds.includes(userId)) return error;
  const names = candidateUserIds.map(await userNamesOf(domain, operator, candidateUserIds));
  return new CommandError(error.code, `${error.message} It may be: ${names.join(', ')}. Give one as --user.`);
}
