// Requests of several sessions, as many as the service takes, while their user is deactivated: from the commit on, none passes.
import { setTimeout as delay } from 'node:timers/promises';
import { createLocalJWKSet, errors, type JSONWebKeySet, jwtVerify } from 'jose';
import { v7 as uuid } from 'uuid';
import { beforeAll, describe, expect, it } from 'vitest';
import { Database } from '../../src/database/database.ts';
import { idOf } from '../clients/scim-client.ts';
import { type Connected, startTestService, type TestService } from '../harness/service.ts';
import { signedIn } from '../harness/signed-in.ts';

const SESSIONS = 6;
const LANES_A_SESSION = 3;
const AROUND_MILLISECONDS = 500;

let service: TestService;
let database: Database;
let acme: Connected;
beforeAll(async () => {
  service = await startTestService();
  database = await Database.open({ connection: service.connection, poolSizeMax: 2 });
  acme = await service.connected();
  return async () => {
    await database.close();
    await service.close();
  };
});

interface Person {
  userId: string;
  /** The address of their record over SCIM. */
  record: string;
  cookies: string[];
}

/** Somebody whom the directory provisioned, signed in to several browsers. */
async function aPerson(): Promise<Person> {
  const userName = `person-${uuid().slice(-12)}@acme.example`;
  const created = await acme.scim.post('/Users', {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
    userName,
    externalId: uuid(),
    active: true,
  });
  const directoryUserId = idOf(created);
  const { id: organizationId, operator } = acme.organization;
  const { items } = await service.domain.users.list(operator, {}, { search: userName });
  const userId = items[0]?.id ?? '';
  const cookies: string[] = [];
  let accountId: string | undefined;
  for (let count = 0; count < SESSIONS; count += 1) {
    const facts = { organizationId, userId, method: 'connection' as const, connectionId: uuid(), directoryUserId };
    const opened = await signedIn({ domain: service.domain, database }, { ...facts, ...(accountId && { accountId }) });
    accountId = opened.accountId;
    cookies.push(opened.cookie);
  }
  return { userId, record: `/Users/${directoryUserId}`, cookies };
}

interface Asked {
  startedAt: number;
  isIn: boolean;
  /** The session token that was minted. */
  token?: string;
}

async function ask(cookie: string, kind: 'graphql' | 'token'): Promise<Asked> {
  const startedAt = performance.now();
  const headers = { 'content-type': 'application/json', cookie: `rollcall_session=${cookie}` };
  if (kind === 'token') {
    const response = await fetch(`${service.url}/session/token`, { method: 'POST', headers });
    const { token } = (await response.json()) as { token?: string };
    return { startedAt, isIn: response.status === 200, ...(token !== undefined && { token }) };
  }
  const body = JSON.stringify({ query: '{ viewer { user { id } } }' });
  const response = await fetch(`${service.url}/graphql`, { method: 'POST', headers, body });
  const { data } = (await response.json()) as { data?: { viewer: { user: object | null } } | null };
  return { startedAt, isIn: data?.viewer.user != null };
}

/** All requests around the act, and when the caller of the act was told that it is done. */
async function underLoad(cookies: readonly string[], act: () => Promise<unknown>) {
  const asked: Asked[] = [];
  let isOver = false;
  const lanes = cookies.flatMap((cookie) =>
    Array.from({ length: LANES_A_SESSION }, async (_, lane) => {
      while (!isOver) asked.push(await ask(cookie, lane === 0 ? 'token' : 'graphql'));
    }),
  );
  try {
    await delay(AROUND_MILLISECONDS);
    await act();
    const [doneAt, doneDate] = [performance.now(), new Date()];
    await delay(AROUND_MILLISECONDS);
    return {
      doneDate,
      before: asked.filter(({ startedAt }) => startedAt <= doneAt),
      // Those that are still under way are waited for.
      after: (await over()).filter(({ startedAt }) => startedAt > doneAt),
    };
  } finally {
    await over();
  }

  async function over(): Promise<Asked[]> {
    isOver = true;
    await Promise.all(lanes);
    return asked;
  }
}

const acts: [string, (person: Person) => Promise<unknown>][] = [
  [
    'SCIM sets active to false',
    async ({ record }) => {
      const operation = { op: 'Replace', path: 'active', value: 'False' };
      const answer = await acme.scim.patch(record, [operation]);
      expect(answer).toMatchObject({ status: 200 });
    },
  ],
  ['SCIM deletes the record', async ({ record }) => expect((await acme.scim.delete(record)).status).toBe(204)],
  ['an admin blocks the user', ({ userId }) => service.domain.users.block(acme.organization.operator, userId)],
  ['an admin removes the user', ({ userId }) => service.domain.users.remove(acme.organization.operator, userId)],
  [
    'an admin ends the sessions',
    ({ userId }) => service.domain.userSessions.endAllOf(acme.organization.operator, userId),
  ],
];

describe('security 17: under load, no request that began after', () => {
  it.each(acts)('%s passes', async (_name, act) => {
    const person = await aPerson();
    const { before, after } = await underLoad(person.cookies, () => act(person));
    expect(before.filter(({ isIn }) => isIn).length).toBeGreaterThan(SESSIONS);
    expect(after.length).toBeGreaterThan(SESSIONS);
    expect(after.filter(({ isIn }) => isIn)).toEqual([]);
  });

  it('nor does a token that was minted before live longer than its five minutes from then on', async () => {
    const person = await aPerson();
    const block = () => service.domain.users.block(acme.organization.operator, person.userId);
    const { before, after, doneDate } = await underLoad(person.cookies, block);
    const tokens = [...before, ...after].flatMap(({ token }) => token ?? []);
    expect(tokens.length).toBeGreaterThan(SESSIONS);
    const keys = createLocalJWKSet(
      (await (await fetch(`${service.url}/.well-known/jwks.json`)).json()) as JSONWebKeySet,
    );
    const at = (seconds: number) => ({ currentDate: new Date(doneDate.getTime() + seconds * 1000) });
    for (const token of tokens) {
      await expect(jwtVerify(token, keys, at(0))).resolves.toMatchObject({ payload: { sub: person.userId } });
      // One that was asked for before was minted a moment later at most.
      await expect(jwtVerify(token, keys, at(301))).rejects.toBeInstanceOf(errors.JWTExpired);
    }
  });
});

describe('the service', () => {
  it('makes no mistake of its own under it', () => {
    expect(service.failures).toEqual([]);
  });
});
