import type { Command } from './command.ts';
import { withSession } from './open-session.ts';

export const command: Command = {
  name: 'migrate',
  summary: "Bring the database's schema to this version.",
  usage: 'A start of the service does the same. Safe to run again, and while an earlier version runs.',
  options: {},
  run: (context) =>
    withSession(context, async ({ migrated }) => {
      const mark = context.terminal.paint('green', '✓');
      const human =
        migrated.length === 0
          ? `${mark} The database is up to date.`
          : [`${mark} The database is at this version now. Ran:`, ...migrated.map((name) => `  ${name}`)].join('\n');
      return { json: { migrated }, human };
    }),
};
