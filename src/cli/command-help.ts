import type { Command, CommandOption } from './command.ts';
import { type Terminal, table } from './terminal.ts';

/** Taken by every command. */
const globalOptions: Readonly<Record<string, CommandOption>> = {
  json: { description: 'Print exactly one JSON value.' },
  help: { description: 'Print this help.' },
};

export function overview(commands: readonly Command[], terminal: Terminal): string {
  const rows = commands.map((command) => [command.name, command.summary]);
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
    ...(command.usage === '' ? [] : ['', command.usage]),
    '',
    table(rows, '  '),
  ].join('\n');
}

function spelled(name: string, { placeholder }: CommandOption): string {
  return placeholder === undefined ? `--${name}` : `--${name} ${placeholder}`;
}

function describe({ description, required, multiple }: CommandOption): string {
  return [description, ...(required ? ['Required.'] : []), ...(multiple ? ['May be repeated.'] : [])].join(' ');
}
