import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../src/cli/main.ts';
import { type CliRun, type Environment, openCliDatabase, rollcall, rollcallJson, serveCli } from './run-rollcall.ts';

let database: Awaited<ReturnType<typeof openCliDatabase>>;
let service: Awaited<ReturnType<typeof serveCli>>;
let environment: Environment;
beforeAll(async () => {
  database = await openCliDatabase();
  service = await serveCli(database.environment);
  environment = service.environment;
});
afterAll(async () => {
  await service.stop();
  await database.close();
});

const letters = 'abcdefghjk';
let made = 0;

/** An organization whose directory observes, with Ada and her group in it. */
async function anObservingDirectory() {
  made += 1;
  const slug = `dirs-${letters.charAt(made)}`;
  const enterprise = ['--plan', 'enterprise', '--scim-without-sso'];
  await rollcallJson(environment, 'org', 'create', '--name', slug, '--slug', slug, ...enterprise);
  const create = ['directory', 'create', '--org', slug, '--name', 'Entra', '--observing'];
  const { id, tenantUrl } = await rollcallJson<{ id: string; tenantUrl: string }>(environment, ...create);
  const { token } = await rollcallJson<{ token: string }>(environment, 'scim-token', 'create', '--directory', id);
  const push = (path: string, body: object) =>
    fetch(`${tenantUrl}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' },
      body: JSON.stringify(body),
    });
  const schema = 'urn:ietf:params:scim:schemas:core:2.0:';
  const user = { schemas: [`${schema}User`], userName: 'ada@acme.example' };
  const ada = (await (await push('/Users', user)).json()) as { id: string };
  const group = { schemas: [`${schema}Group`], displayName: 'Sales', members: [{ value: ada.id }] };
  expect((await push('/Groups', group)).status).toBe(201);
  return { slug, id, push, schema };
}

/** As on a terminal where somebody types the answer. */
async function typed(answer: string, ...args: string[]): Promise<CliRun> {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  Object.assign(stdin, { isTTY: true });
  Object.assign(stderr, { isTTY: true });
  stdin.end(answer);
  const exitCode = await runCli(args, { stdin, stdout, stderr, environment });
  return { exitCode, stdout: String(stdout.read() ?? ''), stderr: String(stderr.read() ?? '') };
}

async function statusOf(slug: string): Promise<string | undefined> {
  const list = await rollcallJson<{ directories: { status: string }[] }>(
    environment,
    'directory',
    'list',
    '--org',
    slug,
  );
  return list.directories[0]?.status;
}

describe('directory preview and activate', () => {
  it('show what a directory that observes would do, and do it when somebody agrees', async () => {
    const { slug, id } = await anObservingDirectory();
    const { stdout } = await rollcall(environment, 'directory', 'preview', id);
    expect(stdout).toBe(
      `Activating Entra lets it reach the product:\n\n  1  new person\n  1  new group, without permissions\n\nActivate it: npx rollcall directory activate ${id}\n`,
    );
    const declined = await typed('n\n', 'directory', 'activate', id);
    expect(declined).toMatchObject({ exitCode: 1 });
    expect(await statusOf(slug)).toBe('observing');
    const agreed = await typed('y\n', 'directory', 'activate', id);
    expect(agreed).toMatchObject({ exitCode: 0, stdout: '✓ Entra is active, and all it has sent is in.\n' });
    expect(await statusOf(slug)).toBe('active');
  });

  it('name the groups that join or wait, and what the joined ones give', async () => {
    const { slug, id, push, schema } = await anObservingDirectory();
    const { apiKey } = await rollcallJson(environment, 'api-key', 'create', '--org', slug, '--permission-set', 'owner');
    const ask = async (query: string) => {
      const response = await fetch(`${service.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` },
        body: JSON.stringify({ query }),
      });
      return ((await response.json()) as { data: Record<string, Record<string, { id: string }>> }).data;
    };
    const sets = (await ask('{ permissionSets(first: 10) { nodes { id builtIn } } }')).permissionSets as unknown as {
      nodes: { id: string; builtIn: string }[];
    };
    const admin = sets.nodes.find((set) => set.builtIn === 'ADMIN')?.id;
    for (const name of ['Marketing', 'Administrators']) {
      const made = await ask(`mutation { createGroup(input: { name: "${name}" }) { group { id } } }`);
      const groupId = made.createGroup?.group?.id;
      if (name === 'Administrators') {
        const input = `{ groupId: "${groupId}", permissionSetId: "${admin}" }`;
        await ask(`mutation { grantPermissionSet(input: ${input}) { grant { id } errors { message } } }`);
      }
      await push('/Groups', { schemas: [`${schema}Group`], displayName: name });
    }
    await push('/Users', { schemas: [`${schema}User`], userName: 'bob@acme.example', active: false });
    const { stdout } = await rollcall(environment, 'directory', 'preview', id);
    expect(stdout).toBe(
      [
        'Activating Entra lets it reach the product:',
        '',
        '  2  new people (1 inactive)',
        '  1  new group, without permissions',
        '  1  group joins the one of its name',
        '  1  group waits for a decision',
        '',
        '  GROUP           WHAT   WHY',
        '  Marketing       joins',
        '  Administrators  waits  the group grants sensitive permissions',
        '',
        `Activate it: npx rollcall directory activate ${id}`,
        '',
      ].join('\n'),
    );
  });

  it('do exactly what was shown', async () => {
    const { slug, id, push, schema } = await anObservingDirectory();
    const { digest } = await rollcallJson(environment, 'directory', 'preview', id);
    await push('/Users', { schemas: [`${schema}User`], userName: 'bob@acme.example' });
    const late = await rollcall(environment, 'directory', 'activate', id, '--digest', digest ?? '');
    expect(late.exitCode).toBe(1);
    expect(late.stderr).toContain('directory preview DIRECTORY_ID');
    expect(await statusOf(slug)).toBe('observing');
    const activated = await rollcallJson(environment, 'directory', 'activate', id, '--yes');
    expect(activated).toMatchObject({ status: 'active', isSettled: true });
  });

  it('ask nobody where nobody can be asked', async () => {
    const { id } = await anObservingDirectory();
    expect(await rollcall(environment, 'directory', 'activate', id)).toMatchObject({ exitCode: 2 });
  });
});

describe('directory pause and retire', () => {
  it('let a directory wait, and disconnect it for good by its name', async () => {
    const { slug, id } = await anObservingDirectory();
    const early = await rollcall(environment, 'directory', 'pause', id);
    expect(early).toMatchObject({ exitCode: 1 });
    expect(early.stderr).toContain('npx rollcall directory list');
    await rollcallJson(environment, 'directory', 'activate', id, '--yes');
    const paused = await rollcall(environment, 'directory', 'pause', id);
    expect(paused.stdout).toContain('✓ Entra is paused.');
    const retire = ['directory', 'retire', id, '--people', 'keep'];
    expect(await rollcall(environment, ...retire)).toMatchObject({ exitCode: 2 });
    const mistyped = await typed('entra\n', ...retire);
    expect(mistyped).toMatchObject({ exitCode: 1 });
    expect(mistyped.stderr + mistyped.stdout).toMatch(
      /Entra has \d+ (person|people) and \d+ groups?\. It is disconnected for good/,
    );
    expect(await statusOf(slug)).toBe('paused');
    const retired = await rollcall(environment, ...retire, '--confirm', 'Entra');
    expect(retired.stdout).toBe('✓ Entra is retired. Its people are manual users now.\n');
    expect(await statusOf(slug)).toBe('retired');
  });

  it('name an unknown directory', async () => {
    const run = await rollcall(environment, 'directory', 'pause', 'nonsense');
    expect(run).toMatchObject({ exitCode: 1 });
    expect(run.stderr).toContain('directory list --org SLUG');
  });
});

it('makes a strict directory with --strict, which refuses what others understand', async () => {
  const enterprise = ['--plan', 'enterprise', '--scim-without-sso'];
  await rollcallJson(environment, 'org', 'create', '--name', 'Strict', '--slug', 'strict-one', ...enterprise);
  const create = async (...options: string[]) => {
    const args = ['directory', 'create', '--org', 'strict-one', ...options];
    const { id, tenantUrl } = await rollcallJson<{ id: string; tenantUrl: string }>(environment, ...args);
    const { token } = await rollcallJson<{ token: string }>(environment, 'scim-token', 'create', '--directory', id);
    const answer = await fetch(`${tenantUrl}/Users`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' },
      body: JSON.stringify({ userName: 'ada@acme.example' }),
    });
    return answer.status;
  };
  expect([await create('--name', 'Own', '--strict'), await create('--name', 'Okta')]).toEqual([400, 201]);
});
