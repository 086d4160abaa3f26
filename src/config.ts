import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

/** The environment, read once. */
export interface Config {
  host: string;
  port: number;
  /** Under which customers reach the service, without a trailing slash. */
  publicUrl: string;
  /** Undefined: the embedded PostgreSQL under `dataDir`. */
  databaseUrl: string | undefined;
  /** For migrations, where the service's own database user may not create roles or is behind a pooler. */
  migrationDatabaseUrl: string | undefined;
  /** Set: this process is the SCIM facade alone, before the GraphQL service at this address. */
  graphUrl: string | undefined;
  dataDir: string;
  /** Undefined: made in `dataDir`, which only the embedded database allows. */
  secretKey: string | undefined;
  /** The product's permission catalogue; undefined: none but the built-in permissions. */
  permissionsFile: string | undefined;
  logLevel: LogLevel;
  isProduction: boolean;
}

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
type LogLevel = (typeof logLevels)[number];

const DEFAULT_PERMISSIONS_FILE = 'permissions.json';

/** Reads the settings of README "Settings". Throws with the setting's name and what it takes. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const port = readPort(environment.PORT);
  const host = given(environment.HOST) ?? '127.0.0.1';
  const databaseUrl = given(environment.DATABASE_URL);
  const secretKey = given(environment.SECRET_KEY);
  if (databaseUrl && !secretKey) {
    throw new Error(
      'SECRET_KEY is required with DATABASE_URL: all tokens and keys are hashed under it. Set 32 random characters or more.',
    );
  }
  if (secretKey && secretKey.length < 32) throw new Error('SECRET_KEY needs 32 characters or more.');
  return {
    host,
    port,
    publicUrl: readAddress(environment.PUBLIC_URL, 'PUBLIC_URL') ?? `http://localhost:${port}`,
    databaseUrl,
    migrationDatabaseUrl: given(environment.MIGRATION_DATABASE_URL),
    graphUrl: readAddress(environment.GRAPH_URL, 'GRAPH_URL'),
    dataDir: resolve(given(environment.DATA_DIR) ?? '.rollcall'),
    secretKey,
    permissionsFile: readPermissionsFile(environment.PERMISSIONS_FILE),
    logLevel: readLogLevel(environment.LOG_LEVEL),
    isProduction: environment.NODE_ENV === 'production',
  };
}

function given(value: string | undefined): string | undefined {
  return value === undefined || value.trim() === '' ? undefined : value.trim();
}

function readPort(value: string | undefined): number {
  const port = Number(given(value) ?? 4000);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error('PORT must be a number from 0 to 65535.');
  return port;
}

function readAddress(value: string | undefined, setting: string): string | undefined {
  const url = given(value);
  if (url === undefined) return undefined;
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new Error(`${setting} must be an http or https address.`);
  }
  return url.replace(/\/+$/, '');
}

function readLogLevel(value: string | undefined): LogLevel {
  const level = logLevels.find((candidate) => candidate === (given(value) ?? 'info'));
  if (!level) throw new Error(`LOG_LEVEL must be one of ${logLevels.join(', ')}.`);
  return level;
}

function readPermissionsFile(value: string | undefined): string | undefined {
  const file = given(value);
  if (file !== undefined) return resolve(file);
  return existsSync(DEFAULT_PERMISSIONS_FILE) ? resolve(DEFAULT_PERMISSIONS_FILE) : undefined;
}
