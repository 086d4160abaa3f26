import type { DomainEventType } from './domain-event.ts';

/** Settings of an organization that decide who gets in, how, for how long and with what, or what is shown before. */
export const signInSettings = [
  'acceptsOtherMethods',
  'defaultPermissionSetId',
  'disclosesName',
  'groupMatching',
  'inactivityDays',
  'sessionIdleMinutes',
  'sessionLifetimeMinutes',
  'signInContact',
] as const;
export type SignInSetting = (typeof signInSettings)[number];

/**
 * What changes who gets in, or how: the people who could have done it must not be the only ones who know. An index of
 * `domain_events` has them alone, among all that provisioning writes; one more here needs that index made anew.
 */
export const signInChangeTypes = [
  'bindingEnded',
  'bindingRequestDecided',
  'connectionCreated',
  'connectionDeleted',
  'connectionStatusChanged',
  'connectionUpdated',
  'emailDomainAdded',
  'emailDomainLost',
  'emailDomainRemoved',
  'emailDomainVerified',
  'oneTimeLinkCreated',
  'oneTimeLinkUsed',
  'organizationSlugChanged',
  'organizationSlugReleased',
  'organizationUpdated',
] as const satisfies readonly DomainEventType[];
export type SignInChangeType = (typeof signInChangeTypes)[number];

/** SQL of the types of which only some events count: bindings end by the thousand with a connection, which tells of itself. */
const conditions: Partial<Record<SignInChangeType, string>> = {
  bindingEnded: `data->>'reason' = 'ended'`,
  organizationUpdated: `data ?| array[${quoted(signInSettings)}]`,
};

/** SQL that is true for such an event, word for word that of the index. */
export const IS_SIGN_IN_CHANGE = `(${[
  `type in (${quoted(signInChangeTypes.filter((type) => !conditions[type]))})`,
  ...Object.entries(conditions).map(([type, condition]) => `type = '${type}' and ${condition}`),
].join(' or ')})`;

/** SQL array of the types. */
export const SIGN_IN_CHANGE_TYPES = `array[${quoted(signInChangeTypes)}]`;

function quoted(names: readonly string[]): string {
  return names.map((name) => `'${name}'`).join(', ');
}
