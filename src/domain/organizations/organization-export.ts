import type { Database } from '../../database/database.ts';
import type { OrganizationSnapshot } from '../../database/snapshot.ts';
import { statement } from '../../database/statement.ts';
import { type Actor, requireOperator } from '../actors/actor.ts';
import type { Clock } from '../clock.ts';
import { notFound } from '../domain-error.ts';
import { organizationTables } from './organization-tables.ts';

const PORTION_SIZE = 500;
const VERSION = 1;

/** One line of an export: what it is, and its values under camelCase names. */
export type ExportLine = { type: string } & Record<string, unknown>;

interface ExportedTable {
  name: string;
  key: readonly string[];
  exportType: string;
  secrets?: readonly string[];
  columns?: string;
}

/** The organization first, then what things refer to before what refers to them. */
const exported: readonly ExportedTable[] = [
  { name: 'organizations', key: [], exportType: 'organization', columns: 'organization_id as id, *' },
  { name: 'organization_slugs', key: ['slug'], exportType: 'organizationSlug' },
  ...organizationTables
    .toReversed()
    .flatMap(({ exportType, ...table }) => (exportType === null ? [] : [{ ...table, exportType }])),
];

/** All that is kept of an organization, but secrets and what is computed from other rows. */
export class OrganizationExport {
  readonly #database: Database;
  readonly #clock: Clock;

  constructor({ database, clock }: { database: Database; clock: Clock }) {
    this.#database = database;
    this.#clock = clock;
  }

  /**
   * The lines of the actor's organization as it stands at one moment: a header, every row, and an end that counts them, so
   * that a torn export is told from a whole one. However large it is, few rows are in memory. It holds a connection until
   * it is read to its end or given up. The operator's alone. Throws `forbidden`, `notFound`.
   */
  async *lines(actor: Actor): AsyncGenerator<ExportLine, void, undefined> {
    requireOperator(actor, 'exports an organization');
    const { organizationId } = actor;
    const snapshot = await this.#database.openSnapshot(organizationId);
    try {
      yield* this.#header(snapshot, organizationId);
      const counts: Record<string, number> = {};
      for (const table of exported) {
        counts[table.exportType] = 0;
        for await (const line of readTable(snapshot, table)) {
          counts[table.exportType] = (counts[table.exportType] ?? 0) + 1;
          yield line;
        }
      }
      yield { type: 'end', counts };
    } finally {
      await snapshot.close();
    }
  }

  async *#header(snapshot: OrganizationSnapshot, organizationId: string): AsyncGenerator<ExportLine, void, undefined> {
    const select = statement<{ slug: string }>('select slug from organizations where organization_id = $1');
    for await (const [organization] of snapshot.portions(select, 1)) {
      if (!organization) break;
      const { slug } = organization;
      yield { type: 'export', version: VERSION, organizationId, slug, exportedAt: this.#clock() };
      return;
    }
    throw notFound('organization', organizationId);
  }
}

async function* readTable(
  snapshot: OrganizationSnapshot,
  { name, key, exportType, secrets = [], columns = '*' }: ExportedTable,
): AsyncGenerator<ExportLine, void, undefined> {
  const order = ['organization_id', ...key].join(', ');
  const text = `select ${columns} from ${name} where organization_id = $1 order by ${order}`;
  const left = new Set(['organization_id', ...secrets]);
  for await (const portion of snapshot.portions(statement<Record<string, unknown>>(text), PORTION_SIZE)) {
    for (const row of portion) {
      const values = Object.entries(row).filter(([column]) => !left.has(column));
      yield {
        type: exportType,
        ...Object.fromEntries(values.map(([column, value]) => [nameOf(column, exportType), value])),
      };
    }
  }
}

/** In camelCase; `type` is taken by what the line is. */
function nameOf(column: string, exportType: string): string {
  if (column === 'type') return `${exportType}Type`;
  return column.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
