import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { expect, it } from 'vitest';
import { CredentialHasher } from '../../src/domain/actors/credential.ts';
import { RememberedSlugs } from '../../src/domain/sign-in/remembered-slugs.ts';
import { Cookies } from '../../src/sso/cookies.ts';
import { createSessionEndpoints, type SessionEndpointsOptions } from '../../src/sso/session-endpoints.ts';

const address = { publicUrl: 'https://id.example' };
const slugs = new RememberedSlugs({ hasher: new CredentialHasher('a key of the tests') });

/** What is answered to somebody who asks for a token while looking for their session fails like this. */
async function answerTo(failure: unknown) {
  const fail = () => Promise.reject(failure);
  const logged: object[] = [];
  const options: SessionEndpointsOptions = {
    domain: {
      accounts: { memberships: fail },
      sessions: { find: fail, signOut: fail },
      sessionTokens: { mint: fail },
      signingKeys: { jwks: fail },
    },
    cookies: new Cookies(address, slugs),
    address,
    config: { product: { url: null, origins: [] } },
    log: (level, event, facts) => void logged.push({ level, event, ...facts }),
  };
  const server = createServer(express().use(createSessionEndpoints(options)));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const headers = { origin: address.publicUrl, 'sec-fetch-site': 'same-origin' };
  const response = await fetch(`http://127.0.0.1:${port}/session/token`, { method: 'POST', headers });
  const answer = { status: response.status, body: await response.json(), after: response.headers.get('retry-after') };
  server.close();
  return { ...answer, logged };
}

it.each([
  Object.assign(new Error('terminating connection due to administrator command'), { code: '57P01' }),
  Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED' }),
  new Error('Connection terminated unexpectedly'),
])('a database that is away is told as such, to be asked again: %s', async (failure) => {
  const { logged, ...answer } = await answerTo(failure);
  expect(answer).toEqual({ status: 503, body: { error: 'temporarily_unavailable' }, after: '30' });
  expect(logged).toHaveLength(1);
});

it('what nobody foresaw is a mistake of ours, told without detail', async () => {
  const { logged, ...answer } = await answerTo(new Error('relation "sessions" does not exist'));
  expect(answer).toEqual({ status: 500, body: { error: 'server_error' }, after: null });
  expect(logged).toMatchObject([{ level: 'error', reason: 'relation "sessions" does not exist' }]);
});
