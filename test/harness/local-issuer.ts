import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';

type Algorithm = 'RS256' | 'PS256' | 'ES256' | 'Ed25519';
type KeyPair = Awaited<ReturnType<typeof generateKeyPair>>;

/** As Entra's tenants are issuers: many of them, all with the same keys. */
export interface LocalIssuer {
  url: string;
  /** The issuer of one tenant. */
  of(tenantId: string): string;
  /** A token as Entra's provisioning service gets it, with what is given instead; undefined leaves a claim out. */
  sign(claims: JWTPayload, header?: { alg?: Algorithm; kid?: string }): Promise<string>;
  /** Takes a new key instead of the old one, under a new id. */
  rotate(): Promise<void>;
  /** The public keys, as the issuer shows them. */
  keys(): Promise<object[]>;
  /** How often the keys were asked for. */
  reads(): number;
  /** From now on it answers with this status. */
  answerWith(status: number): void;
  close(): Promise<void>;
}

/** An issuer at a free port of this machine: OpenID discovery and keys for every tenant. */
export async function startLocalIssuer(): Promise<LocalIssuer> {
  const algorithms: Algorithm[] = ['RS256', 'PS256', 'ES256', 'Ed25519'];
  let round = 0;
  let pairs = await makePairs(algorithms);
  let reads = 0;
  let status = 200;
  const keys = () =>
    Promise.all(
      algorithms.map(async (alg) => ({
        ...(await exportJWK(pairs[alg].publicKey)),
        kid: `${alg}-${round}`,
        use: 'sig',
        alg,
      })),
    );
  const server = createServer((request, response) => {
    void (async () => {
      const [, tenantId = ''] = (request.url ?? '').split('/');
      const isDiscovery = request.url?.endsWith('/v2.0/.well-known/openid-configuration');
      if (!isDiscovery) reads += 1;
      const metadata = { issuer: `${url}/${tenantId}/v2.0`, jwks_uri: `${url}/${tenantId}/discovery/v2.0/keys` };
      const body = isDiscovery ? metadata : { keys: await keys() };
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    })();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    of: (tenantId) => `${url}/${tenantId}/v2.0`,
    sign: (claims, { alg = 'RS256', kid = `${alg}-${round}` } = {}) =>
      new SignJWT(withoutUndefined(claims)).setProtectedHeader({ alg, kid, typ: 'JWT' }).sign(pairs[alg].privateKey),
    async rotate() {
      pairs = await makePairs(algorithms);
      round += 1;
    },
    keys,
    reads: () => reads,
    answerWith(other) {
      status = other;
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

async function makePairs(algorithms: readonly Algorithm[]): Promise<Record<Algorithm, KeyPair>> {
  const pairs = await Promise.all(algorithms.map(async (alg) => [alg, await generateKeyPair(alg)] as const));
  return Object.fromEntries(pairs) as Record<Algorithm, KeyPair>;
}

function withoutUndefined(claims: JWTPayload): JWTPayload {
  return Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined));
}
