import { createInterface } from 'node:readline/promises';
import { stripVTControlCharacters } from 'node:util';
import type { Environment } from './command.ts';
import { oneLine, painted, type TextStyle, visibleLines } from './visible-text.ts';

/** The streams of a command and what may be written on them. */
export interface Terminal {
  stdin: NodeJS.ReadableStream;
  stdout: NodeJS.WritableStream;
  stderr: NodeJS.WritableStream;
  /** Writes lines to stdout, of which a terminal obeys nothing but the colours of `paint`. */
  print(text: string): void;
  /** The same to stderr. */
  tell(text: string): void;
  /** Colours a text for stdout: only where it is a terminal, and never under NO_COLOR. */
  paint(style: TextStyle, text: string): string;
  /** Whether somebody watches stderr, so that a progress bar makes sense. */
  isWatched: boolean;
  /** How many characters fit a line of stdout; Infinity where a program reads it. */
  columns: number;
  /** Whether somebody can be asked: both ends of the question are a terminal. */
  canAsk: boolean;
}

export interface TerminalStreams {
  stdin: NodeJS.ReadableStream;
  stdout: NodeJS.WritableStream;
  stderr: NodeJS.WritableStream;
  environment: Environment;
}

export function openTerminal({ stdin, stdout, stderr, environment }: TerminalStreams): Terminal {
  const hasColours = isTty(stdout) && !environment.NO_COLOR && environment.TERM !== 'dumb';
  return {
    stdin,
    stdout,
    stderr,
    print: (text) => void stdout.write(`${visibleLines(text, { hasColours })}\n`),
    tell: (text) => void stderr.write(`${visibleLines(text, { hasColours })}\n`),
    paint: (style, text) => (hasColours ? painted(style, text) : text),
    isWatched: isTty(stderr) && environment.TERM !== 'dumb',
    columns: columnsOf(stdout),
    canAsk: isTty(stdin) && isTty(stderr),
  };
}

function columnsOf(stdout: NodeJS.WritableStream): number {
  if (!isTty(stdout)) return Number.POSITIVE_INFINITY;
  return 'columns' in stdout && typeof stdout.columns === 'number' && stdout.columns > 0 ? stdout.columns : 80;
}

function isTty(stream: NodeJS.WritableStream | NodeJS.ReadableStream): boolean {
  return 'isTTY' in stream && stream.isTTY === true;
}

/** Asks on stderr, which leaves stdout to the answer of the command; only y or yes agrees. */
export async function confirm(terminal: Terminal, question: string): Promise<boolean> {
  return /^y(es)?$/iu.test(await ask(terminal, `${question} [y/N]`));
}

/** The line that is typed, without white space at its ends; empty where the input ends. */
export async function ask({ stdin, stderr }: Terminal, question: string): Promise<string> {
  const lines = createInterface({ input: stdin, output: stderr });
  // An input that ends would leave the question open for ever.
  const ended = new Promise<string>((resolve) => {
    lines.once('close', () => resolve(''));
  });
  const answer = await Promise.race([lines.question(`${visibleLines(question, { hasColours: false })} `), ended]);
  lines.close();
  return answer.trim();
}

/** Rows as aligned columns, two spaces apart, each cell in one line; columns whose every cell is a number are aligned right. */
export function table(rows: readonly (readonly string[])[], indent = ''): string {
  const cells = rows.map((row) => row.map(oneLine).map((text) => ({ text, plain: stripVTControlCharacters(text) })));
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const layout = Array.from({ length: columns }, (_, column) => {
    const plain = cells.map((row) => row[column]?.plain ?? '');
    return {
      width: Math.max(...plain.map((text) => text.length)),
      isNumeric: plain.every((text) => /^[\d,.]+$/u.test(text)),
    };
  });
  const lines = cells.map((row) =>
    row.map(({ text, plain }, column) => {
      const { width, isNumeric } = layout[column] ?? { width: 0, isNumeric: false };
      const padding = ' '.repeat(width - plain.length);
      return isNumeric ? padding + text : text + padding;
    }),
  );
  return lines.map((line) => `${indent}${line.join('  ')}`.trimEnd()).join('\n');
}

/** Things under the names of their columns: a table where that fits the terminal, else each thing below the one before. */
export function listing(terminal: Terminal, names: readonly string[], things: readonly (readonly string[])[]): string {
  const columns = heading(terminal, names);
  const asTable = table([columns, ...things]);
  const width = Math.max(...asTable.split('\n').map((line) => stripVTControlCharacters(line).length));
  if (width <= terminal.columns) return asTable;
  const blocks = things.map((thing) =>
    table(thing.flatMap((text, index) => (text === '' ? [] : [[columns[index] ?? '', text]]))),
  );
  return blocks.join('\n\n');
}

/** The first row of a table of things. */
export function heading({ paint }: Terminal, columns: readonly string[]): string[] {
  return columns.map((column) => paint('dim', column));
}

/** To the minute, in UTC, as logs have it. */
export function dateText(date: Date): string {
  return date.toISOString().slice(0, 16).replace('T', ' ');
}
