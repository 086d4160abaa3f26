import { v7 as uuid } from 'uuid';
import { beforeAll, describe, expect, it } from 'vitest';
import { aConnectionRow } from '../../harness/signed-in.ts';
import { openWorld, type World } from './account-world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
  return () => world.close();
});

const unknown = { email: null, isEmailVerified: false, displayName: null };
const google = (facts: object = {}) =>
  world.domain.accounts.ensureForLogin('google', { ...unknown, subject: uuid(), ...facts });

describe('a login', () => {
  it('leads to one account, made at its first use', async () => {
    const facts = { subject: uuid(), email: 'Ada@Acme.example', isEmailVerified: true, displayName: 'Ada' };
    const first = await google(facts);
    expect(first).toMatchObject({ email: 'Ada@Acme.example', isEmailVerified: true, displayName: 'Ada' });
    expect((await google(facts)).id).toBe(first.id);
    expect(await world.domain.accounts.find(first.id)).toMatchObject({ displayName: 'Ada' });
  });

  it('used first by many at once makes one account', async () => {
    const subject = uuid();
    const made = await Promise.all(Array.from({ length: 8 }, () => google({ subject })));
    expect(new Set(made.map((account) => account.id)).size).toBe(1);
    const text = 'select count(*) as count from account_logins where subject = $1';
    expect(await world.database.lookUp({ text }, subject)).toEqual([{ count: 1 }]);
  });

  it('of the same subject elsewhere is another account', async () => {
    const subject = uuid();
    const other = await world.domain.accounts.ensureForLogin('microsoft', { ...unknown, subject });
    expect(other.id).not.toBe((await google({ subject })).id);
  });

  it('security 12: carries a verified e-mail to the account, and never another', async () => {
    const subject = uuid();
    const name = uuid();
    await google({ subject, email: `${name}@acme.example`, isEmailVerified: true });
    const told = await google({ subject, email: 'boss@globex.example', isEmailVerified: false });
    expect(told).toMatchObject({ email: `${name}@acme.example`, isEmailVerified: true });
    expect(await world.domain.accounts.findLoginsByVerifiedEmail('boss@globex.example')).toEqual([]);
    const moved = await google({ subject, email: `${name}-2@acme.example`, isEmailVerified: true });
    expect(moved).toMatchObject({ email: `${name}-2@acme.example`, isEmailVerified: true });
  });

  it('is found by its verified e-mail in any case, and never by an unverified one', async () => {
    const name = uuid();
    const verified = await google({ email: `${name}@acme.example`, isEmailVerified: true });
    await google({ email: `${name}@acme.example`, isEmailVerified: false });
    const found = await world.domain.accounts.findLoginsByVerifiedEmail(`${name.toUpperCase()}@ACME.example`);
    expect(found).toEqual([{ accountId: verified.id, provider: 'google' }]);
  });
});

describe('a membership', () => {
  const join = (organizationId: string, accountId: string, userId: string) =>
    world.database.transaction(organizationId, (transaction) =>
      world.domain.accounts.joinIn(transaction, { accountId, userId, at: world.clock() }),
    );

  it('security 12: of a user who has an account is not given to another', async () => {
    const acme = await world.anOrganization();
    const victim = await acme.aUser();
    const { accountId } = await acme.signIn(victim);
    const attacker = await google();
    await expect(join(acme.id, attacker.id, victim.id)).rejects.toMatchObject({
      constraint: 'account_memberships_user_key',
    });
    await join(acme.id, accountId, victim.id);
    expect(await world.domain.accounts.memberships(accountId)).toMatchObject([{ userId: victim.id }]);
  });

  it('that is another active user does not become a second one, until that one is inactive', async () => {
    const acme = await world.anOrganization();
    const [ada, bob] = [await acme.aUser(), await acme.aUser()];
    const { accountId, cookie } = await acme.signIn(ada);
    await expect(join(acme.id, accountId, bob.id)).rejects.toMatchObject({ code: 'userAlreadyBound' });
    expect(await world.domain.sessions.find(cookie)).toMatchObject({ authentication: { user: { id: ada.id } } });
    await world.domain.users.block(acme.operator, ada.id);
    await join(acme.id, accountId, bob.id);
    expect(await world.domain.accounts.memberships(accountId)).toMatchObject([{ userId: bob.id }]);
  });

  it('two accounts race for has one winner', async () => {
    const acme = await world.anOrganization();
    const ada = await acme.aUser();
    const accounts = await Promise.all([1, 2, 3, 4].map(() => google()));
    const joined = await Promise.allSettled(accounts.map((account) => join(acme.id, account.id, ada.id)));
    expect(joined.filter((each) => each.status === 'fulfilled')).toHaveLength(1);
  });

  it('parity S20: says of each organization how it stands with it', async () => {
    const [acme, globex] = [await world.anOrganization(), await world.anOrganization({ acceptsOtherMethods: true })];
    const [ada, also] = [await acme.aUser(), await globex.aUser()];
    const { accountId, sessionId } = await acme.signIn(ada);
    world.clock.advance(1000);
    await join(globex.id, accountId, also.id);
    await world.domain.users.block(globex.operator, also.id);
    const facts = { takesOtherMethods: true, hasConnection: false, name: `The ${acme.slug}` };
    expect(await world.domain.accounts.memberships(accountId, sessionId)).toEqual([
      { ...facts, organizationId: acme.id, userId: ada.id, slug: acme.slug, isActive: true, isAuthenticated: true },
      {
        ...facts,
        organizationId: globex.id,
        userId: also.id,
        slug: globex.slug,
        name: `The ${globex.slug}`,
        isActive: false,
        isAuthenticated: false,
      },
    ]);
    for (const { id } of [acme, globex]) await aConnectionRow(world.database, id, { id: uuid() });
    const taking = (await world.domain.accounts.memberships(accountId)).map((each) => each.takesOtherMethods);
    expect(taking).toEqual([false, true]);
    await world.domain.organizationLifeCycle.suspend(acme.operator);
    const [first] = await world.domain.accounts.memberships(accountId, sessionId);
    expect(first).toMatchObject({ isActive: false, isAuthenticated: false });
  });
});
