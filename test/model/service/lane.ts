import pg from 'pg';
import type { serve } from '../../../src/app.ts';
import type { readConfig } from '../../../src/config.ts';
import type { DatabaseConnection } from '../../../src/database/connection.ts';
import type { Database } from '../../../src/database/database.ts';
import type { createDomain, Domain } from '../../../src/domain/domain.ts';
import type { PermissionCatalogue } from '../../../src/domain/permissions/catalogue.ts';
import type { Log } from '../../../src/open-domain.ts';
import type { Protocols } from '../../../src/sso/protocols.ts';
import { declaredPermissions, helperPermissions } from '../catalogue.ts';
import { Http } from './http.ts';
import { Place } from './place.ts';
import { alarmsStatement, type Snapshot, snapshotStatement } from './snapshot.ts';

/** The service's own modules: from src under vitest, from dist under plain node, which cannot read decorators. */
export interface ServiceModules {
  serve: typeof serve;
  readConfig: typeof readConfig;
  createDomain: typeof createDomain;
  Database: typeof Database;
  PermissionCatalogue: typeof PermissionCatalogue;
  Protocols: typeof Protocols;
}

const kept = ['migrations'];
const SNAPSHOT_PLANNER = '-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c jit=off';

/** A service of its own on a database of its own, with a clock that a history moves. */
export class Lane {
  readonly clock = { now: Date.UTC(2026, 0, 5, 9) };
  /** What the service logged as its own mistakes. */
  readonly failures: string[] = [];
  /** The TXT records of the world: texts by name. */
  readonly texts = new Map<string, Set<string>>();
  readonly #rows: pg.Client;
  readonly #domain: Domain;
  readonly #http: Http;
  readonly #close: () => Promise<void>;
  #slugs = 0;

  private constructor(parts: {
    rows: pg.Client;
    domain: Domain;
    http: Http;
    close: () => Promise<void>;
  }) {
    this.#rows = parts.rows;
    this.#domain = parts.domain;
    this.#http = parts.http;
    this.#close = parts.close;
  }

  static async open(modules: ServiceModules, connection: DatabaseConnection): Promise<Lane> {
    const database = await modules.Database.open({ connection, poolSizeMax: 3 });
    const texts = new Map<string, Set<string>>();
    const time = { now: Date.UTC(2026, 0, 5, 9) };
    const domain = modules.createDomain({
      database,
      catalogue: new modules.PermissionCatalogue(declaredPermissions),
      secretKey: 'the secret key of the model test',
      clock: () => new Date(time.now),
      resolveTxt: async (name) => {
        const found = [...(texts.get(name) ?? [])];
        if (found.length > 0) return found.map((text) => [text]);
        throw Object.assign(new Error('There is no such name.'), { code: 'ENOTFOUND' });
      },
    });
    const failures: string[] = [];
    const log: Log = (level, event, details) => {
      if (level === 'error') failures.push(shortened({ event, ...details }));
    };
    const protocols = new modules.Protocols({ allowsLoopback: false, log });
    // The service's own timer would do its background work at a moment that no history knows of.
    const untimed = { ...domain, maintenance: { run: async () => undefined } };
    const service = await modules.serve(
      {
        ...modules.readConfig({
          PORT: '0',
          PUBLIC_URL: 'http://127.0.0.1:0',
          SCIM_RATE_PER_SECOND: '0',
          SCIM_CONCURRENCY_MAX: '0',
        }),
        isProduction: true,
      },
      log,
      { domain: untimed as unknown as Domain, database, protocols, migrated: [], close: () => domain.settled() },
    );
    // Looked at after every step: planned once, and by its keys, whatever the tables held then.
    const rows = new pg.Client({ ...connection, options: SNAPSHOT_PLANNER });
    await rows.connect();
    const http = new Http(service.url);
    const close = async () => {
      http.close();
      await service.close();
      await rows.end();
      await database.close();
    };
    const lane = new Lane({ rows, domain, http, close });
    Object.assign(lane, { clock: time, failures, texts });
    return lane;
  }

  /** A new organization with the directories D1 and D2, as `emptyWorld` and its directories are. */
  async place(): Promise<Place> {
    const domain = this.#domain;
    this.#slugs += 1;
    const slug = `history-${this.#slugs}`;
    const input = { name: `History ${this.#slugs}`, slug, plan: 'enterprise' as const, scimWithoutSso: true };
    const { id } = await domain.organizations.create(input);
    const operator = { kind: 'operator' as const, organizationId: id };
    const sets = await domain.permissionSets.list(operator, {});
    const builtIn = new Map(sets.items.map((set) => [set.builtIn, set.id]));
    const set = { name: 'Helpers', permissions: helperPermissions };
    const helper = await domain.permissionSets.create(operator, set);
    const keyOf = async (name: string, permissionSetId: string) =>
      (await domain.apiKeys.create(operator, { name, permissionSetId })).key;
    const apiKeys = {
      owner: await keyOf('owner', builtIn.get('owner') ?? ''),
      helper: await keyOf('helper', helper.id),
    };
    const place = new Place({ id, apiKeys, operator, http: this.#http });
    place.names.bind('helper', helper.id);
    for (const [name, setId] of builtIn) if (name) place.names.bind(name, setId);
    return place;
  }

  /** Connects a directory under a name of the model. */
  async connect(place: Place, name: string, isObserving = false): Promise<void> {
    const settings = { name, ...(isObserving ? { status: 'observing' as const } : {}) };
    const { id } = await this.#domain.directories.create(place.operator, settings);
    const { token } = await this.#domain.scimTokens.create(place.operator, { directoryId: id });
    place.directories.set(name, { id, token });
  }

  async snapshot(place: Place): Promise<Snapshot> {
    const query = { name: 'snapshot', text: snapshotStatement, values: [place.id] };
    const [row] = (await this.#rows.query<Snapshot>(query)).rows;

    if (!row) throw new Error('The organization is gone.');
    return row;
  }

  async alarms(place: Place): Promise<number> {
    const [row] = (await this.#rows.query<{ alarms: number }>(alarmsStatement, [place.id])).rows;
    return row?.alarms ?? 0;
  }

  /** The id of the link of a record that is not history. */
  async linkIdOf(recordId: string): Promise<string> {
    const text = `
      select id from user_links where directory_user_id = $1 and state <> 'superseded'
      union all select id from group_links where directory_group_id = $1`;
    const [row] = (await this.#rows.query<{ id: string }>({ name: 'link', text, values: [recordId] })).rows;
    // Of a record that has none: an id that nothing has.
    return row?.id ?? '019b0000-0000-7000-8000-000000000000';
  }

  /** Makes or takes away the record that proves a domain, as its admin does in DNS. */
  async setProof(place: Place, id: string, isThere: boolean): Promise<string> {
    const [domain] = await this.#domain.emailDomains.getMany(place.operator, [id]);
    if (!domain) throw new Error(`The service has no domain ${id}.`);
    const texts = this.texts.get(domain.recordName) ?? new Set();
    this.texts.set(domain.recordName, texts);
    if (isThere) texts.add(domain.recordValue);
    else texts.delete(domain.recordValue);
    return 'ok';
  }

  /** Earlier histories have no domain any more, which would be theirs alone. */
  async forgetDomains(): Promise<void> {
    await this.#rows.query('truncate email_domains, verified_domains');
  }

  /** The background work, as the service's timer does it. */
  async maintain(): Promise<void> {
    await this.#domain.maintenance.run();
  }

  /** Forgets all organizations, so that a long run stays as fast as a short one. */
  async clear(): Promise<void> {
    await this.#domain.settled();
    const { rows } = await this.#rows.query<{ name: string }>(
      "select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'",
    );
    const tables = rows.map(({ name }) => name).filter((name) => !kept.includes(name));
    await this.#rows.query(`truncate ${tables.map((name) => `"${name}"`).join(', ')}`);
  }

  close(): Promise<void> {
    return this.#close();
  }
}

/** The first places of a mistake tell enough. */
function shortened({ stack, ...facts }: { event: string; stack?: unknown }): string {
  const places =
    typeof stack === 'string'
      ? stack.split('\n').filter((line) => line.includes('/dist/') || line.includes('/src/'))
      : [];
  return [JSON.stringify(facts), ...places.slice(0, 3)].join('\n  ');
}
