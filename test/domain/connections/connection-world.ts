// What the tests of connections share: an organization that may have them, and an identity provider without protocols.
import { v7 as uuid } from 'uuid';
import { statement } from '../../../src/database/statement.ts';
import type { Actor } from '../../../src/domain/actors/actor.ts';
import type { ConnectionCertificate } from '../../../src/domain/connections/connection.entity.ts';
import type { ConnectionCheck, SamlMetadata } from '../../../src/domain/connections/identity-providers.ts';
import type { OpenedConnection } from '../../../src/domain/connections/sign-in-connection.ts';
import { createDomain, type Domain } from '../../../src/domain/domain.ts';
import { DomainError } from '../../../src/domain/domain-error.ts';
import { aClock, TEST_SECRET_KEY, type TestClock } from '../../harness/builders.ts';
import { openTestDatabase, type TestDatabase } from '../../harness/database.ts';
import { testCatalogue } from '../../harness/directory-domain.ts';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
export const TENANT = 'ce5f061f-abe6-4e40-9615-301f87bcb7f0';
export const oidc = {
  protocol: 'oidc',
  issuer: 'https://acme.okta.example',
  clientId: 'client-1',
  clientSecret: 'a client secret',
} as const;

export interface ConnectionWorld extends TestDatabase {
  domain: Domain;
  clock: TestClock;
  /** What was checked, and what every check answers from now on. */
  checked: OpenedConnection[];
  checks: ConnectionCheck[];
  anOrganization(settings?: { plan?: 'free' | 'enterprise'; scimWithoutSso?: boolean }): Promise<Actor>;
}

/** The whole domain. Metadata is JSON here: reading XML is tested with the protocol. */
export async function openConnectionWorld({ allowsLoopbackIssuers = false } = {}): Promise<ConnectionWorld> {
  const test = await openTestDatabase();
  const clock = aClock();
  const checked: OpenedConnection[] = [];
  const checks: ConnectionCheck[] = [];
  const domain = createDomain({
    database: test.database,
    catalogue: testCatalogue,
    secretKey: TEST_SECRET_KEY,
    clock,
    allowsLoopbackIssuers,
    identityProviders: {
      readMetadata: readJson,
      check: async (connection) => {
        checked.push(connection);
        return checks;
      },
    },
  });
  return {
    ...test,
    domain,
    clock,
    checked,
    checks,
    async anOrganization(settings = {}) {
      const slug = `org-${uuid().slice(-12)}`;
      const input = { name: 'Acme', slug, plan: 'enterprise' as const, ...settings };
      const { id } = await domain.organizations.create(input);
      return { kind: 'operator', organizationId: id };
    },
    close: async () => {
      await domain.settled();
      await test.close();
    },
  };
}

/** Metadata of one entity id; each certificate is named by the letter of its fingerprint and its span in days. */
export function metadataOf(
  clock: TestClock,
  certificates: readonly { letter: string; from?: number; to?: number }[],
  { issuer = 'https://idp.example/saml', ssoUrl = 'https://idp.example/sso?idpid=1' } = {},
): string {
  const time = (days: number) => new Date(clock().getTime() + days * DAY).toISOString();
  const made = certificates.map(
    ({ letter, from = -1, to = 365 }): ConnectionCertificate => ({
      pem: `PEM ${letter}`,
      fingerprint: letter.repeat(64),
      notBefore: time(from),
      notAfter: time(to),
    }),
  );
  return JSON.stringify({ issuer, ssoUrl, certificates: made } satisfies SamlMetadata);
}

function readJson(text: string): SamlMetadata {
  if (text.startsWith('{')) return JSON.parse(text) as SamlMetadata;
  throw new DomainError('invalidValue', 'metadata is no metadata.', { path: 'metadata' });
}

/** An admin who is signed in, since so many minutes. */
export function aSignedInAdmin(
  world: ConnectionWorld,
  { organizationId }: Actor,
  { minutesAgo = 0, permissions = ['rollcall:connections'] } = {},
): Actor {
  const provedAt = new Date(world.clock().getTime() - minutesAgo * 60_000);
  const ids = { userId: uuid(), accountId: uuid(), sessionId: uuid() };
  return { kind: 'user', organizationId, ...ids, name: 'Ada', permissions: new Set(permissions), provedAt };
}

const insertAuthentication = statement<never>(
  `insert into session_authentications (organization_id, session_id, user_id, method, connection_id, authenticated_at, last_seen_at)
   values ($1, $2, $3, 'connection', $4, $5, $5)`,
);
const insertBinding = statement<never>(
  `insert into bindings (organization_id, id, connection_id, subject, account_id, user_id, bound_by, created_at, last_used_at)
   values ($1, $2, $3, $4, $5, $6, 'stableId', $7, $7)`,
);

/** A user who is bound to the connection and signed in through it. Written as rows, below every rule. */
export async function aSignedInUser(
  { domain, database, clock }: ConnectionWorld,
  operator: Actor,
  connectionId: string,
): Promise<{ userId: string; sessionId: string; bindingId: string }> {
  const { id: userId } = await domain.users.create(operator, { userName: `user-${uuid()}@acme.example` });
  const [sessionId, bindingId] = [uuid(), uuid()];
  const at = clock();
  const { organizationId } = operator;
  await database.run(organizationId, insertAuthentication, sessionId, userId, connectionId, at);
  await database.run(organizationId, insertBinding, bindingId, connectionId, `sub ${userId}`, uuid(), userId, at);
  return { userId, sessionId, bindingId };
}

const selectEnds = statement<{ authentication: string | null; binding: string | null }>(
  `select (select ended_reason from session_authentications where organization_id = $1 and session_id = $2) as authentication,
          (select ended_reason from bindings where organization_id = $1 and id = $3) as binding`,
);

/** Why the session and the binding of somebody ended; null while they live. */
export async function endsOf(
  { database }: ConnectionWorld,
  { organizationId }: Actor,
  { sessionId, bindingId }: { sessionId: string; bindingId: string },
): Promise<{ authentication: string | null; binding: string | null } | undefined> {
  return (await database.run(organizationId, selectEnds, sessionId, bindingId))[0];
}

const selectEvents = statement<{ type: string; data: Record<string, unknown> }>(
  'select type, data from domain_events where organization_id = $1 and subject_id = $2 order by id',
);

export async function eventsAbout(
  { database }: ConnectionWorld,
  { organizationId }: Actor,
  subjectId: string,
): Promise<{ type: string; data: Record<string, unknown> }[]> {
  return database.run(organizationId, selectEvents, subjectId);
}
