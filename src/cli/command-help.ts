import type { Command, CommandOption } from './command.ts';
import { type Terminal, table } from './terminal.ts';

/** Taken by every command. */
const globalOptions: Readonly<Record<string, CommandOption>> = {
  json: { description: 'Print exactly one JSON value.' },
  help: { description: 'Print this help.' },
};

const COLUMNS_MAX = 100;

export function overview(commands: readonly Command[], terminal: Terminal): string {
  const nameWidth = Math.max(...commands.map(({ name }) => name.length));
  const rows = commands.flatMap(({ name, summary }) => {
    return wrapped(summary, COLUMNS_MAX - nameWidth - 4).map((line, position) => [position === 0 ? name : '', line]);
  });
  return [
    `${terminal.paint('bold', 'rollcall')} <command> [options]`,
    '',
    table(rows, '  '),
    '',
    'rollcall help <command> tells more about one. Every command takes --json.',
  ].join('\n');
}

export function commandHelp(command: Command, terminal: Terminal): string {
  const all = Object.entries({ ...command.options, ...globalOptions });
  const required = all.filter(([, option]) => option.required).map(([name, option]) => ` ${spelled(name, option)}`);
  const { argument } = command;
  const rows = [
    ...(argument ? [[argument.placeholder, `${argument.description} Required.`]] : []),
    ...all.map(([name, option]) => [spelled(name, option), describe(option)]),
  ];
  const name = terminal.paint('bold', `rollcall ${command.name}`);
  return [
    `${name}${required.join('')}${argument ? ` ${argument.placeholder}` : ''} [options]`,
    '',
    command.summary,
    ...(command.usage === '' ? [] : ['', ...wrapped(command.usage, COLUMNS_MAX)]),
    '',
    table(rows, '  '),
  ].join('\n');
}

/** Words in lines that fit a terminal beside another window. */
function wrapped(text: string, columnsMax: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + word.length < columnsMax) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}

function spelled(name: string, { placeholder }: CommandOption): string {
  return placeholder === undefined ? `--${name}` : `--${name} ${placeholder}`;
}

function describe({ description, required, multiple }: CommandOption): string {
  return [description, ...(required ? ['Required.'] : []), ...(multiple ? ['May be repeated.'] : [])].join(' ');
}
