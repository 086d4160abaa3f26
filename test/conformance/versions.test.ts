// ETags and preconditions (RFC 7644 §3.14, RFC 9110 §13) on users and groups.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { idOf } from '../clients/scim-client.ts';
import { type Connected, startTestService, type TestService } from '../harness/service.ts';
import { urns } from './urns.ts';

let service: TestService;
let connected: Connected;
let made = 0;
function next(): number {
  made += 1;
  return made;
}

beforeAll(async () => {
  service = await startTestService();
  connected = await service.connected();
});
afterAll(() => service.close());

type Kind = {
  name: string;
  endpoint: string;
  body: () => object;
  changed: { op: string; path: string; value: string };
};

const kinds: Kind[] = [
  {
    name: 'a user',
    endpoint: '/Users',
    body: () => ({ schemas: [urns.user], userName: `user-${next()}@x.example` }),
    changed: { op: 'replace', path: 'title', value: 'changed' },
  },
  {
    name: 'a group',
    endpoint: '/Groups',
    body: () => ({ schemas: [urns.group], displayName: `Group ${next()}` }),
    changed: { op: 'replace', path: 'externalId', value: 'changed' },
  },
];

describe.each(kinds)('$name', ({ endpoint, body, changed }) => {
  async function created() {
    const answer = await connected.scim.post(endpoint, body());
    return { path: `${endpoint}/${idOf(answer)}`, etag: answer.headers.etag ?? '', answer };
  }

  it('has a weak ETag, the same in the header and in meta.version, on POST, GET, PUT and PATCH', async () => {
    const { path, answer } = await created();
    const { scim } = connected;
    const put = await scim.put(path, body());
    const patched = await scim.patch(`${path}?attributes=meta`, [changed]);
    const read = await scim.get(path);
    for (const { headers, body } of [answer, put, patched, read]) {
      expect(headers.etag).toMatch(/^W\/"/);
      expect((body.meta as { version: string }).version).toBe(headers.etag);
    }
    expect(read.headers.etag).toBe(patched.headers.etag);
    expect(new Set([answer, put, patched].map(({ headers }) => headers.etag)).size).toBe(3);
  });

  it('is answered 304 without a body to an If-None-Match that names its version', async () => {
    const { path, etag } = await created();
    const { scim } = connected;
    for (const header of [etag, `"x", ${etag}`, '*']) {
      const answer = await scim.get(path, { 'If-None-Match': header });
      expect([answer.status, answer.text, answer.headers.etag], header).toEqual([304, '', etag]);
    }
    await scim.patch(path, [changed]);
    expect((await scim.get(path, { 'If-None-Match': etag })).status).toBe(200);
  });

  it('is changed under an If-Match that names its version, and not under an older one', async () => {
    const { path, etag } = await created();
    const { scim } = connected;
    const first = await scim.patch(path, [changed], { 'If-Match': etag });
    expect([200, 204]).toContain(first.status);
    const before = await scim.get(path);
    const late = [
      await scim.patch(path, [{ ...changed, value: 'late' }], { 'If-Match': etag }),
      await scim.put(path, body(), { 'If-Match': etag }),
      await scim.delete(path, { 'If-Match': etag }),
    ];
    for (const { status, body } of late)
      expect([status, body.schemas, body.status]).toEqual([412, [urns.error], '412']);
    expect((await scim.get(path)).body).toEqual(before.body);
    expect((await scim.put(path, body(), { 'If-Match': '*' })).status).toBe(200);
    expect((await scim.delete(path, { 'If-Match': '*' })).status).toBe(204);
  });

  it('is not overwritten under If-None-Match: * or its own version', async () => {
    const { path, etag } = await created();
    const { scim } = connected;
    const before = await scim.get(path);
    for (const header of ['*', etag]) {
      const answer = await scim.put(path, body(), { 'If-None-Match': header });
      expect([answer.status, answer.body.status], header).toEqual([412, '412']);
    }
    expect((await scim.get(path)).body).toEqual(before.body);
  });

  it('keeps its version when a write changes nothing', async () => {
    const { path } = await created();
    const { scim } = connected;
    await scim.patch(path, [changed]);
    const before = await scim.get(path);
    await scim.patch(path, [changed]);
    expect((await scim.get(path)).body).toEqual(before.body);
  });

  it('is 404 under every condition when it is gone', async () => {
    const { path, etag } = await created();
    const { scim } = connected;
    await scim.delete(path);
    expect((await scim.get(path, { 'If-None-Match': etag })).status).toBe(404);
    expect([404, 412]).toContain((await scim.put(path, body(), { 'If-Match': etag })).status);
    expect([404, 412]).toContain((await scim.delete(path, { 'If-Match': etag })).status);
  });
});
