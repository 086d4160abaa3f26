import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { ExportLine } from '../domain/organizations/organization-export.ts';
import type { Command } from './command.ts';
import { CommandError, UsageError } from './command-error.ts';
import { findOrganization } from './find-organization.ts';
import { withSession } from './open-session.ts';
import { showRows } from './row-progress.ts';

export const command: Command = {
  name: 'org export',
  summary: 'Write all that is kept of an organization, one JSON object a line.',
  usage:
    'Secrets are left out. The last line counts the others: without it an export is not whole. It shows one moment, however long it takes.',
  options: {
    org: { description: "The organization's slug.", placeholder: 'SLUG', required: true },
    out: { description: 'A new file, readable by you alone (default: the output).', placeholder: 'FILE' },
  },
  run: async (context) => {
    const { options, terminal, isJson } = context;
    const file = options.text('out');
    if (isJson && file === undefined) throw new UsageError('--json needs --out: the output is the export itself.');
    return withSession(context, async ({ domain }) => {
      const { operator, name } = await findOrganization(domain, options.requiredText('org'));
      const progress = showRows(terminal, 'Exported');
      let last: ExportLine | undefined;
      async function* texts(): AsyncGenerator<string, void, undefined> {
        let count = 0;
        for await (const line of domain.organizationExport.lines(operator)) {
          last = line;
          count += 1;
          progress.show(count);
          yield `${JSON.stringify(line)}\n`;
        }
      }
      try {
        if (file === undefined) await writeOutput(terminal.stdout, texts);
        else await writeNewFile(file, texts);
      } finally {
        progress.stop();
      }
      if (file === undefined) return { json: undefined, human: '' };
      const human = `${terminal.paint('green', '✓')} ${terminal.paint('bold', name)} is exported to ${file}.`;
      return { json: { file, counts: last?.counts }, human };
    });
  },
};

type Texts = () => AsyncGenerator<string, void, undefined>;

async function writeOutput(stdout: NodeJS.WritableStream, texts: Texts): Promise<void> {
  try {
    await pipeline(texts, stdout, { end: false });
  } catch (error) {
    // A reader that closes the pipe early (| head) has seen enough.
    if (!closedByReader.has((error as { code?: string }).code ?? '')) throw error;
  }
}

const closedByReader = new Set(['EPIPE', 'ERR_STREAM_PREMATURE_CLOSE']);

/** Throws CommandError for a file that is there already; one that is not finished is taken away. */
async function writeNewFile(file: string, texts: Texts): Promise<void> {
  let isOurs = false;
  const stream = createWriteStream(file, { flags: 'wx', mode: 0o600 }).once('open', () => {
    isOurs = true;
  });
  try {
    await pipeline(texts, stream);
  } catch (error) {
    if (isOurs) await rm(file, { force: true });
    if ((error as { code?: string }).code !== 'EEXIST') throw error;
    throw new CommandError('fileExists', `${file} exists already. Choose another name.`);
  }
}
