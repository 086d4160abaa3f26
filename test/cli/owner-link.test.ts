import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Environment, openCliDatabase, rollcall, rollcallJson, serveCli, startRollcall } from './run-rollcall.ts';

let database: Awaited<ReturnType<typeof openCliDatabase>>;
let environment: Environment;
beforeEach(async () => {
  database = await openCliDatabase();
  environment = { ...database.environment, PUBLIC_URL: 'https://id.example.com' };
});
afterEach(() => database.close());

const makeOrganization = () => rollcallJson(environment, 'org', 'create', '--name', 'Acme', '--slug', 'acme');
const LINK = /^https:\/\/id\.example\.com\/sign-in\/link\/rclink_[0-9A-Za-z]{49}$/;

it('owner-link makes an owner with a link, and another link for an owner there is', async () => {
  await makeOrganization();
  const owner = ['owner-link', '--org', 'acme'];
  const made = await rollcallJson(environment, ...owner, '--email', 'ada@acme.example', '--name', 'Ada');
  expect(made).toEqual({ url: expect.stringMatching(LINK), expiresAt: expect.any(String) });
  expect(Date.parse(made.expiresAt ?? '') - Date.now()).toBeGreaterThan(59 * 60_000);
  const again = await rollcall(environment, ...owner, '--user', 'ADA@acme.example');
  expect(again).toMatchObject({ exitCode: 0, stderr: '' });
  expect(again.stdout).toMatch(/^✓ ada@acme\.example signs in to Acme once by\n\n {2}https:.*\n\nuntil 20.* UTC\./);

  const taken = await rollcall(environment, ...owner, '--email', 'ada@acme.example');
  expect(taken.stderr).toMatch(/is taken\. .*npx rollcall owner-link --org acme --user ada@acme\.example\n$/);
  const unknown = await rollcall(environment, ...owner, '--user', 'grace');
  expect(unknown.stderr).toMatch(/^Acme has no user "grace"/);
  for (const wrong of [[], ['--user', 'ada', '--email', 'x@acme.example'], ['--user', 'ada', '--name', 'Ada']]) {
    expect((await rollcall(environment, ...owner, ...wrong)).exitCode).toBe(2);
  }
});

it('owner-link and connection test say where the service does not answer at the address that they print', async () => {
  await makeOrganization();
  const link = (settings: Environment, ...options: string[]) =>
    rollcall(settings, 'owner-link', '--org', 'acme', ...options);
  const PUBLIC_URL = 'http://localhost:1';
  const unanswered = `Nothing answers on ${PUBLIC_URL}: start the service, or give this command its PORT and PUBLIC_URL.\n`;
  const nowhere = await link({ ...environment, PUBLIC_URL }, '--email', 'ada@acme.example');
  expect(nowhere).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(unanswered) });
  await rollcallJson(environment, 'org', 'update', '--org', 'acme', '--plan', 'enterprise');
  const oidc = ['--protocol', 'oidc', '--issuer', 'http://127.0.0.1:9', '--client-id', 'c', '--client-secret', 's'];
  const local = { ...environment, PUBLIC_URL };
  const created = await rollcall(local, 'connection', 'create', '--org', 'acme', ...oidc);
  expect(created.stdout).toContain(unanswered);
  const [, id = ''] = /connection test (\S+)/.exec(created.stdout) ?? [];
  expect((await rollcall(local, 'connection', 'test', id)).stdout).toContain(unanswered);

  const service = await serveCli(database.environment);
  const answered = await link(service.environment, '--user', 'ada@acme.example');
  await service.stop();
  expect(answered.stdout).toContain('It is shown this once.\n');
  expect(answered.stdout).not.toContain('answers on');
  expect((await link(environment, '--user', 'ada@acme.example')).stdout).not.toContain('answers on');
});

it('owner-link refuses a SECRET_KEY that is not the service’s: the link would open nothing, and end the one before', async () => {
  await makeOrganization();
  const owner = ['owner-link', '--org', 'acme'];
  await rollcallJson(environment, ...owner, '--email', 'ada@acme.example');
  await rollcallJson(environment, 'keys', 'rotate');
  const mistyped = { ...environment, SECRET_KEY: 'a mistyped secret key, long enough though' };
  const refused = await rollcall(mistyped, ...owner, '--user', 'ada@acme.example', '--json');
  expect(refused.exitCode).toBe(1);
  expect(JSON.parse(refused.stdout)).toMatchObject({ error: { code: 'secretKeyWrong' } });
  expect((await rollcall(environment, ...owner, '--user', 'ada@acme.example')).exitCode).toBe(0);
});

it.each([
  ['api-key create', ['--org', 'acme', '--permission-set', 'reader']],
  ['scim-token create', ['--directory']],
  ['scim-token rotate', ['any', '--directory']],
  ['oauth-client create', ['--directory']],
  ['oauth-client add-secret', ['any', '--directory']],
])('%s refuses it too: what it would print is no secret of the service', async (command, options) => {
  const enterprise = ['--plan', 'enterprise', '--scim-without-sso'];
  await rollcallJson(environment, 'org', 'create', '--name', 'Acme', '--slug', 'acme', ...enterprise);
  const { id } = await rollcallJson(environment, 'directory', 'create', '--org', 'acme', '--name', 'Entra');
  await rollcallJson(environment, 'keys', 'rotate');
  const mistyped = { ...environment, SECRET_KEY: 'a mistyped secret key, long enough though' };
  const words = [...command.split(' '), ...options, ...(options.includes('--directory') ? [id ?? ''] : [])];
  const refused = await rollcall(mistyped, ...words, '--json');
  expect(JSON.parse(refused.stdout)).toMatchObject({ error: { code: 'secretKeyWrong' } });
});

it('the first start prints a link to set the installation up, the next one another, and none with an organization', async () => {
  const start = async (...args: string[]) => {
    const command = await startRollcall(environment, '\n', 'serve', ...args);
    await command.stop();
    return command.output();
  };
  const first = JSON.parse(await start('--json'));
  expect(first.setUpUrl).toMatch(LINK);
  const second = await start();
  expect(second).toMatch(
    /is ready on .*\n\n.*\n.*\n {2}Sign-in {2}https:\S+\/sign-in\n\nThere is no organization yet\..* by\n\n {2}https:\S+rclink_\w+\n$/,
  );
  expect(second).not.toContain(first.setUpUrl);
  await makeOrganization();
  expect(Object.keys(JSON.parse(await start('--json')))).toEqual(['url', 'graphqlUrl', 'tenantUrl', 'signInUrl']);
});
