import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DnsServer, startDnsServer } from '../harness/dns-server.ts';
import { type Environment, openCliDatabase, rollcall, rollcallJson } from './run-rollcall.ts';

let database: Awaited<ReturnType<typeof openCliDatabase>>;
let dns: DnsServer;
let environment: Environment;
beforeAll(async () => {
  database = await openCliDatabase();
  dns = await startDnsServer();
  environment = { ...database.environment, DNS_SERVERS: dns.address };
});
afterAll(async () => {
  dns.close();
  await database.close();
});

let made = 0;
async function anOrganization(): Promise<string> {
  made += 1;
  const slug = `acme-${made}`;
  await rollcallJson(environment, 'org', 'create', '--name', `Acme ${made}`, '--slug', slug);
  return slug;
}

const domain = (command: string, slug: string, ...rest: string[]) =>
  rollcall(environment, 'domain', command, '--org', slug, ...rest);
const domainJson = (command: string, slug: string, ...rest: string[]) =>
  rollcallJson(environment, 'domain', command, '--org', slug, ...rest);

describe('domain', () => {
  it('add answers the TXT record to make, and tells a person what comes next', async () => {
    const slug = await anOrganization();
    const added = await domainJson('add', slug, 'ACME.example');
    expect(added).toEqual({
      id: expect.any(String),
      domain: 'acme.example',
      status: 'pending',
      recordName: '_rollcall.acme.example',
      recordValue: expect.stringMatching(/^rollcall-verification=[0-9a-f]{40}$/),
    });
    const { stdout } = await domain('add', slug, 'acme.example');
    expect(stdout).toContain(`Value  ${added.recordValue}`);
    expect(stdout).toContain(`npx rollcall domain verify --org ${slug} acme.example`);
  });

  it('verify finds the record at the name server of DNS_SERVERS', async () => {
    const slug = await anOrganization();
    const { recordName = '', recordValue = '' } = await domainJson('add', slug, 'verified.example');
    const listed = await domain('list', slug);
    expect(listed.stdout).toMatch(/\n\nNext, .*:\n {2}npx rollcall domain verify --org \S+ verified\.example\n$/);
    const before = await domain('verify', slug, 'verified.example');
    expect(before.exitCode).toBe(1);
    expect(before.stderr).toContain(`DNS has not got a TXT record of ${recordName} with the value ${recordValue}.`);
    dns.records?.set(recordName, recordValue);
    expect(await domainJson('verify', slug, 'Verified.example.')).toMatchObject({ status: 'verified' });
    const { stdout } = await domain('list', slug);
    expect(stdout).toMatch(/^verified\.example +verified +_rollcall\.verified\.example/m);
    expect(stdout).not.toContain('Next');
    const again = await domain('add', slug, 'verified.example');
    expect(again.stdout).toBe(
      '✓ verified.example is proved already. Keep its TXT record: _rollcall.verified.example\n',
    );
  });

  it('verify tells a failure of the name server from a missing record', async () => {
    const slug = await anOrganization();
    await domainJson('add', slug, 'failing.example');
    const { records } = dns;
    dns.records = null;
    const { stderr } = await domain('verify', slug, 'failing.example').finally(() => {
      dns.records = records;
    });
    expect(stderr).toMatch(/^DNS did not answer \(ESERVFAIL\)/);
  });

  it('remove gives a domain up, and another organization can prove it', async () => {
    const [first, second] = [await anOrganization(), await anOrganization()];
    const prove = async (slug: string) => {
      const { recordName = '', recordValue = '' } = await domainJson('add', slug, 'moved.example');
      dns.records?.set(recordName, recordValue);
      return domain('verify', slug, 'moved.example');
    };
    expect((await prove(first)).exitCode).toBe(0);
    const taken = await prove(second);
    expect(taken).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('Another organization has proved') });
    expect((await domain('remove', first, 'moved.example')).stdout).toContain('Its TXT record may go.');
    expect((await prove(second)).exitCode).toBe(0);
    expect((await domain('list', first)).stdout).toContain(`npx rollcall domain add --org ${first} DOMAIN`);
    expect((await domain('remove', first, 'moved.example')).stderr).toBe(
      `The organization has no domain "moved.example". See: npx rollcall domain list --org ${first}\n`,
    );
  });
});

describe('org update', () => {
  it('sets the rules for sign-in and shows how the organization stands', async () => {
    const slug = await anOrganization();
    const changes = ['--hide-name', '--accept-other-methods', '--sign-in-contact', 'it@acme.example'];
    const session = ['--session-idle-minutes', '30', '--session-lifetime-minutes', '60'];
    const policy = {
      disclosesName: false,
      signInContact: 'it@acme.example',
      acceptsOtherMethods: true,
      sessionIdleMinutes: 30,
      sessionLifetimeMinutes: 60,
    };
    const updated = await rollcallJson(environment, 'org', 'update', '--org', slug, ...changes, ...session);
    expect(updated).toEqual({ id: expect.any(String), slug, plan: 'free', scimWithoutSso: false, ...policy });
    const back = ['--disclose-name', '--connections-only', '--sign-in-contact', ''];
    const { stdout } = await rollcall(environment, 'org', 'update', '--org', slug, ...back);
    expect(stdout).toMatch(/^Contact +nobody$/m);
    expect(stdout).toMatch(/^Sessions +end after 30 idle minutes, and after 60 in any case$/m);
  });

  it.each([
    [['--hide-name', '--disclose-name'], 2, '--disclose-name and --hide-name exclude each other.'],
    [['--session-idle-minutes', '4'], 2, '--session-idle-minutes must be a number from 5 to 43200, not "4".'],
    [['--session-idle-minutes', '20000'], 1, 'must not be below sessionIdleMinutes (20000)'],
    [[], 2, 'Nothing is to be changed.'],
  ])('refuses %j', async (options, exitCode, sentence) => {
    const slug = await anOrganization();
    const run = await rollcall(environment, 'org', 'update', '--org', slug, ...options);
    expect(run).toMatchObject({ exitCode, stderr: expect.stringContaining(sentence) });
  });
});
