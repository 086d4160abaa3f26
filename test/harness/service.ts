import { serve } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import type { DatabaseConnection } from '../../src/database/connection.ts';
import type { Actor } from '../../src/domain/actors/actor.ts';
import { createDomain, type Domain, type DomainParts } from '../../src/domain/domain.ts';
import type { CreateOrganization } from '../../src/domain/organizations/organizations.ts';
import { PermissionCatalogue } from '../../src/domain/permissions/catalogue.ts';
import type { Log } from '../../src/open-domain.ts';
import { Protocols } from '../../src/sso/protocols.ts';
import { ScimClient } from '../clients/scim-client.ts';
import { TEST_SECRET_KEY, testPermissions } from './builders.ts';
import { openTestDatabase } from './database.ts';
import { freePort, isThroughGateway, startTestGateway, unlimited } from './gateway.ts';

export interface ServiceOrganization {
  id: string;
  slug: string;
  /** A key with the built-in owner set. */
  apiKey: string;
  operator: Actor;
}

export interface ServiceDirectory {
  id: string;
  tenantUrl: string;
  token: string;
}

export interface GraphAnswer<Data> {
  status: number;
  data?: Data | null;
  errors?: { message: string; path?: (string | number)[]; extensions?: { code?: string; reason?: string } }[];
}

/** Everything of one connected identity provider: its organization, its directory and a client that speaks to it. */
export interface Connected {
  organization: ServiceOrganization;
  directory: ServiceDirectory;
  scim: ScimClient;
}

export interface TestService {
  url: string;
  /** The rules below both edges, for what only the operator does. */
  domain: Domain;
  /** As the superuser, past row-level security: for a test that looks behind the service. */
  connection: DatabaseConnection;
  /** What the service logged as its own mistakes; a test that expects none compares it with []. */
  failures: object[];
  organization(overrides?: Partial<CreateOrganization>): Promise<ServiceOrganization>;
  directory(
    organization: ServiceOrganization,
    settings?: { name?: string; isStrict?: boolean; matchesGroupsBy?: 'displayName' | 'externalId' },
  ): Promise<ServiceDirectory>;
  scim(directory: ServiceDirectory): ScimClient;
  /** A new organization with one directory. */
  connected(overrides?: Partial<CreateOrganization>, settings?: { isStrict?: boolean }): Promise<Connected>;
  /** Runs a document at /graphql; without a key no Authorization header is sent. */
  graphql<Data = Record<string, unknown>>(
    apiKey: string | undefined,
    query: string,
    variables?: Record<string, unknown>,
  ): Promise<GraphAnswer<Data>>;
  close(): Promise<void>;
}

/**
 * The real service in this process on a free port, over a migrated database of the test file's own; in the project `gateway`
 * with SCIM in front of it, over HTTP. Calls are not limited and the service is in
 * production unless `environment` says otherwise.
 */
export async function startTestService(
  environment: Record<string, string> = {},
  parts: Pick<DomainParts, 'resolveTxt' | 'clock'> = {},
): Promise<TestService> {
  const { database, connection, close } = await openTestDatabase();
  const failures: object[] = [];
  const log: Log = (level, event, details) => {
    if (level === 'error') failures.push({ event, ...details });
  };
  const protocols = new Protocols({ allowsLoopback: true, log });
  const domain = createDomain({
    database,
    catalogue: new PermissionCatalogue(testPermissions),
    secretKey: TEST_SECRET_KEY,
    allowsLoopbackIssuers: true,
    identityProviders: protocols,
    ...parts,
  });
  const gatewayPort = isThroughGateway ? await freePort() : 0;
  const settings = {
    NODE_ENV: 'production',
    PORT: '0',
    PUBLIC_URL: `http://127.0.0.1:${gatewayPort}`,
    ...unlimited,
    ...environment,
  };
  const config = readConfig(settings);
  const opened = { domain, database, protocols, migrated: [], close: () => domain.settled() };
  const service = await serve(config, log, opened);
  const gateway = isThroughGateway ? await startTestGateway(`${service.url}/graphql`, gatewayPort, log) : undefined;
  const clients: ScimClient[] = [];
  const makers = makersOf(domain, gateway?.url ?? service.url);
  const scim = (directory: ServiceDirectory) => {
    const client = new ScimClient(directory.tenantUrl, directory.token);
    clients.push(client);
    return client;
  };
  return {
    url: service.url,
    domain,
    connection,
    failures,
    ...makers,
    scim,
    async connected(overrides, settings) {
      const organization = await makers.organization(overrides);
      const directory = await makers.directory(organization, settings);
      return { organization, directory, scim: scim(directory) };
    },
    graphql: (apiKey, query, variables) => postGraphql(service.url, apiKey, { query, variables }),
    async close() {
      for (const client of clients) client.close();
      await gateway?.close();
      await service.close();
      await close();
    },
  };
}

function makersOf(domain: Domain, url: string): Pick<TestService, 'organization' | 'directory'> {
  let made = 0;
  return {
    async organization(overrides = {}) {
      made += 1;
      const slug = `organization-${made}`;
      const input = { name: `Organization ${made}`, slug, plan: 'enterprise' as const, scimWithoutSso: true };
      const { id } = await domain.organizations.create({ ...input, ...overrides });
      const operator: Actor = { kind: 'operator', organizationId: id };
      const sets = await domain.permissionSets.list(operator, {});
      const owner = sets.items.find((set) => set.builtIn === 'owner');
      if (!owner) throw new Error('The organization has no owner set.');
      const { key } = await domain.apiKeys.create(operator, { name: 'tests', permissionSetId: owner.id });
      return { id, slug: overrides.slug ?? slug, apiKey: key, operator };
    },
    async directory(organization, settings = {}) {
      const { id } = await domain.directories.create(organization.operator, { name: 'Entra', ...settings });
      const { token } = await domain.scimTokens.create(organization.operator, { directoryId: id });
      return { id, tenantUrl: `${url}/scim/v2/${id}`, token };
    },
  };
}

/** Posts a body to /graphql as it stands, so that a hostile one reaches the server too. */
export async function postGraphql<Data>(
  url: string,
  apiKey: string | undefined,
  body: unknown,
): Promise<GraphAnswer<Data>> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await response.text();
  try {
    return { status: response.status, ...(JSON.parse(text) as object) };
  } catch {
    throw new Error(`/graphql answered ${response.status} without JSON: ${text.slice(0, 300)}`);
  }
}
