// docs/rfc-coverage.md names a test, or the reason for departing, for every row, and every test that it names exists.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Row {
  section: string;
  requirement: string;
  here: string;
  shownBy: string;
}

function rowsOf(document: string): Row[] {
  return readFileSync(join(root, 'docs', document), 'utf8')
    .split('\n')
    .filter((line) => /^\| *\d/.test(line))
    .map((line) => {
      const [, section = '', requirement = '', here = '', shownBy = '', ...more] = line.split(/(?<!\\)\|/);
      if (more.join('').trim() !== '') throw new Error(`A row has more than four cells: ${line}`);
      return { section, requirement, here, shownBy };
    })
    .map((row) => ({
      ...row,
      requirement: row.requirement.trim(),
      here: row.here.trim(),
      shownBy: row.shownBy.trim(),
    }));
}

const sources = new Map<string, string>();

/** Why this reference to a test leads nowhere, or undefined. A name is looked for at the start of a text of its file. */
function problemOf(reference: string): string | undefined {
  if (reference.startsWith('no test: ')) return undefined;
  const [file = '', ...names] = reference.split(' › ');
  const path = join(root, 'test', file);
  if (!/^[\w/.-]+\.test\.ts$/.test(file) || !existsSync(path)) return `there is no file test/${file}`;
  const source = sources.get(path) ?? readFileSync(path, 'utf8');
  sources.set(path, source);
  const plain = source.replaceAll("\\'", "'");
  const missing = names.find((name) => !['`', "'", '"'].some((quote) => plain.includes(`${quote}${name}`)));
  return missing === undefined ? undefined : `test/${file} has no test "${missing}"`;
}

const rows = rowsOf('rfc-coverage.md');

it('has rows for all three RFCs', () => {
  expect(rows.length).toBeGreaterThan(120);
});

it('says for every requirement what is done, or why not', () => {
  const empty = rows.filter(({ requirement, here }) => requirement === '' || here === '');
  expect(empty).toEqual([]);
});

describe('every test that it names exists', () => {
  it('in the coverage of the RFCs', () => {
    const problems = rows.flatMap(({ section, shownBy }) => {
      const problem = problemOf(shownBy);
      return problem === undefined ? [] : [`§${section.trim()}: ${problem}`];
    });
    expect(problems.join('\n')).toBe('');
  });

  it('in the walk through the gallery', () => {
    const guide = readFileSync(join(root, 'docs/guides/gallery.md'), 'utf8');
    const references = [...guide.matchAll(/`([\w/.-]+\.test\.ts(?: › [^`]+)?)`/g)].map(
      ([, reference = '']) => reference,
    );
    expect(references.length).toBeGreaterThan(15);
    expect(references.flatMap((reference) => problemOf(reference) ?? []).join('\n')).toBe('');
  });
});
