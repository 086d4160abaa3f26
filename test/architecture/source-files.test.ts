// Habits of the source that no linter knows (CONTRIBUTING, "Style").
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { domainErrorCodes } from '../../src/domain/domain-error.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const LINES_MAX = 400;

/** The files below a folder of the project that end so, with their text. */
function filesIn(folder: string, ...extensions: string[]): { path: string; text: string }[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => extensions.includes(extname(path)))
    .map((path) => ({ path: join(folder, path), text: readFileSync(join(root, folder, path), 'utf8') }));
}

const sources = filesIn('src', '.ts');
const tests = filesIn('test', '.ts');

it('no source file has more than 400 lines, generated ones aside', () => {
  const generated = 'src/scim/documents/operations.ts';
  const long = sources.filter(({ path, text }) => path !== generated && text.split('\n').length > LINES_MAX);
  expect(long.map(({ path }) => path)).toEqual([]);
});

it('the URNs of SCIM are written in one source file, and in the simulator, which is a client and shares no code', () => {
  const naming = sources.filter(({ text }) => text.includes('urn:ietf:params:scim'));
  expect(naming.map(({ path }) => path).sort()).toEqual(['src/attributes/urns.ts', 'src/cli/simulate/scim-wire.ts']);
});

it('every fact that can go wrong in the domain is expected by a test', () => {
  const expectations = tests.filter(({ path }) => path.endsWith('.test.ts')).map(({ text }) => text);
  const screaming = (code: string) => code.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
  const isExpected = (code: string) =>
    expectations.some((text) => text.includes(`'${code}'`) || text.includes(`'${screaming(code)}'`));
  expect(domainErrorCodes.filter((code) => !isExpected(code))).toEqual([]);
});

it('console is written to by the command line alone', () => {
  const writing = sources.filter(({ path, text }) => !path.startsWith('src/cli/') && /\bconsole\./.test(text));
  expect(writing.map(({ path }) => path)).toEqual([]);
});
