import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, expect, it } from 'vitest';
import { Database } from '../../../src/database/database.ts';
import { createDomain, type Domain } from '../../../src/domain/domain.ts';
import type { SignInOutcome } from '../../../src/domain/sign-in/sign-in-outcome.ts';
import { testCatalogue } from '../../harness/directory-domain.ts';
import { aPersonOf, openSignInWorld, type SignInWorld, signInWith, type TestPerson } from './sign-in-world.ts';

const POOL_SIZE = 2;
const AT_ONCE = 6;

let world: SignInWorld;
/** The same domain over a pool of two connections. */
let domain: Domain;
beforeAll(async () => {
  world = await openSignInWorld();
  const database = await Database.open({ connection: world.connection, poolSizeMax: POOL_SIZE });
  domain = createDomain({ database, catalogue: testCatalogue, secretKey: 'a secret of the tests', clock: world.clock });
  return async () => {
    await domain.settled();
    await database.close();
    await world.close();
  };
});

/** Of work that would otherwise wait for a connection for ever. */
async function unlessStuck<Result>(work: Promise<Result>): Promise<Result | 'stuck'> {
  return Promise.race([work, delay(10_000, 'stuck' as const, { ref: false })]);
}

function kindOf(outcome: SignInOutcome): string {
  return outcome.kind === 'refused' ? outcome.refusal.reason : outcome.kind;
}

it('more sign-ins at once than the pool has connections all come to their end, whatever that is', async () => {
  const acme = await world.anOrganization();
  const beta = await world.anOrganization();
  await acme.proveDomain();
  const { person } = await acme.aPerson('ada');
  const { cookie: sessionCookie } = await acme.enter(person);
  await beta.aPerson('ada');
  const { userId } = await beta.aPerson('owner');
  await beta.makeOwner(userId);
  const jit = await world.anOrganization({ withDirectory: false, allowsJustInTime: true });
  const google = { subject: 'google-ada', email: 'ada@nowhere.example', emailVerification: 'yes' as const };
  const ways: Record<string, (count: number) => Promise<SignInOutcome>> = {
    signedIn: () => signInWith({ domain }, { connection: acme.connection, person }),
    chooseAccount: () => signInWith({ domain }, { connection: beta.connection, person, visit: { sessionCookie } }),
    approvalRequired: () => signInWith({ domain }, { connection: beta.connection, person: aPersonOf('owner') }),
    notProvisioned: () => signInWith({ domain }, { connection: beta.connection, person: aPersonOf('eve') }),
    'signedIn by Google': () => signInWith({ domain }, { login: 'google', person: google }),
    'signedIn just in time': (count) =>
      signInWith({ domain }, { connection: jit.connection, person: aPersonOf(`new-${count}`) as TestPerson }),
  };
  for (const [way, signIn] of Object.entries(ways)) {
    const outcomes = await unlessStuck(Promise.all(Array.from({ length: AT_ONCE }, (_, count) => signIn(count))));
    const kinds = outcomes === 'stuck' ? outcomes : [...new Set(outcomes.map(kindOf))];
    expect({ [way]: kinds }).toEqual({ [way]: [way.split(' ')[0]] });
  }
}, 70_000);
