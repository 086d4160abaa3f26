import { type Config, isLoopbackAddress } from './config.ts';
import type { DatabaseConnection } from './database/connection.ts';
import { Database } from './database/database.ts';
import { openEmbeddedPostgres } from './database/embedded/embedded-postgres.ts';
import { migrate } from './database/migrate.ts';
import { readSecretKey } from './database/secret-key.ts';
import { createDomain, type Domain } from './domain/domain.ts';
import { createTxtResolver } from './domain/email-domains/dns-proof.ts';
import { PermissionCatalogue } from './domain/permissions/catalogue.ts';
import { Protocols } from './sso/protocols.ts';

export type Log = (level: 'info' | 'warn' | 'error', event: string, details?: object) => void;

export interface OpenedDomain {
  domain: Domain;
  database: Database;
  /** OIDC and SAML, as the settings allow them to speak: with what they remember of identity providers, once a process. */
  protocols: Protocols;
  /** Which migrations ran just now. */
  migrated: string[];
  close(): Promise<void>;
}

/**
 * Configuration → database → domain, for the service and for the CLI: opens the database of the settings (the embedded
 * one by default, shared with whoever runs it), brings its schema up to date and composes the use cases.
 */
export async function openDomain(config: Config, log: Log): Promise<OpenedDomain> {
  const catalogue = config.permissionsFile
    ? await PermissionCatalogue.load(config.permissionsFile)
    : new PermissionCatalogue([]);
  const server = await openServer(config, log);
  try {
    const migrated = await migrate(server.migration);
    const database = await Database.open({
      connection: server.connection,
      onConnectionLost: (error) => log('warn', 'database connection lost', { reason: error.message }),
    });
    const protocols = new Protocols({ allowsLoopback: allowsLoopbackIssuers(config), log });
    const domain = createDomain({
      database,
      catalogue,
      secretKey: config.secretKey ?? (await readSecretKey(config.dataDir)),
      previousSecretKey: config.previousSecretKey,
      allowsLoopbackIssuers: allowsLoopbackIssuers(config),
      identityProviders: protocols,
      resolveTxt: createTxtResolver(config.dnsServers),
      onBackgroundFailure: (error) => log('warn', 'background write failed', { reason: String(error) }),
    });
    return {
      domain,
      database,
      protocols,
      migrated,
      close: async () => {
        await domain.settled();
        await database.close();
        await server.close();
      },
    };
  } catch (error) {
    await server.close();
    throw error;
  }
}

interface DatabaseServer {
  connection: DatabaseConnection;
  migration: DatabaseConnection;
  close(): Promise<void>;
}

async function openServer(config: Config, log: Log): Promise<DatabaseServer> {
  if (config.databaseUrl) {
    const connection = { connectionString: config.databaseUrl };
    const migration = { connectionString: config.migrationDatabaseUrl ?? config.databaseUrl };
    return { connection, migration, close: async () => undefined };
  }
  const postgres = await openEmbeddedPostgres({
    dataDir: config.dataDir,
    log: (event, details) => log('info', event.replaceAll('_', ' '), details),
  });
  return { connection: postgres.connection, migration: postgres.connection, close: () => postgres.close() };
}

/** A service that is reached at this machine only, and not in production, may have an issuer there: for development and tests. */
export function allowsLoopbackIssuers({
  publicUrl,
  isProduction,
}: Pick<Config, 'publicUrl' | 'isProduction'>): boolean {
  return !isProduction && isLoopbackAddress(publicUrl);
}
