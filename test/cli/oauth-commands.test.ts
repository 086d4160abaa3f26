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

interface Made {
  clientId: string;
  clientSecret: string;
}

const create = (...options: string[]) =>
  rollcallJson<Made>(environment, 'oauth-client', 'create', '--directory', directoryId, ...options);

async function accessToken({
  clientId,
  clientSecret,
}: Made): Promise<{ status: number; token: string; scope: string }> {
  const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
  const response = await fetch(`${service.url}/oauth/token`, { method: 'POST', body: new URLSearchParams(form) });
  const body = (await response.json()) as { access_token?: string; scope?: string };
  return { status: response.status, token: body.access_token ?? '', scope: body.scope ?? '' };
}

async function probe(token: string): Promise<number> {
  const answer = await fetch(`${tenantUrl}/Users`, { headers: { authorization: `Bearer ${token}` } });
  await answer.arrayBuffer();
  return answer.status;
}

describe('rollcall oauth-client', () => {
  it('create makes a client whose access tokens open the directory', async () => {
    const made = await create();
    expect(made).toEqual({
      clientId: expect.stringMatching(/^rcclient_[0-9A-Za-z]{60}$/),
      clientSecret: expect.stringMatching(/^rcsecret_[0-9A-Za-z]{60}$/),
    });
    const { status, token, scope } = await accessToken(made);
    expect([status, scope]).toEqual([200, 'read users:write groups:write']);
    expect(await probe(token)).toBe(200);
  });

  it('create calls it as the directory is called, where no name is given', async () => {
    const at = ['--org', 'acme', '--name', 'Okta', '--precedence', '2'];
    const { id } = await rollcallJson(environment, 'directory', 'create', ...at);
    await rollcallJson(environment, 'oauth-client', 'create', '--directory', String(id));
    const { stdout } = await rollcall(environment, 'oauth-client', 'list', '--directory', String(id));
    expect(stdout).toMatch(/^Okta +…/m);
  });

  it('create narrows it to scopes, and says what it takes', async () => {
    expect((await accessToken(await create('--scope', 'read', '--scope', 'users:write'))).scope).toBe(
      'read users:write',
    );
    const wrong = await rollcall(environment, 'oauth-client', 'create', '--directory', directoryId, '--scope', 'all');
    expect(wrong).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('read, users:write, groups:write') });
    const years = await rollcall(environment, 'oauth-client', 'create', '--directory', directoryId, '--years', '4');
    expect(years).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('--years must be a number from 1 to 3'),
    });
  });

  it('create tells a person what goes where, and until when', async () => {
    const { stdout } = await rollcall(
      environment,
      'oauth-client',
      'create',
      '--directory',
      directoryId,
      '--years',
      '1',
    );
    expect(stdout).toContain(`Tenant URL         ${tenantUrl}`);
    expect(stdout).toContain(`Token Endpoint     ${service.url}/oauth/token`);
    expect(stdout).toMatch(/Client Identifier {2}rcclient_\w{60}\n/);
    expect(stdout).toMatch(/Client Secret {6}rcsecret_\w{60}\n/);
    const year = new Date().getUTCFullYear() + 1;
    expect(stdout).toMatch(new RegExp(`The secret is shown this once, and ends on ${year}-`));
  });

  it('add-secret and revoke-secret replace a secret without a gap; list shows both', async () => {
    const made = await create('--name', 'Replaced');
    const added = await rollcallJson<Made>(
      environment,
      'oauth-client',
      'add-secret',
      made.clientId,
      '--directory',
      directoryId,
    );
    expect(added.clientId).toBe(made.clientId);
    const [old, fresh] = [await accessToken(made), await accessToken(added)];
    expect([await probe(old.token), await probe(fresh.token)]).toEqual([200, 200]);
    await rollcallJson(
      environment,
      'oauth-client',
      'revoke-secret',
      made.clientSecret.slice(-4),
      '--directory',
      directoryId,
    );
    await expect.poll(() => probe(old.token), { timeout: 3_000 }).toBe(401);
    expect([await probe(fresh.token), (await accessToken(made)).status]).toEqual([200, 401]);
    const { stdout } = await rollcall(environment, 'oauth-client', 'list', '--directory', directoryId);
    expect(stdout).toMatch(new RegExp(`^Replaced +…${made.clientSecret.slice(-4)} +revoked .* ${made.clientId} `, 'm'));
    expect(stdout).toMatch(new RegExp(`^Replaced +…${added.clientSecret.slice(-4)} +live .* ${made.clientId} `, 'm'));
    expect(stdout).not.toContain(made.clientSecret);
    const unknown = await rollcall(environment, 'oauth-client', 'revoke-secret', 'zzzz', '--directory', directoryId);
    expect(unknown).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('oauth-client list') });
  });

  it('delete ends it all', async () => {
    const made = await create();
    const { token } = await accessToken(made);
    await rollcallJson(environment, 'oauth-client', 'delete', made.clientId, '--directory', directoryId);
    await expect.poll(() => probe(token), { timeout: 3_000 }).toBe(401);
    const { oauthClients } = await rollcallJson<{ oauthClients: Made[] }>(
      environment,
      'oauth-client',
      'list',
      '--directory',
      directoryId,
    );
    expect(oauthClients.map(({ clientId }) => clientId)).not.toContain(made.clientId);
    const again = await rollcall(environment, 'oauth-client', 'delete', made.clientId, '--directory', directoryId);
    expect(again).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('has no OAuth client') });
  });
});

describe('rollcall workload-identity', () => {
  const tenantId = 'ce5f061f-abe6-4e40-9615-301f87bcb7f0';
  const application = 'b5ba7a93-4452-4522-aeb4-a2b5da870c16';
  const claims = ['--tenant', tenantId, '--audience', `api://${application}/.default`, '--subject', 'sub-1'];

  it('set, show and remove pin what Entra shows', async () => {
    const at = ['--directory', directoryId];
    const none = await rollcall(environment, 'workload-identity', 'show', ...at);
    expect(none).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('no workload identity') });
    const set = await rollcallJson(environment, 'workload-identity', 'set', ...at, ...claims);
    expect(set).toMatchObject({
      clientId: expect.stringMatching(/^rcclient_/),
      tokenEndpoint: `${service.url}/oauth/token`,
      tenantUrl,
      issuer: `https://login.microsoftonline.com/${tenantId}/v2.0`,
      audience: `api://${application}`,
      authorizedParty: application,
      subject: 'sub-1',
    });
    expect(await rollcallJson(environment, 'workload-identity', 'show', ...at)).toEqual(set);
    const { stdout } = await rollcall(environment, 'workload-identity', 'show', ...at);
    expect(stdout).toContain(`Token URL  ${service.url}/oauth/token`);
    expect(stdout).toContain(`SCIM URL   ${tenantUrl}`);
    await rollcallJson(environment, 'workload-identity', 'remove', ...at);
    expect((await rollcall(environment, 'workload-identity', 'show', ...at)).exitCode).toBe(1);
    expect((await rollcall(environment, 'workload-identity', 'remove', ...at)).exitCode).toBe(1);
  });
});

it('scim-token create --scope narrows a token, and list shows it', async () => {
  const options = ['--directory', directoryId, '--scope', 'read'];
  const { token = '' } = await rollcallJson(environment, 'scim-token', 'create', ...options);
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' };
  const answer = await fetch(`${tenantUrl}/Users`, { method: 'POST', headers, body: '{"userName":"ada"}' });
  await answer.arrayBuffer();
  expect([await probe(token), answer.status]).toEqual([200, 403]);
  const { stdout } = await rollcall(environment, 'scim-token', 'list', '--directory', directoryId);
  expect(stdout).toMatch(new RegExp(`^…${token.slice(-4)} +live +read +`, 'm'));
});
