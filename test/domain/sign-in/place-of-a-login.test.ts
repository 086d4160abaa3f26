// In which organization somebody is who signs in by Google and is a user of several that take it.
import { v7 as uuid } from 'uuid';
import { beforeAll, describe, expect, it } from 'vitest';
import { openSignInWorld, type SignInPlace, type SignInWorld, signInWith, type TestPerson } from './sign-in-world.ts';

let world: SignInWorld;
beforeAll(async () => {
  world = await openSignInWorld();
  return () => world.close();
});

const MINUTE = 60_000;

async function byGoogle(person: TestPerson, sessionCookie?: string) {
  const outcome = await signInWith(world, { login: 'google', person, visit: { sessionCookie } });
  if (outcome.kind !== 'signedIn') throw new Error(`Not signed in: ${JSON.stringify(outcome)}`);
  return outcome;
}

/** Somebody with a Google account that is a user of two organizations, both of which take it. */
async function somebodyInTwo() {
  const google: TestPerson = { subject: `google-${uuid()}`, email: null };
  const accountId = await accountIdOf((await byGoogle(google)).cookie);
  const [acme, beta] = [await world.anOrganization(), await world.anOrganization()];
  for (const place of [acme, beta]) await join(place, accountId);
  return { google, acme, beta };
}

async function join(place: SignInPlace, accountId: string): Promise<void> {
  await place.domain.organizations.update(place.operator, { acceptsOtherMethods: true });
  const userId = await place.user(`ada-${uuid()}@acme.example`);
  await world.database.transaction(place.id, (transaction) =>
    world.domain.accounts.joinIn(transaction, { accountId, userId, at: world.clock() }),
  );
}

async function accountIdOf(cookie: string): Promise<string> {
  return (await world.domain.sessions.find(cookie))?.accountId ?? '';
}

/** Another browser, that acts in the organization. */
async function aBrowserIn(place: SignInPlace, google: TestPerson): Promise<string> {
  world.clock.advance(MINUTE);
  const { cookie } = await byGoogle(google);
  await world.domain.sessions.switchOrganization(cookie, place.id);
  return cookie;
}

describe('a sign-in by Google of somebody in two organizations', () => {
  it('stays where this browser is, though another one was used since', async () => {
    const { google, acme, beta } = await somebodyInTwo();
    const inAcme = await aBrowserIn(acme, google);
    await aBrowserIn(beta, google);
    const again = await byGoogle(google, inAcme);
    expect(again.organization?.id).toBe(acme.id);
    expect(await acme.userOf(again.cookie)).toBeDefined();
  });

  it('goes where the account was last, in a browser without a session or with one of somebody else, also after it was left', async () => {
    const { google, acme, beta } = await somebodyInTwo();
    await aBrowserIn(acme, google);
    const inBeta = await aBrowserIn(beta, google);
    const another = await somebodyInTwo();
    const others = await aBrowserIn(another.acme, another.google);
    expect((await byGoogle(google, others)).organization?.id).toBe(beta.id);
    world.clock.advance(MINUTE);
    const { cookie } = await byGoogle(google, inBeta);
    await world.domain.sessions.signOut(cookie);
    expect((await byGoogle(google)).organization?.id).toBe(beta.id);
  });

  it('goes where the account was last, where the organization of this browser takes it no more', async () => {
    const { google, acme, beta } = await somebodyInTwo();
    const inAcme = await aBrowserIn(acme, google);
    await aBrowserIn(beta, google);
    await acme.domain.organizations.update(acme.operator, { acceptsOtherMethods: false });
    expect((await byGoogle(google, inAcme)).organization?.id).toBe(beta.id);
  });
});
