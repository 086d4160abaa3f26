import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Environment, rollcall, rollcallJson, serveCli } from './run-rollcall.ts';

let dataDir: string;
let environment: Environment;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'rollcall-cli-'));
  environment = { DATA_DIR: dataDir, PORT: '0', LOG_LEVEL: 'silent' };
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

it('commands work on the embedded PostgreSQL without a service, and beside one that runs', async () => {
  const { checks } = await rollcall(environment, 'doctor', '--json').then(({ stdout }) => JSON.parse(stdout));
  const pending = checks.find((check: { name: string }) => check.name === 'Migrations');
  expect(pending).toMatchObject({ isOk: false, advice: expect.stringContaining('npx rollcall migrate') });
  expect(await rollcallJson<object>(environment, 'migrate')).toEqual({
    migrated: [
      '0001-core',
      '0002-life-cycles',
      '0003-directory-counts',
      '0004-oauth',
      '0005-custom-schemas',
      '0006-sign-in',
    ],
  });
  await rollcallJson(environment, 'org', 'create', '--name', 'Before', '--slug', 'before');

  const service = await serveCli(environment);
  await rollcallJson(service.environment, 'org', 'create', '--name', 'Beside', '--slug', 'beside');
  const key = await rollcallJson(
    service.environment,
    'api-key',
    'create',
    '--org',
    'beside',
    '--permission-set',
    'owner',
  );
  const answer = await fetch(`${service.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key.apiKey}` },
    body: '{"query":"{ organization { slug } }"}',
  });
  expect(await answer.json()).toEqual({ data: { organization: { slug: 'beside' } } });
  // Its user is a superuser whom nobody chose: the doctor warns of nothing.
  const { stdout } = await rollcall(service.environment, 'doctor');
  expect(stdout).toMatch(/✓ Role +rollcall_service[^\n]*\n✓ Migrations +up to date\n/);
  expect(await service.stop()).toBe(0);

  const { organizations } = await rollcallJson<{ organizations: { slug: string }[] }>(environment, 'org', 'list');
  expect(organizations.map(({ slug }) => slug)).toEqual(['before', 'beside']);
});

it('logs of the database appear only under LOG_LEVEL=debug, on stderr', async () => {
  const quiet = await rollcall({ ...environment, LOG_LEVEL: 'info' }, 'org', 'list');
  const talking = await rollcall({ ...environment, LOG_LEVEL: 'debug' }, 'org', 'list');
  expect(quiet.stderr).toBe('');
  expect(talking.stderr).toContain('embedded postgres started');
  expect(talking.stdout).toBe(quiet.stdout);
});
