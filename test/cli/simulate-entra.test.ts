import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ProvisioningJob } from '../../src/cli/simulate/provisioning-job.ts';
import { simulateEntra } from '../../src/cli/simulate/simulate-entra.ts';
import { buildTenant, type Person, type Tenant } from '../../src/cli/simulate/tenant.ts';
import { simulatedActions } from '../../src/cli/simulate/tenant-actions.ts';
import type { ScimClient } from '../clients/scim-client.ts';
import { startTestService, type TestService } from '../harness/service.ts';
import { rollcall } from './run-rollcall.ts';

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(async () => {
  expect(service.failures).toEqual([]);
  await service.close();
});

interface ScimResource {
  id: string;
  userName?: string;
  displayName?: string;
  active?: boolean;
  title?: string;
  members?: { value: string }[];
  [enterprise]?: { manager?: { value: string }; department?: string };
}

async function resources(scim: ScimClient, path: string): Promise<ScimResource[]> {
  const { status, body } = await scim.get(`${path}?count=1000`);
  expect(status).toBe(200);
  return body.Resources as ScimResource[];
}

const byId = (left: { id: string }, right: { id: string }) => (left.id < right.id ? -1 : 1);
const isSent = (person: Person) => person.scimId !== undefined;

/** The tenant's people as the service must hold them. */
function expectedPeople({ people }: Tenant) {
  return people
    .filter(isSent)
    .map((person) => ({
      id: String(person.scimId),
      userName: person.userPrincipalName,
      displayName: person.displayName,
      active: !person.isSoftDeleted,
      title: person.jobTitle,
      department: person.department,
      manager: person.manager?.scimId,
    }))
    .sort(byId);
}

async function storedPeople(scim: ScimClient, tenant: Tenant) {
  const withManager = new Set(tenant.people.filter((person) => person.manager?.scimId).map((person) => person.scimId));
  const users = await resources(scim, '/Users');
  return users
    .map((user) => ({
      id: user.id,
      userName: user.userName,
      displayName: user.displayName,
      active: user.active,
      title: user.title,
      department: user[enterprise]?.department,
      // Entra sends nothing when a manager is purged, so a reference may point to nobody.
      manager: withManager.has(user.id) ? user[enterprise]?.manager?.value : undefined,
    }))
    .sort(byId);
}

function expectedGroups({ groups }: Tenant) {
  return groups
    .map((group) => ({
      id: String(group.scimId),
      displayName: group.displayName,
      members: [...group.members].flatMap((person) => person.scimId ?? []).sort(),
    }))
    .sort(byId);
}

async function storedGroups(scim: ScimClient) {
  const groups = await resources(scim, '/Groups');
  return groups
    .map(({ id, displayName, members = [] }) => ({
      id,
      displayName,
      members: members.map(({ value }) => value).sort(),
    }))
    .sort(byId);
}

describe('the Entra simulator against the real service', () => {
  it.each([
    ['the default dialect', false],
    ['the dialect of aadOptscim062020', true],
  ])('S6 S8 T4 T5: every action in %s ends without an error and the directory equals the tenant', async (_, flag) => {
    const { directory, scim } = await service.connected();
    const tenant = buildTenant({ seed: 'service', userCount: 60, groupCount: 5 });
    const { tenantUrl, token } = directory;
    const options = { tenantUrl, token, tenant, flag, actions: simulatedActions, share: 0.2 };
    const summary = await simulateEntra(options);
    expect(summary).toMatchObject({ failed: 0, errors: [], quarantine: null, retries: 0 });
    for (const action of ['user.update', 'user.disable', 'user.restore', 'user.delete', 'group.delete'] as const) {
      expect(summary.actions[action], action).toBeGreaterThan(0);
    }
    expect(await storedPeople(scim, tenant)).toEqual(expectedPeople(tenant));
    expect(await storedGroups(scim)).toEqual(expectedGroups(tenant));
  });

  it('changes nothing in a second run over what is there', async () => {
    const { directory, scim } = await service.connected();
    const { tenantUrl, token } = directory;
    const run = () => simulateEntra({ tenantUrl, token, tenant: buildTenant({ userCount: 20, groupCount: 2 }) });
    await run();
    const before = [await resources(scim, '/Users'), await resources(scim, '/Groups')];
    const { actions, failed } = await run();
    expect(failed).toBe(0);
    expect(actions).toMatchObject({ 'user.match': 20, 'user.unchanged': 20, 'group.match': 2, 'group.unchanged': 2 });
    expect(actions).toMatchObject({ 'user.create': 0, 'user.update': 0, 'group.create': 0, 'manager.update': 0 });
    expect([await resources(scim, '/Users'), await resources(scim, '/Groups')]).toEqual(before);
  });

  it('S9 S10: provisions a group on demand with the selected people only, also with one from outside it', async () => {
    const { directory, scim } = await service.connected();
    const tenant = buildTenant({ userCount: 8, groups: [{ displayName: 'Marketing', memberCount: 4 }] });
    const [group] = tenant.groups;
    if (!group) throw new Error('The tenant has no group.');
    const [inside] = group.members;
    const outside = tenant.people.find((person) => !group.members.has(person));
    if (!inside || !outside) throw new Error('The tenant has nobody inside or outside.');
    const job = new ProvisioningJob({ ...directory, tenant });
    await job.provisionOnDemand({ group, members: [inside, outside] });
    job.close();
    expect(job.summary().failed).toBe(0);
    expect((await resources(scim, '/Users')).map((user) => user.userName).sort()).toEqual(
      [inside.userPrincipalName, outside.userPrincipalName].sort(),
    );
    const [stored] = await storedGroups(scim);
    expect(stored?.members).toEqual([inside.scimId, outside.scimId].sort());
  });

  it('S7: leaves a person without a group without permissions, listed as without access', async () => {
    const { organization, directory } = await service.connected();
    const tenant = buildTenant({ userCount: 1 });
    await simulateEntra({ ...directory, tenant });
    const { items } = await service.domain.users.list(organization.operator, {}, { withoutAccess: true });
    expect(items.map((user) => user.userName)).toEqual([tenant.people[0]?.userPrincipalName]);
  });

  it('S5: stops with the words of a quarantine and exit code 1 for a wrong token', async () => {
    const { directory } = await service.connected();
    const args = ['--tenant-url', directory.tenantUrl, '--token', 'rcscim_wrong'];
    const { exitCode, stdout, stderr } = await rollcall({}, 'simulate', 'entra', ...args, '--json');
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'quarantined' }, requests: 1 });
  });

  it('prints what it did for a person to read', async () => {
    const { directory } = await service.connected();
    const args = ['--tenant-url', directory.tenantUrl, '--token', directory.token, '--users', '3', '--groups', '1'];
    const { exitCode, stdout, stderr } = await rollcall({}, 'simulate', 'entra', ...args);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(/user\.create +3\n/);
    expect(stdout).toMatch(/group\.create +1\n/);
  });
});
