import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Environment, openCliDatabase, rollcall, rollcallJson, serveCli } from './run-rollcall.ts';

let database: Awaited<ReturnType<typeof openCliDatabase>>;
let service: Awaited<ReturnType<typeof serveCli>>;
let environment: Environment;
let directoryId: string;
let tenantUrl: string;
beforeAll(async () => {
  database = await openCliDatabase();
  service = await serveCli(database.environment);
  environment = service.environment;
  const plan = ['--plan', 'enterprise', '--scim-without-sso'];
  await rollcallJson(environment, 'org', 'create', '--name', 'Acme', '--slug', 'acme', ...plan);
  const directory = await rollcallJson(environment, 'directory', 'create', '--org', 'acme');
  directoryId = String(directory.id);
  tenantUrl = String(directory.tenantUrl);
});
afterAll(async () => {
  expect(await service.stop()).toBe(0);
  await database.close();
});

async function probe(token: string): Promise<number> {
  const answer = await fetch(`${tenantUrl}/Users`, { headers: { authorization: `Bearer ${token}` } });
  await answer.arrayBuffer();
  return answer.status;
}

async function aToken(...options: string[]): Promise<string> {
  const made = await rollcallJson(environment, 'scim-token', 'create', '--directory', directoryId, ...options);
  return String(made.token);
}

interface Rotated {
  token: string;
  replaced: { id: string; endsAt: string };
}

function rotate(old: string, ...options: string[]): Promise<Rotated> {
  const command = ['scim-token', 'rotate', '--directory', directoryId, old.slice(-4), ...options];
  return rollcallJson<Rotated>(environment, ...command);
}

describe('S4: scim-token rotate', () => {
  it('makes a new token beside the old one, which ends after the overlap', async () => {
    const old = await aToken();
    const { token, replaced } = await rotate(old, '--overlap-hours', '48');
    expect([await probe(old), await probe(token)]).toEqual([200, 200]);
    const hours = (Date.parse(replaced.endsAt) - Date.now()) / 3_600_000;
    expect(hours).toBeGreaterThan(47.9);
    expect(hours).toBeLessThanOrEqual(48);
    const { stdout } = await rollcall(environment, 'scim-token', 'list', '--directory', directoryId);
    const end = replaced.endsAt.slice(0, 16).replace('T', ' ');
    expect(stdout).toMatch(new RegExp(`^…${old.slice(-4)} +live .* ${end} `, 'm'));
    expect(stdout).toMatch(new RegExp(`^…${token.slice(-4)} +live .* never +[0-9a-f-]{36}$`, 'm'));
    expect(stdout).toContain('LAST USED');
    expect(stdout).toContain('EXPIRES');
  });

  it('with no overlap ends the old one now', async () => {
    const old = await aToken('--expires-in-days', '30');
    const { token } = await rotate(old, '--overlap-hours', '0');
    await expect.poll(() => probe(old), { timeout: 3_000 }).toBe(401);
    expect(await probe(token)).toBe(200);
    const again = await rollcall(environment, 'scim-token', 'rotate', '--directory', directoryId, old.slice(-4));
    expect(again).toMatchObject({ exitCode: 1, stdout: '' });
    expect(again.stderr).toContain('The token has ended already: make a new one.');
  });

  it('tells a person what to paste where, and until when', async () => {
    const old = await aToken();
    const { stdout } = await rollcall(environment, 'scim-token', 'rotate', '--directory', directoryId, old.slice(-4));
    expect(stdout).toContain('Paste these two into your identity provider (Entra: ');
    expect(stdout).toMatch(/Secret Token {2}rcscim_\w{60}\n/);
    expect(stdout).toMatch(
      new RegExp(`The token …${old.slice(-4)} works until [\\d-]+ [\\d:]+ UTC: paste the new one before\\.`),
    );
  });

  it.each([
    ['--overlap-hours', '721'],
    ['--overlap-hours', '-1'],
    ['--overlap-hours', 'x'],
    ['--expires-in-days', '0'],
  ])('refuses %s %s', async (...options) => {
    const run = await rollcall(environment, 'scim-token', 'rotate', '--directory', directoryId, 'abcd', ...options);
    expect(run.exitCode).toBe(2);
    expect(run.stdout).toBe('');
  });
});
