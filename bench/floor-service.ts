import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';

// The floor: what the same requests cost at least with node:http and pg. One prepared statement a request on one plain
// table without row-level security; no validation, no authorization, no log, no events. Run by the bench with its IPC channel.

const pool = new pg.Pool({ connectionString: process.env.FLOOR_DATABASE_URL, max: 12 });

const insertUser = 'insert into users (id, user_name, resource) values ($1, $2, $3) returning id, resource';
const selectUser = 'select id, resource from users where user_name = $1';
const updateUser =
  'update users set display_name = $2, version = version + 1 where id = $1 returning id, display_name, resource';
const selectGroup = 'select id, resource from groups where id = $1';
const insertMember = 'insert into members (group_id, user_id) values ($1, $2) on conflict do nothing';

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = '', url = '' } = request;
  const id = url.slice(url.lastIndexOf('/') + 1);
  if (method === 'GET' && url.startsWith('/Users?')) {
    const filter = decodeURIComponent(url.slice(url.indexOf('=') + 1));
    const userName = filter.slice(filter.indexOf('"') + 1, -1);
    const { rows } = await pool.query({ name: 'select-user', text: selectUser, values: [userName] });
    send(response, 200, { totalResults: rows.length, Resources: rows });
  } else if (method === 'GET') {
    const { rows } = await pool.query({ name: 'select-group', text: selectGroup, values: [id.slice(0, 36)] });
    send(response, 200, rows[0]);
  } else if (method === 'POST') {
    const text = await readBody(request);
    const values = [crypto.randomUUID(), JSON.parse(text).userName, text];
    const { rows } = await pool.query({ name: 'insert-user', text: insertUser, values });
    send(response, 201, rows[0]);
  } else if (url.startsWith('/Users/')) {
    const { Operations } = JSON.parse(await readBody(request));
    const { rows } = await pool.query({ name: 'update-user', text: updateUser, values: [id, Operations[0].value] });
    send(response, 200, rows[0]);
  } else {
    const { Operations } = JSON.parse(await readBody(request));
    await pool.query({ name: 'insert-member', text: insertMember, values: [id, Operations[0].value[0].value] });
    response.writeHead(204).end();
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

function readBody(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => {
      text += chunk;
    });
    request.on('end', () => resolve(text));
    request.on('error', reject);
  });
}

const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => send(response, 500, { error: String(error) }));
});
// Connections wait while the other side has its round.
server.keepAliveTimeout = 600_000;
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.send?.({ kind: 'ready', node: process.version, port });
});
process.once('disconnect', () => process.exit());
