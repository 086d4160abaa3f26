// What Microsoft's app gallery requires of a SCIM endpoint, as far as an API shows it: "User provisioning requirements for Microsoft
// Entra App Gallery" (2026-08-26) and the tests of the validation Logic App (AzureAD/SCIMReferenceCode, SCIM-Validation-Test-
// Overview.md), whose numbers stand in brackets. docs/guides/gallery.md walks the requirements one by one.
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { urns } from '../conformance/urns.ts';
import { type Connected, startTestService, type TestService } from '../harness/service.ts';
import { defaultDialect, entraGroup, entraUser, flagDialect } from './entra-requests.ts';
import { idOf, memberIdsOf, resourcesOf, type ScimAnswer } from './scim-client.ts';

let service: TestService;
let connected: Connected;

beforeAll(async () => {
  // With the limits of calls that the service has by default.
  const limits = { SCIM_RATE_PER_SECOND: '100', SCIM_RATE_BURST: '400', SCIM_CONCURRENCY_MAX: '100' };
  service = await startTestService(limits);
  connected = await service.connected();
});
afterAll(() => service.close());

/** The targets of Entra's default mapping for an app outside the gallery. */
const mappedTargets = [
  ...['userName', 'active', 'displayName', 'title', 'preferredLanguage', 'externalId', 'id'],
  ...['name.givenName', 'name.familyName', 'name.formatted'],
  ...['emails[type eq "work"].value', 'emails[type eq "other"].value'],
  ...['streetAddress', 'locality', 'region', 'postalCode', 'country', 'formatted'].map(
    (part) => `addresses[type eq "work"].${part}`,
  ),
  ...['work', 'mobile', 'fax'].map((type) => `phoneNumbers[type eq "${type}"].value`),
  ...['employeeNumber', 'department', 'manager'].map((name) => `${urns.enterprise}:${name}`),
  ...['members'],
];

type Described = { name: string; multiValued: boolean; canonicalValues?: string[]; subAttributes?: Described[] };

/** The names by which the mapping page of Entra lists what a schema has. */
function flattened(schema: Record<string, unknown>): string[] {
  const urn = String(schema.id);
  const prefix = urn.includes(':core:') ? '' : `${urn}:`;
  return (schema.attributes as Described[]).flatMap(({ name, multiValued, subAttributes = [] }) => {
    const types = subAttributes.find((part) => part.name === 'type')?.canonicalValues ?? [];
    const parts = subAttributes.flatMap((part) =>
      multiValued
        ? types.map((type) => `${prefix}${name}[type eq "${type}"].${part.name}`)
        : [`${prefix}${name}.${part.name}`],
    );
    return [`${prefix}${name}`, ...parts];
  });
}

describe('T13: schema discovery', () => {
  it('T13: finds every target of the default mapping in /Schemas, users and groups (15)', async () => {
    const answer = await connected.scim.get('/Schemas');
    expect(answer.status).toBe(200);
    expect(answer.text).not.toContain('null');
    const schemas = resourcesOf(answer);
    expect(schemas.map(({ id }) => id)).toEqual(expect.arrayContaining([urns.user, urns.group, urns.enterprise]));
    const found = new Set(['id', 'externalId', ...schemas.flatMap(flattened)].map((name) => name.toLowerCase()));
    expect(mappedTargets.filter((target) => !found.has(target.toLowerCase()))).toEqual([]);
  });

  it('T13: finds the resource types, and the features in ServiceProviderConfig', async () => {
    const types = resourcesOf(await connected.scim.get('/ResourceTypes'));
    expect(types.map(({ endpoint }) => endpoint)).toEqual(['/Users', '/Groups']);
    const { body } = await connected.scim.get('/ServiceProviderConfig');
    expect(body).toMatchObject({ patch: { supported: true }, filter: { supported: true }, bulk: { supported: true } });
    expect(JSON.stringify(body.authenticationSchemes)).toContain('oauth');
  });
});

describe('T13: users', () => {
  it('T13: a miss is a success with zero results', async () => {
    for (const filter of [
      'userName eq "nobody"',
      'externalId eq "nobody"',
      'emails[type eq "work"].value eq "nobody"',
    ]) {
      const { status, body } = await connected.scim.find('/Users', filter);
      expect([status, body.totalResults], filter).toEqual([200, 0]);
    }
  });

  it('T13: are created and updated directly, value for value (17, 18)', async () => {
    const created = await connected.scim.post('/Users', entraUser('direct'));
    expect([created.status, created.body.userName]).toEqual([201, 'direct@contoso.example']);
    const values = {
      displayName: 'New',
      title: 'T',
      preferredLanguage: 'de-DE',
      nickName: 'N',
      profileUrl: 'x',
      timezone: 'Mars/Base',
    };
    const path = `/Users/${idOf(created)}`;
    const operations = Object.entries(values).map(([name, value]) => ({ op: 'Replace', path: name, value }));
    expect((await connected.scim.patch(path, operations)).status).toBe(200);
    expect((await connected.scim.get(path)).body).toMatchObject(values);
  });

  it('T13: lose what is set to an empty text or to null (16)', async () => {
    const sent = { title: 'T', nickName: 'N', name: { givenName: 'G', familyName: 'F' } };
    const path = `/Users/${idOf(await connected.scim.post('/Users', entraUser('empty', sent)))}`;
    const names = [
      'title',
      'nickName',
      'name.givenName',
      'emails[type eq "work"].value',
      `${urns.enterprise}:department`,
    ];
    for (const value of ['', null]) {
      const operations = names.map((name) => ({ op: 'Replace', path: name, value }));
      expect((await connected.scim.patch(path, operations)).status).toBe(200);
      const { body } = await connected.scim.get(path);
      expect([body.title, body.nickName, body.name, body.emails]).toEqual([
        undefined,
        undefined,
        { formatted: undefined, familyName: 'F' },
        undefined,
      ]);
    }
  });

  it('T13: get, change and lose a manager (5, 25)', async () => {
    const { scim } = connected;
    const [first, second] = [
      idOf(await scim.post('/Users', entraUser('boss'))),
      idOf(await scim.post('/Users', entraUser('boss2'))),
    ];
    const path = `/Users/${idOf(await scim.post('/Users', entraUser('managed')))}`;
    const managerIn = ({ body }: ScimAnswer) =>
      (body[urns.enterprise] as { manager?: { value: string } } | undefined)?.manager?.value;
    const at = `${urns.enterprise}:manager`;
    await scim.patch(path, [{ op: 'Add', path: at, value: first }]);
    expect(managerIn(await scim.get(path))).toBe(first);
    await scim.patch(path, [{ op: 'Replace', path: at, value: second }]);
    expect(managerIn(await scim.get(path))).toBe(second);
    await scim.patch(path, [{ op: 'Replace', path: at, value: '' }]);
    expect(managerIn(await scim.get(path))).toBeUndefined();
  });

  it('T13: soft delete: a disabled user stays, is found, and comes back the same with its memberships (3, 6)', async () => {
    const { scim } = connected;
    const id = idOf(await scim.post('/Users', entraUser('leaver')));
    const group = `/Groups/${idOf(await scim.post('/Groups', entraGroup('Leavers', { members: [{ value: id }] })))}`;
    for (const [disable, restore] of [
      [defaultDialect.disable, defaultDialect.restore],
      [flagDialect.disable, flagDialect.restore],
    ] as const) {
      expect((await scim.patch(`/Users/${id}`, [disable])).body.active).toBe(false);
      const [found] = resourcesOf(await scim.find('/Users', 'userName eq "leaver@contoso.example"'));
      expect([found?.id, found?.active]).toEqual([id, false]);
      expect((await scim.patch(`/Users/${id}`, [restore])).body).toMatchObject({ id, active: true });
      expect(memberIdsOf(await scim.get(group))).toEqual([id]);
    }
  });

  it('T13: hard delete: gone by id and by filter, and may be created again (4)', async () => {
    const { scim } = connected;
    const path = `/Users/${idOf(await scim.post('/Users', entraUser('purged')))}`;
    expect((await scim.delete(path)).status).toBe(204);
    expect((await scim.get(path)).status).toBe(404);
    expect(resourcesOf(await scim.find('/Users', 'userName eq "purged@contoso.example"'))).toEqual([]);
    expect((await scim.post('/Users', entraUser('purged'))).status).toBe(201);
  });
});

describe('T13: groups', () => {
  it('T13: are created, renamed and deleted directly (8, 9, 10, 19, 20)', async () => {
    const { scim } = connected;
    const created = await scim.post('/Groups', entraGroup('Gallery'));
    const path = `/Groups/${idOf(created)}`;
    expect([created.status, created.body.displayName]).toEqual([201, 'Gallery']);
    expect((await scim.patch(path, [defaultDialect.replace('displayName', 'Renamed')])).status).toBe(204);
    expect((await scim.get(path)).body.displayName).toBe('Renamed');
    expect((await scim.delete(path)).status).toBe(204);
    expect((await scim.find('/Groups', 'displayName eq "Renamed"')).body.totalResults).toBe(0);
  });

  it('T13: take and lose several members in one PATCH (11, 12)', async () => {
    const { scim } = connected;
    const names = Array.from({ length: 20 }, (_, number) => `member-${number}`);
    const ids = await Promise.all(names.map(async (name) => idOf(await scim.post('/Users', entraUser(name)))));
    const path = `/Groups/${idOf(await scim.post('/Groups', entraGroup('Many')))}`;
    expect((await scim.patch(path, [defaultDialect.addMembers(...ids)])).status).toBe(204);
    expect(memberIdsOf(await scim.get(path))).toEqual(ids.toSorted());
    expect((await scim.patch(path, [defaultDialect.removeMembers(...ids.slice(5))])).status).toBe(204);
    expect(memberIdsOf(await scim.get(path))).toEqual(ids.slice(0, 5).toSorted());
  });
});

it.for(['/Users', '/Groups'])('T13: %s are paged by five, and startIndex comes back (23, 24)', async (endpoint) => {
  const { scim } = await service.connected();
  const body = (number: number) => (endpoint === '/Users' ? entraUser(`page-${number}`) : entraGroup(`Page ${number}`));
  await Promise.all(Array.from({ length: 11 }, (_, number) => scim.post(endpoint, body(number))));
  const seen: unknown[] = [];
  for (let page = 0; page < 3; page += 1) {
    const answer = await scim.get(`${endpoint}?startIndex=${page * 5 + 1}&count=5`);
    expect(answer.body).toMatchObject({ totalResults: 11, startIndex: page * 5 + 1 });
    seen.push(...resourcesOf(answer).map(({ id }) => id));
  }
  expect(new Set(seen).size).toBe(11);
});

it('T13: bulk is supported', async () => {
  const Operations = [{ method: 'POST', path: '/Users', bulkId: 'b', data: entraUser('in-bulk') }];
  const { status, body } = await connected.scim.post('/Bulk', { schemas: [urns.bulkRequest], Operations });
  expect([status, body.Operations]).toEqual([200, [expect.objectContaining({ status: '201' })]]);
});

it('T13: 25 requests a second are all answered, without 429 or 503, under the default limits', {
  timeout: 60_000,
}, async () => {
  const { scim } = await service.connected();
  const seconds = 4;
  const work = async (number: number): Promise<ScimAnswer[]> => {
    const name = `steady-${number}`;
    const found = await scim.find('/Users', `userName eq "${name}@contoso.example"`);
    const created = await scim.post('/Users', entraUser(name));
    const path = `/Users/${idOf(created)}`;
    return [
      found,
      created,
      await scim.get(path),
      await scim.patch(path, [defaultDialect.replace('title', 'T')]),
      await scim.get(path),
    ];
  };
  const answers: Promise<ScimAnswer[]>[] = [];
  const started = performance.now();
  for (let second = 0; second < seconds; second += 1) {
    // Five people a second, five requests each.
    for (let person = 0; person < 5; person += 1) answers.push(work(second * 5 + person));
    await wait(Math.max(0, started + (second + 1) * 1_000 - performance.now()));
  }
  const statuses = (await Promise.all(answers)).flat().map(({ status }) => status);
  expect(statuses).toHaveLength(25 * seconds);
  expect(statuses.filter((status) => status >= 400)).toEqual([]);
  // Whoever keeps up needs no more time than the requests were spread over, and a little.
  expect(performance.now() - started).toBeLessThan((seconds + 3) * 1_000);
  expect(service.failures).toEqual([]);
});

describe('T13: OAuth client credentials', () => {
  type Token = { access_token?: string; token_type?: string; expires_in?: number; error?: string };

  async function ask(form: Record<string, string>, headers: Record<string, string> = {}) {
    const body = new URLSearchParams({ grant_type: 'client_credentials', ...form });
    const response = await fetch(`${service.url}/oauth/token`, { method: 'POST', body, headers });
    return { status: response.status, token: (await response.json()) as Token };
  }

  async function aClient() {
    const { organization, directory } = connected;
    const { oauthClient, clientSecret } = await service.domain.oauthClients.create(organization.operator, {
      directoryId: directory.id,
      name: 'Entra',
    });
    return { id: oauthClient.id, clientId: oauthClient.clientId, clientSecret };
  }

  it('T13: a token for a secret in the form or in Basic, that lives 60 to 360 minutes and opens the directory (21)', async () => {
    const { clientId, clientSecret } = await aClient();
    const basic = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
    const answers = [
      await ask({ client_id: clientId, client_secret: clientSecret }),
      await ask({}, { Authorization: basic }),
    ];
    for (const { status, token } of answers) {
      expect([status, token.token_type?.toLowerCase()]).toEqual([200, 'bearer']);
      expect(token.expires_in).toBeGreaterThanOrEqual(60 * 60);
      expect(token.expires_in).toBeLessThanOrEqual(360 * 60);
      const scim = service.scim({ ...connected.directory, token: token.access_token ?? '' });
      expect((await scim.get('/Users?count=1')).status).toBe(200);
    }
  });

  it('T13: several secrets live at once; one that was revoked gives no token any more', async () => {
    const { id, clientId, clientSecret } = await aClient();
    const { operator } = connected.organization;
    const second = await service.domain.oauthClients.addSecret(operator, { oauthClientId: id });
    for (const client_secret of [clientSecret, second.clientSecret])
      expect((await ask({ client_id: clientId, client_secret })).status).toBe(200);
    await service.domain.oauthClients.revokeSecret(operator, second.oauthClientSecret.id);
    const revoked = await ask({ client_id: clientId, client_secret: second.clientSecret });
    expect([revoked.status, revoked.token.error]).toEqual([401, 'invalid_client']);
    expect((await ask({ client_id: clientId, client_secret: clientSecret })).status).toBe(200);
  });

  it('T13: a secret lives one to three years', async () => {
    const { operator } = connected.organization;
    const { id } = await aClient();
    const year = 365 * 24 * 60 * 60 * 1_000;
    const made = await service.domain.oauthClients.addSecret(operator, { oauthClientId: id });
    const life = made.oauthClientSecret.expiresAt.getTime() - Date.now();
    expect([life > 0.99 * year, life < 3.01 * year]).toEqual([true, true]);
    for (const secretYears of [0, 4]) {
      const refused = service.domain.oauthClients.addSecret(operator, { oauthClientId: id, secretYears });
      await expect(refused).rejects.toMatchObject({ code: 'invalidValue' });
    }
  });
});
