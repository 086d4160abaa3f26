import type { DomainEventType } from './domain-event.ts';

/**
 * What changes who gets in, or how: the people who could have done it must not be the only ones who know. An index of
 * `domain_events` has them alone, among all that provisioning writes; one more here needs that index made anew.
 */
export const signInChangeTypes = [
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
] as const satisfies readonly DomainEventType[];
export type SignInChangeType = (typeof signInChangeTypes)[number];

/** SQL that is true for such an event, word for word that of the index. */
export const IS_SIGN_IN_CHANGE = `type in (${signInChangeTypes.map((type) => `'${type}'`).join(', ')})`;
