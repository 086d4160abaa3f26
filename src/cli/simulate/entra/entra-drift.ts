import type { DriftExpectation } from '../drift-check.ts';
import type { DriftFindings } from '../drift-report.ts';
import { enterpriseUserUrn, isJsonObject, type JsonObject } from '../scim-wire.ts';
import { nameOf, type Person } from '../tenant-objects.ts';
import { groupMapping, userMapping } from './entra-mapping.ts';
import type { EntraMemory } from './entra-memory.ts';
import type { ProvisioningJob } from './provisioning-job.ts';

const nobody: ReadonlySet<Person> = new Set();

/** What the service must hold after the job's requests, and what Entra leaves out. */
export function entraExpectation(job: ProvisioningJob): DriftExpectation {
  const { tenant, memory, context } = job;
  const known = new Set<unknown>(memory.userIds.values());
  return {
    tenant,
    memory,
    userMapping: userMapping(context.externalId),
    groupMapping,
    hasFailed: (object) => job.hasFailed(object),
    isFollowed: (person) => person.isAssigned,
    // Entra never clears an attribute, so an older value may have stayed.
    isExact: (person) => memory.created.has(person) && !tenant.emptied.has(person),
    addedBeside: (group) => memory.onDemandMembers.get(group) ?? nobody,
    whyNotSent(group, member) {
      if (memory.withheld.get(group)?.has(member)) {
        return 'memberships of people who were restored together with their group';
      }
      if (job.hasFailed(member)) return 'memberships of people who failed';
      const wasPassedOver = memory.passedOverMembers.get(group)?.has(member);
      return wasPassedOver ? 'memberships of people who were not provisioned when their group was' : undefined;
    },
    compareReferences: (person, resource, findings) => compareManager(memory, known, person, resource, findings),
  };
}

function compareManager(
  memory: EntraMemory,
  known: ReadonlySet<unknown>,
  person: Person,
  resource: JsonObject,
  findings: DriftFindings,
): void {
  const { manager } = person;
  const extension = resource[enterpriseUserUrn];
  const reference = isJsonObject(extension) ? extension.manager : undefined;
  const found = isJsonObject(reference) ? reference.value : undefined;
  const differs = (expected: string | undefined): void =>
    findings.differs('user', nameOf(person), 'attribute differs', { path: 'manager', expected, found });
  if (manager !== memory.managers.get(person)) {
    const wasPassedOver = manager !== undefined && memory.passedOverManagers.get(person) === manager;
    if (wasPassedOver) findings.notSent('managers who were not provisioned when their reports were');
    else if (!memory.disabled.has(person)) differs(manager && memory.userIds.get(manager));
  } else if (manager !== undefined) {
    if (found !== memory.userIds.get(manager)) differs(memory.userIds.get(manager));
  } else if (memory.created.has(person) && found !== undefined && known.has(found)) {
    // A reference to somebody who was deleted may stay: Entra says nothing of it.
    differs(undefined);
  }
}
