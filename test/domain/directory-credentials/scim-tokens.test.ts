import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { statement } from '../../../src/database/statement.ts';
import { anActor } from '../../harness/builders.ts';
import { openTestDomain, type TestDirectory, type TestDomain } from '../../harness/directory-domain.ts';

const HOUR = 3_600_000;
let now = Date.UTC(2026, 10, 22, 10);
let test: TestDomain;
beforeAll(async () => {
  test = await openTestDomain(() => new Date(now));
});
afterAll(() => test.close());

const selectEvents = statement<{ type: string; subjectId: string; data: Record<string, unknown> }>(
  `select type, subject_id as "subjectId", data from domain_events
    where organization_id = $1 and type like 'scimToken%' order by id`,
);

async function eventsOf({ organizationId }: TestDirectory) {
  return test.database.run(organizationId, selectEvents);
}

async function opens(token: string): Promise<boolean> {
  return (await test.domain.scimTokens.authenticate(token)) !== undefined;
}

describe('S4: replacing a SCIM token', () => {
  it('makes a new one and lets the old one live for the overlap', async () => {
    const at = await test.aDirectory();
    const { scimTokens } = test.domain;
    const old = await scimTokens.create(at.operator, { directoryId: at.directoryId });
    expect(await opens(old.token)).toBe(true);
    const made = await scimTokens.rotate(at.operator, { id: old.scimToken.id, overlapHours: 48 });
    const endsAt = new Date(now + 48 * HOUR);
    expect(made.replaced).toMatchObject({ id: old.scimToken.id, expiresAt: endsAt, revokedAt: null });
    expect(made.scimToken).toMatchObject({ directoryId: at.directoryId, expiresAt: null, revokedAt: null });
    expect([await opens(old.token), await opens(made.token)]).toEqual([true, true]);
    now += 48 * HOUR - 1;
    expect([await opens(old.token), await opens(made.token)]).toEqual([true, true]);
    now += 1;
    expect([await opens(old.token), await opens(made.token)]).toEqual([false, true]);
    const { id, hint } = made.scimToken;
    expect((await eventsOf(at)).slice(1)).toEqual([
      {
        type: 'scimTokenCreated',
        subjectId: id,
        data: { directoryId: at.directoryId, hint, scope: 'read users:write groups:write', expiresAt: null },
      },
      {
        type: 'scimTokenExpirySet',
        subjectId: old.scimToken.id,
        data: {
          directoryId: at.directoryId,
          hint: old.scimToken.hint,
          expiresAt: endsAt.toISOString(),
          replacedBy: id,
        },
      },
    ]);
  });

  it('without an overlap revokes the old one now', async () => {
    const at = await test.aDirectory();
    const { scimTokens } = test.domain;
    const old = await scimTokens.create(at.operator, { directoryId: at.directoryId });
    expect(await opens(old.token)).toBe(true);
    const expiresAt = new Date(now + HOUR);
    const made = await scimTokens.rotate(at.operator, { id: old.scimToken.id, overlapHours: 0, expiresAt });
    expect(made.replaced).toMatchObject({ revokedAt: new Date(now), expiresAt: null });
    expect(made.scimToken.expiresAt).toEqual(expiresAt);
    expect([await opens(old.token), await opens(made.token)]).toEqual([false, true]);
    expect((await eventsOf(at)).at(-1)).toMatchObject({ type: 'scimTokenRevoked', subjectId: old.scimToken.id });
    now += HOUR;
    expect(await opens(made.token)).toBe(false);
  });

  it('never widens what it may do', async () => {
    const at = await test.aDirectory();
    const { scimTokens } = test.domain;
    const old = await scimTokens.create(at.operator, { directoryId: at.directoryId, scopes: ['read'] });
    const made = await scimTokens.rotate(at.operator, { id: old.scimToken.id, overlapHours: 1 });
    expect(made.scimToken.scopes).toEqual(['read']);
    expect(await scimTokens.authenticate(made.token)).toMatchObject({ scopes: new Set(['read']) });
  });

  it('never lengthens a life', async () => {
    const at = await test.aDirectory();
    const expiresAt = new Date(now + HOUR);
    const old = await test.domain.scimTokens.create(at.operator, { directoryId: at.directoryId, expiresAt });
    const { replaced } = await test.domain.scimTokens.rotate(at.operator, { id: old.scimToken.id, overlapHours: 720 });
    expect(replaced.expiresAt).toEqual(expiresAt);
  });

  it('is refused for a token that has ended, that is unknown, or that belongs to another organization', async () => {
    const [at, other] = [await test.aDirectory(), await test.aDirectory()];
    const { scimTokens } = test.domain;
    const revoked = await scimTokens.create(at.operator, { directoryId: at.directoryId });
    await scimTokens.revoke(at.operator, revoked.scimToken.id);
    const expired = await scimTokens.create(at.operator, {
      directoryId: at.directoryId,
      expiresAt: new Date(now + 1),
    });
    now += 1;
    const living = await scimTokens.create(other.operator, { directoryId: other.directoryId });
    const before = (await eventsOf(at)).length;
    for (const [id, code] of [
      [revoked.scimToken.id, 'invalidValue'],
      [expired.scimToken.id, 'invalidValue'],
      [living.scimToken.id, 'notFound'],
      [uuid(), 'notFound'],
      ['-', 'notFound'],
    ] as const) {
      await expect(scimTokens.rotate(at.operator, { id, overlapHours: 1 })).rejects.toMatchObject({ code });
    }
    expect(await eventsOf(at)).toHaveLength(before);
    expect(await opens(living.token)).toBe(true);
  });

  it.each([-1, 721, 1.5, Number.NaN])('is refused with an overlap of %s hours', async (overlapHours) => {
    const at = await test.aDirectory();
    const old = await test.domain.scimTokens.create(at.operator, { directoryId: at.directoryId });
    const rotating = test.domain.scimTokens.rotate(at.operator, { id: old.scimToken.id, overlapHours });
    await expect(rotating).rejects.toMatchObject({ code: 'invalidValue', details: { path: 'overlapHours' } });
  });

  it('twice at once replaces it once for each, and it ends with the shorter overlap', async () => {
    const at = await test.aDirectory();
    const { scimTokens } = test.domain;
    const old = await scimTokens.create(at.operator, { directoryId: at.directoryId });
    const rotate = (overlapHours: number) => scimTokens.rotate(at.operator, { id: old.scimToken.id, overlapHours });
    await Promise.all([rotate(48), rotate(2)]);
    const listed = await scimTokens.list(at.operator, at.directoryId);
    expect(listed).toHaveLength(3);
    expect(listed.at(-1)).toMatchObject({ id: old.scimToken.id, expiresAt: new Date(now + 2 * HOUR) });
  });

  it('goes on after the plan has lost SCIM, which gates only what is new', async () => {
    const at = await test.aDirectory();
    const old = await test.domain.scimTokens.create(at.operator, { directoryId: at.directoryId });
    const loseScim = statement<never>(`update organizations set plan = 'free' where organization_id = $1`);
    await test.database.run(at.organizationId, loseScim);
    await expect(test.domain.scimTokens.create(at.operator, at)).rejects.toMatchObject({ code: 'planLacksScim' });
    const made = await test.domain.scimTokens.rotate(at.operator, { id: old.scimToken.id, overlapHours: 0 });
    expect(await opens(made.token)).toBe(true);
  });

  it('and making one end with the directory', async () => {
    const at = await test.aDirectory();
    const { scimTokens } = test.domain;
    const living = await scimTokens.create(at.operator, { directoryId: at.directoryId });
    const retire = statement<never>(`update directories set status = 'retired' where organization_id = $1 and id = $2`);
    await test.database.run(at.organizationId, retire, at.directoryId);
    const rotating = scimTokens.rotate(at.operator, { id: living.scimToken.id, overlapHours: 1 });
    await expect(rotating).rejects.toMatchObject({ code: 'directoryStatusConflict' });
    await expect(scimTokens.create(at.operator, at)).rejects.toMatchObject({ code: 'directoryStatusConflict' });
  });
});

describe('the tokens of directories', () => {
  it('are the last hundred of each, the newest first, with their last use', async () => {
    const at = await test.aDirectory();
    const { scimTokens } = test.domain;
    const other = await test.domain.directories.create(at.operator, { name: 'Okta' });
    const { token, scimToken } = await scimTokens.create(at.operator, { directoryId: other.id });
    await scimTokens.authenticate(token);
    await scimTokens.settled();
    const made: string[] = [];
    for (let number = 0; number < 102; number += 1) {
      made.push((await scimTokens.create(at.operator, { directoryId: at.directoryId })).scimToken.id);
    }
    const [none, many, one] = await scimTokens.listMany(at.operator, ['-', at.directoryId, other.id]);
    expect(none).toEqual([]);
    expect(many?.map(({ id }) => id)).toEqual(made.toReversed().slice(0, 100));
    expect(one).toMatchObject([{ id: scimToken.id, lastUsedAt: new Date(now) }]);
  });

  it('are seen inside the organization only, by who looks after directories', async () => {
    const [at, stranger] = [await test.aDirectory(), await test.aDirectory()];
    const { scimTokens } = test.domain;
    const { scimToken } = await scimTokens.create(at.operator, { directoryId: at.directoryId });
    expect(await scimTokens.getMany(at.operator, ['-', scimToken.id])).toMatchObject([undefined, { id: scimToken.id }]);
    expect(await scimTokens.getMany(stranger.operator, [scimToken.id])).toEqual([undefined]);
    expect(await scimTokens.list(stranger.operator, at.directoryId)).toEqual([]);
    const nobody = anActor(at.organizationId);
    for (const refused of [
      scimTokens.list(nobody, at.directoryId),
      scimTokens.getMany(nobody, [scimToken.id]),
      scimTokens.rotate(nobody, { id: scimToken.id, overlapHours: 1 }),
    ]) {
      await expect(refused).rejects.toMatchObject({ code: 'forbidden' });
    }
  });
});
