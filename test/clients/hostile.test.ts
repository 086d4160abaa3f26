// Requests that no honest client sends, over SCIM: always the protocol's own 4xx, never a 500, and nothing is changed.
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { entraUser } from './entra-requests.ts';
import { filtered, get, HostileTarget, patch, post, put, scimTypesOf } from './hostile-target.ts';
import { idOf, resourcesOf } from './scim-client.ts';

let target: HostileTarget;
beforeAll(async () => {
  target = await HostileTarget.open();
});
afterAll(() => target.close());

const json = JSON.stringify;

describe('bodies', () => {
  it('that are no JSON object in UTF-8 are refused with invalidSyntax', async () => {
    const bad = [
      '{',
      '"',
      '{"userName":"a",}',
      "{'userName':'a'}",
      'null',
      'true',
      '7',
      '"text"',
      '[]',
      '\u0000',
      '{"a":1}{"b":2}',
      'NaN',
      '\ufeff\ufeff{}',
    ];
    const answers = await target.refuses([
      ...bad.map((body) => post(body)),
      ...bad.map((body) => put(body, target.userPath)),
      ...bad.map((body) => ({ method: 'PATCH', path: target.groupPath, body })),
      post(Buffer.from([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x3a, 0x31, 0x7d])),
      post(Buffer.concat([Buffer.from('{"userName":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')])),
      post(Buffer.concat([Buffer.from('{"userName":"'), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('"}')])),
      post(Buffer.from('{"userName":"hostile"}', 'utf16le')),
    ]);
    expect(scimTypesOf(answers)).toEqual(['invalidSyntax']);
  });

  it('of 10 MB are refused with 413, whether their length is told or not', async () => {
    const body = json(entraUser('hostile', { title: 'x'.repeat(10 * 1024 * 1024) }));
    await target.refuses(
      [post(body), put(body, target.userPath), { method: 'PATCH', path: target.groupPath, body }],
      [413],
    );
    const before = await target.rows.fingerprint();
    expect(await chunked(body)).toMatch(/^HTTP\/1\.1 413 /);
    expect(await target.rows.fingerprint()).toEqual(before);
  });

  it('nested 100,000 levels deep are refused', async () => {
    const lists = '['.repeat(100_000) + ']'.repeat(100_000);
    const objects = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`;
    await target.refuses([
      post(lists),
      post(objects),
      post(`{"userName":"hostile@contoso.example","title":${lists}}`),
      post(`{"userName":"hostile@contoso.example","unknown":${objects}}`),
      { method: 'PATCH', path: target.userPath, body: `{"Operations":[{"op":"replace","value":${objects}}]}` },
    ]);
  });

  it.for([
    'text/plain',
    'application/xml',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonx',
    'x',
  ])('of the type %s are refused with 415', async (type) => {
    const headers = { 'Content-Type': type };
    await target.refuses([{ ...post(json(entraUser('hostile'))), headers }], [415]);
  });

  it('that say they are compressed are refused with 415', async () => {
    await target.refuses([{ ...post(json(entraUser('hostile'))), headers: { 'Content-Encoding': 'gzip' } }], [415]);
  });

  it('with keys that name the prototype store nothing of them and change no other object', async () => {
    const { scim } = target.connected;
    const keys = '"__proto__":{"active":false,"polluted":"yes"},"constructor":{"prototype":{"polluted":"yes"}}';
    const answer = await target.send(
      post(`{"userName":"proto@contoso.example",${keys},"name":{${keys},"givenName":"P"}}`),
    );
    expect([answer.status, answer.body.active, answer.body.name]).toEqual([201, true, { givenName: 'P' }]);
    const path = `/Users/${idOf(answer)}`;
    for (const name of [
      '__proto__',
      '__proto__.polluted',
      'constructor.prototype.polluted',
      'name.__proto__',
      'emails[__proto__ eq "x"].value',
      'toString',
      'hasOwnProperty',
    ]) {
      for (const operation of [
        { op: 'add', path: name, value: 'yes' },
        { op: 'remove', path: name },
        { op: 'replace', value: { [name]: 'yes' } },
      ]) {
        expect((await scim.patch(path, [operation])).status, json(operation)).toBeLessThan(500);
      }
    }
    expect((await scim.get(path)).body).toEqual(answer.body);
    for (const filter of ['__proto__ eq "x"', 'constructor pr', 'emails.__proto__ eq "x"', 'toString eq "x"']) {
      expect((await target.send(filtered(filter))).body.scimType, filter).toBe('invalidFilter');
    }
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(target.service.failures).toEqual([]);
  });
});

describe('PATCH', () => {
  it('of 1,000 operations is applied, of 1,001 refused with 413', async () => {
    const { scim } = target.connected;
    const operations = (count: number) =>
      Array.from({ length: count }, (_, number) => ({ op: 'add', path: 'title', value: `t${number}` }));
    await target.refuses(
      [patch(operations(1_001), target.userPath), patch(operations(1_001), target.groupPath)],
      [413],
    );
    const answer = await scim.patch(`/Users/${idOf(await scim.post('/Users', entraUser('many')))}`, operations(1_000));
    expect([answer.status, answer.body.title]).toEqual([200, 't999']);
  });

  it('with operations of wrong types and shapes is refused', async () => {
    const wrong: unknown[] = [
      null,
      7,
      'add',
      [],
      {},
      { op: 7 },
      { op: null, path: 'title' },
      { op: 'add', path: 7, value: 'x' },
      { op: 'add', path: ['title'], value: 'x' },
    ];
    const bodies = [{ Operations: {} }, { Operations: 'x' }, { Operations: [] }, {}, { Operations: null }];
    await target.refuses([
      ...wrong.flatMap((operation) => [patch([operation], target.userPath), patch([operation], target.groupPath)]),
      ...bodies.map((body) => ({ method: 'PATCH', path: target.userPath, body: json(body) })),
    ]);
  });

  it('with paths that cannot be read, are too deep or too long is refused', async () => {
    const paths = [
      '[',
      'emails[]',
      'emails[type eq "work"',
      'emails[type eq work].value.value',
      '.',
      'name..givenName',
      'name.',
      'emails[type eq "work"]]',
      `emails[${'('.repeat(5_000)}`,
      'emails[emails[type eq "x"]]',
      'x'.repeat(100_000),
      'a.b.c.d.e.f',
    ];
    const before = await target.rows.fingerprint();
    for (const path of paths) {
      for (const operation of [
        { op: 'replace', path, value: 'x' },
        { op: 'remove', path },
        { op: 'add', path, value: {} },
      ]) {
        const answer = await target.send(patch([operation], target.userPath));
        // An attribute that nobody knows is ignored; what is no path at all is refused.
        expect([200, 400], `${path.slice(0, 60)}: ${answer.text.slice(0, 200)}`).toContain(answer.status);
      }
    }
    expect(await target.rows.fingerprint()).toEqual(before);
    expect(target.service.failures).toEqual([]);
  });
});

describe('filters and addresses', () => {
  it('that ask for nothing, or for what members do not have, are refused and never widened', async () => {
    const paths = ['/Users?filter=', '/Groups?filter=+', '/Groups?filter=members.colour+eq+%22red%22'];
    const answers = await target.refuses(paths.map((path) => get(path)));
    expect(scimTypesOf(answers)).toEqual(['invalidFilter']);
  });

  it('that are too deep, too long or no filter at all are refused with invalidFilter', async () => {
    const term = 'userName eq "x"';
    const filters = [
      `${'('.repeat(2_000)}${term}${')'.repeat(2_000)}`,
      `${'not ('.repeat(500)}${term}${')'.repeat(500)}`,
      Array.from({ length: 400 }, () => term).join(' and '),
      Array.from({ length: 400 }, () => term).join(' or '),
      'userName eq "unterminated',
      'userName eq "\\u12"',
      'userName eq "\\x"',
      "userName eq 'x'",
      'userName co',
      'emails[type eq "work"]].value eq "x"',
      'userName eq "x" and',
      'and',
      'not',
      'userName',
      '"x" eq userName',
      'userName eq {"a":1}',
      'userName eq [1]',
      'userName gt true',
      'active gt true',
      'userName eq "x"; drop table users; --',
    ];
    const answers = await target.refuses(
      filters.flatMap((filter) => [
        filtered(filter),
        filtered(filter.replaceAll('userName', 'displayName'), '/Groups'),
      ]),
    );
    expect(scimTypesOf(answers)).toEqual(['invalidFilter']);
  });

  it('hold SQL only as text', async () => {
    for (const value of ["' or 1=1 --", "'; drop table users; --", '%', '_', '\\', '$1']) {
      for (const operator of ['eq', 'sw', 'co', 'ew']) {
        const answer = await target.send(filtered(`userName ${operator} ${json(value)}`));
        expect([200, 400], answer.text).toContain(answer.status);
        if (answer.status === 200) expect(resourcesOf(answer), `${operator} ${value}`).toEqual([]);
      }
    }
    expect(target.service.failures).toEqual([]);
  });

  it('with numbers that are none, or beyond all measure, never fail the server', async () => {
    for (const query of [
      'startIndex=1e400',
      'startIndex=NaN',
      'count=1.5',
      'count=0x10',
      'count=%00',
      'startIndex=%D9%A1',
    ]) {
      expect((await target.send(get(`/Users?${query}`))).body, query).toMatchObject({
        status: '400',
        scimType: 'invalidValue',
      });
    }
    for (const query of [
      `startIndex=${'9'.repeat(400)}`,
      `count=${'9'.repeat(400)}`,
      `startIndex=-${'9'.repeat(400)}`,
    ]) {
      expect((await target.send(get(`/Users?${query}`))).status, query).toBe(200);
    }
    expect(
      (await target.send({ ...get(target.userPath), headers: { 'If-None-Match': `W/"${'9'.repeat(400)}"` } })).status,
    ).toBe(200);
    expect(
      (
        await target.send({
          ...put(json(entraUser('ada')), target.userPath),
          headers: { 'If-Match': `W/"${'9'.repeat(400)}"` },
        })
      ).status,
    ).toBe(412);
    expect(
      (await target.send({ ...put(json(entraUser('ada')), target.userPath), headers: { 'If-Match': '"; drop' } }))
        .status,
    ).toBe(412);
    expect(target.service.failures).toEqual([]);
  });

  it('that lead nowhere are 404 in SCIM', async () => {
    const paths = [
      '/Users/%00',
      '/Users/%ff',
      '/Users/%',
      '/Users/..%2f..%2fgraphql',
      '/Users/../Users',
      '/../../graphql',
      '/__proto__',
      '/constructor',
      '/Users/__proto__',
      '/Users/a/b/c',
      '/Bulk/1',
      '/Groups/%F0%9F%98%80',
      `/Users/${'a'.repeat(5_000)}`,
    ];
    await target.refuses(paths.map(get), [404]);
    await target.refuses(['/.search', '/Users/.search', '/Bulk'].map(get), [405]);
    await target.refuses([get('/Me')], [501]);
  });

  it('of directories that are none are 401 like those of others', async () => {
    const { directory } = target.connected;
    const root = target.service.scim({ ...directory, tenantUrl: `${target.service.url}/scim/v2` });
    const none = '00000000-0000-0000-0000-000000000000';
    for (const id of ['%00', '%ff', '__proto__', '..', 'x', `${directory.id}%00`, `${directory.id}.json`, none]) {
      const answer = await root.get(`/${id}/Users`);
      expect([answer.status, answer.body.status], id).toEqual([401, '401']);
    }
  });
});

describe('headers', () => {
  it('that name a version which no record ever has do not match', async () => {
    const body = { schemas: [], userName: 'hostile' };
    const versions = ['W/"2147483648"', 'W/"999999999999999"', '"0"', 'W/"x"'];
    await target.refuses(
      versions.map((version) => ({ ...put(JSON.stringify(body), target.userPath), headers: { 'If-Match': version } })),
      [412],
    );
  });

  it('larger than the server reads are refused with 431 and leave the service standing', async () => {
    for (const headers of [{ 'X-Large': 'x'.repeat(20_000) }, { Authorization: `Bearer ${'x'.repeat(20_000)}` }]) {
      const answer = await target.send({ ...get('/Users'), headers }).catch((error: unknown) => error);
      expect(answer).toMatchObject({ status: 431 });
    }
    expect((await target.send(get('/Users'))).status).toBe(200);
  });

  it("with a request id that could not stand in a log get one of the service's own", async () => {
    for (const id of ['a b', 'a"b', 'x'.repeat(129), '<script>']) {
      const answer = await target.send({ ...get('/Users'), headers: { 'X-Request-Id': id } });
      expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    }
    expect(
      (await target.send({ ...get('/Users'), headers: { 'X-Request-Id': 'trace-1' } })).headers['x-request-id'],
    ).toBe('trace-1');
  });

  it('of methods that SCIM does not have are answered in SCIM', async () => {
    await target.refuses(
      ['TRACE', 'PROPFIND', 'LINK'].map((method) => ({ method, path: target.userPath })),
      [405],
    );
  });
});

/** Sends the body in chunks of unknown total length; resolves with the start of the answer. */
function chunked(body: string): Promise<string> {
  const { directory } = target.connected;
  const { hostname, port, pathname } = new URL(directory.tenantUrl);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => {
      socket.write(
        `POST ${pathname}/Users HTTP/1.1\r\nHost: ${hostname}\r\nAuthorization: Bearer ${directory.token}\r\n` +
          'Content-Type: application/scim+json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n',
      );
      for (let start = 0; start < body.length; start += 65_536) {
        const chunk = body.slice(start, start + 65_536);
        socket.write(`${chunk.length.toString(16)}\r\n${chunk}\r\n`);
      }
      socket.write('0\r\n\r\n');
    });
    let answer = '';
    socket.on('data', (data: Buffer) => {
      answer += data.toString();
    });
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });
}
