import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { type OpenedDomain, openDomain } from '../../src/open-domain.ts';
import { type SignedIn, type SignInFacts, signedIn } from '../harness/signed-in.ts';
import { openCliDatabase, rollcall, rollcallJson } from './run-rollcall.ts';

let database: Awaited<ReturnType<typeof openCliDatabase>>;
let opened: OpenedDomain;
beforeAll(async () => {
  database = await openCliDatabase();
  opened = await openDomain(readConfig(database.environment), () => undefined);
});
afterAll(async () => {
  await opened.close();
  await database.close();
});

async function somebody(
  facts: Pick<SignInFacts, 'at' | 'provedAt'> = {},
): Promise<SignedIn & { slug: string; userName: string; userId: string }> {
  const slug = `org-${uuid().slice(-12)}`;
  const { id: organizationId } = await opened.domain.organizations.create({ name: 'Acme', slug });
  const userName = `person-${uuid().slice(-12)}`;
  const operator = { kind: 'operator', organizationId } as const;
  const { id: userId } = await opened.domain.users.create(operator, { userName });
  return { slug, userName, userId, ...(await signedIn(opened, { organizationId, userId, ...facts })) };
}

const isOpen = async ({ cookie }: SignedIn) => (await opened.domain.sessions.find(cookie))?.authentication != null;

describe('rollcall session', () => {
  it('lists where somebody is signed in', async () => {
    const ada = await somebody();
    const options = ['session', 'list', '--org', ada.slug, '--user', ada.userName];
    expect(await rollcallJson(database.environment, ...options)).toMatchObject({
      user: { id: ada.userId, userName: ada.userName },
      sessions: [{ id: ada.sessionId, method: 'google', userAgent: 'a browser', address: '203.0.113.7' }],
    });
    const { stdout } = await rollcall(database.environment, ...options);
    expect(stdout).toContain('203.0.113.7');
    expect(stdout).not.toContain(ada.cookie);
  });

  it('says when they proved who they are, which is not when they signed in', async () => {
    const at = new Date(Date.now() - 60_000);
    const provedAt = new Date(at.getTime() - 3 * 3_600_000);
    const ada = await somebody({ at, provedAt });
    const grace = await somebody({ at, provedAt: null });
    const minute = (date: Date) => date.toISOString().slice(0, 16).replace('T', ' ');
    const list = ['session', 'list', '--org', ada.slug, '--user', ada.userName];
    const { stdout } = await rollcall(database.environment, ...list);
    expect(stdout).toContain(`a browser  203.0.113.7  google  ${minute(at)}  ${minute(provedAt)}  `);
    expect(await rollcallJson(database.environment, ...list)).toMatchObject({
      sessions: [{ authenticatedAt: at.toISOString(), provedAt: provedAt.toISOString() }],
    });
    const others = await rollcall(
      database.environment,
      'session',
      'list',
      '--org',
      grace.slug,
      '--user',
      grace.userName,
    );
    expect(others.stdout).toContain(`${minute(at)}  not said  `);
  });

  it('ends one session, and all of somebody', async () => {
    const ada = await somebody();
    const one = await rollcallJson(
      database.environment,
      'session',
      'end',
      '--org',
      ada.slug,
      '--session',
      ada.sessionId,
    );
    expect(one).toEqual({ sessionId: ada.sessionId, endedCount: 1 });
    expect(await isOpen(ada)).toBe(false);
    const grace = await somebody();
    const all = await rollcallJson(
      database.environment,
      'session',
      'end',
      '--org',
      grace.slug,
      '--user',
      grace.userName,
    );
    expect(all).toEqual({ userId: grace.userId, endedCount: 1 });
    expect(await isOpen(grace)).toBe(false);
    const { stdout } = await rollcall(
      database.environment,
      'session',
      'list',
      '--org',
      grace.slug,
      '--user',
      grace.userName,
    );
    expect(stdout).toContain('is signed in nowhere');
    const none = await rollcall(database.environment, 'session', 'end', '--org', grace.slug, '--user', grace.userName);
    expect(none).toMatchObject({
      exitCode: 0,
      stdout: `Nothing was changed: ${grace.userName} is signed in nowhere.\n`,
    });
  });

  it('ends nothing that is another organization’s, or not named', async () => {
    const [ada, grace] = [await somebody(), await somebody()];
    const end = (...options: string[]) =>
      rollcall(database.environment, 'session', 'end', '--org', ada.slug, ...options);
    for (const options of [['--session', grace.sessionId], ['--session', 'x'], ['--user', 'nobody'], []]) {
      expect((await end(...options)).exitCode, options.join(' ')).not.toBe(0);
    }
    expect([await isOpen(ada), await isOpen(grace)]).toEqual([true, true]);
  });
});
