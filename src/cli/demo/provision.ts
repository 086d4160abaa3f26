import { askGraphql } from '../ask-graphql.ts';
import { CommandError } from '../command-error.ts';
import { ProvisioningJob } from '../simulate/entra/provisioning-job.ts';
import { runJob } from '../simulate/simulated-job.ts';
import { failureSentence } from '../simulate/summary-text.ts';
import { acmeTenant, groupOf } from './acme-tenant.ts';
import { type GroupState, readGroup } from './group-state.ts';
import type { Narrator } from './narrator.ts';

/** The running service as the story uses it: over HTTP only. */
export interface DemoService {
  url: string;
  apiKey: string;
  directoryId: string;
  tenantUrl: string;
  token: string;
}

/** Entra's cycles, one a step; after each the service is asked what happened. Answers the link that waits, if one does. */
export async function provision(service: DemoService, narrator: Narrator): Promise<string | null> {
  const { tenantUrl, token } = service;
  const tenant = acmeTenant();
  const job = new ProvisioningJob({ tenantUrl, token, tenant });
  let waitingLinkId: string | null = null;
  const summary = await runJob(job, async () => {
    narrator.step('Microsoft Entra ID pushes people (the built-in simulator, over HTTP)');
    const people = await happened(service, () => job.synchronize({ people: tenant.people }));
    narrator.did(`${tenant.people.length} people arrive: ${people}`);
    for (const name of ['Marketing', 'Administrators', 'Field Sales']) {
      narrator.step(`Entra pushes the group "${name}"`);
      const pushed = await happened(service, () => job.synchronize({ groups: [groupOf(tenant, name)] }));
      narrator.did(`a directory group with ${groupOf(tenant, name).members.size} members: ${pushed}`);
      const group = await readGroup(service, name);
      tellGroup(group, narrator);
      waitingLinkId ??= group.waitingLinkId;
    }
  });
  const failure = failureSentence(summary);
  const example = summary.errors[0]?.example;
  if (failure)
    throw new CommandError(failure.code, `${failure.message} ${example?.request ?? ''} ${example?.detail ?? ''}`);
  narrator.blank();
  narrator.say(`Entra's side: ${summary.requests} requests in ${summary.seconds.toFixed(1)} s, no errors.`);
  return waitingLinkId;
}

function tellGroup({ name, state, manual, fromDirectory, permissions }: GroupState, narrator: Narrator): void {
  if (state === 'PENDING') {
    narrator.waits(`Acme's group "${name}" is protected: the link waits for approval`);
    narrator.note('It grants sensitive permissions. SCIM answers success; nobody gains any.');
  } else if (state === 'REJECTED') {
    narrator.waits(`Acme has a group "${name}", and the link to it was rejected: nobody gains anything`);
  } else if (permissions.length === 0) {
    narrator.did(`no group had that name: "${name}" is on its own, without permissions`);
  } else {
    narrator.did(
      `it joins Acme's group "${name}": ${fromDirectory} people from Entra${manual > 0 ? `, ${manual} by hand` : ''}`,
    );
    narrator.note(`Each of them has the ${permissions.length} permissions of the group.`);
  }
}

const EVENTS = `query Happened($directoryId: ID!) {
  directory(id: $directoryId) { provisioningEvents(first: 200) { nodes { outcome createdAt } } }
}`;

interface EventsAnswer {
  directory: { provisioningEvents: { nodes: { outcome: string; createdAt: string }[] } };
}

/** Runs a cycle and answers what its writes did, from the directory's provisioning events. */
async function happened(service: DemoService, cycle: () => Promise<void>): Promise<string> {
  const since = new Date().toISOString();
  await cycle();
  const { directory } = await askGraphql<EventsAnswer>(service, EVENTS, { directoryId: service.directoryId });
  const events = directory.provisioningEvents.nodes.filter(({ createdAt }) => createdAt >= since);
  const counts = Object.entries(words).flatMap(([outcome, word]) => {
    const count = events.filter((event) => event.outcome === outcome).length;
    return count === 0 ? [] : [count === 1 ? word : `${count} ${word}`];
  });
  return counts.length === 0 ? 'all as it was, nothing to change' : counts.join(', ');
}

/** The writes that a cycle may make, in its order. */
const words = {
  userCreated: 'created',
  userUpdated: 'given their manager',
  groupCreated: 'created',
  groupUpdated: 'renamed',
  groupMembersChanged: 'its members added',
};
