import { describe, expect, it } from 'vitest';
import { BASE_URL, startFacade } from './facade-server.ts';

const user = { userName: 'ada', displayName: 'Åda' };

/** So many members that nobody declares. */
function names(count: number): string {
  return Array.from({ length: count }, (_, number) => `"unknown${number}":1`).join(',');
}

describe('the body of a request', () => {
  it.each([
    'application/scim+json',
    'application/scim+json; charset=utf-8',
    'application/json',
    'Application/JSON;charset="UTF-8"',
    'application/json; charset=iso-8859-1',
  ])('is read as %s', async (contentType) => {
    const { send } = await startFacade();
    const headers = { 'Content-Type': contentType };
    const answer = await send({ path: '/Users', method: 'POST', body: JSON.stringify(user), headers });
    expect(answer.body).toMatchObject(user);
  });

  it('is read without a content type, and with a byte order mark', async () => {
    const { send } = await startFacade();
    const answer = await send({ path: '/Users', method: 'POST', body: `\uFEFF${JSON.stringify(user)}` });
    expect(answer.status).toBe(201);
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp', 'multipart/form-data; boundary=x'])(
    'is a 415 as %s',
    async (contentType) => {
      const { send, graph } = await startFacade();
      const headers = { 'Content-Type': contentType };
      const answer = await send({ path: '/Users', method: 'POST', body: JSON.stringify(user), headers });
      expect([answer.status, graph.users.size]).toEqual([415, 0]);
      expect(answer.body).toMatchObject({ detail: 'The body must be application/scim+json or application/json' });
    },
  );

  it('is a 415 when it is compressed', async () => {
    const { send } = await startFacade();
    const headers = { 'Content-Encoding': 'gzip' };
    expect((await send({ path: '/Users', method: 'POST', body: 'x', headers })).status).toBe(415);
  });

  it.each([
    ['malformed', '{"schemas":['],
    ['no JSON', 'userName=ada'],
    ['empty', ''],
    ['invalid UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
    ['half a letter', Buffer.from('{"userName":"é"}').subarray(0, 14)],
    ['nested too deep', `${'['.repeat(65)}${']'.repeat(65)}`],
    ['nothing but brackets', '['.repeat(4_000_000)],
    ['followed by more', '{"userName":"ada"} {"userName":"eve"}'],
    ['an object of 400,000 names', `{"userName":"ada",${names(400_000)}}`],
    [
      'a list of objects, one of them of too many names',
      `{"userName":"ada","emails":[{"value":"a"},{${names(1001)}}]}`,
    ],
  ])('is 400 invalidSyntax when it is %s', async (_, body) => {
    const { send, graph } = await startFacade();
    for (const [method, path] of [
      ['POST', '/Users'],
      ['PUT', '/Groups/1'],
      ['PATCH', '/Users/1'],
    ] as const) {
      const answer = await send({ path, method, body });
      expect([answer.status, answer.body]).toEqual([400, expect.objectContaining({ scimType: 'invalidSyntax' })]);
    }
    expect(graph.users.size).toBe(0);
  });

  it('may hold brackets and quotes in its texts', async () => {
    const { send } = await startFacade();
    const displayName = `${'[{'.repeat(200)}\\" \\\\`;
    const answer = await send({ path: '/Users', method: 'POST', body: { userName: 'ada', displayName } });
    expect(answer.body).toMatchObject({ displayName });
  });

  it('may hold a thousand names in an object and any number in all, and colons in its texts', async () => {
    const { send, graph } = await startFacade();
    const members = Array.from({ length: 2_000 }, (_, number) => ({ value: `u${number}`, display: 'a:b:c' }));
    const notes = ':'.repeat(2_000);
    const group = `${JSON.stringify({ displayName: 'Screens', members, notes }).slice(0, -1)},${names(997)}}`;
    const answer = await send({ path: '/Groups', method: 'POST', body: group });
    expect([answer.status, graph.groups.size]).toEqual([201, 1]);
  });

  it('is 413 above 8 MB, whether its length is told or not, and the client can read so', async () => {
    const { send } = await startFacade();
    const body = `{"userName":"${'a'.repeat(10 * 1024 * 1024)}"}`;
    const told = await send({ path: '/Users', method: 'POST', body });
    const untold = await send({ path: '/Users', method: 'POST', body, headers: { 'Transfer-Encoding': 'chunked' } });
    expect([told.status, untold.status]).toEqual([413, 413]);
  });

  it('cannot reach a prototype', async () => {
    const { send, graph } = await startFacade();
    const text =
      '{"userName":"ada","__proto__":{"active":false,"polluted":1},"constructor":{"prototype":{"polluted":1}}}';
    const { id } = graph.addUser({ userName: 'ada' });
    const operations = `{"Operations":[{"op":"add","value":${text}},{"op":"add","path":"constructor.polluted","value":1}]}`;
    await send({ path: '/Users', method: 'POST', body: text });
    await send({ path: '/Groups', method: 'POST', body: text.replace('userName', 'displayName') });
    const patched = await send({ path: `/Users/${id}`, method: 'PATCH', body: operations });
    expect(patched.body).toMatchObject({ userName: 'ada', meta: { location: `${BASE_URL}/Users/${id}` } });
    expect(patched.body).not.toHaveProperty('polluted');
    expect({}).not.toHaveProperty('polluted');
  });
});
