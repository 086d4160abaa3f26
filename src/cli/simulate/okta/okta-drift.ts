import type { DriftExpectation } from '../drift-check.ts';
import { isSoftDeleted, type Person } from '../tenant-objects.ts';
import type { OktaApp } from './okta-app.ts';
import { groupMapping, userMapping } from './okta-mapping.ts';

const nobody: ReadonlySet<Person> = new Set();

/** What the service must hold after Okta's requests. */
export function oktaExpectation(app: OktaApp): DriftExpectation {
  const { tenant, memory } = app;
  return {
    tenant,
    memory,
    userMapping,
    groupMapping,
    hasFailed: (object) => app.hasFailed(object),
    // Somebody who is deactivated is not updated before they come back.
    isFollowed: (person) => !isSoftDeleted(person),
    // PUT clears what Okta does not have.
    isExact: () => true,
    addedBeside: () => nobody,
    whyNotSent(_, member) {
      if (app.hasFailed(member)) return 'memberships of people who failed';
      return isSoftDeleted(member) ? 'memberships of people who are deactivated' : undefined;
    },
  };
}
