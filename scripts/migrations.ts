import { writeFile } from 'node:fs/promises';
import { migrate } from '../src/database/migrate.ts';
import { openOrm } from '../src/database/orm.ts';
import { cloneDatabase, startTestCluster } from '../test/harness/cluster.ts';

/**
 * `npm run migrations -- --check`: on an empty database migrates up, down and up again, and fails when the entities and
 * the migrations differ. `npm run migrations -- 0002-name`: writes the difference as the next migration, for you to read,
 * put tables before foreign keys, and commit alone.
 */
const name = process.argv.slice(2).find((argument) => !argument.startsWith('--'));
const cluster = await startTestCluster();
try {
  const connection = await cloneDatabase(cluster.connection, 'template0', 'migrations');
  await migrate(connection);
  const orm = await openOrm(connection);
  if (!name) {
    await orm.migrator.down({ to: 0 });
    await orm.migrator.up();
  }
  const difference = await orm.schema.getUpdateSchemaMigrationSQL({ wrap: false });
  await orm.close(true);
  if (!difference.up.trim()) console.log('The entities and the migrations agree.');
  else if (name) await writeMigration(name, difference);
  else {
    console.error(`The entities differ from the migrations:\n${difference.up}`);
    process.exitCode = 1;
  }
} finally {
  await cluster.stop();
}

async function writeMigration(migration: string, difference: { up: string; down: string }): Promise<void> {
  const className = migration
    .replace(/^\d+-/, '')
    .replace(/(^|-)(\w)/g, (_, _dash, letter: string) => letter.toUpperCase());
  const file = `migrations/${migration}.ts`;
  await writeFile(
    file,
    `import { Migration } from '@mikro-orm/migrations';

export class ${className} extends Migration {
  override up(): void {
${addSql(difference.up)}
  }

  override down(): void {
${addSql(difference.down)}
  }
}
`,
    { flag: 'wx' },
  );
  console.log(`Wrote ${file}.`);
}

function addSql(sql: string): string {
  const statements = sql.split(/;\s*\n/).map((statement) => statement.trim().replace(/;$/, ''));
  return statements
    .filter((statement) => statement !== '')
    .map((statement) => `    this.addSql(${JSON.stringify(statement)});`)
    .join('\n');
}
