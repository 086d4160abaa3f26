// What the guides print to be typed or set, against what there is: commands, their options, and settings.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Command } from '../../src/cli/command.ts';
import { UsageError } from '../../src/cli/command-error.ts';
import { commands } from '../../src/cli/commands.ts';
import { OptionValues } from '../../src/cli/option-values.ts';

const root = new URL('../../', import.meta.url);
const documents = ['README.md', 'SECURITY.md', ...guidesIn('docs/guides/'), 'docs/life-cycles.md'];

function guidesIn(folder: string): string[] {
  const files = readdirSync(new URL(folder, root)).filter((file) => file.endsWith('.md'));
  return files.map((file) => `${folder}${file}`);
}

const textOf = (document: string) => readFileSync(new URL(document, root), 'utf8');

/** Indented, or the first of a point of a list. */
const FENCED = /^[ \d.]*```\w*\n(.*?)^ *```/gms;

/** Blocks of code, each line with what it is continued by. */
function linesOfCode(text: string): string[] {
  const blocks = [...text.matchAll(FENCED)].map(([, block = '']) => block);
  return blocks.flatMap((block) => block.replaceAll(/\\\n\s*/g, '').split('\n')).map((line) => line.trim());
}

/** Code within sentences, which may be broken over lines. */
function spansOfCode(text: string): string[] {
  const prose = text.replaceAll(FENCED, '');
  return [...prose.matchAll(/`([^`]+)`/g)].map(([, span = '']) => span.replaceAll(/\s+/g, ' ').trim());
}

/** The words of a line as a shell takes them, without what follows a pipe, a comment or an ellipsis. */
function wordsOf(line: string): string[] {
  const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? '');
  const end = words.findIndex((word) => /^(\||#|>|&&)/.test(word));
  return end < 0 ? words : words.slice(0, end);
}

/** The command that the words begin with, and the words after it. */
function commandOf(words: readonly string[]): { command: Command; rest: string[] } | undefined {
  for (const count of [2, 1]) {
    const command = commands.find(({ name }) => name === words.slice(0, count).join(' '));
    if (command) return { command, rest: words.slice(count) };
  }
  return undefined;
}

/** What is wrong with a whole command line; undefined where it would run. */
function complaintAbout(words: readonly string[]): string | undefined {
  if (words[0] === undefined || words[0].startsWith('--') || words[0].startsWith('<')) return undefined;
  const found = commandOf(words[0] === 'help' ? words.slice(1) : words);
  if (!found) return `There is no command: ${words.join(' ')}`;
  if (words[0] === 'help' || found.rest.includes('--help')) return undefined;
  try {
    const rest = found.rest.filter((word) => word !== '--json');
    OptionValues.parse(rest, found.command);
    return undefined;
  } catch (error) {
    if (error instanceof UsageError) return `${words.join(' ')}: ${error.message}`;
    throw error;
  }
}

const families = new Set(commands.filter(({ name }) => name.includes(' ')).map(({ name }) => name.split(' ')[0]));
const isOption = (word: string) => /^--[a-z]/.test(word);

/** The same of a command within a sentence, which may leave out what is clear: its first word, options, the organization. */
function complaintAboutSpan(words: readonly string[]): string | undefined {
  const found = commandOf(words[0] === 'help' ? words.slice(1) : words);
  if (!found) return words[1] === '<command>' ? undefined : `There is no command: ${words.join(' ')}`;
  const { options } = found.command;
  const unknown = found.rest
    .filter(isOption)
    .map((word) => word.slice(2).replace(/[^\w-].*$/, ''))
    .filter((name) => !(name in options) && !['json', 'help'].includes(name));
  return unknown.length > 0 ? `${words.join(' ')}: --${unknown.join(', --')}` : undefined;
}

describe.each(documents)('%s', (document) => {
  const text = textOf(document);

  it('prints command lines that would run', () => {
    const typed = linesOfCode(text).flatMap((line) => {
      const [, rest] = /^(?:\$ )?(?:[A-Z_]+=\S+ )*npx rollcall (.*)$/.exec(line) ?? [];
      return rest === undefined ? [] : [wordsOf(rest)];
    });
    expect(typed.flatMap((words) => complaintAbout(words) ?? [])).toEqual([]);
  });

  it('speaks of commands and options that there are', () => {
    const spoken = spansOfCode(text).flatMap((span) => {
      const words = wordsOf(span.replace(/^(?:[A-Z_]+=\S+ )*(?:npx )?rollcall /, ''));
      const isCommand = /^(?:[A-Z_]+=\S+ )*(?:npx )?rollcall [a-z]/.test(span);
      const isShort = families.has(words[0]) && /^[a-z]+(-[a-z]+)*$/.test(words[1] ?? '');
      return isCommand || isShort ? [words] : [];
    });
    expect(spoken.flatMap((words) => complaintAboutSpan(words) ?? [])).toEqual([]);
  });
});

it('every setting that the guides name is read', () => {
  const read = ['src/config.ts', 'src/cli/terminal.ts', 'src/cli/simulate/command-options.ts'].map(textOf).join('\n');
  const tables = ['docs/guides/operations.md', 'docs/guides/sign-in.md'].flatMap((document) =>
    [...textOf(document).matchAll(/^\| ((?:`[A-Z_]+` ?)+) +\|/gm)].flatMap(
      ([, cell = '']) => cell.match(/[A-Z_]+/g) ?? [],
    ),
  );
  expect(tables.length).toBeGreaterThan(20);
  const isRead = (name: string) => read.includes(name) || read.includes(`_${name.split('_').slice(1).join('_')}\``);
  expect(tables.filter((name) => !isRead(name))).toEqual([]);
});

it('every setting that is read stands in a guide', () => {
  const names = [...textOf('src/config.ts').matchAll(/environment\.([A-Z_]+)/g)].map(([, name = '']) => name);
  const told = documents.map(textOf).join('\n');
  expect(names.length).toBeGreaterThan(15);
  expect([...new Set(names)].filter((name) => !told.includes(`\`${name}\``))).toEqual([]);
});
