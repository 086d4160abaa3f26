import type { OwnerLinkInput } from '../domain/accounts/one-time-links.ts';
import type { Domain } from '../domain/domain.ts';
import { DomainError } from '../domain/domain-error.ts';
import type { Command } from './command.ts';
import { CommandError, UsageError } from './command-error.ts';
import { type FoundOrganization, findOrganization } from './find-organization.ts';
import { findUser } from './find-user.ts';
import { unansweredHint } from './localhost-hint.ts';
import { oneTimeLinkAddress } from './one-time-link-address.ts';
import { withSession } from './open-session.ts';
import type { OptionValues } from './option-values.ts';
import { dateText } from './terminal.ts';

export const command: Command = {
  name: 'owner-link',
  summary: 'Make a link that signs an owner in once, within an hour.',
  usage: [
    'For an owner without another way in. --user takes an owner there is; --email makes somebody an owner',
    'who is not a user yet. Whoever opens the link is that owner: hand it over as you would a password.',
    'Earlier links of the same user end.',
  ].join('\n'),
  options: {
    org: { description: "The organization's slug.", placeholder: 'SLUG', required: true },
    user: { description: 'The userName or id of an owner.', placeholder: 'USER' },
    email: { description: 'The e-mail address of a new owner, which becomes their userName.', placeholder: 'EMAIL' },
    name: { description: 'The display name of a new owner.', placeholder: 'NAME' },
  },
  run: (context) => {
    const { options, terminal, isJson } = context;
    requireOneOf(options);
    return withSession(context, async ({ domain, config }) => {
      const organization = await findOrganization(domain, options.requiredText('org'));
      await domain.seals.requireSecretKey();
      const made = await createLink(domain, organization, options);
      const url = oneTimeLinkAddress(config.publicUrl, made.secret);
      const human = [
        `${terminal.paint('green', '✓')} ${made.user.userName} signs in to ${organization.name} once by`,
        '',
        `  ${terminal.paint('cyan', url)}`,
        '',
        `until ${dateText(made.expiresAt)} UTC. It is shown this once.`,
        ...(isJson ? [] : await unansweredHint(terminal, config.publicUrl)),
      ];
      return { json: { url, expiresAt: made.expiresAt }, human: human.join('\n') };
    });
  },
};

function requireOneOf(options: OptionValues): void {
  const [user, email, name] = [options.text('user'), options.text('email'), options.text('name')];
  if ((user === undefined) === (email === undefined)) throw new UsageError('Give either --user or --email.');
  if (name !== undefined && email === undefined) throw new UsageError('--name goes with --email.');
}

async function createLink(domain: Domain, organization: FoundOrganization, options: OptionValues) {
  const { operator, slug } = organization;
  return domain.oneTimeLinks
    .create(operator, await readInput(domain, organization, options))
    .catch((error: unknown) => {
      if (!(error instanceof DomainError) || error.code !== 'userNameTaken') throw error;
      const email = options.requiredText('email');
      const hint = `npx rollcall owner-link --org ${slug} --user ${email}`;
      throw new CommandError(error.code, `${error.message} If that user is an owner: ${hint}`);
    });
}

async function readInput(
  domain: Domain,
  organization: FoundOrganization,
  options: OptionValues,
): Promise<OwnerLinkInput> {
  if (options.text('user') === undefined) {
    return { email: options.requiredText('email'), displayName: options.text('name') ?? null };
  }
  const { id } = await findUser(domain, organization, options.requiredText('user'));
  return { userId: id };
}
