import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCliDatabase, rollcall, rollcallJson, serveCli, startRollcall } from './run-rollcall.ts';

let database: Awaited<ReturnType<typeof openCliDatabase>>;
let service: Awaited<ReturnType<typeof serveCli>>;
beforeAll(async () => {
  database = await openCliDatabase();
  service = await serveCli(database.environment);
});
afterAll(async () => {
  await service.stop();
  await database.close();
});

async function startGateway(settings: Record<string, string>) {
  const gateway = await startRollcall({ PORT: '0', LOG_LEVEL: 'warn', ...settings }, '\n', 'scim-gateway', '--json');
  const facts = JSON.parse(gateway.output()) as { url: string; graphqlUrl: string; tenantUrl: string };
  return { ...gateway, ...facts };
}

describe('rollcall scim-gateway', () => {
  it('answers SCIM for a service elsewhere, without a database of its own', async () => {
    const gateway = await startGateway({ GRAPH_URL: `${service.url}/graphql` });
    expect(gateway).toMatchObject({
      graphqlUrl: `${service.url}/graphql`,
      tenantUrl: `${gateway.url}/scim/v2/{directoryId}`,
    });
    const environment = service.environment;
    const organization = await rollcallJson(
      environment,
      'org',
      'create',
      '--name',
      'Acme',
      '--slug',
      'acme',
      '--plan',
      'enterprise',
      '--scim-without-sso',
    );
    const directory = await rollcallJson(environment, 'directory', 'create', '--org', String(organization.slug));
    const { token } = await rollcallJson(environment, 'scim-token', 'create', '--directory', String(directory.id));
    const address = `${gateway.url}/scim/v2/${directory.id}`;
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' };
    const body = JSON.stringify({ schemas: [], userName: 'ada@acme.example' });
    const created = await fetch(`${address}/Users`, { method: 'POST', headers, body });
    expect([created.status, created.headers.get('location')]).toEqual([
      201,
      expect.stringContaining(`${address}/Users/`),
    ]);
    expect((await fetch(`${address}/Users`, { headers: { authorization: 'Bearer wrong' } })).status).toBe(401);
    const states = await Promise.all(['/livez', '/readyz', '/graphql'].map((path) => fetch(`${gateway.url}${path}`)));
    expect(states.map(({ status }) => status)).toEqual([200, 200, 404]);
    expect(await states[2]?.text()).toMatch(/SCIM gateway: it answers \/scim\/v2, \/livez and \/readyz/);
    const elsewhere = await fetch(`${service.url}/nothing`);
    expect([elsewhere.status, await elsewhere.text()]).toEqual([
      404,
      'Nothing is here. The service answers /sign-in, /sso, /graphql, /scim/v2, /oauth/token, /livez and /readyz.\n',
    ]);
    expect(await gateway.stop()).toBe(0);
  });

  it('says which setting is missing, and what it may be', async () => {
    const { exitCode, stderr } = await rollcall({ PORT: '0' }, 'scim-gateway');
    expect([exitCode, stderr]).toEqual([
      1,
      expect.stringMatching(/GRAPH_URL is missing.*GRAPH_URL=http:\/\/localhost:4000\/graphql/s),
    ]);
  });

  it('runs on while GraphQL does not answer, and is not ready', async () => {
    const gateway = await startGateway({ GRAPH_URL: 'http://127.0.0.1:1/graphql' });
    const [live, ready] = await Promise.all(['/livez', '/readyz'].map((path) => fetch(`${gateway.url}${path}`)));
    expect([live?.status, ready?.status, await ready?.text()]).toEqual([200, 503, 'GraphQL does not answer\n']);
    const headers = { authorization: 'Bearer x' };
    const answer = await fetch(`${gateway.url}/scim/v2/0198a000-0000-7000-8000-00000000d1d1/Users`, { headers });
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
    await gateway.stop();
  });
});
