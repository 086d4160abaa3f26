// Sorting (RFC 7644 §3.4.2.3): by attributes of every type, with and without case, absent values last or first.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { idOf, resourcesOf } from '../clients/scim-client.ts';
import { type Connected, startTestService, type TestService } from '../harness/service.ts';
import { declareBadgeSchema } from './badge-schema.ts';
import { urns } from './urns.ts';

const badge = 'urn:acme:params:scim:schemas:2.0:Badge';
let service: TestService;
let connected: Connected;

/** Made in this order, so that meta.created is as well. */
const people: Record<string, object> = {
  ben: {
    title: 'driver',
    externalId: 'b',
    name: { familyName: 'Young' },
    emails: [{ value: 'z@x.example' }, { value: 'a@x.example', primary: true }],
    [urns.enterprise]: { department: 'b' },
    [badge]: { number: 10, issued: '2024-03-01T09:00:00Z' },
  },
  Ada: {
    title: 'Engineer',
    externalId: 'C',
    active: false,
    name: { familyName: 'lovelace' },
    emails: [{ value: 'M@x.example' }, { value: 'a@x.example' }],
    [urns.enterprise]: { department: 'A' },
    [badge]: { number: 9, issued: '2024-03-01T10:00:00+02:00' },
  },
  cem: { externalId: 'a' },
};

beforeAll(async () => {
  service = await startTestService();
  connected = await service.connected();
  await declareBadgeSchema(service, connected, badge);
  const { scim } = connected;
  const ids: string[] = [];
  for (const [name, person] of Object.entries(people)) {
    const body = { schemas: [urns.user, urns.enterprise, badge], userName: `${name}@x.example`, ...person };
    ids.push(idOf(await scim.post('/Users', body)));
  }
  for (const displayName of ['beta', 'Alpha', 'gamma'])
    await scim.post('/Groups', { schemas: [urns.group], displayName, members: [{ value: ids[0] }] });
});
afterAll(() => service.close());

async function order(endpoint: string, query: string): Promise<string[]> {
  const answer = await connected.scim.get(`${endpoint}?${query}`);
  return resourcesOf(answer).map((resource) => String(resource.userName ?? resource.displayName).split('@')[0] ?? '');
}

/** [sortBy, ascending]; descending is the reverse, as no two are equal but the absent. */
const rows: [string, string, string[]][] = [
  ['indexed text without case', 'userName', ['Ada', 'ben', 'cem']],
  ['text without case, absent last', 'title', ['ben', 'Ada', 'cem']],
  ['exact text', 'externalId', ['Ada', 'cem', 'ben']],
  ['a sub-attribute', 'name.familyName', ['Ada', 'ben', 'cem']],
  ["a list by its primary's value, else the first", 'emails', ['ben', 'Ada', 'cem']],
  ["a list's sub-attribute", 'emails.value', ['ben', 'Ada', 'cem']],
  ['a moment of the server', 'meta.created', ['ben', 'Ada', 'cem']],
  ['a moment of the last change', 'meta.lastModified', ['ben', 'Ada', 'cem']],
  ['an enterprise attribute', `${urns.enterprise}:department`, ['Ada', 'ben', 'cem']],
  ['a declared integer, by number', `${badge}:number`, ['Ada', 'ben', 'cem']],
  ['a declared moment, in time', `${badge}:issued`, ['Ada', 'ben', 'cem']],
];

describe('sortBy', () => {
  it.for(rows)('%s: %s', async ([, sortBy, names]) => {
    const encoded = encodeURIComponent(sortBy);
    expect(await order('/Users', `sortBy=${encoded}`)).toEqual(names);
    expect(await order('/Users', `sortBy=${encoded}&sortOrder=ascending`)).toEqual(names);
    expect(await order('/Users', `sortBy=${encoded}&sortOrder=descending`)).toEqual(names.toReversed());
  });

  it('a boolean', async () => {
    expect((await order('/Users', 'sortBy=active'))[0]).toBe('Ada');
    expect((await order('/Users', 'sortBy=active&sortOrder=descending'))[2]).toBe('Ada');
  });

  it('reads names and orders in any case', async () => {
    expect(await order('/Users', 'SORTBY=USERNAME&SortOrder=Descending')).toEqual(['cem', 'ben', 'Ada']);
  });

  it('sorts groups by name without case, and pages in that order', async () => {
    expect(await order('/Groups', 'sortBy=displayName')).toEqual(['Alpha', 'beta', 'gamma']);
    expect(await order('/Groups', 'sortBy=displayName&sortOrder=descending&count=1')).toEqual(['gamma']);
    expect(await order('/Groups', 'sortBy=displayName&startIndex=2&count=1&excludedAttributes=members')).toEqual([
      'beta',
    ]);
  });

  it('sorts what a filter found', async () => {
    expect(await order('/Users', 'filter=title+pr&sortBy=userName&sortOrder=descending')).toEqual(['ben', 'Ada']);
  });

  it('refuses what cannot be sorted by: nothing known, a complex attribute as a whole, a password', async () => {
    for (const sortBy of ['shoeSize', 'name', 'password']) {
      const { status, body } = await connected.scim.get(`/Users?sortBy=${sortBy}`);
      expect([status, body.schemas], sortBy).toEqual([400, [urns.error]]);
    }
  });
});
