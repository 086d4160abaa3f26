// The characteristics of RFC 7643 §7 (required, caseExact, canonicalValues, mutability, returned, uniqueness), shown on attributes
// that an organization declares: the core schemas have too few of them.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { idOf, resourcesOf } from '../clients/scim-client.ts';
import { type Connected, startTestService, type TestService } from '../harness/service.ts';
import { urns } from './urns.ts';

const urn = 'urn:acme:params:scim:schemas:2.0:Characteristics';
let service: TestService;
let connected: Connected;
let made = 0;

beforeAll(async () => {
  service = await startTestService();
  connected = await service.connected();
  await service.domain.customSchemas.create(connected.organization.operator, {
    urn,
    resourceType: 'User',
    attributes: [
      { name: 'site', description: 'x', required: true },
      { name: 'code', description: 'x', caseExact: true, uniqueness: 'server' },
      { name: 'alias', description: 'x', uniqueness: 'server' },
      { name: 'color', description: 'x', canonicalValues: ['red', 'blue'] },
      { name: 'serial', description: 'x', mutability: 'immutable' },
      { name: 'hint', description: 'x', returned: 'request' },
      { name: 'stamp', description: 'x', returned: 'always' },
    ],
  });
});
afterAll(() => service.close());

function aUser(values: Record<string, unknown>): Record<string, unknown> {
  made += 1;
  return { schemas: [urns.user, urn], userName: `user-${made}@x.example`, [urn]: { site: 'HQ', ...values } };
}

async function created(values: Record<string, unknown>): Promise<{ path: string; body: Record<string, unknown> }> {
  const body = aUser(values);
  return { path: `/Users/${idOf(await connected.scim.post('/Users', body))}`, body };
}

const valuesIn = (body: Record<string, unknown>) => (body[urn] ?? {}) as Record<string, unknown>;

describe('mutability immutable', () => {
  it('is set on create, and once later where it has no value', async () => {
    const { scim } = connected;
    const { path } = await created({});
    const set = await scim.patch(path, [{ op: 'add', path: `${urn}:serial`, value: 'S-1' }]);
    expect([set.status, valuesIn(set.body).serial]).toEqual([200, 'S-1']);
  });

  it('is never changed: 400 mutability by PUT and by PATCH, and the same value again is no change', async () => {
    const { scim } = connected;
    const { path, body } = await created({ serial: 'S-1' });
    const other = { ...body, [urn]: { ...valuesIn(body), serial: 'S-2' } };
    const changes = [
      await scim.put(path, other),
      await scim.patch(path, [{ op: 'replace', path: `${urn}:serial`, value: 'S-2' }]),
    ];
    for (const answer of changes) expect([answer.status, answer.body.scimType]).toEqual([400, 'mutability']);
    expect((await scim.put(path, body)).status).toBe(200);
    // Left out or removed it stays, and that is no error: a PUT of a client that does not know it has to pass.
    await scim.put(path, { ...body, [urn]: { site: 'HQ' } });
    await scim.patch(path, [{ op: 'remove', path: `${urn}:serial` }]);
    expect(valuesIn((await scim.get(path)).body).serial).toBe('S-1');
  });
});

describe('uniqueness server', () => {
  it.for([['code', 'C-1', 'C-1'] as const, ['alias', 'Alias', 'aLIAS'] as const])(
    '%s: a second one is 409 uniqueness on POST, PUT and PATCH, as caseExact says',
    async ([name, value, same]) => {
      const { scim } = connected;
      await created({ [name]: value });
      const { path, body } = await created({});
      const answers = [
        await scim.post('/Users', aUser({ [name]: same })),
        await scim.put(path, { ...body, [urn]: { ...valuesIn(body), [name]: same } }),
        await scim.patch(path, [{ op: 'add', path: `${urn}:${name}`, value: same }]),
      ];
      for (const answer of answers) expect([answer.status, answer.body.scimType]).toEqual([409, 'uniqueness']);
    },
  );

  it('minds case where the attribute does', async () => {
    await created({ code: 'Exact' });
    expect((await connected.scim.post('/Users', aUser({ code: 'EXACT' }))).status).toBe(201);
  });
});

it('required: 400 without it where its extension is there at all (§6: no extension is required as a whole)', async () => {
  const { scim } = connected;
  const missing = await scim.post('/Users', { ...aUser({}), [urn]: { color: 'red' } });
  expect([missing.status, missing.body.scimType]).toEqual([400, 'invalidValue']);
  const { path } = await created({ color: 'red' });
  const removed = await scim.patch(path, [{ op: 'remove', path: `${urn}:site` }]);
  expect(removed.status).toBe(400);
  expect(['mutability', 'invalidValue']).toContain(removed.body.scimType);
});

it('canonicalValues: others are 400 invalidValue', async () => {
  expect((await connected.scim.post('/Users', aUser({ color: 'red' }))).status).toBe(201);
  const wrong = await connected.scim.post('/Users', aUser({ color: 'green' }));
  expect([wrong.status, wrong.body.scimType]).toEqual([400, 'invalidValue']);
});

describe('returned', () => {
  it('request: only where it is asked for by name', async () => {
    const { scim } = connected;
    const { path } = await created({ hint: 'h' });
    expect(valuesIn((await scim.get(path)).body)).not.toHaveProperty('hint');
    const asked = await scim.get(`${path}?attributes=${encodeURIComponent(`${urn}:hint`)}`);
    expect(valuesIn(asked.body).hint).toBe('h');
    const listed = resourcesOf(await scim.find('/Users', `${urn}:hint eq "h"`));
    expect(listed.map((user) => valuesIn(user).hint)).toEqual([undefined]);
  });

  it('always: whatever is asked for or excluded', async () => {
    const { scim } = connected;
    const { path } = await created({ stamp: 's' });
    for (const query of ['attributes=userName', `excludedAttributes=${encodeURIComponent(`${urn}:stamp`)}`])
      expect(valuesIn((await scim.get(`${path}?${query}`)).body).stamp, query).toBe('s');
  });
});

it('caseExact: decides on case in filters', async () => {
  const { scim } = connected;
  await created({ code: 'MiXed', alias: 'MiXed' });
  const found = async (filter: string) => (await scim.find('/Users', filter)).body.totalResults;
  expect([await found(`${urn}:code eq "mixed"`), await found(`${urn}:code eq "MiXed"`)]).toEqual([0, 1]);
  expect([await found(`${urn}:alias eq "mixed"`), await found(`${urn}:alias eq "MiXed"`)]).toEqual([1, 1]);
});
