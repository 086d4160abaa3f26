import type { GraphQLFormattedError } from 'graphql';
import type { DatabaseConnection } from '../../src/database/connection.ts';
import type { Database } from '../../src/database/database.ts';
import { statement } from '../../src/database/statement.ts';
import type { Actor } from '../../src/domain/actors/actor.ts';
import { createDomain, type Domain } from '../../src/domain/domain.ts';
import { PermissionCatalogue } from '../../src/domain/permissions/catalogue.ts';
import { InProcessClient } from '../../src/graph/execute.ts';
import { createSchema } from '../../src/graph/schema.ts';
import { TEST_SECRET_KEY, testPermissions } from '../harness/builders.ts';
import { openTestDatabase } from '../harness/database.ts';

/** The settings of the door at /graphql. */
export const anyBearer = {
  accepts: 'any',
  address: { publicUrl: 'https://rollcall.example' },
} as const;

export interface GraphOrganization {
  id: string;
  operator: Actor;
  /** A key with the built-in owner set. */
  ownerKey: string;
  directoryId: string;
  scimToken: string;
}

export interface GraphAnswer<Data> {
  data: Data;
  errors?: readonly GraphQLFormattedError[];
}

export interface OpenGraph {
  domain: Domain;
  database: Database;
  client: InProcessClient;
  /** As the superuser, past row-level security: for a test that looks behind the service. */
  connection: DatabaseConnection;
  /** What was logged as a mistake of ours. */
  failures: object[];
  /** A new organization on the enterprise plan with one directory. */
  anOrganization(): Promise<GraphOrganization>;
  /** A key that holds exactly these permissions. */
  aKey(organization: GraphOrganization, permissions: string[]): Promise<string>;
  run<Data = Record<string, unknown>>(
    bearer: string | undefined,
    text: string,
    variables?: Record<string, unknown>,
  ): Promise<GraphAnswer<Data>>;
  /** The same as whoever has the cookie of a session. */
  runAs<Data = Record<string, unknown>>(
    cookie: string,
    text: string,
    variables?: Record<string, unknown>,
  ): Promise<GraphAnswer<Data>>;
  /** The ids of all domain events of an organization, also of those that the feed still holds back. */
  historyOf(organization: GraphOrganization): Promise<string[]>;
  /** How many statements or transactions the work sends to the database. */
  countStatements(work: () => Promise<unknown>): Promise<number>;
  close(): Promise<void>;
}

const selectEventIds = statement<{ id: string }>('select id from domain_events where organization_id = $1 order by id');

let made = 0;

/** The schema in this process over a migrated database of the test file's own. */
export async function openGraph(): Promise<OpenGraph> {
  const { database, connection, close } = await openTestDatabase();
  const counter = counted(database);
  const catalogue = new PermissionCatalogue(testPermissions);
  const domain = createDomain({ database: counter.database, catalogue, secretKey: TEST_SECRET_KEY });
  const failures: object[] = [];
  const client = new InProcessClient(
    await createSchema(),
    domain,
    { error: (facts) => failures.push(facts) },
    anyBearer,
  );
  const run: OpenGraph['run'] = async <Data>(bearer: string | undefined, text: string, variables = {}) => {
    const call = { requestId: 'request-1', method: 'POST', path: '/graphql' };
    const authorization = bearer === undefined ? undefined : `Bearer ${bearer}`;
    const answer = await client.run<Data, object>({ text }, variables, { ...call, authorization });
    return answer as GraphAnswer<Data>;
  };
  return {
    domain,
    database,
    client,
    connection,
    failures,
    run,
    runAs: async <Data>(cookie: string, text: string, variables = {}) => {
      const call = { requestId: 'request-1', method: 'POST', path: '/graphql', authorization: undefined, cookie };
      return (await client.run<Data, object>({ text }, variables, call)) as GraphAnswer<Data>;
    },
    anOrganization: () => anOrganization(domain),
    async aKey({ operator }, permissions) {
      made += 1;
      const set = await domain.permissionSets.create(operator, { name: `Set of key ${made}`, permissions });
      return (await domain.apiKeys.create(operator, { name: `Key ${made}`, permissionSetId: set.id })).key;
    },
    historyOf: async ({ id }) => (await database.run(id, selectEventIds)).map((event) => event.id),
    async countStatements(work) {
      const before = counter.count();
      await work();
      return counter.count() - before;
    },
    async close() {
      await domain.settled();
      await close();
    },
  };
}

async function anOrganization(domain: Domain): Promise<GraphOrganization> {
  made += 1;
  const input = { name: `Acme ${made}`, slug: `acme-${made}`, plan: 'enterprise' as const, scimWithoutSso: true };
  const { id } = await domain.organizations.create(input);
  const operator: Actor = { kind: 'operator', organizationId: id };
  const sets = await domain.permissionSets.list(operator, {});
  const permissionSetId = sets.items.find((set) => set.builtIn === 'owner')?.id ?? '';
  const { key } = await domain.apiKeys.create(operator, { name: 'Owner key', permissionSetId });
  const directory = await domain.directories.create(operator, { name: 'Entra' });
  const { token } = await domain.scimTokens.create(operator, { directoryId: directory.id });
  return { id, operator, ownerKey: key, directoryId: directory.id, scimToken: token };
}

/** The same database, each call to it counted. */
function counted(database: Database): { database: Database; count: () => number } {
  let count = 0;
  const proxy = new Proxy(database, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return (...parameters: unknown[]) => {
        count += 1;
        return member.apply(target, parameters) as unknown;
      };
    },
  });
  return { database: proxy, count: () => count };
}
