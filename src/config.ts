import { existsSync } from 'node:fs';
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import type { LoginProvider } from './domain/accounts/account.entity.ts';
import type { LoginProviderSettings, ProductSettings } from './sso/sign-in-settings.ts';

/** The environment, read once. */
export interface Config {
  host: string;
  port: number;
  /** Under which customers reach the service, without a trailing slash. */
  publicUrl: string;
  /** Whose X-Forwarded-For is believed: addresses, networks and names that express knows; none for []. */
  trustedProxies: string[];
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
  /** The secret key before the present one: what is sealed under it still opens, until `rollcall keys rotate`. */
  previousSecretKey: string | undefined;
  /** How the sign-in pages look, and where they lead. */
  product: ProductSettings;
  /** The OpenID providers by which accounts of all organizations may sign in. */
  loginProviders: Partial<Record<LoginProvider, LoginProviderSettings>>;
  /** Name servers asked for the proofs of domains, such as 10.0.0.2 or 127.0.0.1:5353; undefined: the system's. */
  dnsServers: string[] | undefined;
  /** What one directory may ask of this process over SCIM; 0 is without limit. */
  scimLimits: ScimLimits;
  logLevel: LogLevel;
  isProduction: boolean;
}

interface ScimLimits {
  ratePerSecond: number;
  rateBurst: number;
  concurrencyMax: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
type LogLevel = (typeof logLevels)[number];

const DEFAULT_PERMISSIONS_FILE = 'permissions.json';

/** Reads the settings of README "Settings". Throws with the setting's name and what it takes. */
export function readConfig(environment: Environment): Config {
  const port = readPort(environment.PORT);
  const host = given(environment.HOST) ?? '127.0.0.1';
  const databaseUrl = given(environment.DATABASE_URL);
  const secretKey = readKey(environment, 'SECRET_KEY');
  if (databaseUrl && !secretKey) {
    throw new Error(
      'SECRET_KEY is required with DATABASE_URL: all tokens and keys are hashed under it. Set 32 random characters or more.',
    );
  }
  return {
    host,
    port,
    publicUrl: readAddress(environment.PUBLIC_URL, 'PUBLIC_URL') ?? `http://localhost:${port}`,
    trustedProxies: readTrustedProxies(environment.TRUSTED_PROXIES),
    databaseUrl,
    migrationDatabaseUrl: given(environment.MIGRATION_DATABASE_URL),
    graphUrl: readAddress(environment.GRAPH_URL, 'GRAPH_URL'),
    dataDir: resolve(given(environment.DATA_DIR) ?? '.rollcall'),
    secretKey,
    permissionsFile: readPermissionsFile(environment.PERMISSIONS_FILE),
    previousSecretKey: readKey(environment, 'PREVIOUS_SECRET_KEY'),
    product: readProduct(environment),
    loginProviders: readLoginProviders(environment),
    dnsServers: readDnsServers(environment.DNS_SERVERS),
    scimLimits: readScimLimits(environment),
    logLevel: readLogLevel(environment.LOG_LEVEL),
    isProduction: environment.NODE_ENV === 'production',
  };
}

function given(value: string | undefined): string | undefined {
  return value === undefined || value.trim() === '' ? undefined : value.trim();
}

const SECRET_KEY_LENGTH_MIN = 32;

function readKey(environment: Environment, setting: 'SECRET_KEY' | 'PREVIOUS_SECRET_KEY'): string | undefined {
  const secretKey = given(environment[setting]);
  if (secretKey === undefined || secretKey.length >= SECRET_KEY_LENGTH_MIN) return secretKey;
  throw new Error(`${setting} needs ${SECRET_KEY_LENGTH_MIN} characters or more.`);
}

function readPort(value: string | undefined): number {
  const port = Number(given(value) ?? 4000);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error('PORT must be a number from 0 to 65535.');
  return port;
}

function readScimLimits(environment: Environment): ScimLimits {
  const count = (setting: string, ifAbsent: number) => readCount(environment[setting], setting, ifAbsent);
  const ratePerSecond = count('SCIM_RATE_PER_SECOND', 100);
  const rateBurst = count('SCIM_RATE_BURST', 400);
  if (ratePerSecond > 0 && rateBurst === 0)
    throw new Error('SCIM_RATE_BURST must be 1 or more, or nothing would pass.');
  return { ratePerSecond, rateBurst, concurrencyMax: count('SCIM_CONCURRENCY_MAX', 100) };
}

function readCount(value: string | undefined, setting: string, ifAbsent: number): number {
  const count = Number(given(value) ?? ifAbsent);
  if (Number.isInteger(count) && count >= 0 && count <= 1_000_000) return count;
  throw new Error(`${setting} must be a whole number from 0 to 1000000.`);
}

const LOGO = /\.(svg|png)$/i;
const PRODUCT_NAME_LENGTH_MAX = 60;

function readProduct(environment: Environment): ProductSettings {
  const url = readAddress(environment.PRODUCT_URL, 'PRODUCT_URL') ?? null;
  const origins = (given(environment.PRODUCT_ORIGINS) ?? '')
    .split(',')
    .map((origin) => origin.trim())
    .filter((origin) => origin !== '');
  const wrong = origins.find((origin) => !URL.canParse(origin) || new URL(origin).origin !== origin);
  if (wrong !== undefined) {
    throw new Error(
      'PRODUCT_ORIGINS takes origins such as https://app.example.com, without a path, separated by commas.',
    );
  }
  const name = given(environment.PRODUCT_NAME) ?? 'Rollcall';
  if (name.length > PRODUCT_NAME_LENGTH_MAX) {
    throw new Error(`PRODUCT_NAME must be ${PRODUCT_NAME_LENGTH_MAX} characters or shorter.`);
  }
  const logoFile = given(environment.PRODUCT_LOGO);
  if (logoFile !== undefined && !(LOGO.test(logoFile) && existsSync(logoFile))) {
    throw new Error('PRODUCT_LOGO must be an SVG or PNG file that exists.');
  }
  const color = given(environment.PRODUCT_COLOR)?.toLowerCase() ?? null;
  if (color !== null && !/^#[0-9a-f]{6}$/.test(color)) {
    throw new Error('PRODUCT_COLOR must be a colour of six digits such as #0b5fff.');
  }
  const own = url === null ? [] : [new URL(url).origin];
  const all = [...new Set([...own, ...origins])];
  return { name, url, origins: all, logoFile: logoFile === undefined ? null : resolve(logoFile), color };
}

const loginIssuers = {
  google: 'https://accounts.google.com',
  microsoft: 'https://login.microsoftonline.com/organizations/v2.0',
} as const satisfies Record<LoginProvider, string>;

function readLoginProviders(environment: Environment): Config['loginProviders'] {
  const providers: Config['loginProviders'] = {};
  for (const name of ['google', 'microsoft'] as const) {
    const prefix = name.toUpperCase();
    const clientId = given(environment[`${prefix}_CLIENT_ID`]);
    const clientSecret = given(environment[`${prefix}_CLIENT_SECRET`]);
    if ((clientId === undefined) !== (clientSecret === undefined)) {
      throw new Error(`${prefix}_CLIENT_ID and ${prefix}_CLIENT_SECRET go together: set both or neither.`);
    }
    if (clientId === undefined || clientSecret === undefined) continue;
    const issuer = readAddress(environment[`${prefix}_ISSUER`], `${prefix}_ISSUER`) ?? loginIssuers[name];
    providers[name] = { clientId, clientSecret, issuer };
  }
  return providers;
}

function readDnsServers(value: string | undefined): string[] | undefined {
  const text = given(value);
  if (text === undefined) return undefined;
  const servers = text.split(',').map((server) => server.trim());
  if (servers.every(isServer)) return servers;
  throw new Error('DNS_SERVERS takes addresses such as 10.0.0.2 or 127.0.0.1:5353, separated by commas.');
}

function isServer(text: string): boolean {
  if (isIP(text) !== 0) return true;
  const [, address = '', port = ''] = /^\[?([^\]]+?)\]?:(\d{1,5})$/.exec(text) ?? [];
  return isIP(address) !== 0 && Number(port) >= 1 && Number(port) <= 65_535;
}

const proxyNames = ['loopback', 'linklocal', 'uniquelocal'];

function readTrustedProxies(value: string | undefined): string[] {
  const text = given(value) ?? 'loopback';
  if (text === 'none') return [];
  const proxies = text.split(',').map((proxy) => proxy.trim());
  if (proxies.every((proxy) => proxyNames.includes(proxy) || isNetwork(proxy))) return proxies;
  const takes = `addresses such as 10.0.0.7, networks such as 10.0.0.0/8, ${proxyNames.join(', ')}`;
  throw new Error(`TRUSTED_PROXIES takes, separated by commas, ${takes}; or none.`);
}

/** Of every address is none: whoever asks could then say who he is. */
function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || address.includes('%') || rest.length > 0) return false;
  if (bits === undefined) return true;
  return /^\d{1,3}$/.test(bits) && Number(bits) >= 1 && Number(bits) <= (version === 4 ? 32 : 128);
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

/** An address that reaches this machine only. */
export function isLoopbackAddress(url: string): boolean {
  return isLoopbackHost(new URL(url).hostname);
}

/** Whether others can reach the service, or shall, under addresses that lead each of them to his own machine. */
export function hidesBehindLocalhost({ host, publicUrl, isProduction }: Config): boolean {
  return isLoopbackAddress(publicUrl) && (isProduction || !isLoopbackHost(host));
}

function isLoopbackHost(host: string): boolean {
  return ['localhost', '127.0.0.1', '[::1]', '::1'].includes(host);
}
