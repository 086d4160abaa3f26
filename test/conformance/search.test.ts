// Queries by POST (RFC 7644 §3.4.3) and at the root (§3.4.2.1).
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { idOf, resourcesOf, type ScimAnswer } from '../clients/scim-client.ts';
import { type Connected, startTestService, type TestService } from '../harness/service.ts';
import { urns } from './urns.ts';

let service: TestService;
let connected: Connected;
let ada: string;

beforeAll(async () => {
  service = await startTestService();
  connected = await service.connected();
  const { scim } = connected;
  const user = (userName: string, more = {}) => scim.post('/Users', { schemas: [urns.user], userName, ...more });
  ada = idOf(
    await user('ada', { title: 'Engineer', displayName: 'Shared', emails: [{ value: 'a@x.example', type: 'work' }] }),
  );
  await user('ben', { title: 'Driver' });
  await scim.post('/Groups', { schemas: [urns.group], displayName: 'Shared', members: [{ value: ada }] });
  await scim.post('/Groups', { schemas: [urns.group], displayName: 'Other' });
});
afterAll(() => service.close());

const search = (path: string, request: object = {}) =>
  connected.scim.post(`${path}/.search`, { schemas: [urns.searchRequest], ...request });

function namesIn(answer: ScimAnswer): string[] {
  return resourcesOf(answer).map((resource) => String(resource.userName ?? resource.displayName));
}

describe('.search of a resource type', () => {
  it('answers what GET answers to the same question', async () => {
    const request = { filter: 'title pr', sortBy: 'userName', sortOrder: 'descending', startIndex: 1, count: 5 };
    const answer = await search('/Users', request);
    const query = new URLSearchParams(
      Object.entries(request).map(([name, value]) => [name, String(value)] as [string, string]),
    );
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual((await connected.scim.get(`/Users?${query}`)).body);
    expect(namesIn(answer)).toEqual(['ben', 'ada']);
  });

  it('takes attributes and excludedAttributes as lists', async () => {
    const filter = 'userName eq "ada"';
    const [only] = resourcesOf(await search('/Users', { filter, attributes: ['userName', 'emails.value'] }));
    expect(only).toEqual({ schemas: [urns.user], id: ada, userName: 'ada', emails: [{ value: 'a@x.example' }] });
    const [without] = resourcesOf(await search('/Users', { filter, excludedAttributes: ['emails', 'meta', 'id'] }));
    expect(without).toMatchObject({ id: ada, userName: 'ada', title: 'Engineer' });
    expect(Object.keys(without ?? {})).not.toEqual(expect.arrayContaining(['emails']));
  });

  it('searches groups', async () => {
    expect(namesIn(await search('/Groups', { filter: `members eq "${ada}"` }))).toEqual(['Shared']);
  });

  it('answers all without parameters, and is no creation', async () => {
    const answer = await search('/Users');
    expect([answer.status, answer.body.schemas, answer.body.totalResults]).toEqual([200, [urns.listResponse], 2]);
    expect(answer.headers.location).toBeUndefined();
  });

  it('refuses a wrong filter, and another message than a SearchRequest', async () => {
    const filtered = await search('/Users', { filter: 'shoeSize eq 7' });
    expect([filtered.status, filtered.body.scimType]).toEqual([400, 'invalidFilter']);
    const message = await connected.scim.post('/Users/.search', { schemas: [urns.patchOp], filter: 'title pr' });
    expect([message.status, message.body.scimType]).toEqual([400, 'invalidSyntax']);
  });
});

describe('a query of the root', () => {
  it('answers users and groups', async () => {
    const answer = await search('', { count: 10 });
    expect(answer.body).toMatchObject({ schemas: [urns.listResponse], totalResults: 4 });
    expect(namesIn(answer).sort()).toEqual(['Other', 'Shared', 'ada', 'ben']);
  });

  it('is narrowed by meta.resourceType', async () => {
    const filter = (type: string) => `meta.resourceType eq "${type}"`;
    expect(namesIn(await search('', { filter: filter('User') })).sort()).toEqual(['ada', 'ben']);
    expect(namesIn(await search('', { filter: filter('Group') })).sort()).toEqual(['Other', 'Shared']);
    expect(namesIn(await search('', { filter: `(${filter('User')}) or (${filter('Group')})` }))).toHaveLength(4);
  });

  it('finds by what both types have, and takes what one lacks for absent', async () => {
    expect(namesIn(await search('', { filter: 'displayName eq "shared"' })).sort()).toEqual(['Shared', 'ada']);
    expect(namesIn(await search('', { filter: 'userName eq "ada"' }))).toEqual(['ada']);
    expect(namesIn(await search('', { filter: 'userName pr' })).sort()).toEqual(['ada', 'ben']);
    expect(namesIn(await search('', { filter: 'not (userName pr)' })).sort()).toEqual(['Other', 'Shared']);
    expect(namesIn(await search('', { filter: `members eq "${ada}" or title eq "driver"` })).sort()).toEqual([
      'Shared',
      'ben',
    ]);
  });

  it('pages over both types, each once', async () => {
    const seen: unknown[] = [];
    for (let startIndex = 1; startIndex <= 4; startIndex += 1) {
      const answer = await search('', { startIndex, count: 1 });
      expect(answer.body.totalResults).toBe(4);
      seen.push(...resourcesOf(answer).map(({ id }) => id));
    }
    expect(new Set(seen).size).toBe(4);
  });

  it('takes GET as well', async () => {
    const answer = await connected.scim.find('/', 'displayName eq "Shared"');
    expect([answer.status, namesIn(answer).sort()]).toEqual([200, ['Shared', 'ada']]);
  });
});
