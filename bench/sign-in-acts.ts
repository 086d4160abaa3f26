import { createSecret } from '../src/domain/actors/credential.ts';
import type { SignInConnection } from '../src/domain/connections/sign-in-connection.ts';
import type { Act, ActPlan } from './acts.ts';
import { type SeededDirectory, seedDirectory, settleDatabases } from './seed.ts';
import type { Stage } from './stage.ts';

const BURST = 100;
const VIEWER = JSON.stringify({ query: '{ viewer { user { id } permissions groups { id } permissionVersion } }' });

/**
 * What sign-in costs among many people: the last step of it, what a page of the product asks with every load, and from when on
 * nobody is let in whom the directory deactivated. What identity providers take is not in it.
 */
export const signInActs: ActPlan = {
  name: 'sign-in',
  async open(stage: Stage): Promise<Act[][]> {
    const people = await seedDirectory(stage, 'sign-in', stage.isLarge ? 100_000 : 10_000);
    const connection = await aConnection(stage, people);
    await settleDatabases(stage);
    const size = `${people.userIds.length.toLocaleString('en')} people`;
    let next = 0;
    const enter = () => {
      next += 1;
      return signIn(stage, connection, `sign-in-${next}`);
    };
    const { port } = await stage.rollcall();
    const ask = (path: string, cookie: string) => request(`http://127.0.0.1:${port}${path}`, cookie);
    const cookie = await enter();
    const burst = (path: string) => async () => {
      await Promise.all(Array.from({ length: BURST }, () => ask(path, cookie).then(requireOk)));
    };
    return [
      [
        { name: 'first sign-in, its last step', size, run: enter },
        { name: 'viewer by session', size, run: async () => requireOk(await ask('/graphql', cookie)) },
        { name: `viewer by session, ${BURST} at once`, size, run: burst('/graphql') },
        { name: 'session token', size, run: async () => requireOk(await ask('/session/token', cookie)) },
        { name: 'deactivation, until refused', size, run: () => deactivate(stage, people, next + 1, enter, ask) },
        {
          name: 'who could sign in',
          size,
          run: () => stage.domain.signInHealth.read(people.operator),
        },
      ],
    ];
  },
};

async function aConnection(stage: Stage, { operator }: SeededDirectory): Promise<SignInConnection> {
  const { connections, signInConnections } = stage.domain;
  const { id } = await connections.create(operator, {
    protocol: 'oidc',
    issuer: 'https://issuer.example.com',
    clientId: 'bench',
    clientSecret: 'a secret of the bench',
  });
  await connections.enable(operator, id);
  const connection = await signInConnections.find(id);
  if (!connection) throw new Error('The connection of the bench is not found.');
  return connection;
}

/** Signs the person of this stable id in for the first time; answers the cookie. */
async function signIn(stage: Stage, connection: SignInConnection, stableId: string): Promise<string> {
  const browser = createSecret('browser');
  const { signIn: service, signInAttempts } = stage.domain;
  const { state } = await signInAttempts.start({ purpose: 'signIn', connection, browser, returnTo: null });
  const proved = { email: null, emailVerification: 'unsaid' as const, displayName: null, authTime: null, claims: {} };
  await signInAttempts.verified(state, { subject: `subject of ${stableId}`, stableId, ...proved });
  const input = { browser, sessionCookie: undefined, userAgent: null, address: null };
  const outcome = await service.finish(state, input);
  if (outcome.kind !== 'signedIn') throw new Error(`${stableId} was not signed in: ${JSON.stringify(outcome)}`);
  return outcome.cookie;
}

/** The person who is signed in next is deactivated over SCIM; the request that follows the answer has to be refused. */
async function deactivate(
  stage: Stage,
  { directoryId, token, userIds }: SeededDirectory,
  position: number,
  enter: () => Promise<string>,
  ask: (path: string, cookie: string) => Promise<Response>,
): Promise<void> {
  const cookie = await enter();
  const { port } = await stage.rollcall();
  const answer = await fetch(`http://127.0.0.1:${port}/scim/v2/${directoryId}/Users/${userIds[position]}`, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' },
    body: JSON.stringify({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
      Operations: [{ op: 'Replace', path: 'active', value: 'False' }],
    }),
  });
  requireOk(answer);
  const refused = await ask('/session/token', cookie);
  if (refused.status !== 401) throw new Error(`A deactivated person was answered ${refused.status}.`);
}

function request(url: string, cookie: string): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', cookie: `rollcall_session=${cookie}` },
    ...(url.endsWith('/graphql') && { body: VIEWER }),
  });
}

function requireOk(response: Response): Response {
  if (!response.ok) throw new Error(`${response.url} was answered ${response.status}.`);
  return response;
}
