import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startOidcProvider } from '../harness/oidc-provider.ts';
import { type Environment, openCliDatabase, rollcall, rollcallJson, serveCli } from './run-rollcall.ts';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

let database: Awaited<ReturnType<typeof openCliDatabase>>;
let service: Awaited<ReturnType<typeof serveCli>>;
let environment: Environment;
beforeAll(async () => {
  database = await openCliDatabase();
  service = await serveCli(database.environment);
  environment = service.environment;
});
afterAll(async () => {
  expect(await service.stop()).toBe(0);
  await database.close();
});

let made = 0;

async function anEnterprise(): Promise<string> {
  made += 1;
  const slug = `enterprise-${made}`;
  const options = ['--name', `Enterprise ${made}`, '--slug', slug, '--plan', 'enterprise', '--scim-without-sso'];
  await rollcallJson(environment, 'org', 'create', ...options);
  return slug;
}

async function aDirectory(): Promise<{ slug: string; id: string; tenantUrl: string }> {
  const slug = await anEnterprise();
  const { id, tenantUrl } = await rollcallJson(environment, 'directory', 'create', '--org', slug);
  return { slug, id: String(id), tenantUrl: String(tenantUrl) };
}

async function probe(tenantUrl: string, token: string): Promise<number> {
  const filter = new URLSearchParams({ filter: 'userName eq "4d6f2f9e-9c5b-4d5c-9d77-5a7d0c2b0f2e"' });
  const answer = await fetch(`${tenantUrl}/Users?${filter}`, { headers: { authorization: `Bearer ${token}` } });
  await answer.arrayBuffer();
  return answer.status;
}

describe('org', () => {
  it('create answers exactly the id and the slug', async () => {
    const created = await rollcallJson(environment, 'org', 'create', '--name', 'Acme', '--slug', 'acme');
    expect(created).toEqual({ id: expect.stringMatching(uuid), slug: 'acme' });
  });

  it('create names the next step to a person', async () => {
    const { stdout } = await rollcall(environment, 'org', 'create', '--name', 'Nextstep', '--slug', 'nextstep');
    expect(stdout).toContain('✓ Nextstep is made.');
    expect(stdout).toContain('npx rollcall org update --org nextstep --plan enterprise');
    const plan = ['--plan', 'enterprise'];
    const bought = await rollcall(environment, 'org', 'create', '--name', 'Bought', '--slug', 'bought', ...plan);
    expect(bought.stdout).toContain('npx rollcall connection create --org bought --help');
  });

  it('create refuses a slug that is taken, with what to do', async () => {
    const slug = await anEnterprise();
    const args = ['org', 'create', '--name', 'Again', '--slug', slug];
    const human = await rollcall(environment, ...args);
    const sentence = `The slug ${slug} is taken. Choose another --slug; npx rollcall org list shows those in use.`;
    expect(human).toEqual({ exitCode: 1, stdout: '', stderr: `${sentence}\n` });
    const json = await rollcall(environment, ...args, '--json');
    expect(JSON.parse(json.stdout)).toEqual({ error: { code: 'slugTaken', message: sentence } });
    expect(json.exitCode).toBe(1);
  });

  it('create refuses an unknown plan as a usage error', async () => {
    const { exitCode, stderr } = await rollcall(
      environment,
      'org',
      'create',
      '--name',
      'A',
      '--slug',
      'a',
      '--plan',
      'gold',
    );
    expect(exitCode).toBe(2);
    expect(stderr).toContain('--plan knows free, enterprise, not "gold".');
  });

  it('list shows every organization by its slug', async () => {
    const slug = await anEnterprise();
    const { organizations } = await rollcallJson<{ organizations: { slug: string }[] }>(environment, 'org', 'list');
    expect(organizations.find((organization) => organization.slug === slug)).toEqual({
      id: expect.stringMatching(uuid),
      slug,
      name: expect.any(String),
      plan: 'enterprise',
      status: 'active',
    });
    expect((await rollcall(environment, 'org', 'list')).stdout).toMatch(new RegExp(`^${slug} +Enterprise`, 'm'));
  });

  it('update opens SCIM to an organization that its plan and the SSO rule had kept from it', async () => {
    const slug = 'opened-later';
    await rollcallJson(environment, 'org', 'create', '--name', 'Later', '--slug', slug);
    const connect = () => rollcall(environment, 'directory', 'create', '--org', slug);
    expect((await connect()).stderr).toMatch(/enterprise plan.*org update --org opened-later --plan enterprise/);
    await rollcallJson(environment, 'org', 'update', '--org', slug, '--plan', 'enterprise');
    expect((await connect()).stderr).toMatch(
      /no connection yet.*connection create --org opened-later .*org update --org opened-later --scim-without-sso/,
    );
    const updated = await rollcallJson(environment, 'org', 'update', '--org', slug, '--scim-without-sso');
    expect(updated).toMatchObject({ slug, plan: 'enterprise', scimWithoutSso: true });
    expect((await connect()).exitCode).toBe(0);
  });
});

describe('directory and scim-token', () => {
  it('T2: directory create answers exactly the id and the Tenant URL, which list repeats', async () => {
    const { slug, id, tenantUrl } = await aDirectory();
    expect(tenantUrl).toBe(`${service.url}/scim/v2/${id}`);
    const { directories } = await rollcallJson<{ directories: object[] }>(
      environment,
      'directory',
      'list',
      '--org',
      slug,
    );
    expect(directories).toEqual([{ id, name: 'Microsoft Entra ID', status: 'active', tenantUrl }]);
  });

  it('directory create names the nearest organization for an unknown slug', async () => {
    const slug = await anEnterprise();
    const { exitCode, stderr } = await rollcall(environment, 'directory', 'create', '--org', `${slug}x`);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      /^There is no organization with the slug "enterprise-\d+x"\. Did you mean "enterprise-\d+"\?\n$/,
    );
  });

  it("S5: Entra's connection test succeeds with the Tenant URL and the token, and with nothing else", async () => {
    const { id, tenantUrl } = await aDirectory();
    const created = await rollcallJson(environment, 'scim-token', 'create', '--directory', id);
    expect(Object.keys(created)).toEqual(['token']);
    expect(await probe(tenantUrl, String(created.token))).toBe(200);
    expect(await probe(tenantUrl, `${created.token}x`)).toBe(401);
  });

  it('S3: scim-token create tells a person what to paste where', async () => {
    const { id, tenantUrl } = await aDirectory();
    const { stdout } = await rollcall(environment, 'scim-token', 'create', '--directory', id);
    expect(stdout).toContain('Paste these two into your identity provider (Entra: ');
    expect(stdout).toContain(`Tenant URL    ${tenantUrl}\n`);
    expect(stdout).toMatch(/Secret Token {2}rcscim_\w{60}\n/);
    expect(stdout).toContain('shown this once');
  });

  it('says to a person alone that nobody outside reaches localhost', async () => {
    const { slug, id } = await aDirectory();
    const hint = /^Identity providers cannot reach localhost: .* with PUBLIC_URL=https:\/\/…$/m;
    const commands = [
      ['directory', 'create', '--org', slug, '--name', 'Another', '--precedence', '2'],
      ['scim-token', 'create', '--directory', id],
      ['oauth-client', 'create', '--directory', id],
    ];
    for (const command of commands) {
      expect((await rollcall(environment, ...command)).stdout, command.join(' ')).toMatch(hint);
    }
    const { token } = await rollcallJson(environment, 'scim-token', 'create', '--directory', id);
    const rotate = ['scim-token', 'rotate', String(token).slice(-4), '--directory', id];
    expect((await rollcall(environment, ...rotate)).stdout).toMatch(hint);
    const reachable = { ...environment, PUBLIC_URL: 'https://identity.example.com' };
    for (const command of commands.slice(1)) {
      expect((await rollcall(reachable, ...command)).stdout, command.join(' ')).not.toContain('localhost');
    }
  });

  it('S4 S17: two tokens live at once; the revoked one is refused from then on while the new one works', async () => {
    const { id, tenantUrl } = await aDirectory();
    const create = async () =>
      String((await rollcallJson(environment, 'scim-token', 'create', '--directory', id)).token);
    const [old, fresh] = [await create(), await create()];
    expect([await probe(tenantUrl, old), await probe(tenantUrl, fresh)]).toEqual([200, 200]);
    const revoked = await rollcallJson(environment, 'scim-token', 'revoke', '--directory', id, old.slice(-4));
    expect(revoked).toEqual({ id: expect.stringMatching(uuid), revokedAt: expect.any(String) });
    // A running service of another process learns of it within a second.
    await expect.poll(() => probe(tenantUrl, old), { timeout: 3_000 }).toBe(401);
    expect(await probe(tenantUrl, fresh)).toBe(200);
    const { stdout } = await rollcall(environment, 'scim-token', 'list', '--directory', id);
    expect(stdout).toMatch(new RegExp(`^…${old.slice(-4)} +revoked `, 'm'));
    expect(stdout).toMatch(new RegExp(`^…${fresh.slice(-4)} +live `, 'm'));
    expect(stdout).not.toContain(old);
  });

  it('scim-token create and revoke say where to look for an unknown id', async () => {
    const { id } = await aDirectory();
    const nobody = '01900000-0000-7000-8000-000000000000';
    const create = await rollcall(environment, 'scim-token', 'create', '--directory', nobody);
    expect(create.stderr).toBe(
      `There is no directory with the id "${nobody}". See: npx rollcall directory list --org SLUG\n`,
    );
    const revoke = await rollcall(environment, 'scim-token', 'revoke', '--directory', id, 'abcd');
    expect(revoke.stderr).toContain(`The directory has no token "abcd". See: npx rollcall scim-token list`);
    expect([create.exitCode, revoke.exitCode]).toEqual([1, 1]);
  });
});

describe('api-key create', () => {
  it('T1: answers exactly the key, which GraphQL takes with the permissions of its set', async () => {
    const slug = await anEnterprise();
    const created = await rollcallJson(environment, 'api-key', 'create', '--org', slug, '--permission-set', 'reader');
    expect(Object.keys(created)).toEqual(['apiKey']);
    const answer = await fetch(`${service.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${created.apiKey}` },
      body: '{"query":"{ viewer { organization { slug } permissions } }"}',
    });
    const permissions = ['content:view', 'screens:view'];
    expect(await answer.json()).toEqual({ data: { viewer: { organization: { slug }, permissions } } });
  });

  it('names the sets there are for an unknown one', async () => {
    const slug = await anEnterprise();
    const { exitCode, stderr } = await rollcall(
      environment,
      'api-key',
      'create',
      '--org',
      slug,
      '--permission-set',
      'boss',
    );
    expect(exitCode).toBe(1);
    expect(stderr).toBe('There is no permission set "boss". There are: owner, admin, reader.\n');
  });

  it('shows a person how to use it', async () => {
    const slug = await anEnterprise();
    const { stdout } = await rollcall(environment, 'api-key', 'create', '--org', slug, '--permission-set', 'owner');
    expect(stdout).toMatch(new RegExp(`curl ${service.url}/graphql[\\s\\S]*Authorization: Bearer rckey_\\w{60}'`));
  });
});

describe('migrate', () => {
  it('says that there is nothing to do on a database of this version', async () => {
    expect(await rollcallJson(environment, 'migrate')).toEqual({ migrated: [] });
    expect((await rollcall(environment, 'migrate')).stdout).toBe('✓ The database is up to date.\n');
  });
});

describe('doctor', () => {
  it('finds everything in order where the service runs', async () => {
    const { checks } = await rollcallJson<{ checks: { name: string; isOk: boolean }[] }>(environment, 'doctor');
    expect(checks.filter((check) => !check.isOk)).toEqual([]);
    expect(checks.map((check) => check.name)).toEqual([
      'Node',
      'Settings',
      'Disk',
      'Secret key',
      'Permissions',
      'PostgreSQL',
      'Role',
      'User',
      'Migrations',
      'Secrets',
      'Service',
    ]);
  });

  it('warns where the user who connects could leave the role that row-level security binds', async () => {
    const { exitCode, stdout } = await rollcall(environment, 'doctor');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^! User +\w+ is or can become a superuser: .*\n +→ Better: a DATABASE_URL of a user who/m);
    expect(stdout).toMatch(/\nEverything works; mind the warning\.\n$/);
  });

  it('says what to do where nothing answers and where PostgreSQL is not there', async () => {
    const wrong = { ...environment, DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none', PORT: '1' };
    const { exitCode, stdout, stderr } = await rollcall(wrong, 'doctor');
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/✗ PostgreSQL +connect ECONNREFUSED[\s\S]*→ Start it, or correct DATABASE_URL/);
    expect(stdout).toMatch(/✗ Service +nothing answers on http:\/\/127.0.0.1:1\n +→ Start it: npm start/);
    expect(stderr).toBe('2 of 7 checks found something wrong.\n');
  });

  it('finds a SECRET_KEY that is not the one of the secrets in the database, and takes it beside PREVIOUS_SECRET_KEY', async () => {
    await rollcallJson(environment, 'keys', 'rotate');
    const SECRET_KEY = 'a mistyped secret key, long enough though';
    const { exitCode, stdout } = await rollcall({ ...environment, SECRET_KEY }, 'doctor');
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(
      /✗ Secrets +The secrets .* are sealed under another SECRET_KEY\.\n +→ Set SECRET_KEY to that one/,
    );
    const moving = { ...environment, SECRET_KEY, PREVIOUS_SECRET_KEY: environment.SECRET_KEY ?? '' };
    expect((await rollcall(moving, 'doctor')).stdout).toMatch(/✓ Secrets /);
  });

  it('looks whether the issuers of Google and Microsoft answer, where people may continue with them', async () => {
    const provider = await startOidcProvider();
    const login = (name: string, issuer: string) => ({
      [`${name}_CLIENT_ID`]: 'c',
      [`${name}_CLIENT_SECRET`]: 's',
      [`${name}_ISSUER`]: issuer,
    });
    const settings = { ...environment, ...login('GOOGLE', provider.issuer), ...login('MICROSOFT', service.url) };
    const both = await rollcall(settings, 'doctor');
    expect(both.stdout).toContain(`✓ Google       ${provider.issuer} answers\n`);
    expect(both.stdout).toMatch(/✗ Microsoft +\S+openid-configuration answers 404, .*\n +→ Correct MICROSOFT_ISSUER/);
    const away = await rollcall({ ...environment, ...login('GOOGLE', 'http://127.0.0.1:9') }, 'doctor');
    expect(away.stdout).toMatch(/✗ Google +http:\/\/127\.0\.0\.1:9\S+ cannot be read: /);
    await provider.close();
  });

  it('names a setting that cannot be used', async () => {
    const { exitCode, stdout } = await rollcall({ PORT: 'many' }, 'doctor');
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/✗ Settings +PORT must be a number/);
  });
});

describe('settings and the database', () => {
  it('are named in one sentence when they cannot be used', async () => {
    const setting = await rollcall({ PORT: 'many' }, 'org', 'list');
    expect(setting).toEqual({ exitCode: 1, stdout: '', stderr: 'PORT must be a number from 0 to 65535.\n' });
    const unreachable = { ...environment, DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none' };
    const { stdout } = await rollcall(unreachable, 'org', 'list', '--json');
    expect(JSON.parse(stdout)).toEqual({
      error: {
        code: 'startFailed',
        message: 'connect ECONNREFUSED 127.0.0.1:1. To find out more: npx rollcall doctor',
      },
    });
  });
});
