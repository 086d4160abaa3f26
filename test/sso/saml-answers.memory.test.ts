import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SignInFailure } from '../../src/sso/sign-in-failure.ts';
import { aConnection, anAttempt, CONNECTION_ID, type PagesStage, STATE, startPages } from './pages-stage.ts';

let stage: PagesStage;
/** How often a document was read. */
let read: number;
beforeEach(async () => {
  stage = await startPages();
  read = 0;
  stage.domain.signInConnections.find = async () => aConnection({ protocol: 'saml' });
  const { verify } = stage.saml;
  stage.saml.verify = (connection, received) => {
    read += 1;
    return verify(connection, received);
  };
});
afterEach(() => stage.close());

function send(fields: Record<string, string>, address = '203.0.113.1'): Promise<Response> {
  return fetch(`${stage.url}/connections/${CONNECTION_ID}/saml/acs`, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: 'https://idp.example', 'sec-fetch-site': 'cross-site', 'x-forwarded-for': address },
    body: new URLSearchParams(fields),
  });
}

describe('the answer of a SAML identity provider', () => {
  it('is read only for a sign-in that is on its way', async () => {
    for (const fields of [{}, { RelayState: 'x'.repeat(43) }, { RelayState: '' }] as Record<string, string>[]) {
      expect((await send({ SAMLResponse: 'x', ...fields })).status).toBe(400);
    }
    expect(read).toBe(0);
    expect((await send({ SAMLResponse: 'x', RelayState: STATE })).status).toBe(303);
    expect(read).toBe(1);
  });

  it.each(['draft', 'disabled'] as const)(
    'is read for a %s connection only where somebody tests it',
    async (status) => {
      stage.domain.signInConnections.find = async () => aConnection({ protocol: 'saml', status });
      expect((await send({ SAMLResponse: 'x', RelayState: STATE })).status).not.toBe(303);
      expect(stage.refused).toMatchObject([{ reason: 'connectionDisabled', state: STATE }]);
      expect(read).toBe(0);
      stage.domain.signInAttempts.findStarted = async () => anAttempt({ purpose: 'test' });
      expect((await send({ SAMLResponse: 'x', RelayState: STATE })).status).toBe(303);
      expect(read).toBe(1);
    },
  );

  it('is not even looked up from an address whose answers were refused a hundred times at once', async () => {
    let looked = 0;
    stage.domain.signInConnections.find = async () => {
      looked += 1;
      return aConnection({ protocol: 'saml' });
    };
    stage.saml.verify = async () => {
      throw new SignInFailure('responseInvalid');
    };
    for (let count = 0; count < 100; count += 1) await send({ SAMLResponse: 'x', RelayState: STATE });
    expect(looked).toBe(100);
    expect((await send({ SAMLResponse: 'x', RelayState: STATE })).status).toBe(429);
    expect(looked).toBe(100);
    expect((await send({ SAMLResponse: 'x', RelayState: STATE }, '203.0.113.2')).status).toBe(400);
    stage.clock.advance(1_000);
    expect((await send({ SAMLResponse: 'x', RelayState: STATE })).status).toBe(400);
  });

  it('is as long as a response of 128 KB in lines, and no longer than 256 KB', async () => {
    const lines = (
      Buffer.alloc(128 * 1024, 'saml')
        .toString('base64')
        .match(/.{1,76}/g) ?? []
    ).join('\r\n');
    expect((await send({ SAMLResponse: lines, RelayState: STATE })).status).toBe(303);
    expect((await send({ SAMLResponse: 'A'.repeat(256 * 1024), RelayState: STATE })).status).toBe(400);
  });
});
