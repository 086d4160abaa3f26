import { type Terminal, table } from '../terminal.ts';

const widthMax = 80;

/** Tells the story on a terminal: numbered steps, what was done, and texts between. Silent where only JSON is wanted. */
export class Narrator {
  readonly #terminal: Terminal;
  readonly #isSilent: boolean;
  #steps = 0;

  constructor(terminal: Terminal, isSilent: boolean) {
    this.#terminal = terminal;
    this.#isSilent = isSilent;
  }

  /** A new step; they are numbered. */
  step(title: string): void {
    this.#steps += 1;
    const { paint } = this.#terminal;
    this.#write(`\n${paint('cyan', String(this.#steps))}  ${paint('bold', title)}`);
  }

  title(text: string): void {
    this.#write(`\n${this.#terminal.paint('bold', text)}`);
  }

  /** Something that has just happened. */
  did(text: string): void {
    this.#item('green', '✓', text);
  }

  /** Something that waits for somebody. */
  waits(text: string): void {
    this.#item('yellow', '…', text);
  }

  say(text: string): void {
    this.#write(wrapped(text, '   ').join('\n'));
  }

  /** More about what was just done. */
  note(text: string): void {
    this.#write(wrapped(text, '     ').join('\n'));
  }

  /** What a person may copy; never wrapped. */
  copy(lines: readonly string[]): void {
    this.#write(lines.map((line) => `   ${this.#terminal.paint('cyan', line)}`).join('\n'));
  }

  /** Something technical, as it is. */
  quote(text: string): void {
    const lines = text.split('\n').map((line) => `     ${this.#terminal.paint('dim', line)}`);
    this.#write(lines.join('\n'));
  }

  facts(rows: readonly (readonly [name: string, value: string])[]): void {
    const { paint } = this.#terminal;
    this.#write(
      table(
        rows.map(([name, value]) => [name, paint('cyan', value)]),
        '   ',
      ),
    );
  }

  blank(): void {
    this.#write('');
  }

  #item(style: 'green' | 'yellow', mark: string, text: string): void {
    const [first = '', ...others] = wrapped(text, '     ');
    this.#write([`   ${this.#terminal.paint(style, mark)} ${first.trimStart()}`, ...others].join('\n'));
  }

  #write(text: string): void {
    if (!this.#isSilent) this.#terminal.print(text);
  }
}

/** The words in lines of at most `widthMax` columns, each indented. */
export function wrapped(text: string, indent: string): string[] {
  const lines: string[] = [];
  let line = indent;
  for (const word of text.split(' ')) {
    const isFull = line.length > indent.length && line.length + 1 + word.length > widthMax;
    if (isFull) lines.push(line);
    line = isFull || line === indent ? indent + word : `${line} ${word}`;
  }
  return [...lines, line];
}
