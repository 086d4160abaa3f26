// Cursors that no server gave, and cursors of the largest values: a page or a 400 of RFC 9865 §2.1, never a 500.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { declareBadgeSchema } from '../conformance/badge-schema.ts';
import { urns } from '../conformance/urns.ts';
import { type Connected, startTestService, type TestService } from '../harness/service.ts';
import { entraUser } from './entra-requests.ts';
import { resourcesOf } from './scim-client.ts';

const badge = 'urn:acme:params:scim:2.0:User';
let service: TestService;
let connected: Connected;

beforeAll(async () => {
  service = await startTestService();
  connected = await service.connected();
  await declareBadgeSchema(service, connected, badge);
  for (const name of ['ada', 'ben', 'cem']) {
    const values = { number: 1, weight: 0.5, issued: '2024-03-01T10:00:00Z', isMaster: true, color: 'red' };
    await connected.scim.post('/Users', entraUser(name, { title: name, [badge]: values }));
  }
});
afterAll(() => service.close());

const sorts = [
  ...[
    'id',
    'userName',
    'title',
    'active',
    'meta.created',
    'meta.lastModified',
    'externalId',
    'emails',
    'name.familyName',
  ],
  ...['number', 'weight', 'issued', 'isMaster', 'color'].map((name) => `${badge}:${name}`),
];
const keys = [
  '',
  'x',
  'true',
  '0',
  '-1e400',
  'NaN',
  'Infinity',
  '2024-01-01',
  'infinity',
  '1 day ago',
  '0x10',
  '\u0000',
  'null',
];

it.for(sorts)('a cursor of %s with another position is a page or a 400', async (sortBy) => {
  const path = `/Users?count=1&sortBy=${encodeURIComponent(sortBy)}`;
  const { nextCursor } = (await connected.scim.get(`${path}&cursor=`)).body;
  const facts = JSON.parse(Buffer.from(String(nextCursor), 'base64url').toString()) as unknown[];
  const forged: unknown[][] = [
    ...keys.map((key) => [...facts.slice(0, -1), key]),
    ...[null, 7, {}, ['x'], 'y'.repeat(5_000)].map((key) => [...facts.slice(0, -1), key]),
    ...facts.map((_, position) => facts.with(position, null)),
    ...facts.map((_, position) => facts.with(position, -1)),
    facts.slice(0, 3),
  ];
  for (const parts of forged) {
    const cursor = Buffer.from(JSON.stringify(parts)).toString('base64url');
    const { status, body } = await connected.scim.get(`${path}&cursor=${cursor}`);
    const shown = JSON.stringify(parts).slice(0, 200);
    expect([200, 400], shown).toContain(status);
    if (status === 400) expect(['invalidCursor', 'expiredCursor'], shown).toContain(body.scimType);
  }
  expect(service.failures).toEqual([]);
});

it('walks people whose values are as long as they may be, by every sorting', async () => {
  const fresh = await service.connected();
  const long = (letter: string) => `${letter.repeat(4_094)}`;
  for (const number of [1, 2, 3]) {
    const title = `${long('💥')}${number}`;
    const answer = await fresh.scim.post(
      '/Users',
      entraUser(`long-${number}`, { title, nickName: `${long('a')}${number}` }),
    );
    expect(answer.status).toBe(201);
  }
  for (const sortBy of ['title', 'nickName']) {
    const seen: unknown[] = [];
    let cursor: unknown = '';
    while (typeof cursor === 'string' && seen.length < 10) {
      const query = { schemas: [urns.searchRequest], sortBy, count: 1, cursor, attributes: ['userName'] };
      const answer = await fresh.scim.post('/Users/.search', query);
      expect(answer.status, answer.text.slice(0, 300)).toBe(200);
      seen.push(...resourcesOf(answer).map(({ id }) => id));
      const { nextCursor } = answer.body;
      if (typeof nextCursor === 'string') {
        const byAddress = await fresh.scim.get(`/Users?sortBy=${sortBy}&count=1&cursor=${nextCursor}`);
        expect(byAddress.status, `${sortBy}: a cursor of ${nextCursor.length} characters`).toBe(200);
      }
      cursor = nextCursor;
    }
    expect(new Set(seen).size, sortBy).toBe(3);
  }
});
