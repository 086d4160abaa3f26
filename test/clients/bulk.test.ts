// Bulk (RFC 7644 §3.7) against the real service: what the operations do, that each is a transaction and a provisioning event of
// its own, and that the limits of ServiceProviderConfig are those that are kept.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  BULK_REQUEST,
  BULK_RESPONSE,
  ENTERPRISE_USER_SCHEMA,
  GROUP_SCHEMA,
  USER_SCHEMA,
} from '../../src/attributes/urns.ts';
import { type Connected, startTestService, type TestService } from '../harness/service.ts';
import { idOf, memberIdsOf, type ScimClient } from './scim-client.ts';

type Result = {
  location?: string;
  bulkId?: string;
  version?: string;
  status: string;
  response?: { scimType?: string };
};

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

function bulkBody(operations: object[], rest: object = {}) {
  return { schemas: [BULK_REQUEST], Operations: operations, ...rest };
}

async function bulk(scim: ScimClient, operations: object[], rest: object = {}): Promise<Result[]> {
  const answer = await scim.post('/Bulk', bulkBody(operations, rest));
  expect([answer.status, answer.body.schemas]).toEqual([200, [BULK_RESPONSE]]);
  return answer.body.Operations as Result[];
}

function newUser(bulkId: string, more: object = {}) {
  const data = { schemas: [USER_SCHEMA], userName: `${bulkId}@acme.example`, externalId: `ext-${bulkId}`, ...more };
  return { method: 'POST', path: '/Users', bulkId, data };
}

function idIn({ location = '' }: Result): string {
  return location.split('/').at(-1) ?? '';
}

/** The writes and refusals that the directory's admin sees, as method, outcome and the end of the path. */
async function eventsOf({ organization, directory }: Connected) {
  const { items } = await service.domain.provisioningEvents.list(organization.operator, directory.id, { first: 100 });
  return items;
}

describe('a bulk request', () => {
  it('makes people and a group of them in one request, whatever the order, and answers where each is', async () => {
    const { scim, directory } = await service.connected();
    const members = [{ value: 'bulkId:ada' }, { value: 'bulkId:bob' }];
    const results = await bulk(scim, [
      {
        method: 'POST',
        path: '/Groups',
        bulkId: 'team',
        data: { schemas: [GROUP_SCHEMA], displayName: 'Team', members },
      },
      newUser('ada', { [ENTERPRISE_USER_SCHEMA]: { manager: { value: 'bulkId:bob' } } }),
      newUser('bob', { [ENTERPRISE_USER_SCHEMA]: { manager: { value: 'bulkId:ada' } } }),
    ]);
    expect(results.map(({ status, bulkId }) => [status, bulkId])).toEqual([
      ['201', 'team'],
      ['201', 'ada'],
      ['201', 'bob'],
    ]);
    const [team, ada, bob] = results as [Result, Result, Result];
    expect(team.location).toBe(`${directory.tenantUrl}/Groups/${idIn(team)}`);
    expect(memberIdsOf(await scim.get(`/Groups/${idIn(team)}`))).toEqual([idIn(ada), idIn(bob)].sort());
    const read = await scim.get(`/Users/${idIn(bob)}`);
    expect(read.body[ENTERPRISE_USER_SCHEMA]).toMatchObject({ manager: { value: idIn(ada) } });
    expect([read.headers.etag, (await scim.get(`/Users/${idIn(ada)}`)).headers.etag]).toEqual([
      bob.version,
      ada.version,
    ]);
  });

  it('does what it can: a name that is taken fails alone', async () => {
    const { scim } = await service.connected();
    const ada = idOf(await scim.post('/Users', newUser('ada').data));
    const results = await bulk(scim, [
      newUser('ada'),
      newUser('bob'),
      {
        method: 'PATCH',
        path: `/Users/${ada}`,
        data: { Operations: [{ op: 'Replace', path: 'active', value: 'False' }] },
      },
      { method: 'DELETE', path: `/Users/${ada}` },
    ]);
    expect(results.map(({ status }) => status)).toEqual(['409', '201', '200', '204']);
    expect(results[0]?.response).toMatchObject({ scimType: 'uniqueness' });
    expect((await scim.get(`/Users/${ada}`)).status).toBe(404);
  });

  it('stops at failOnErrors and keeps what was done before', async () => {
    const { scim } = await service.connected();
    const results = await bulk(scim, [newUser('ada'), newUser('ada'), newUser('bob')], { failOnErrors: 1 });
    // Both name one bulkId, so neither is tried.
    expect(results.map(({ status }) => status)).toEqual(['400']);
    const again = await bulk(scim, [newUser('ada'), { ...newUser('ada'), bulkId: 'twin' }, newUser('bob')], {
      failOnErrors: 1,
    });
    expect(again.map(({ status }) => status)).toEqual(['201', '409']);
    expect((await scim.get('/Users')).body.totalResults).toBe(1);
  });

  it('is a provisioning event an operation, refused ones too, and none of its own', async () => {
    const connected = await service.connected();
    await bulk(connected.scim, [newUser('ada'), newUser('bob'), { method: 'DELETE', path: '/Users/none' }]);
    await expect
      .poll(async () => (await eventsOf(connected)).map(({ method, outcome }) => `${method} ${outcome}`).sort())
      .toEqual(['DELETE notFound', 'POST userCreated', 'POST userCreated']);
  });

  it('creates 1,000 people, the most that ServiceProviderConfig allows; one more is refused whole', async () => {
    const { scim } = await service.connected();
    const { bulk: limits } = (await scim.get('/ServiceProviderConfig')).body as {
      bulk: { supported: boolean; maxOperations: number; maxPayloadSize: number };
    };
    expect(limits).toEqual({ supported: true, maxOperations: 1000, maxPayloadSize: 8 * 1024 * 1024 });
    const operations = Array.from({ length: 1_000 }, (_, n) => newUser(`u${n}`));
    const results = await bulk(scim, operations);
    expect(new Set(results.map(({ status }) => status))).toEqual(new Set(['201']));
    expect((await scim.get('/Users?count=0')).body.totalResults).toBe(1_000);
    const refused = await scim.post('/Bulk', bulkBody([...operations, newUser('one-more')]));
    expect([refused.status, refused.body.detail]).toEqual([413, expect.stringContaining('1000')]);
    const padding = 'x'.repeat(limits.maxPayloadSize);
    const tooLarge = await scim.post('/Bulk', bulkBody([newUser('large', { title: padding })]));
    expect([tooLarge.status, tooLarge.body.detail]).toEqual([
      413,
      expect.stringContaining(String(limits.maxPayloadSize)),
    ]);
  });

  it('answers what a bulkId would make enormous as errors of their own, and does the rest', async () => {
    const { scim } = await service.connected();
    const list = Array(900).fill('bulkId:a');
    const lists = Array(6).fill(list);
    const results = await bulk(scim, [
      { method: 'DELETE', path: `/Users/${'x'.repeat(65_000)}`, bulkId: 'a' },
      newUser('amp', { 'urn:x:amp:2.0:User': { lists } }),
      { method: 'POST', path: '/Users', bulkId: 'ada', data: { userName: 'ada@acme.example' } },
      { method: 'DELETE', path: `/Users/${'y'.repeat(128)}`, bulkId: 'b' },
      newUser('bob', { 'urn:x:amp:2.0:User': { list: Array(900).fill('bulkId:b') } }),
      ...Array.from({ length: 500 }, () => ({ method: 'DELETE', path: '/Users/bulkId:a' })),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['404', '400', '201', '404', '201', ...Array(500).fill('409')]);
    expect(JSON.stringify(results).length).toBeLessThan(150_000);
  });

  it('touches nothing of another directory', async () => {
    const [ours, theirs] = await Promise.all([service.connected(), service.connected()]);
    const id = idOf(await theirs.scim.post('/Users', newUser('ada').data));
    const results = await bulk(ours.scim, [
      { method: 'DELETE', path: `/Users/${id}` },
      { method: 'PUT', path: `/Users/${id}`, data: { userName: 'mine' } },
      { method: 'POST', path: `/../${theirs.directory.id}/Users`, bulkId: 'x', data: { userName: 'mine' } },
    ]);
    expect(results.map(({ status }) => status)).toEqual(['404', '404', '404']);
    expect((await theirs.scim.get(`/Users/${id}`)).body.userName).toBe('ada@acme.example');
  });
});
