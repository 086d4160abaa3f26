import type { Actor } from '../domain/actors/actor.ts';
import { certificateWarning } from '../domain/connections/connection-certificates.ts';
import type { Domain } from '../domain/domain.ts';
import { PAGE_SIZE_MAX } from '../domain/page.ts';
import { type SignInStanding, signInStandings, standingsThatSignIn } from '../domain/sign-in/sign-in-health.store.ts';
import type { SignInHealthFacts } from '../domain/sign-in/sign-in-health.ts';
import { allItems } from './all-items.ts';
import type { Command } from './command.ts';
import { findOrganization } from './find-organization.ts';
import { withSession } from './open-session.ts';
import { standingTexts } from './sign-in-text.ts';
import { listing, table } from './terminal.ts';

const NAMES_SHOWN_MAX = 10;

export const command: Command = {
  name: 'sign-in health',
  summary: 'Say how many people could sign in through the connections, and who could not, and why.',
  usage: `It looks at every active user by the rules of a first sign-in; nothing is changed. Ten who could not are named; --standing names up to ${PAGE_SIZE_MAX}.`,
  options: {
    org: { description: "The organization's slug.", placeholder: 'SLUG', required: true },
    standing: { description: 'Name people who stand like this, such as noMatch.', placeholder: 'STANDING' },
  },
  run: (context) =>
    withSession(context, async ({ domain }) => {
      const { options, terminal } = context;
      const { operator, name, slug } = await findOrganization(domain, options.requiredText('org'));
      const standing = options.choice('standing', signInStandings);
      const health = await domain.signInHealth.read(operator);
      const asked = standing ? [standing] : signInStandings.filter((each) => !standingsThatSignIn.includes(each));
      const page = { first: standing ? PAGE_SIZE_MAX : NAMES_SHOWN_MAX };
      const { items, hasNextPage } = await domain.signInHealth.listPeople(operator, page, { standings: asked });
      const people = items.map((person) => ({ userName: person.userName, standing: person.standing }));
      const rows = health.standings
        .filter((each) => each.count > 0)
        .map((each) => [
          String(each.count),
          standingsThatSignIn.includes(each.standing) ? 'can' : 'cannot',
          standingTexts[each.standing],
          each.standing,
        ]);
      const warnings = await certificateWarnings(domain, operator);
      const lines = [
        `${health.canSignInCount} of ${health.usersCount} active users of ${name} could sign in through a connection.`,
        'This goes by what was provisioned; connection test shows whether the identity provider sends the same.',
        ...(rows.length > 0 ? ['', listing(terminal, ['USERS', 'SIGN IN', 'BECAUSE', 'STANDING'], rows)] : []),
        ...(people.length > 0 ? ['', table(people.map((person) => [person.standing, person.userName]))] : []),
        ...(hasNextPage ? ['… and more.'] : []),
        ...nextSteps(health, slug),
        ...(warnings.length > 0 ? ['', ...warnings.map((warning) => terminal.paint('yellow', warning))] : []),
      ];
      return { json: { ...health, people, warnings }, human: lines.join('\n') };
    }),
};

/** What brings those in who could not sign in, where a command does. */
function nextSteps({ standings }: SignInHealthFacts, slug: string): string[] {
  const steps = standings.flatMap(({ standing, count }) => (count > 0 ? [remedies[standing]] : []));
  const known = steps.flatMap((step) => (step === undefined ? [] : [`  ${step.replace('SLUG', slug)}`]));
  return known.length > 0 ? ['', 'Next:', ...known] : [];
}

const remedies: Partial<Record<SignInStanding, string>> = {
  noConnection: 'npx rollcall connection list --org SLUG',
  noMatch: 'npx rollcall domain list --org SLUG',
  waitsForApproval: 'npx rollcall binding list --org SLUG',
};

/** Of the connections through which people sign in: when they end, nobody does. */
async function certificateWarnings(domain: Domain, operator: Actor): Promise<string[]> {
  const connections = await allItems((page) => domain.connections.list(operator, page, { statuses: ['enabled'] }));
  const now = new Date();
  return connections.flatMap(({ id, name, certificates }) =>
    (certificates ?? []).flatMap((certificate) => {
      const warning = certificateWarning(certificate, now);
      return warning === undefined ? [] : [`A certificate of ${name} (${id}): ${warning}`];
    }),
  );
}
