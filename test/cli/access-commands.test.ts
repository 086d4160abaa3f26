import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../src/cli/main.ts';
import { simulateEntra } from '../../src/cli/simulate/simulate-entra.ts';
import { buildTenant } from '../../src/cli/simulate/tenant.ts';
import { startTestService, type TestService } from '../harness/service.ts';
import { type Environment, environmentOf, rollcall, rollcallJson } from './run-rollcall.ts';

let service: TestService;
let environment: Environment;
beforeAll(async () => {
  service = await startTestService();
  environment = environmentOf(service.connection);
});
afterAll(() => service.close());

const ada = 'ada@acme.example';
const zoe = 'zoe@acme.example';

interface Link {
  id: string;
  state: string;
  kind: string;
  reason: string | null;
  directoryRecordName: string;
  targetName: string;
}

/** An organization whose groups Marketing and Administrators were there before Entra pushed groups of these names. */
async function aProvisionedOrganization(): Promise<{ slug: string; zoeId: string; waiting: Link }> {
  const { organization, directory } = await service.connected();
  const { operator, slug } = organization;
  const { domain } = service;
  const sets = (await domain.permissionSets.list(operator, {})).items;
  const admin = sets.find((set) => set.builtIn === 'admin');
  const editors = await domain.permissionSets.create(operator, { name: 'Editors', permissions: ['screens:publish'] });
  for (const [name, set] of [
    ['Marketing', editors],
    ['Administrators', admin],
  ] as const) {
    const group = await domain.groups.create(operator, { name });
    await domain.grants.grant(operator, { groupId: group.id, permissionSetId: set?.id ?? '' });
  }
  const tenant = buildTenant({
    people: [
      { displayName: 'Ada Lovelace', userPrincipalName: ada },
      { displayName: 'Zoë Müller', userPrincipalName: zoe },
    ],
    groups: [
      { displayName: 'Marketing', userPrincipalNames: [ada] },
      { displayName: 'Administrators', userPrincipalNames: [zoe] },
    ],
  });
  expect((await simulateEntra({ ...directory, tenant })).failed).toBe(0);
  const { links } = await rollcallJson<{ links: Link[] }>(environment, 'link', 'list', '--org', slug);
  const [waiting] = links;
  if (!waiting) throw new Error('No link waits.');
  const [user] = (await domain.users.list(operator, {}, { search: zoe })).items;
  return { slug, zoeId: user?.id ?? '', waiting };
}

/** What the user may do, as the command answers it. */
async function permissionsOf(slug: string, user: string): Promise<string[]> {
  const args = ['permissions', '--org', slug, '--user', user];
  return (await rollcallJson<{ permissions: string[] }>(environment, ...args)).permissions;
}

describe('link', () => {
  it('S12: list shows the protected group that waits and why; --all shows the merged one too', async () => {
    const { slug, waiting } = await aProvisionedOrganization();
    expect(waiting).toMatchObject({
      state: 'pending',
      kind: 'group',
      reason: 'group_is_protected',
      directoryRecordName: 'Administrators',
      targetName: 'Administrators',
    });
    const { stdout } = await rollcall(environment, 'link', 'list', '--org', slug);
    expect(stdout).toMatch(/pending +group Administrators +the group grants sensitive permissions\n/);
    expect(stdout).toContain(`npx rollcall link preview --org ${slug} LINK_ID`);
    const { links } = await rollcallJson<{ links: Link[] }>(environment, 'link', 'list', '--org', slug, '--all');
    expect(links.map((link) => `${link.kind} ${link.targetName} ${link.state}`).sort()).toEqual([
      'group Administrators pending',
      'group Marketing active',
      `user ${ada} active`,
      `user ${zoe} active`,
    ]);
  });

  it('S11: preview says who would gain what, and changes nothing', async () => {
    const { slug, waiting } = await aProvisionedOrganization();
    const preview = await rollcallJson<Record<string, unknown>>(
      environment,
      'link',
      'preview',
      '--org',
      slug,
      waiting.id,
    );
    expect(preview).toMatchObject({ peopleCount: 1, digest: expect.any(String), link: { id: waiting.id } });
    expect(preview.permissions).toContain('billing:manage');
    const { stdout } = await rollcall(environment, 'link', 'preview', '--org', slug, waiting.id);
    expect(stdout).toContain('Approving it lets 1 more person into "Administrators", which gives each:');
    expect(stdout).toMatch(/billing:manage \(sensitive\) +Change the plan/);
    expect(await permissionsOf(slug, zoe)).toEqual([]);
  });

  it('S12: approve --yes shows the preview and lets the people in', async () => {
    const { slug, waiting } = await aProvisionedOrganization();
    const { exitCode, stdout } = await rollcall(environment, 'link', 'approve', '--org', slug, waiting.id, '--yes');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('Approving it lets 1 more person');
    expect(stdout).toContain(
      '✓ Approved: directory group "Administrators" → group "Administrators". 1 person came into it.',
    );
    expect(await permissionsOf(slug, zoe)).toContain('billing:manage');
    const again = await rollcall(environment, 'link', 'approve', '--org', slug, waiting.id, '--yes');
    expect(again.exitCode).toBe(1);
    expect(again.stderr).toContain('The link is active, so there is nothing to decide.');
  });

  it.each([
    ['y\n', 0, 'active'],
    ['n\n', 1, 'pending'],
    ['\n', 1, 'pending'],
    ['', 1, 'pending'],
  ])('approve asks on a terminal; %j ends with %i and leaves the link %s', async (answer, expectedCode, state) => {
    const { slug, waiting } = await aProvisionedOrganization();
    const [stdin, stderr] = [new PassThrough(), new PassThrough()].map((s) => Object.assign(s, { isTTY: true }));
    if (!stdin || !stderr) throw new Error('unreachable');
    stdin.end(answer);
    const args = ['link', 'approve', '--org', slug, waiting.id];
    const exitCode = await runCli(args, { stdin, stdout: new PassThrough(), stderr, environment });
    expect(exitCode).toBe(expectedCode);
    expect(String(stderr.read())).toContain('Approve it? [y/N]');
    const { links } = await rollcallJson<{ links: Link[] }>(environment, 'link', 'list', '--org', slug, '--all');
    expect(links.find((link) => link.id === waiting.id)?.state).toBe(state);
  });

  it('approve without --yes is refused where nobody can be asked', async () => {
    const { slug, waiting } = await aProvisionedOrganization();
    const { exitCode, stderr } = await rollcall(environment, 'link', 'approve', '--org', slug, waiting.id);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('Nobody can be asked here: look at it with link preview, then give --yes.');
  });

  it('approve --digest refuses what is not as that preview showed it', async () => {
    const { slug, waiting } = await aProvisionedOrganization();
    const approve = (digest: string) =>
      rollcall(environment, 'link', 'approve', '--org', slug, waiting.id, '--digest', digest);
    expect((await approve('of-another-day')).stderr).toContain('The ground has moved since the preview.');
    const preview = await rollcallJson(environment, 'link', 'preview', '--org', slug, waiting.id);
    expect((await approve(String(preview.digest))).exitCode).toBe(0);
  });

  it('reject declines: nobody gains anything, and it may be approved later', async () => {
    const { slug, waiting } = await aProvisionedOrganization();
    const rejected = await rollcallJson(environment, 'link', 'reject', '--org', slug, waiting.id);
    expect(rejected).toMatchObject({ id: waiting.id, state: 'rejected' });
    expect(await permissionsOf(slug, zoe)).toEqual([]);
    expect((await rollcall(environment, 'link', 'list', '--org', slug)).stdout).toMatch(/^No link of .* is pending/);
    const later = await rollcall(environment, 'link', 'approve', '--org', slug, waiting.id, '--yes');
    expect(later.exitCode).toBe(0);
  });

  it('of another organization is unknown', async () => {
    const { waiting } = await aProvisionedOrganization();
    const { slug } = await service.organization({ slug: `other-${waiting.id.slice(-6)}` });
    const { exitCode, stderr } = await rollcall(environment, 'link', 'preview', '--org', slug, waiting.id);
    expect(exitCode).toBe(1);
    const next = `See: npx rollcall link list --org ${slug} --all`;
    expect(stderr).toBe(`There is no link with the id ${waiting.id}. ${next}\n`);
  });
});

describe('explain', () => {
  it('S12 S21: names the path through the group that the directory fills', async () => {
    const { slug } = await aProvisionedOrganization();
    const args = ['explain', '--org', slug, '--permission', 'screens:publish', '--user'];
    const explained = await rollcallJson<Record<string, unknown>>(environment, ...args, ada.toUpperCase());
    expect(explained).toMatchObject({
      isAllowed: true,
      permission: 'screens:publish',
      paths: [{ source: 'directory', group: { name: 'Marketing' }, permissionSet: { name: 'Editors' } }],
    });
    const { stdout } = await rollcall(environment, ...args, ada);
    expect(stdout).toContain('✓ Ada Lovelace (ada@acme.example) holds screens:publish.');
    expect(stdout).toMatch(
      /"Editors" is granted to the group "Marketing" by the operator on [-\d]+ [:\d]+,\n +which the directory group "Marketing" of ".+" fills since/,
    );
  });

  it('S7: says that nothing reaches a person, by id too, and where to look', async () => {
    const { slug, zoeId } = await aProvisionedOrganization();
    const args = ['explain', '--org', slug, '--user', zoeId, '--permission', 'screens:publish'];
    const { exitCode, stdout } = await rollcall(environment, ...args);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('✗ Zoë Müller (zoe@acme.example) does not hold screens:publish.');
    expect(stdout).toContain(`npx rollcall link list --org ${slug}`);
  });

  it('says why a person whom an admin blocked holds nothing now', async () => {
    const { slug, zoeId, waiting } = await aProvisionedOrganization();
    await rollcall(environment, 'link', 'approve', '--org', slug, waiting.id, '--yes');
    const organization = await service.domain.organizations.findBySlug(slug);
    await service.domain.users.block({ kind: 'operator', organizationId: organization?.id ?? '' }, zoeId);
    const args = ['explain', '--org', slug, '--user', zoe, '--permission', 'billing:manage'];
    const { stdout } = await rollcall(environment, ...args);
    expect(stdout).toMatch(
      /✗ Zoë Müller .*\n\nNot now, because an admin blocked the user\. Once active again, because/,
    );
  });

  it.each([
    ['a permission', ['--user', ada, '--permission', 'screens:publis'], 'Did you mean "screens:publish"?'],
    ['a user', ['--user', 'ada', '--permission', 'screens:publish'], `Did you mean ${ada}?`],
  ])('names the nearest for %s that is unknown', async (_, options, hint) => {
    const { slug } = await aProvisionedOrganization();
    const { exitCode, stderr } = await rollcall(environment, 'explain', '--org', slug, ...options);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(hint);
  });
});

describe('spaces', () => {
  it('S21: are made and listed, and asked about by their name', async () => {
    const { slug, zoeId } = await aProvisionedOrganization();
    const args = ['space', 'create', '--org', slug, '--name', 'Berlin', '--external-id', 'team-7'];
    const space = await rollcallJson<{ id: string }>(environment, ...args);
    expect((await rollcall(environment, ...args)).exitCode).toBe(1);
    const { stdout: listed } = await rollcall(environment, 'space', 'list', '--org', slug);
    expect(listed).toMatch(new RegExp(`${space.id} +Berlin +team-7`));
    const organization = await service.domain.organizations.findBySlug(slug);
    const operator = { kind: 'operator' as const, organizationId: organization?.id ?? '' };
    const set = await service.domain.permissionSets.create(operator, {
      name: 'Publishers',
      permissions: ['screens:publish'],
    });
    await service.domain.grants.grant(operator, { permissionSetId: set.id, userId: zoeId, spaceId: space.id });
    const explain = ['explain', '--org', slug, '--user', zoe, '--permission', 'screens:publish'];
    const inBerlin = await rollcall(environment, ...explain, '--space', 'berlin');
    expect(inBerlin.stdout).toContain('holds screens:publish in the space "Berlin".');
    expect(inBerlin.stdout).toMatch(/granted to this person directly on the space "Berlin" by the operator on/);
    const everywhere = await rollcall(environment, ...explain);
    expect(everywhere.stdout).toMatch(/✗ .*\n\nIn other spaces, because\n {2}• the permission set "Publishers"/);
    const nearest = await rollcall(environment, ...explain, '--space', 'Berlim');
    expect(nearest).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('Did you mean "Berlin"?') });
    const permissions = await rollcall(environment, 'permissions', '--org', slug, '--user', zoe, '--space', 'team-7');
    expect(permissions.stdout).toContain('Zoë Müller may in the space "Berlin":\n  screens:publish');
  });
});

describe('permissions', () => {
  it('lists what a user may do and the groups it comes from', async () => {
    const { slug } = await aProvisionedOrganization();
    const args = ['permissions', '--org', slug, '--user'];
    expect(await rollcallJson<Record<string, unknown>>(environment, ...args, ada)).toMatchObject({
      user: { userName: ada, active: true },
      permissions: ['screens:publish'],
      groups: [{ name: 'Marketing', source: 'directory' }],
    });
    const { stdout } = await rollcall(environment, ...args, ada);
    expect(stdout).toBe(
      'Ada Lovelace may:\n  screens:publish  Put content on screens.\n\nIn "Marketing" by the directory.\n',
    );
    expect((await rollcall(environment, ...args, zoe)).stdout).toBe('Zoë Müller has no permissions.\n\nIn no group.\n');
  });
});
