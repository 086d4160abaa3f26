// Whose request it is, behind proxies: as the refused calls and the limits of /oauth/token see it.
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { addressesOf } from '../../src/http/forwarded-for.ts';
import { createHttpApp } from '../../src/http/server.ts';

async function callerSeen(trustedProxies: string[], forwarded?: string | string[]): Promise<string | undefined> {
  const app = createHttpApp({
    trustedProxies,
    scim: (asked, response) => void response.send(asked.ip),
    ping: async () => undefined,
  });
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const headers = forwarded === undefined ? {} : { 'X-Forwarded-For': forwarded };
  const sent = request({ port, host: '127.0.0.1', path: '/scim/v2', headers }).end();
  const [incoming] = await once(sent, 'response');
  return (await incoming.toArray()).join('');
}

it('is whom the trusted proxy names, not whom the caller names before it', async () => {
  expect(await callerSeen(['loopback'])).toBe('127.0.0.1');
  expect(await callerSeen(['loopback'], '203.0.113.9')).toBe('203.0.113.9');
  expect(await callerSeen(['loopback'], '198.51.100.1, 203.0.113.9')).toBe('203.0.113.9');
  expect(await callerSeen(['loopback'], ['198.51.100.1', '2001:db8::9'])).toBe('2001:db8::9');
  expect(await callerSeen(['loopback', '10.0.0.0/8'], '198.51.100.1, 203.0.113.9, 10.1.2.3')).toBe('203.0.113.9');
});

it('is the other end of the connection where that is no trusted proxy, whatever it says', async () => {
  expect(await callerSeen([], '203.0.113.9')).toBe('127.0.0.1');
  expect(await callerSeen(['10.0.0.0/8'], '203.0.113.9')).toBe('127.0.0.1');
});

it('is an address without its port, and never a text', async () => {
  expect(await callerSeen(['loopback'], '203.0.113.9:50123')).toBe('203.0.113.9');
  expect(await callerSeen(['loopback'], '203.0.113.9, unknown')).toBe('127.0.0.1');
  expect(await callerSeen(['loopback'], `${'x'.repeat(4_000)}, 203.0.113.9`)).toBe('203.0.113.9');
  expect(addressesOf('[2001:db8::9]:443, [2001:db8::a], 203.0.113.9:1')).toEqual([
    '2001:db8::9',
    '2001:db8::a',
    '203.0.113.9',
  ]);
  expect(addressesOf('')).toEqual([]);
});
