import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { readConfig } from '../src/config.ts';
import { type EmbeddedPostgres, openEmbeddedPostgres } from '../src/database/embedded/embedded-postgres.ts';
import { endWithParent } from '../src/database/embedded/run-program.ts';
import { readSecretKey } from '../src/database/secret-key.ts';
import type { Domain } from '../src/domain/domain.ts';
import { openDomain } from '../src/open-domain.ts';
import { permissionNames } from './access-plan.ts';

/** A service under test in a process of its own. */
export interface Service {
  pid: number;
  /** Undefined for the one that is asked by messages. */
  port: number | undefined;
  child: ChildProcess;
  logFile: string;
}

export interface StageOptions {
  isLarge: boolean;
  /** Opens the services to the inspector and lets PostgreSQL count its statements. */
  isProfiled: boolean;
  progress: (text: string) => void;
}

const MAIN = new URL('../dist/main.js', import.meta.url);

/** What `npm start` gives Node, so that the bench runs what an operator runs. */
function startFlags(): string[] {
  const { scripts } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return String(scripts.start).match(/--(?:max|heap)-[\w=-]+/g) ?? [];
}

const START_MILLISECONDS_MAX = 30_000;
const STOP_MILLISECONDS_MAX = 10_000;

/** One durable embedded PostgreSQL, the two sides' databases in it, and the services, each started when first asked for. */
export class Stage {
  readonly isLarge: boolean;
  readonly progress: (text: string) => void;
  readonly domain: Domain;
  /** As the superuser on Rollcall's database, past row-level security: for seeding and counting. */
  readonly database: pg.Client;
  readonly floorDatabase: pg.Client;
  readonly dataDir: string;
  /** Of the postmaster. */
  readonly serverPid: number;
  readonly #options: StageOptions;
  readonly #postgres: EmbeddedPostgres;
  readonly #closeDomain: () => Promise<void>;
  readonly #services = new Map<string, Promise<Service>>();
  #closing: Promise<void> | undefined;

  private constructor(parts: {
    options: StageOptions;
    dataDir: string;
    postgres: EmbeddedPostgres;
    serverPid: number;
    domain: Domain;
    closeDomain: () => Promise<void>;
    database: pg.Client;
    floorDatabase: pg.Client;
  }) {
    this.#options = parts.options;
    this.isLarge = parts.options.isLarge;
    this.progress = parts.options.progress;
    this.dataDir = parts.dataDir;
    this.#postgres = parts.postgres;
    this.serverPid = parts.serverPid;
    this.domain = parts.domain;
    this.#closeDomain = parts.closeDomain;
    this.database = parts.database;
    this.floorDatabase = parts.floorDatabase;
  }

  /** Starts the server in a new temporary folder, migrates Rollcall's database and makes the floor's. */
  static async open(options: StageOptions): Promise<Stage> {
    const dataDir = await mkdtemp(join(tmpdir(), 'rollcall-bench-'));
    const permissions = permissionNames.map((name) => ({ name, description: 'For the bench.' }));
    await writeFile(join(dataDir, 'permissions.json'), JSON.stringify(permissions));
    // Rollcall's own settings, which are durable: the floor and Rollcall wait for the same fsync.
    const settings = options.isProfiled ? { settings: { shared_preload_libraries: 'pg_stat_statements' } } : {};
    const postgres = await openEmbeddedPostgres({ dataDir, log: () => undefined, ...settings });
    const pidFile = await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8');
    const opened = await openDomain(await configFor(dataDir, postgres), () => undefined);
    const database = new pg.Client(postgres.connection);
    await database.connect();
    await database.query('create database floor');
    const floorDatabase = new pg.Client({ ...postgres.connection, database: 'floor' });
    await floorDatabase.connect();
    await floorDatabase.query(floorTables);
    return new Stage({
      options,
      dataDir,
      postgres,
      serverPid: Number.parseInt(pidFile, 10),
      domain: opened.domain,
      closeDomain: opened.close,
      database,
      floorDatabase,
    });
  }

  /** The service of `bench/floor-service.ts`. */
  floor(): Promise<Service> {
    return this.#once('floor', () => this.#fork('floor-service.ts', { FLOOR_DATABASE_URL: this.#urlOf('floor') }));
  }

  /** Rollcall as it is built, with its default settings. */
  rollcall(): Promise<Service> {
    return this.#once('rollcall', () => this.#startRollcall());
  }

  /** The process of `bench/check-process.ts`, which holds both sides of the permission check. */
  async checkProcess(): Promise<Service> {
    const secretKey = await readSecretKey(this.dataDir);
    const environment = { ...this.#environment(), DATABASE_URL: this.#postgres.url, SECRET_KEY: secretKey };
    return this.#once('check', () => this.#fork('check-process.ts', environment));
  }

  /** Ends what was started and removes the data. The second call waits for the first. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const services = await Promise.allSettled(this.#services.values());
    for (const service of services) if (service.status === 'fulfilled') await stop(service.value.child);
    await this.database.end();
    await this.floorDatabase.end();
    await this.#closeDomain();
    await this.#postgres.close();
    await rm(this.dataDir, { recursive: true, force: true });
  }

  #once(name: string, start: () => Promise<Service>): Promise<Service> {
    const service = this.#services.get(name) ?? start();
    this.#services.set(name, service);
    return service;
  }

  #urlOf(database: string): string {
    return this.#postgres.url.replace(/\/postgres$/, `/${database}`);
  }

  #environment(): Record<string, string> {
    const permissionsFile = join(this.dataDir, 'permissions.json');
    return {
      PATH: process.env.PATH ?? '',
      NODE_ENV: 'production',
      PERMISSIONS_FILE: permissionsFile,
      SCIM_RATE_PER_SECOND: '0',
      SCIM_CONCURRENCY_MAX: '0',
    };
  }

  #nodeOptions(): string[] {
    return this.#options.isProfiled ? ['--inspect=127.0.0.1:0'] : [];
  }

  async #fork(file: string, environment: Record<string, string>): Promise<Service> {
    const logFile = join(this.dataDir, `${file}.log`);
    const log = openSync(logFile, 'a');
    const child = fork(new URL(file, import.meta.url), {
      execArgv: this.#nodeOptions(),
      env: environment,
      serialization: 'advanced',
      stdio: ['ignore', log, log, 'ipc'],
    });
    closeSync(log);
    const ready = (await nextMessage(child).catch(() => {
      throw new Error(`${file} did not start:\n${readFileSync(logFile, 'utf8')}`);
    })) as { node: string; port?: number };
    requireSameNode(ready.node);
    return { pid: child.pid ?? 0, port: ready.port, child, logFile };
  }

  async #startRollcall(): Promise<Service> {
    if (!existsSync(MAIN)) throw new Error('dist/main.js is missing. Run: npm run build');
    const port = await freePort();
    const logFile = join(this.dataDir, 'rollcall.log');
    const log = openSync(logFile, 'a');
    const command = [
      ...endWithParent('KILL'),
      process.execPath,
      ...startFlags(),
      ...this.#nodeOptions(),
      MAIN.pathname,
    ];
    const [program = process.execPath, ...args] = command;
    const child = spawn(program, args, {
      env: { ...this.#environment(), HOST: '127.0.0.1', PORT: String(port), DATA_DIR: this.dataDir },
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    const deadline = Date.now() + START_MILLISECONDS_MAX;
    while (!(await isReady(port))) {
      if (child.exitCode !== null || Date.now() > deadline) {
        throw new Error(`Rollcall did not start:\n${readFileSync(logFile, 'utf8').slice(-3000)}`);
      }
      await delay(50);
    }
    return { pid: child.pid ?? 0, port, child, logFile };
  }
}

const floorTables = `
  create table users (id uuid primary key, user_name text not null unique, display_name text, version int not null default 1, resource jsonb not null);
  create table groups (id uuid primary key, display_name text not null, resource jsonb not null);
  create table members (group_id uuid not null, user_id uuid not null, primary key (group_id, user_id));`;

async function configFor(dataDir: string, postgres: EmbeddedPostgres) {
  return readConfig({
    DATABASE_URL: postgres.url,
    SECRET_KEY: await readSecretKey(dataDir),
    PERMISSIONS_FILE: join(dataDir, 'permissions.json'),
  });
}

/** What a child says next; rejects when it ends instead. */
export async function nextMessage(child: ChildProcess): Promise<unknown> {
  const ended = new AbortController();
  const abort = () => ended.abort();
  child.once('exit', abort);
  try {
    const [message] = await once(child, 'message', { signal: ended.signal });
    return message;
  } finally {
    child.off('exit', abort);
  }
}

/** A benchmark that ran on another Node by accident once spoiled a comparison. */
function requireSameNode(version: string): void {
  if (version !== process.version) throw new Error(`A child runs on Node ${version}, the bench on ${process.version}.`);
}

async function isReady(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/readyz`).then(
    (answer) => answer.ok,
    () => false,
  );
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('No port is free.');
  return address.port;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), STOP_MILLISECONDS_MAX);
  await exited;
  clearTimeout(late);
}
