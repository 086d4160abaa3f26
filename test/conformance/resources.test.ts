// Creating, reading, replacing and deleting (RFC 7644 §3.3 to §3.6, RFC 7643 §2 to §4), the methods and headers of HTTP, /Me.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { idOf, memberIdsOf, resourcesOf } from '../clients/scim-client.ts';
import { type Connected, startTestService, type TestService } from '../harness/service.ts';
import { declareBadgeSchema } from './badge-schema.ts';
import { urns } from './urns.ts';

const badge = 'urn:acme:params:scim:schemas:2.0:Badge';
let service: TestService;
let connected: Connected;
let made = 0;

beforeAll(async () => {
  service = await startTestService();
  connected = await service.connected();
  await declareBadgeSchema(service, connected, badge);
});
afterAll(() => service.close());

function aUser(more: object = {}): Record<string, unknown> {
  made += 1;
  return { schemas: [urns.user], userName: `user-${made}@x.example`, ...more };
}
function aGroup(more: object = {}): Record<string, unknown> {
  made += 1;
  return { schemas: [urns.group], displayName: `Group ${made}`, ...more };
}

describe.each([
  { name: 'a user', endpoint: '/Users', type: 'User', urn: urns.user, body: aUser, key: 'userName' },
  { name: 'a group', endpoint: '/Groups', type: 'Group', urn: urns.group, body: aGroup, key: 'displayName' },
])('$name', ({ endpoint, type, urn, body, key }) => {
  it('is created with 201, an id and a whole meta of the server, and Location', async () => {
    const sent = body({ externalId: 'Ext-1' });
    const { status, headers, body: created } = await connected.scim.post(endpoint, sent);
    const location = `${connected.directory.tenantUrl}${endpoint}/${String(created.id)}`;
    expect([status, headers['content-type'], headers.location]).toEqual([201, 'application/scim+json', location]);
    expect(created).toMatchObject({
      schemas: [urn],
      id: expect.stringMatching(/./),
      externalId: 'Ext-1',
      [key]: sent[key],
    });
    const meta = created.meta as Record<string, string>;
    expect(meta).toEqual({
      resourceType: type,
      location,
      version: headers.etag,
      created: meta.created,
      lastModified: meta.created,
    });
    expect(meta.created).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z$/);
    expect(String(created.id)).not.toContain('bulkId');
  });

  it('ignores id, meta and other readOnly attributes of a body (RFC 7644 §3.3)', async () => {
    const created = await connected.scim.post(
      endpoint,
      body({ id: 'mine', meta: { resourceType: 'Planet', created: '1999-01-01T00:00:00Z' } }),
    );
    expect(created.status).toBe(201);
    expect(created.body.id).not.toBe('mine');
    expect((created.body.meta as Record<string, string>).resourceType).toBe(type);
    const put = await connected.scim.put(`${endpoint}/${idOf(created)}`, body({ id: 'mine', meta: { version: 'x' } }));
    expect([put.status, put.body.id]).toEqual([200, created.body.id]);
  });

  it('is read as it was created, under its own location, with Content-Location', async () => {
    const created = await connected.scim.post(endpoint, body());
    const read = await connected.scim.get(`${endpoint}/${idOf(created)}`);
    expect([read.status, read.body]).toEqual([200, created.body]);
    expect(read.headers['content-location']).toBe((created.body.meta as Record<string, string>).location);
  });

  it('is replaced as a whole: what is left out is cleared, and lastModified moves', async () => {
    const created = await connected.scim.post(endpoint, body({ externalId: 'Ext' }));
    const replaced = await connected.scim.put(`${endpoint}/${idOf(created)}`, body());
    expect([replaced.status, replaced.body.externalId]).toEqual([200, undefined]);
    const [before, after] = [created, replaced].map((answer) => answer.body.meta as Record<string, string>);
    expect(after?.created).toBe(before?.created);
    expect(String(after?.lastModified) > String(before?.lastModified)).toBe(true);
  });

  it('is never created by PUT (§3.2)', async () => {
    const id = '019a0000-0000-7000-8000-000000000000';
    const answer = await connected.scim.put(`${endpoint}/${id}`, body());
    expect([answer.status, answer.body.status]).toEqual([404, '404']);
  });

  it('conflicts with one of the same name in any case: 409 uniqueness', async () => {
    const sent = body();
    await connected.scim.post(endpoint, sent);
    const second = await connected.scim.post(endpoint, { ...sent, [key]: String(sent[key]).toUpperCase() });
    expect([second.status, second.body.scimType, second.body.schemas]).toEqual([409, 'uniqueness', [urns.error]]);
  });

  it('must have its name: 400 invalidValue', async () => {
    for (const value of [undefined, null, '']) {
      const answer = await connected.scim.post(endpoint, { ...body(), [key]: value });
      expect([answer.status, answer.body.scimType]).toEqual([400, 'invalidValue']);
    }
    const put = await connected.scim.put(`${endpoint}/${idOf(await connected.scim.post(endpoint, body()))}`, {
      schemas: [urn],
    });
    expect([put.status, put.body.scimType]).toEqual([400, 'invalidValue']);
  });

  it('is deleted with 204, and then it is 404 for everything and in no list (§3.6)', async () => {
    const sent = body();
    const path = `${endpoint}/${idOf(await connected.scim.post(endpoint, sent))}`;
    const { scim } = connected;
    const deleted = await scim.delete(path);
    expect([deleted.status, deleted.text]).toEqual([204, '']);
    const later = [
      await scim.get(path),
      await scim.put(path, body()),
      await scim.patch(path, [{ op: 'add', path: key, value: 'x' }]),
      await scim.delete(path),
    ];
    for (const answer of later) expect([answer.status, answer.body.schemas]).toEqual([404, [urns.error]]);
    expect(resourcesOf(await scim.find(endpoint, `${key} eq ${JSON.stringify(sent[key])}`))).toEqual([]);
    expect((await scim.post(endpoint, sent)).status).toBe(201);
  });

  it('answers HEAD like GET without a body, OPTIONS with Allow, other methods with 405 and Allow', async () => {
    const path = `${endpoint}/${idOf(await connected.scim.post(endpoint, body()))}`;
    const { scim, directory } = connected;
    const headers = { Authorization: `Bearer ${directory.token}` };
    for (const [address, allowed] of [
      [path, ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE']],
      [endpoint, ['GET', 'HEAD', 'POST']],
    ] as const) {
      const get = await scim.get(address);
      const head = await scim.raw({ method: 'HEAD', path: address, headers });
      expect([head.status, head.text, head.headers.etag]).toEqual([200, '', get.headers.etag]);
      const options = await scim.raw({ method: 'OPTIONS', path: address, headers });
      expect([options.status, options.text]).toEqual([204, '']);
      for (const method of allowed) expect(options.headers.allow?.split(', ')).toContain(method);
      const trace = await scim.raw({ method: 'PROPFIND', path: address, headers });
      expect([trace.status, trace.headers.allow, trace.body.schemas]).toEqual([
        405,
        options.headers.allow,
        [urns.error],
      ]);
    }
  });
});

describe('values', () => {
  it('are unassigned alike by null, [] and absence (RFC 7643 §2.5)', async () => {
    const { body } = await connected.scim.post('/Users', aUser({ title: null, emails: [], nickName: '', name: {} }));
    for (const name of ['title', 'emails', 'nickName', 'name']) expect(body).not.toHaveProperty(name);
    expect(body.active).toBe(true);
  });

  it('come back with the case and characters in which they were sent', async () => {
    const sent = {
      externalId: 'ÀbC',
      title: ' Größe  ẞ ',
      displayName: '😀 é é',
      emails: [{ value: 'MiXed@X.example', type: 'Work' }],
    };
    const created = await connected.scim.post('/Users', aUser(sent));
    expect(created.body).toMatchObject(sent);
  });

  it('have one primary at most (RFC 7643 §2.4)', async () => {
    const emails = ['a', 'b', 'c'].map((name) => ({ value: `${name}@x.example`, primary: name !== 'a' }));
    const { body } = await connected.scim.post('/Users', aUser({ emails }));
    expect((body.emails as { primary?: boolean }[]).filter(({ primary }) => primary === true)).toHaveLength(1);
  });

  it('of the wrong type are 400 invalidValue', async () => {
    const wrong = [
      { active: 'perhaps' },
      { name: 'Ada' },
      { emails: [{ value: { a: 1 } }] },
      { title: { a: 1 } },
      { emails: [7, ['x']] },
    ];
    for (const more of wrong) {
      const { status, body } = await connected.scim.post('/Users', aUser(more));
      expect([status, body.scimType], JSON.stringify(more)).toEqual([400, 'invalidValue']);
    }
  });

  it('of a password are taken and never returned (RFC 7643 §4.1.1)', async () => {
    const created = await connected.scim.post('/Users', aUser({ password: 'horse battery' }));
    const path = `/Users/${idOf(created)}`;
    const answers = [
      created,
      await connected.scim.get(`${path}?attributes=password`),
      await connected.scim.patch(path, [{ op: 'add', path: 'password', value: 'horse battery' }]),
    ];
    for (const { text } of answers) expect(text).not.toContain('horse battery');
  });

  it('of schemas name what is there, once, whatever was sent (RFC 7643 §3)', async () => {
    const created = await connected.scim.post('/Users', aUser({ schemas: [urns.user, urns.user, urns.enterprise] }));
    expect(created.body.schemas).toEqual([urns.user]);
    const path = `/Users/${idOf(created)}`;
    const extended = await connected.scim.patch(path, [
      { op: 'add', path: `${urns.enterprise}:department`, value: 'R&D' },
    ]);
    expect(extended.body.schemas).toEqual([urns.user, urns.enterprise]);
    expect((await connected.scim.patch(path, [{ op: 'remove', path: urns.enterprise }])).body.schemas).toEqual([
      urns.user,
    ]);
  });

  it('of a declared extension are kept in their types under its URN, and checked (RFC 7643 §3.3)', async () => {
    const values = {
      number: 9,
      weight: 1.5,
      issued: '2024-03-01T10:00:00Z',
      isMaster: true,
      doors: ['A'],
      office: { floor: 1 },
    };
    const created = await connected.scim.post('/Users', aUser({ schemas: [urns.user, badge], [badge]: values }));
    expect(created.body).toMatchObject({ schemas: [urns.user, badge], [badge]: values });
    for (const wrong of [{ number: 1.5 }, { number: 'nine' }, { issued: 'yesterday' }, { isMaster: 'perhaps' }]) {
      const { status, body } = await connected.scim.post('/Users', aUser({ [badge]: wrong }));
      expect([status, body.scimType], JSON.stringify(wrong)).toEqual([400, 'invalidValue']);
    }
  });

  it('of groups on a user are those of the groups, and are not written on the user (RFC 7643 §4.1.2)', async () => {
    const { scim, directory } = connected;
    const id = idOf(await scim.post('/Users', aUser()));
    const group = await scim.post('/Groups', aGroup({ members: [{ value: id }] }));
    const expected = {
      value: group.body.id,
      $ref: `${directory.tenantUrl}/Groups/${idOf(group)}`,
      display: group.body.displayName,
      type: 'direct',
    };
    expect((await scim.get(`/Users/${id}`)).body.groups).toEqual([expected]);
    await scim.put(`/Users/${id}`, aUser({ groups: [] }));
    expect((await scim.get(`/Users/${id}`)).body.groups).toEqual([expected]);
    const member = { value: id, $ref: `${directory.tenantUrl}/Users/${id}`, type: 'User' };
    expect((await scim.get(`/Groups/${idOf(group)}`)).body.members).toEqual([expect.objectContaining(member)]);
    // RFC 7643 §2.3.7: a reference leads to what it names.
    expect((await scim.get(member.$ref.slice(directory.tenantUrl.length))).body.id).toBe(id);
  });

  it('of members are replaced by PUT', async () => {
    const { scim } = connected;
    const [a, b] = [idOf(await scim.post('/Users', aUser())), idOf(await scim.post('/Users', aUser()))];
    const sent = aGroup({ members: [{ value: a }] });
    const path = `/Groups/${idOf(await scim.post('/Groups', sent))}`;
    expect(memberIdsOf(await scim.put(path, { ...sent, members: [{ value: b }] }))).toEqual([b]);
    expect(memberIdsOf(await scim.put(path, { ...sent, members: [] }))).toEqual([]);
  });
});

describe('requests', () => {
  const send = (headers: Record<string, string>, body?: string, path = '/Users', method = 'POST') =>
    connected.scim.raw({
      method,
      path,
      headers: { Authorization: `Bearer ${connected.directory.token}`, ...headers },
      ...(body !== undefined && { body }),
    });

  it('are JSON in UTF-8 as application/scim+json or application/json, and else 415 (RFC 7644 §3.8)', async () => {
    for (const type of ['application/scim+json', 'application/json', 'application/scim+json; charset=utf-8'])
      expect((await send({ 'Content-Type': type }, JSON.stringify(aUser()))).status, type).toBe(201);
    const answer = await send({ 'Content-Type': 'text/plain' }, JSON.stringify(aUser()));
    expect([answer.status, answer.body.schemas]).toEqual([415, [urns.error]]);
  });

  it('are answered as application/scim+json to every Accept that clients send', async () => {
    for (const accept of [
      'application/scim+json',
      'application/json',
      '*/*',
      'application/scim+json, application/json;q=0.5',
    ]) {
      const answer = await send({ Accept: accept }, undefined, '/Users?count=0', 'GET');
      expect([answer.status, answer.headers['content-type']], accept).toEqual([200, 'application/scim+json']);
    }
  });

  it('that cannot be read are 400 invalidSyntax', async () => {
    for (const body of ['{', '[]', '', 'null', '"x"']) {
      const answer = await send({ 'Content-Type': 'application/scim+json' }, body);
      expect([answer.status, answer.body.scimType], body).toEqual([400, 'invalidSyntax']);
    }
    const schemas = await connected.scim.post('/Users', aUser({ schemas: [urns.group] }));
    expect([schemas.status, schemas.body.scimType]).toEqual([400, 'invalidSyntax']);
  });

  it('without a bearer, or with a wrong one, are 401 with WWW-Authenticate (§2)', async () => {
    for (const headers of [{ Authorization: '' }, { Authorization: 'Bearer x' }, { Authorization: 'Basic eDp5' }]) {
      const answer = await send(headers, undefined, '/Users', 'GET');
      expect([answer.status, answer.body.status]).toEqual([401, '401']);
      expect(answer.headers['www-authenticate']).toMatch(/^Bearer/);
    }
  });

  it('with parameters that nobody knows are answered without them (§3.4.2)', async () => {
    expect((await connected.scim.get('/Users?count=0&unknown=1&aadOptscim062020')).status).toBe(200);
  });

  it('for /Me are 501: a directory is no user (§3.11)', async () => {
    const { scim } = connected;
    for (const answer of [await scim.get('/Me'), await scim.patch('/Me', []), await scim.delete('/Me')])
      expect([answer.status, answer.body.schemas, answer.body.status]).toEqual([501, [urns.error], '501']);
  });

  it('that lead nowhere are 404 in SCIM, with the status as text (§3.12)', async () => {
    for (const path of ['/Planets', '/Users/nobody', '/Users/a/b']) {
      const { status, body, headers } = await connected.scim.get(path);
      expect([status, headers['content-type']], path).toEqual([404, 'application/scim+json']);
      expect(body, path).toEqual({ schemas: [urns.error], status: '404', detail: expect.any(String) });
    }
  });
});
