// What the tests of sign-in share: an organization with a directory and a connection, and people at its identity provider.
import { v7 as uuid } from 'uuid';
import { statement } from '../../../src/database/statement.ts';
import type { LoginProvider } from '../../../src/domain/accounts/account.entity.ts';
import type { Actor } from '../../../src/domain/actors/actor.ts';
import { createSecret } from '../../../src/domain/actors/credential.ts';
import type { BindingRow } from '../../../src/domain/bindings/bindings.store.ts';
import type { SignInConnection } from '../../../src/domain/connections/sign-in-connection.ts';
import type { VerifiedIdentity } from '../../../src/domain/connections/verified-identity.ts';
import type { FinishInput, SignInOutcome, SignInRefusal } from '../../../src/domain/sign-in/sign-in-outcome.ts';
import type { SignInEventRow } from '../../../src/domain/sign-in-log/sign-in-events.store.ts';
import { aClock, type TestClock } from '../../harness/builders.ts';
import { aCall, openTestDomain, type TestDirectory, type TestDomain } from '../../harness/directory-domain.ts';
import { actorOfCookie } from '../../harness/signed-in.ts';
import { LinkWorld } from '../links/link-world.ts';

export interface SignInWorld extends TestDomain {
  clock: TestClock;
  anOrganization(settings?: { withDirectory?: boolean; allowsJustInTime?: boolean }): Promise<SignInPlace>;
}

export async function openSignInWorld(): Promise<SignInWorld> {
  const clock = aClock();
  const test = await openTestDomain(clock);
  return {
    ...test,
    clock,
    async anOrganization({ withDirectory = true, allowsJustInTime = false } = {}) {
      const at = await test.aDirectory();
      if (!withDirectory) await test.database.run(at.organizationId, dropDirectories);
      return SignInPlace.of({ test, clock, at, allowsJustInTime });
    },
  };
}

const insertProvedDomain = statement<never>(
  `insert into email_domains (organization_id, id, domain, status, token, missing_checks, verified_at, created_at, updated_at)
   values ($1, $2, $3, 'verified', 'token', 0, $4, $4, $4)`,
);
const dropDirectories = statement<never>('delete from directories where organization_id = $1');

/** Somebody at the identity provider. */
export type TestPerson = Partial<VerifiedIdentity>;

export interface Visit {
  /** Another browser has another cookie. */
  browser?: string;
  sessionCookie?: string | undefined;
  choice?: FinishInput['choice'];
}

interface PlaceParts {
  test: TestDomain;
  clock: TestClock;
  at: TestDirectory;
  allowsJustInTime: boolean;
}

/** One organization, in the words of the tests of sign-in. */
export class SignInPlace extends LinkWorld {
  readonly test: TestDomain;
  readonly clock: TestClock;
  connection!: SignInConnection;

  private constructor({ test, clock, at }: PlaceParts) {
    super(test, at);
    this.test = test;
    this.clock = clock;
  }

  static async of(parts: PlaceParts): Promise<SignInPlace> {
    const place = new SignInPlace(parts);
    place.connection = await place.aConnection(parts.allowsJustInTime);
    return place;
  }

  get id(): string {
    return this.at.organizationId;
  }

  get operator(): Actor {
    return this.at.operator;
  }

  /** Another enabled connection of the organization. */
  async aConnection(allowsJustInTime = false): Promise<SignInConnection> {
    const { connections, signInConnections } = this.domain;
    const oidc = { protocol: 'oidc', issuer: 'https://acme.okta.example', clientId: 'c', clientSecret: 's' } as const;
    const { id } = await connections.create(this.operator, { ...oidc, allowsJustInTime });
    await connections.enable(this.operator, id);
    const connection = await signInConnections.find(id);
    if (!connection) throw new Error('The new connection was not found.');
    return connection;
  }

  /** A person of the directory and of the identity provider, with the stable id `oid-{name}`, which is the `externalId`. */
  async aPerson(name: string, more: object = {}): Promise<{ recordId: string; userId: string; person: TestPerson }> {
    const recordId = await this.push({ userName: `${name}@acme.example`, externalId: `oid-${name}`, ...more });
    const userId = (await this.linkOf(recordId))?.targetId ?? '';
    return { recordId, userId, person: aPersonOf(name) };
  }

  async replace(recordId: string, resource: object): Promise<void> {
    const { directory, directoryId } = this.at;
    await this.domain.directoryUsers.replace(directory, aCall, { directoryId, id: recordId, resource });
  }

  async deleteRecord(recordId: string): Promise<void> {
    const { directory, directoryId } = this.at;
    await this.domain.directoryUsers.delete(directory, aCall, { directoryId, id: recordId });
  }

  /** As a row: each organization of these tests has the same domain, of which DNS knows one holder alone. */
  async proveDomain(domain = 'acme.example'): Promise<void> {
    await this.test.database.run(this.id, insertProvedDomain, uuid(), domain, this.clock());
  }

  /** All three steps through the connection. */
  signIn(person: TestPerson, visit: Visit & { through?: SignInConnection } = {}): Promise<SignInOutcome> {
    return signInWith(this.test, { connection: visit.through ?? this.connection, person, visit });
  }

  /** Signs in and throws unless it was let in. */
  async enter(person: TestPerson, visit: Visit & { through?: SignInConnection } = {}) {
    const outcome = await this.signIn(person, visit);
    if (outcome.kind !== 'signedIn') throw new Error(`Not signed in: ${JSON.stringify(outcome)}`);
    return outcome;
  }

  /** Signs in and throws unless it was refused. */
  async refused(person: TestPerson, visit: Visit & { through?: SignInConnection } = {}): Promise<SignInRefusal> {
    const outcome = await this.signIn(person, visit);
    if (outcome.kind !== 'refused') throw new Error(`Not refused: ${JSON.stringify(outcome)}`);
    return outcome.refusal;
  }

  /** Who acts by the cookie in its organization. */
  async userOf(cookie: string): Promise<string | undefined> {
    return (await actorOfCookie(this, cookie))?.userId;
  }

  async bindings(userId?: string): Promise<BindingRow[]> {
    return (await this.domain.bindings.list(this.operator, { first: 500 }, { userId })).items;
  }

  async liveBindings(): Promise<BindingRow[]> {
    return (await this.domain.bindings.list(this.operator, { first: 500 }, { isEnded: false })).items;
  }

  async requests() {
    return (await this.domain.bindingRequests.list(this.operator, { first: 500 })).items;
  }

  async signInEvents(): Promise<SignInEventRow[]> {
    return (await this.domain.signInEvents.list(this.operator, { first: 500 })).items;
  }

  async makeOwner(userId: string): Promise<void> {
    const { items } = await this.domain.permissionSets.list(this.operator, {});
    const owner = items.find((set) => set.builtIn === 'owner');
    await this.domain.grants.grant(this.operator, {
      permissionSetId: owner?.id ?? '',
      userId,
    });
  }
}

/** Somebody named like this at the identity provider. */
export function aPersonOf(name: string): TestPerson {
  return { subject: `sub-${name}`, stableId: `oid-${name}`, email: `${name}@acme.example`, displayName: name };
}

export function anIdentity(person: TestPerson): VerifiedIdentity {
  const nothing = {
    stableId: null,
    email: null,
    emailVerification: 'unsaid',
    displayName: null,
    authTime: null,
  } as const;
  return { subject: uuid(), ...nothing, claims: {}, ...person };
}

export const aBrowser = () => createSecret('browser');

/** All three steps, through a connection or by Google or Microsoft. */
export async function signInWith(
  { domain }: Pick<TestDomain, 'domain'>,
  {
    connection,
    login,
    person,
    visit = {},
  }: { connection?: SignInConnection; login?: LoginProvider; person: TestPerson; visit?: Visit },
): Promise<SignInOutcome> {
  const { browser = aBrowser(), sessionCookie, choice } = visit;
  const begin = { purpose: 'signIn', connection, provider: login, browser, returnTo: null } as const;
  const { state } = await domain.signInAttempts.start(begin);
  await domain.signInAttempts.verified(state, anIdentity(person));
  const input = { browser, sessionCookie, userAgent: 'a browser', address: '203.0.113.7' };
  const outcome = await domain.signIn.finish(state, input);
  if (outcome.kind !== 'chooseAccount' || choice === undefined) return outcome;
  return domain.signIn.finish(state, { ...input, choice, account: outcome.account });
}
