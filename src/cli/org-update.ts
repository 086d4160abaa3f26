import type { OrganizationRow } from '../domain/organizations/organizations.store.ts';
import type { UpdateOrganization } from '../domain/organizations/organizations.ts';
import { plans } from '../domain/organizations/plan.ts';
import type { Command } from './command.ts';
import { UsageError } from './command-error.ts';
import { findOrganization } from './find-organization.ts';
import { withSession } from './open-session.ts';
import type { OptionValues } from './option-values.ts';
import { table } from './terminal.ts';

export const command: Command = {
  name: 'org update',
  summary: "Change an organization's plan, its SSO rule or its rules for sign-in.",
  usage:
    'The plan and the SSO rule gate the making of directories and tokens; a directory that runs is never stopped by them.\n\nA session ends after the idle minutes without a request, and after the lifetime in any case; what is shorter from now on counts for the sessions that there are, too.',
  options: {
    org: { description: "The organization's slug.", placeholder: 'SLUG', required: true },
    plan: { description: `${plans.join(' or ')}.`, placeholder: 'PLAN' },
    'scim-without-sso': { description: 'Let SCIM be set up before SSO.' },
    'scim-after-sso': { description: 'Ask for SSO first again.' },
    'disclose-name': { description: 'Show its name on the sign-in pages to whoever knows the slug.' },
    'hide-name': { description: 'Show the slug alone there.' },
    'sign-in-contact': { description: 'Whom people without access are to ask; "" for nobody.', placeholder: 'TEXT' },
    'accept-other-methods': { description: 'Let people in who did not sign in through a connection of its own.' },
    'connections-only': { description: 'Keep them out while a connection is enabled.' },
    'session-idle-minutes': { description: 'From 5 to 43200 (30 days).', placeholder: 'N' },
    'session-lifetime-minutes': { description: 'From 15 to 129600 (90 days).', placeholder: 'N' },
  },
  run: (context) => {
    const { options, terminal } = context;
    const changes = readChanges(options);
    if (Object.values(changes).every((value) => value === undefined)) throw new UsageError('Nothing is to be changed.');
    return withSession(context, async ({ domain }) => {
      const { operator } = await findOrganization(domain, options.requiredText('org'));
      const after = await domain.organizations.update(operator, changes);
      const done = `${terminal.paint('green', '✓')} ${terminal.paint('bold', after.name)} is changed:`;
      return { json: shownOf(after), human: [done, '', table(rowsOf(after))].join('\n') };
    });
  },
};

function readChanges(options: OptionValues): UpdateOrganization {
  return {
    plan: options.choice('plan', plans),
    scimWithoutSso: eitherFlag(options, 'scim-without-sso', 'scim-after-sso'),
    disclosesName: eitherFlag(options, 'disclose-name', 'hide-name'),
    signInContact: options.text('sign-in-contact'),
    acceptsOtherMethods: eitherFlag(options, 'accept-other-methods', 'connections-only'),
    sessionIdleMinutes: options.wholeNumber('session-idle-minutes', { min: 5, max: 43_200 }),
    sessionLifetimeMinutes: options.wholeNumber('session-lifetime-minutes', { min: 15, max: 129_600 }),
  };
}

/** True for the one flag, false for the other, undefined for neither. */
function eitherFlag(options: OptionValues, yes: string, no: string): boolean | undefined {
  if (options.flag(yes) && options.flag(no)) throw new UsageError(`--${yes} and --${no} exclude each other.`);
  return options.flag(yes) || options.flag(no) ? options.flag(yes) : undefined;
}

function shownOf(organization: OrganizationRow) {
  const { id, slug, plan, scimWithoutSso, disclosesName, signInContact, acceptsOtherMethods } = organization;
  const { sessionIdleMinutes, sessionLifetimeMinutes } = organization;
  const policy = { disclosesName, signInContact, acceptsOtherMethods, sessionIdleMinutes, sessionLifetimeMinutes };
  return { id, slug, plan, scimWithoutSso, ...policy };
}

function rowsOf(organization: OrganizationRow): string[][] {
  const { plan, scimWithoutSso, disclosesName, signInContact, acceptsOtherMethods } = organization;
  const { sessionIdleMinutes, sessionLifetimeMinutes } = organization;
  return [
    ['Plan', plan],
    ['SCIM', scimWithoutSso ? 'may come before SSO' : 'after SSO'],
    ['Name', disclosesName ? 'shown to whoever knows the slug' : 'hidden from the sign-in pages'],
    ['Contact', signInContact ?? 'nobody'],
    ['Other methods', acceptsOtherMethods ? 'accepted' : 'not while a connection is enabled'],
    ['Sessions', `end after ${sessionIdleMinutes} idle minutes, and after ${sessionLifetimeMinutes} in any case`],
  ];
}
