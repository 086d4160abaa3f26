// docs/guides/product-tokens.md: the back end that it shows, against a real token and a real JWKS.
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decodeProtectedHeader } from 'jose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { anOwnedOrganization, aSignedInOwner } from '../accounts/one-time-world.ts';
import { MINUTE, openSecretsWorld, type SecretsWorld } from './secrets-world.ts';

type Verifier = (token: string) => Promise<Record<string, unknown>>;
type Guide = { createSessionTokenVerifier(parties: { issuer: string; audience: string }): Verifier };

const guides = new URL('../../../docs/guides/', import.meta.url);
const example = new URL('product-tokens/verify-session-token.js', guides);
const audience = 'https://app.example.com';
let world: SecretsWorld;
let server: Server;
let issuer: string;
let verifier: Guide['createSessionTokenVerifier'];
beforeAll(async () => {
  world = await openSecretsWorld();
  // The guide's library goes by the time of its machine.
  world.clock.advance(Date.now() - world.clock().getTime());
  server = createServer(async (request, response) => {
    const isKeySet = request.url === '/.well-known/jwks.json';
    response.setHeader('content-type', 'application/json');
    response.end(isKeySet ? JSON.stringify(await world.domain.signingKeys.jwks()) : '{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  ({ createSessionTokenVerifier: verifier } = (await import(example.href)) as Guide);
});
afterAll(async () => {
  server.close();
  await world.domain.settled();
  await world.close();
});

it('shows the file that is tested here', () => {
  expect(readFileSync(new URL('product-tokens.md', guides), 'utf8')).toContain(readFileSync(example, 'utf8').trim());
});

it('lets a back end know who asks, and refuses what is meant for another product', async () => {
  const organization = await anOwnedOrganization(world.domain);
  const { actor, userId } = await aSignedInOwner(world.domain, organization);
  const { token } = await world.domain.sessionTokens.mint(actor, { issuer, audience });
  expect(await verifier({ issuer, audience })(token)).toEqual({
    userId,
    organizationId: organization.id,
    sessionId: actor.sessionId,
    permissionVersion: expect.any(String),
    provedAt: new Date(Math.floor(Number(actor.provedAt) / 1000) * 1000),
  });
  await expect(verifier({ issuer, audience: 'https://other.example.com' })(token)).rejects.toThrow(/"aud"/);
  await expect(verifier({ issuer, audience })(`${token.slice(0, -6)}AAAAAA`)).rejects.toThrow(/signature/);
});

it('believes the next key from its first signature on, because it has read it before', async () => {
  const { actor } = await aSignedInOwner(world.domain, await anOwnedOrganization(world.domain));
  const verify = verifier({ issuer, audience });
  const { id } = await world.domain.signingKeys.rotate();
  await verify((await world.domain.sessionTokens.mint(actor, { issuer, audience })).token);
  world.clock.advance(10 * MINUTE);
  const { token } = await world.domain.sessionTokens.mint(actor, { issuer, audience });
  expect(decodeProtectedHeader(token).kid).toBe(id);
  await expect(verify(token)).resolves.toMatchObject({ userId: actor.userId });
});
