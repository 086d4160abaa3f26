import { v7 as uuid } from 'uuid';
import { statement } from '../../../src/database/statement.ts';
import type { Actor } from '../../../src/domain/actors/actor.ts';
import type { UserRow } from '../../../src/domain/users/users.store.ts';
import { aClock, type TestClock } from '../../harness/builders.ts';
import { openTestDomain, type TestDomain } from '../../harness/directory-domain.ts';
import { type SignedIn, type SignInFacts, signedIn } from '../../harness/signed-in.ts';

export interface World extends TestDomain {
  clock: TestClock;
  anOrganization(settings?: { acceptsOtherMethods?: boolean; idle?: number; lifetime?: number }): Promise<Place>;
}

/** An organization, and its people. */
export interface Place {
  id: string;
  slug: string;
  operator: Actor;
  aUser(): Promise<UserRow>;
  signIn(user: Pick<UserRow, 'id'>, facts?: Partial<SignInFacts>): Promise<SignedIn>;
}

const setPolicy = statement<never>(
  `update organizations set accepts_other_methods = $2, session_idle_minutes = $3, session_lifetime_minutes = $4
    where organization_id = $1`,
);

/** The domain over a database of the test file's own, with a clock that the test moves. */
export async function openWorld(): Promise<World> {
  const clock = aClock();
  const world = await openTestDomain(clock);
  const { domain, database } = world;
  return {
    ...world,
    clock,
    async anOrganization({ acceptsOtherMethods = false, idle = 720, lifetime = 10_080 } = {}) {
      const slug = `org-${uuid().slice(-12)}`;
      const { id } = await domain.organizations.create({ name: `The ${slug}`, slug, plan: 'enterprise' });
      await database.run(id, setPolicy, acceptsOtherMethods, idle, lifetime);
      const operator: Actor = { kind: 'operator', organizationId: id };
      return {
        id,
        slug,
        operator,
        aUser: () => domain.users.create(operator, { userName: `person-${uuid().slice(-12)}` }),
        signIn: (user, facts = {}) => signedIn(world, { organizationId: id, userId: user.id, at: clock(), ...facts }),
      };
    },
  };
}
