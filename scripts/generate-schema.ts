import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { lexicographicSortSchema, printSchema } from 'graphql';

// The decorators of the schema run only when compiled, so this reads what `npm run build` made.
const compiled = new URL('../dist/graph/schema.js', import.meta.url).href;
const { createSchema } = (await import(compiled)) as typeof import('../src/graph/schema.ts');

const target = join(import.meta.dirname, '../schema.graphql');
const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });

// Sorted, so that the order of resolvers never shows in a diff.
const generated = `${printSchema(lexicographicSortSchema(await createSchema()))}\n`;
if (!values.check) {
  writeFileSync(target, generated);
} else if (readFileSync(target, 'utf8') !== generated) {
  console.error('schema.graphql is not what src/graph says: npm run schema');
  process.exitCode = 1;
}
