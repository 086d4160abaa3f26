// What a client is told when the service itself fails: over HTTP, with a database that does not answer.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { expect, it } from 'vitest';
import { CredentialHasher, createCredential } from '../../src/domain/actors/credential.ts';
import { AccessTokens } from '../../src/domain/directory-credentials/access-tokens.ts';
import { createOAuthRouter } from '../../src/oauth/router.ts';

const organizationId = '0199c0de-7a11-7000-8000-0000000000ff';

async function answerTo(
  failure: Error,
): Promise<{ status: number; retryAfter: string | null; text: string; logged: unknown[] }> {
  const clock = () => new Date();
  const logged: unknown[] = [];
  const accessTokens = new AccessTokens({
    database: { run: () => Promise.reject(failure) } as never,
    clock,
    hasher: new CredentialHasher('a secret of the tests'),
    refusedCalls: { countTokenRequest: () => undefined },
  });
  const log = (...line: unknown[]) => logged.push(line);
  const app = express();
  app.use('/oauth', createOAuthRouter({ accessTokens, tenantUrl: (id) => id, allowsLoopbackIssuers: false, log }));
  const server = createServer(app).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  try {
    const { port } = server.address() as AddressInfo;
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: createCredential('clientId', organizationId),
      client_secret: createCredential('clientSecret', organizationId),
    });
    const response = await fetch(`http://127.0.0.1:${port}/oauth/token`, { method: 'POST', body });
    return {
      status: response.status,
      retryAfter: response.headers.get('retry-after'),
      text: await response.text(),
      logged,
    };
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

it.each([
  ['refuses connections', Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })],
  ['shuts down', Object.assign(new Error('terminating connection'), { code: '57P01' })],
  ['closes the socket', new Error('Connection terminated unexpectedly')],
])('answers 503 while the database %s, so that the client tries again', async (_, failure) => {
  const { status, retryAfter, text } = await answerTo(failure);
  expect([status, retryAfter, JSON.parse(text).error]).toEqual([503, '30', 'temporarily_unavailable']);
});

it('answers a mistake without what it was, which stands in the log', async () => {
  const { status, text, logged } = await answerTo(new Error('select secret from somewhere'));
  expect([status, JSON.parse(text).error]).toEqual([500, 'server_error']);
  expect(text).not.toContain('select');
  expect(JSON.stringify(logged)).toContain('select');
});
