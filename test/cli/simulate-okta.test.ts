import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { oktaActions, simulateOkta } from '../../src/cli/simulate/simulate-okta.ts';
import { buildTenant } from '../../src/cli/simulate/tenant.ts';
import { startTestService, type TestService } from '../harness/service.ts';
import { rollcall } from './run-rollcall.ts';
import { heldPeople, records } from './simulated-directory.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(async () => {
  expect(service.failures).toEqual([]);
  await service.close();
});

const noDrift = { differences: 0, examples: [], failed: 0, failure: null };

describe('the Okta simulator against the real service', () => {
  it.each(['catalogue', 'custom'] as const)(
    'brings every action of a %s app to the directory, without an error and without drift',
    async (app) => {
      const { directory, scim } = await service.connected();
      const tenant = buildTenant({ seed: 'okta', userCount: 30, groupCount: 4 });
      // Deleted people are rehired before others are deleted for good.
      const actions = ['disable', 'rehire', ...oktaActions.filter((action) => action !== 'rehire')] as const;
      const summary = await simulateOkta({ ...directory, tenant, app, syncsPasswords: true, actions, share: 0.2 });
      expect(summary).toMatchObject({ failed: 0, unresolved: 0, errors: [], quarantine: null, drift: noDrift });
      for (const action of ['user.disable', 'user.restore', 'group.delete', 'member.remove'] as const) {
        expect(summary.actions[action], action).toBeGreaterThan(0);
      }
      expect(summary.actions['user.delete']).toBe(0);
      const active = (await heldPeople(scim)).filter((person) => person.active).map(({ userName }) => userName);
      const expected = tenant.people.filter(({ deletedAt, isAssigned }) => deletedAt === undefined && isAssigned);
      expect(active).toEqual(expected.map(({ userPrincipalName }) => userPrincipalName).sort());
    },
  );

  it('links what a run before has made, and changes nothing', async () => {
    const { directory, scim } = await service.connected();
    const run = () => simulateOkta({ ...directory, tenant: buildTenant({ userCount: 12, groupCount: 2 }) });
    await run();
    const users = await records(scim, '/Users');
    const { actions, failed, drift } = await run();
    expect([failed, drift]).toMatchObject([0, noDrift]);
    expect(actions).toMatchObject({ 'user.import': 12, 'group.import': 2, 'user.match': 12, 'user.unchanged': 12 });
    expect(actions).toMatchObject({ 'group.match': 2, 'user.create': 0, 'group.create': 0 });
    expect(await records(scim, '/Users')).toEqual(users);
  });

  it('prints what it did, and ends with exit code 1 where somebody else has changed the directory', async () => {
    const { directory, scim } = await service.connected();
    const args = ['simulate', 'okta', '--tenant-url', directory.tenantUrl, '--token', directory.token];
    const small = ['--users', '3', '--groups', '1'];
    const first = await rollcall({}, ...args, ...small, '--app', 'custom');
    expect(first).toMatchObject({ exitCode: 0, stderr: '' });
    expect(first.stdout).toMatch(
      /^Okta simulation of .*\n3 people, 1 group, \d+ memberships?; seed 1, dialect custom\n/,
    );
    await scim.post('/Groups', { displayName: 'Strays' });
    const second = await rollcall({}, ...args, ...small, '--json');
    expect(second.exitCode).toBe(1);
    expect(JSON.parse(second.stdout)).toMatchObject({
      client: 'okta',
      error: { code: 'drift' },
      drift: { examples: [{ record: 'group', name: 'Strays', kind: 'unexpected' }] },
    });
  });

  it('refuses to change passwords that are not synchronized', async () => {
    const args = ['--tenant-url', 'http://a', '--token', 't', '--actions', 'change-passwords'];
    const { exitCode, stderr } = await rollcall({}, 'simulate', 'okta', ...args);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('The action change-passwords needs --passwords.');
  });
});
