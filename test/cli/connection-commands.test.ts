import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../src/cli/main.ts';
import { readConfig } from '../../src/config.ts';
import { openDomain } from '../../src/open-domain.ts';
import { startOidcProvider, type TestOidcProvider } from '../harness/oidc-provider.ts';
import { type SamlIdentityProvider, startSamlIdentityProvider } from '../harness/saml-identity-provider.ts';
import { selfSignedCertificate } from '../harness/self-signed-certificate.ts';
import { type Environment, openCliDatabase, rollcall, rollcallJson } from './run-rollcall.ts';

const PUBLIC_URL = 'http://127.0.0.1:4000';
let database: Awaited<ReturnType<typeof openCliDatabase>>;
let environment: Environment;
let oidcProvider: TestOidcProvider;
let samlProvider: SamlIdentityProvider;
let folder: string;
beforeAll(async () => {
  database = await openCliDatabase();
  environment = { ...database.environment, PUBLIC_URL };
  oidcProvider = await startOidcProvider();
  samlProvider = await startSamlIdentityProvider();
  folder = await mkdtemp(join(tmpdir(), 'rollcall-connections-'));
});
afterAll(async () => {
  await Promise.all([oidcProvider.close(), samlProvider.close(), rm(folder, { recursive: true })]);
  await database.close();
});

let made = 0;
async function anOrganization(...options: string[]): Promise<string> {
  made += 1;
  const slug = `acme-${made}`;
  await rollcallJson(
    environment,
    'org',
    'create',
    '--name',
    'Acme',
    '--slug',
    slug,
    '--plan',
    'enterprise',
    ...options,
  );
  return slug;
}

const oidcOptions = () => [
  '--protocol',
  'oidc',
  '--issuer',
  oidcProvider.issuer,
  '--client-id',
  oidcProvider.clientId,
  '--client-secret',
  oidcProvider.clientSecret,
];
const create = (slug: string, ...options: string[]) =>
  rollcallJson(environment, 'connection', 'create', '--org', slug, ...options);
const show = (id: string) => rollcallJson<Record<string, unknown>>(environment, 'connection', 'show', id);

async function metadataFile(provider = samlProvider): Promise<string> {
  made += 1;
  const file = join(folder, `metadata-${made}.xml`);
  await writeFile(file, provider.metadata());
  return file;
}

describe('rollcall connection create', () => {
  it('sets up OIDC and answers the redirect address alone', async () => {
    const slug = await anOrganization();
    const answer = await create(slug, ...oidcOptions());
    const { id = '' } = answer;
    const signOnUrl = `${PUBLIC_URL}/sso/${slug}`;
    expect(answer).toEqual({ id, redirectUri: `${PUBLIC_URL}/connections/${id}/oidc/callback`, signOnUrl });
    expect(await show(id)).toMatchObject({ status: 'draft', issuer: oidcProvider.issuer, stableIdClaim: 'sub' });
  });

  it('sets up SAML from a file and answers what goes into the identity provider', async () => {
    const slug = await anOrganization();
    const answer = await create(slug, '--protocol', 'saml', '--metadata', await metadataFile());
    const { id = '' } = answer;
    const base = `${PUBLIC_URL}/connections/${id}/saml`;
    const signOnUrl = `${PUBLIC_URL}/sso/${slug}`;
    expect(answer).toEqual({ id, acsUrl: `${base}/acs`, entityId: `${base}/metadata`, signOnUrl });
    expect(await show(id)).toMatchObject({
      issuer: samlProvider.issuer,
      certificates: [{ notAfter: expect.any(String) }],
    });
  });

  it('reads a file in UTF-16 too, as PowerShell writes it', async () => {
    const file = join(folder, 'utf-16.xml');
    await writeFile(file, `\ufeff${samlProvider.metadata()}`, 'utf16le');
    const { id = '' } = await create(await anOrganization(), '--protocol', 'saml', '--metadata', file);
    expect(await show(id)).toMatchObject({ issuer: samlProvider.issuer });
  });

  it('tells a person what goes where and what comes next', async () => {
    const slug = await anOrganization();
    const { stdout } = await rollcall(environment, 'connection', 'create', '--org', slug, ...oidcOptions());
    expect(stdout).toMatch(/Redirect URI {2}http:\/\/127\.0\.0\.1:4000\/connections\/[0-9a-f-]{36}\/oidc\/callback/);
    expect(stdout).toMatch(
      /npx rollcall connection test [0-9a-f-]{36}\n +npx rollcall connection enable [0-9a-f-]{36}/,
    );
    expect(stdout).toContain(`Sign-on URL   ${PUBLIC_URL}/sso/${slug}`);
    expect(stdout).toContain('Identity providers cannot reach localhost');
    expect(stdout).not.toContain(oidcProvider.clientSecret);
  });

  it('says where two connections have one name, and how to tell them apart', async () => {
    const slug = await anOrganization();
    const run = (...options: string[]) =>
      rollcall(environment, 'connection', 'create', '--org', slug, ...oidcOptions(), ...options);
    expect((await run()).stdout).not.toContain('Another connection');
    expect((await run()).stdout).toMatch(
      /Another connection is called 127\.0\.0\.1 too\. Tell them apart: npx rollcall connection update [0-9a-f-]{36} --name NAME\n/,
    );
    expect((await run('--name', 'Okta')).stdout).not.toContain('Another connection');
  });

  it('takes a name, a claim and just-in-time users', async () => {
    const options = ['--name', 'Okta', '--stable-id-claim', 'employee_id', '--just-in-time'];
    const { id = '' } = await create(await anOrganization(), ...oidcOptions(), ...options);
    expect(await show(id)).toMatchObject({ name: 'Okta', stableIdClaim: 'employee_id', allowsJustInTime: true });
  });

  it('reads the client secret from stdin, where it stands in no list of processes', async () => {
    const slug = await anOrganization();
    const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough(), environment };
    streams.stdin.end(`${oidcProvider.clientSecret}\n`);
    const options = oidcOptions().with(-1, '-');
    expect(await runCli(['connection', 'create', '--org', slug, ...options, '--json'], streams)).toBe(0);
    const { id } = JSON.parse(String(streams.stdout.read())) as { id: string };
    const { domain, close } = await openDomain(readConfig(environment), () => undefined);
    const found = await domain.signInConnections.find(id);
    const opened = found && (await domain.signInConnections.open(found));
    expect(opened).toMatchObject({ clientSecret: oidcProvider.clientSecret });
    await close();
  });

  it.each([
    [['--protocol', 'ldap'], '--protocol knows oidc, saml'],
    [
      ['--protocol', 'oidc', '--issuer', 'https://a.example', '--client-id', 'x'],
      '--protocol oidc needs --client-secret SECRET.',
    ],
    [['--protocol', 'saml'], '--protocol saml needs --metadata FILE.'],
    [['--protocol', 'saml', '--metadata', 'x', '--issuer', 'https://a.example'], '--issuer goes with --protocol oidc'],
  ])('refuses %j before it opens anything', async (options, message) => {
    const run = await rollcall(environment, 'connection', 'create', '--org', 'nobody', ...options);
    expect(run).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(message) });
  });

  it('says which file, which plan and which issuer is wrong, and what to do', async () => {
    const slug = await anOrganization();
    const run = (...options: string[]) => rollcall(environment, 'connection', 'create', '--org', slug, ...options);
    const file = await run('--protocol', 'saml', '--metadata', join(folder, 'missing.xml'));
    expect(file).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('missing.xml cannot be read: there is no'),
    });
    const noFile = await run('--protocol', 'saml', '--metadata', folder);
    expect(noFile).toMatchObject({ exitCode: 1, stderr: `${folder} cannot be read: it is a folder.\n` });
    const common = await run(...oidcOptions().with(3, 'https://login.microsoftonline.com/common/v2.0'));
    expect(common).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/^--issuer is shared by .*microsoftonline\.com\/TENANT_ID\/v2\.0/),
    });
    await rollcallJson(environment, 'org', 'update', '--org', slug, '--plan', 'free');
    const plan = await run(...oidcOptions());
    expect(plan).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining(`org update --org ${slug} --plan enterprise`),
    });
  });
});

describe('rollcall connection test', () => {
  it('prints the checks and the address to open, and fails when a check fails', async () => {
    const slug = await anOrganization();
    const { id = '' } = await create(slug, ...oidcOptions());
    const good = await rollcall(environment, 'connection', 'test', id);
    expect(good.exitCode).toBe(0);
    expect(good.stdout).toContain(`${PUBLIC_URL}/connections/${id}/test/`);
    const { id: wrong = '' } = await create(slug, ...oidcOptions().with(-1, 'not the secret'));
    const refused = await rollcall(environment, 'connection', 'test', wrong);
    expect(refused.stdout).toMatch(/✗ +clientSecret/);
    expect(refused.stdout).toContain(`\n  npx rollcall connection update ${wrong} --client-secret -\n`);
    expect(good.stdout).not.toContain('connection update');
    const nobody = oidcOptions().with(3, 'http://127.0.0.1:9');
    const { id: other = '' } = await create(slug, ...nobody);
    const { exitCode, stdout } = await rollcall(environment, 'connection', 'test', other, '--json');
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      error: { code: 'connectionCheckFailed' },
      checks: expect.arrayContaining([{ name: expect.any(String), isOk: false, message: expect.any(String) }]),
      testUrl: expect.stringContaining(`/connections/${other}/test/`),
    });
  });
});

describe('rollcall connection enable, disable, list, show, update, delete', () => {
  it('enables an untested connection and says so, disables it again', async () => {
    const slug = await anOrganization();
    const { id = '' } = await create(slug, ...oidcOptions());
    const enabled = await rollcall(environment, 'connection', 'enable', id);
    expect(enabled.stdout).toContain(`${PUBLIC_URL}/sso/${slug}`);
    expect(enabled.stdout).toContain('Nobody has tried it out');
    expect(await rollcallJson(environment, 'connection', 'enable', id)).toMatchObject({
      status: 'enabled',
      testedAt: null,
    });
    const { stdout } = await rollcall(environment, 'connection', 'list', '--org', slug);
    expect(stdout).toMatch(new RegExp(`oidc +enabled +never +${oidcProvider.issuer} +${id}`));
    expect(await rollcallJson(environment, 'connection', 'disable', id)).toEqual({ id, status: 'disabled' });
    const again = await rollcall(environment, 'connection', 'disable', id);
    expect(again).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^Nothing was changed: .* already\.\n$/),
    });
  });

  it('shows everything but the secret', async () => {
    const { id = '' } = await create(await anOrganization(), ...oidcOptions());
    const { stdout } = await rollcall(environment, 'connection', 'show', id);
    expect(stdout).toContain(`client id           ${oidcProvider.clientId}`);
    expect(stdout).toContain(`Sign-on URL         ${PUBLIC_URL}/sso/`);
    // As the page of a test sign-in calls it.
    expect(stdout).toContain('last test           never');
    expect(stdout + JSON.stringify(await show(id))).not.toContain(oidcProvider.clientSecret);
  });

  it('imports new metadata beside the old certificate, and drops that one later', async () => {
    const provider = await startSamlIdentityProvider();
    const { id = '' } = await create(
      await anOrganization(),
      '--protocol',
      'saml',
      '--metadata',
      await metadataFile(provider),
    );
    const fingerprints = async () =>
      ((await show(id)).certificates as { fingerprint: string }[]).map((each) => each.fingerprint);
    const [old = ''] = await fingerprints();
    provider.renewCertificate();
    await rollcallJson(environment, 'connection', 'update', id, '--metadata', await metadataFile(provider));
    expect(await fingerprints()).toHaveLength(2);
    await rollcallJson(environment, 'connection', 'update', id, '--remove-certificate', old);
    expect(await fingerprints()).not.toContain(old);
    await provider.close();
  });

  it('warns of a certificate that ends within 30 days, and of one that ended', async () => {
    const DAY_MS = 24 * 3600 * 1000;
    for (const [days, end] of [
      [29, 'ends'],
      [-1, 'ended'],
    ] as const) {
      const notAfter = new Date(Date.now() + days * DAY_MS);
      const keys = selfSignedCertificate({ notBefore: new Date('2024-01-01'), notAfter });
      const provider = await startSamlIdentityProvider({ keys });
      const slug = await anOrganization();
      const { id = '' } = await create(slug, '--protocol', 'saml', '--metadata', await metadataFile(provider));
      await rollcallJson(environment, 'connection', 'enable', id);
      const warning = `It ${end} on ${notAfter.toISOString().slice(0, 10)}, and is believed until `;
      for (const command of [
        ['connection', 'show', id],
        ['connection', 'test', id],
        ['sign-in', 'health', '--org', slug],
      ]) {
        expect((await rollcall(environment, ...command)).stdout).toContain(warning);
      }
      const { warnings } = await rollcallJson<{ warnings: string[] }>(environment, 'sign-in', 'health', '--org', slug);
      expect(warnings).toEqual([expect.stringContaining(warning)]);
      await provider.close();
    }
  });

  it('changes what is given, and asks for something to change', async () => {
    const { id = '' } = await create(await anOrganization(), ...oidcOptions(), '--just-in-time');
    await rollcallJson(environment, 'connection', 'update', id, '--name', 'Okta', '--no-just-in-time');
    expect(await show(id)).toMatchObject({ name: 'Okta', allowsJustInTime: false, issuer: oidcProvider.issuer });
    const nothing = await rollcall(environment, 'connection', 'update', id);
    expect(nothing).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('Nothing is to be changed') });
  });

  it('deletes it once its name is confirmed', async () => {
    const slug = await anOrganization();
    const { id = '' } = await create(slug, ...oidcOptions(), '--name', 'Okta');
    expect((await rollcall(environment, 'connection', 'delete', id)).exitCode).toBe(2);
    const wrong = await rollcall(environment, 'connection', 'delete', id, '--confirm', 'Entra');
    expect(wrong).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('Nothing was changed') });
    expect(await rollcallJson(environment, 'connection', 'delete', id, '--confirm', 'Okta')).toEqual({ id });
    const { connections } = await rollcallJson<{ connections: object[] }>(
      environment,
      'connection',
      'list',
      '--org',
      slug,
    );
    expect(connections).toEqual([]);
    const gone = await rollcall(environment, 'connection', 'show', id);
    expect(gone).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('connection list --org SLUG') });
  });
});

it('S1: a directory is refused with the command that is missing, until a connection is enabled', async () => {
  const slug = await anOrganization();
  const connect = () => rollcall(environment, 'directory', 'create', '--org', slug);
  expect(await connect()).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining(`connection create --org ${slug} `),
  });
  const { id = '' } = await create(slug, ...oidcOptions());
  const waits = { exitCode: 1, stderr: expect.stringContaining(`connection list --org ${slug} `) };
  expect(await connect()).toMatchObject(waits);
  await rollcallJson(environment, 'connection', 'enable', id);
  expect((await connect()).exitCode).toBe(0);
});
