import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type JobOptions, ProvisioningJob } from '../../src/cli/simulate/entra/provisioning-job.ts';
import { driftCheck, entraActions, simulateEntra, simulateOnDemand } from '../../src/cli/simulate/simulate-entra.ts';
import { buildTenant } from '../../src/cli/simulate/tenant.ts';
import { startTestService, type TestService } from '../harness/service.ts';
import { rollcall } from './run-rollcall.ts';
import { heldGroups, heldPeople, records, tenantGroups, tenantPeople } from './simulated-directory.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(async () => {
  expect(service.failures).toEqual([]);
  await service.close();
});

const noDrift = { differences: 0, examples: [], failed: 0, failure: null };

/** A directory, and a job that has brought a tenant of six people and two groups into it. */
async function aProvisionedDirectory(options: Partial<JobOptions> = {}) {
  const connected = await service.connected();
  const people = ['Ada Lovelace', 'Grace Hopper', 'Alan Turing', 'Edsger Dijkstra', 'Barbara Liskov', 'Tony Hoare'];
  const userName = (displayName: string) => `${displayName.split(' ')[0]?.toLowerCase()}@acme.example`;
  const tenant = buildTenant({
    people: people.map((displayName) => ({ displayName, userPrincipalName: userName(displayName) })),
    groups: [
      { displayName: 'Marketing', userPrincipalNames: people.slice(0, 3).map(userName) },
      { displayName: 'Research', userPrincipalNames: people.slice(2, 4).map(userName) },
    ],
  });
  const job = new ProvisioningJob({ ...connected.directory, tenant, ...options });
  await job.initialCycle();
  const [ada, grace, alan, edsger, barbara, tony] = tenant.people;
  const [marketing, research] = tenant.groups;
  if (!ada || !grace || !alan || !edsger || !barbara || !tony || !marketing || !research) {
    throw new Error('The tenant is incomplete.');
  }
  const drift = () => driftCheck(job, connected.directory).everything();
  return { ...connected, tenant, job, drift, ada, grace, alan, edsger, barbara, tony, marketing, research };
}

describe('the Entra simulator against the real service', () => {
  it.each([
    ['the default dialect', false],
    ['the dialect of aadOptscim062020', true],
  ])('S6 S8 T4 T5: every action in %s ends without an error and the directory equals the tenant', async (_, flag) => {
    const { directory, scim } = await service.connected();
    const tenant = buildTenant({ seed: 'service', userCount: 60, groupCount: 5 });
    // Assigned again, a group stays without the members who are restored with it; that is S22 below.
    const actions = entraActions.filter((action) => action !== 'assign-groups' && action !== 'everyday');
    const summary = await simulateEntra({ ...directory, tenant, flag, actions, share: 0.2 });
    expect(summary).toMatchObject({ failed: 0, unresolved: 0, errors: [], quarantine: null, retries: 0 });
    for (const action of ['user.update', 'user.disable', 'user.restore', 'user.delete', 'group.delete'] as const) {
      expect(summary.actions[action], action).toBeGreaterThan(0);
    }
    expect(summary.drift).toMatchObject(noDrift);
    expect(summary.cycles.map(({ action }) => action)).toEqual([null, ...actions]);
    expect(await heldPeople(scim)).toEqual(tenantPeople(tenant));
    expect(await heldGroups(scim)).toEqual(tenantGroups(tenant));
  });

  it.each(['monday', 'tuesday', 'friday'])(
    'stays without drift through twenty days of a company (%s)',
    async (seed) => {
      const { directory } = await service.connected();
      const tenant = buildTenant({ seed, userCount: 40, groupCount: 6 });
      const summary = await simulateEntra({ ...directory, tenant, cycles: 20, minutesPerCycle: 24 * 60 });
      expect(summary).toMatchObject({ failed: 0, quarantine: null, drift: noDrift });
      expect(summary.cycles).toHaveLength(21);
      expect(summary.actions['user.create']).toBeGreaterThan(55);
    },
  );

  it('changes nothing in a second run over what is there', async () => {
    const { directory, scim } = await service.connected();
    const run = () => simulateEntra({ ...directory, tenant: buildTenant({ userCount: 20, groupCount: 2 }) });
    await run();
    const before = [await records(scim, '/Users'), await records(scim, '/Groups')];
    const { actions, failed, drift } = await run();
    expect([failed, drift]).toMatchObject([0, noDrift]);
    expect(actions).toMatchObject({ 'user.match': 20, 'user.unchanged': 20, 'group.match': 2, 'group.unchanged': 2 });
    expect(actions).toMatchObject({ 'user.create': 0, 'user.update': 0, 'group.create': 0, 'manager.update': 0 });
    expect([await records(scim, '/Users'), await records(scim, '/Groups')]).toEqual(before);
  });

  it('S8: brings a change with the next cycle by itself, or at once on demand', async () => {
    const { scim, tenant, job, drift, ada, grace, marketing } = await aProvisionedDirectory();
    const titles = async () => (await records(scim, '/Users')).map(({ userName, title }) => `${userName}: ${title}`);
    tenant.change([ada, grace], (person) => {
      person.jobTitle = 'Countess';
    });
    await job.provisionOnDemand(grace);
    expect(await titles()).toContain('grace@acme.example: Countess');
    expect(await titles()).not.toContain('ada@acme.example: Countess');
    tenant.changeGroup(marketing, ({ members }) => members.delete(grace));
    await job.incrementalCycle();
    expect(await titles()).toContain('ada@acme.example: Countess');
    expect(await heldGroups(scim)).toMatchObject([
      { displayName: 'Marketing', members: ['ada@acme.example', 'alan@acme.example'] },
      { displayName: 'Research' },
    ]);
    expect(await drift()).toMatchObject(noDrift);
  });

  it('S9 S10: provisions a group on demand with the selected people only, also with one from outside it', async () => {
    const { directory, scim } = await service.connected();
    const tenant = buildTenant({ userCount: 8, groups: [{ displayName: 'Marketing', memberCount: 4 }] });
    const [group] = tenant.groups;
    const [inside] = group?.members ?? [];
    const outside = tenant.people.find((person) => !group?.members.has(person));
    if (!group || !inside || !outside) throw new Error('The tenant has nobody inside or outside.');
    const names = [inside.userPrincipalName, outside.userPrincipalName].sort();
    const summary = await simulateOnDemand({ ...directory, tenant }, { group, members: [inside, outside] });
    expect(summary).toMatchObject({ failed: 0, actions: { 'user.create': 2, 'member.add': 2 } });
    expect(summary.drift).toMatchObject({ ...noDrift, users: 2, groups: 1, memberships: 2 });
    expect((await heldPeople(scim)).map(({ userName }) => userName)).toEqual(names);
    expect(await heldGroups(scim)).toEqual([{ displayName: 'Marketing', members: names }]);
  });

  it('S10: keeps somebody from outside the group through the cycles that follow, and knows that it is no drift', async () => {
    const { scim, tenant, job, drift, tony, marketing } = await aProvisionedDirectory();
    await job.provisionOnDemand({ group: marketing, members: [tony] });
    tenant.changeGroup(marketing, (group) => {
      group.displayName = 'Marketing & Sales';
    });
    await job.incrementalCycle();
    const [held] = await heldGroups(scim);
    expect(held?.displayName).toBe('Marketing & Sales');
    expect(held?.members).toContain('tony@acme.example');
    expect(await drift()).toMatchObject(noDrift);
  });

  it('S7: leaves a person without a group without permissions, listed as without access', async () => {
    const { organization, directory } = await service.connected();
    const tenant = buildTenant({ userCount: 1 });
    await simulateEntra({ ...directory, tenant });
    const { items } = await service.domain.users.list(organization.operator, {}, { withoutAccess: true });
    expect(items.map((user) => user.userName)).toEqual([tenant.people[0]?.userPrincipalName]);
  });

  it('matches groups by externalId where the directory says so, so that two may have one name', async () => {
    const organization = await service.organization();
    const directory = await service.directory(organization, { matchesGroupsBy: 'externalId' });
    const groups = [{ displayName: 'Sales' }, { displayName: 'sales' }];
    const run = () =>
      simulateEntra({
        ...directory,
        tenant: buildTenant({ userCount: 3, groups }),
        matching: { groups: ['externalId'] },
      });
    expect(await run()).toMatchObject({ failed: 0, actions: { 'group.create': 2 }, drift: noDrift });
    expect(await run()).toMatchObject({ failed: 0, actions: { 'group.match': 2, 'group.create': 0 }, drift: noDrift });
  });

  it('purges 30 days after the deletion, with a DELETE that takes the memberships along', async () => {
    const { scim, tenant, job, drift, ada } = await aProvisionedDirectory();
    tenant.softDelete([ada]);
    await job.incrementalCycle();
    expect(await heldPeople(scim)).toContainEqual(
      expect.objectContaining({ userName: 'ada@acme.example', active: false }),
    );
    tenant.advance(30 * 24 * 60);
    await job.incrementalCycle();
    expect((await heldPeople(scim)).map(({ userName }) => userName)).not.toContain('ada@acme.example');
    expect(await drift()).toMatchObject({ ...noDrift, users: 5, memberships: 4 });
  });

  it('restarts provisioning: finds everybody by filter and mends what somebody else has changed', async () => {
    const { scim, tenant, job, drift, ada } = await aProvisionedDirectory();
    const path = `/Users/${job.memory.userIds.get(ada)}`;
    await scim.patch(path, [{ op: 'replace', path: 'displayName', value: 'Somebody Else' }]);
    tenant.advance(40);
    await job.incrementalCycle();
    expect((await drift()).differences).toBe(1);
    await job.restart();
    expect(await drift()).toMatchObject(noDrift);
    expect(job.summary().actions).toMatchObject({ 'user.match': 6, 'user.update': 1, 'user.unchanged': 5 });
  });
});

describe('S22: the assignment of a whole group that is taken away and given again', () => {
  it('disables its members one by one, deletes the group, restores them, and does not send their memberships again', async () => {
    const { scim, tenant, job, drift, marketing } = await aProvisionedDirectory();
    tenant.unassign(marketing);
    await job.incrementalCycle();
    // Alan is in Research too.
    expect((await heldPeople(scim)).filter(({ active }) => !active).map(({ userName }) => userName)).toEqual([
      'ada@acme.example',
      'grace@acme.example',
    ]);
    expect((await heldGroups(scim)).map(({ displayName }) => displayName)).toEqual(['Research']);
    expect(await drift()).toMatchObject(noDrift);

    tenant.assign(marketing);
    await job.incrementalCycle();
    expect((await heldPeople(scim)).every(({ active }) => active)).toBe(true);
    expect((await heldGroups(scim))[0]).toEqual({ displayName: 'Marketing', members: ['alan@acme.example'] });
    const reason = 'memberships of people who were restored together with their group';
    expect(await drift()).toMatchObject({ ...noDrift, notSent: [{ reason, count: 2 }] });
    const { 'user.disable': disabled, 'user.restore': restored } = job.tally.actions;
    expect([disabled, restored]).toEqual([2, 2]);

    await job.restart();
    expect((await heldGroups(scim))[0]?.members).toHaveLength(3);
    expect(await drift()).toMatchObject({ ...noDrift, notSent: [] });
  });

  it('links the group that comes back to the group it was linked to before', async () => {
    const { organization, directory } = await service.connected();
    const { operator } = organization;
    const { domain } = service;
    const existing = await domain.groups.create(operator, { name: 'Marketing' });
    const people = [{ displayName: 'Ada Lovelace', userPrincipalName: 'ada@acme.example' }];
    const groups = [{ displayName: 'Marketing', userPrincipalNames: ['ada@acme.example'] }];
    const tenant = buildTenant({ people, groups });
    const [marketing] = tenant.groups;
    if (!marketing) throw new Error('The tenant has no group.');
    const links = async () => {
      const { items } = await domain.links.list(operator, {}, {});
      return items.filter(({ kind }) => kind === 'group').map(({ state, targetId }) => ({ state, targetId }));
    };
    const job = new ProvisioningJob({ ...directory, tenant, externalId: 'objectId' });
    await job.initialCycle();
    expect(await links()).toEqual([{ state: 'active', targetId: existing.id }]);
    tenant.unassign(marketing);
    await job.incrementalCycle();
    expect(await links()).toEqual([]);
    // Renamed meanwhile, so that its name alone would not lead back.
    tenant.changeGroup(marketing, (group) => {
      group.displayName = 'Marketing and Communication';
    });
    tenant.assign(marketing);
    await job.incrementalCycle();
    job.close();
    expect(job.summary().failed).toBe(0);
    expect(await links()).toEqual([{ state: 'active', targetId: existing.id }]);
  });
});

describe('the drift check', () => {
  it('finds every kind of difference that somebody else has made', async () => {
    const { scim, job, drift, ada, grace, alan, barbara, tony, marketing, research } = await aProvisionedDirectory();
    const user = (person: typeof ada) => `/Users/${job.memory.userIds.get(person)}`;
    const group = (object: typeof marketing) => `/Groups/${job.memory.groupIds.get(object)}`;
    const member = (person: typeof ada) => ({ value: job.memory.userIds.get(person) });
    await scim.patch(user(ada), [
      { op: 'replace', path: 'name.familyName', value: 'King' },
      { op: 'add', path: 'nickName', value: 'nobody maps this' },
      { op: 'add', path: 'phoneNumbers', value: [{ type: 'fax', value: '1' }] },
    ]);
    await scim.patch(user(grace), [{ op: 'replace', path: 'active', value: false }]);
    await scim.patch(user(alan), [{ op: 'remove', path: 'manager' }]);
    await scim.delete(user(barbara));
    await scim.post('/Users', { userName: 'stray@acme.example' });
    await scim.patch(group(marketing), [
      { op: 'remove', path: `members[value eq "${job.memory.userIds.get(ada)}"]` },
      { op: 'add', path: 'members', value: [member(tony)] },
    ]);
    await scim.delete(group(research));
    await scim.post('/Groups', { displayName: 'Strays' });
    const { differences, examples, users, groups } = await drift();
    expect(examples.map(({ name, kind, path }) => [name, kind, path].filter(Boolean).join(' ')).sort()).toEqual([
      'Marketing member missing ada@acme.example',
      'Marketing member unexpected tony@acme.example',
      'Research missing',
      'Strays unexpected',
      'ada@acme.example attribute differs name.familyName',
      'alan@acme.example attribute differs manager',
      'barbara@acme.example missing',
      'grace@acme.example attribute differs active',
      'stray@acme.example unexpected',
    ]);
    expect([differences, users, groups]).toEqual([9, 6, 2]);
    expect(examples.find(({ path }) => path === 'name.familyName')).toMatchObject({
      expected: 'Lovelace',
      found: 'King',
    });
  });

  it('finds a value that Entra never sent, on a person whom the run created', async () => {
    const { scim, job, drift, ada } = await aProvisionedDirectory();
    delete ada.mobile;
    await job.restart();
    const path = `/Users/${job.memory.userIds.get(ada)}`;
    await scim.patch(path, [{ op: 'replace', path: 'phoneNumbers[type eq "mobile"].value', value: '+41' }]);
    // Matched, not created: an older value may have been there.
    expect(await drift()).toMatchObject(noDrift);
    job.memory.created.add(ada);
    expect((await drift()).examples).toMatchObject([{ path: 'phoneNumbers[type eq "mobile"].value', expected: null }]);
  });

  it('ends the command with exit code 1, the differences in the text and in the JSON value', async () => {
    const { directory, scim } = await service.connected();
    const args = ['simulate', 'entra', '--tenant-url', directory.tenantUrl, '--token', directory.token, '--users', '3'];
    expect((await rollcall({}, ...args, '--groups', '0')).exitCode).toBe(0);
    await scim.post('/Users', { userName: 'stray@acme.example' });
    const text = await rollcall({}, ...args, '--groups', '0');
    expect(text.exitCode).toBe(1);
    expect(text.stdout).toContain('drift: 1 difference in 4 users, 0 groups, 0 memberships\n');
    expect(text.stdout).toContain('  user stray@acme.example is not in the tenant');
    expect(text.stderr).toBe('The service does not hold what it should: 1 difference.\n');
    const json = await rollcall({}, ...args, '--groups', '0', '--json');
    expect(json.exitCode).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({
      error: { code: 'drift' },
      drift: { differences: 1, examples: [{ record: 'user', name: 'stray@acme.example', kind: 'unexpected' }] },
    });
    expect((await rollcall({}, ...args, '--groups', '0', '--no-check-drift')).exitCode).toBe(0);
  });
});

describe('the command', () => {
  const argsOf = ({ tenantUrl, token }: { tenantUrl: string; token: string }) => [
    ...['simulate', 'entra', '--tenant-url', tenantUrl, '--token', token],
  ];

  it('S5: stops with the words of a quarantine and exit code 1 for a wrong token', async () => {
    const { directory } = await service.connected();
    const wrong = argsOf({ ...directory, token: 'rcscim_wrong' });
    const { exitCode, stdout, stderr } = await rollcall({}, ...wrong, '--json');
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'quarantined' }, requests: 1, drift: null });
  });

  it('S17: goes into quarantine when the token is revoked between two cycles', async () => {
    const { organization, directory, job, tenant, ada } = await aProvisionedDirectory();
    const { operator } = organization;
    const { scimTokens } = service.domain;
    const tokens = await scimTokens.list(operator, directory.id);
    for (const token of tokens) await scimTokens.revoke(operator, token.id);
    tenant.change([ada], (person) => {
      person.jobTitle = 'Countess';
    });
    await job.incrementalCycle();
    job.close();
    expect(job.summary().quarantine).toMatchObject({ code: 'Unauthorized', reason: 'EncounteredQuarantineException' });
    expect(job.minutesToNextCycle).toBe(6 * 60);
  });

  it('prints what it did for a person to read, the cycles with it', async () => {
    const { directory } = await service.connected();
    const args = [...argsOf(directory), '--users', '3', '--groups', '1', '--cycles', '2'];
    const { exitCode, stdout, stderr } = await rollcall({}, ...args);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(/group\.create +1\n/);
    expect(stdout).toMatch(/ {2}day 0 00:00 {2}initial: 3 people and 1 group\n/);
    expect(stdout).toMatch(/ {2}day 0 00:40 {2}incremental after everyday: \d+ (people|person) and \d+ groups?\n/);
    expect(stdout).toMatch(/drift: none; \d+ users, 1 group, \d+ memberships? read back are as they should be\n$/);
  });

  it('S9 S10: provisions on demand who is named, and refuses a sixth', async () => {
    const { directory, scim } = await service.connected();
    const people = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => `${name}@acme.example`);
    const tenant = [...people.flatMap((name) => ['--person', `${name[0]?.toUpperCase()} <${name}>`]), '--users', '0'];
    const group = ['--group', 'Marketing:2,a@acme.example'];
    const onDemand = (selected: string[]) =>
      rollcall({}, ...argsOf(directory), ...tenant, ...group, '--on-demand', `Marketing:${selected.join(',')}`);
    expect(await onDemand(people)).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('at most 5 members') });
    expect((await onDemand(people.slice(0, 5))).exitCode).toBe(0);
    expect(await heldGroups(scim)).toEqual([{ displayName: 'Marketing', members: people.slice(0, 5) }]);
    expect(await onDemand(['nobody@acme.example'])).toMatchObject({ exitCode: 1 });
  });
});
