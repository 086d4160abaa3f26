import type { ErasureProof } from '../domain/organizations/erasure.store.ts';
import type { Command, CommandContext, CommandResult } from './command.ts';
import { CommandError } from './command-error.ts';
import { type FoundOrganization, findOrganization } from './find-organization.ts';
import { type Session, withSession } from './open-session.ts';
import { showRows } from './row-progress.ts';
import { confirmOption, confirmSlug, requireConfirmable } from './slug-confirmation.ts';
import { dateText, type Terminal, table } from './terminal.ts';

export const command: Command = {
  name: 'org erase',
  summary: 'Erase a closing organization, completely and for good.',
  usage:
    'A service that runs does it by itself when the time has come. Interrupted, it goes on when it is run again; afterwards it shows the proof and asks nothing.',
  options: {
    org: { description: "The organization's slug.", placeholder: 'SLUG', required: true },
    now: { description: 'Although its time has not come.' },
    confirm: confirmOption,
  },
  run: async (context) => {
    return withSession(context, async (session) => {
      const slug = context.options.requiredText('org');
      const done = await session.domain.erasure.findProof(slug);
      if (done) return proofText(done, context.terminal, `${slug} was erased before.`);
      requireConfirmable(context);
      return erase(session, context, await findOrganization(session.domain, slug));
    });
  },
};

async function erase(
  { domain }: Session,
  context: CommandContext,
  { operator, name, slug }: FoundOrganization,
): Promise<CommandResult> {
  const { options, terminal } = context;
  const { status, closesAt } = await domain.organizations.get(operator);
  const isNow = options.flag('now');
  if (status !== 'closing') {
    const hint = `Close it first: npx rollcall org close --org ${slug}`;
    throw new CommandError('organizationStatusConflict', `${name} is ${status}. ${hint}`);
  }
  if (!isNow && closesAt && closesAt > new Date()) {
    const message = `${name} is kept until ${dateText(closesAt)}. Give --now to erase it before.`;
    throw new CommandError('organizationStatusConflict', message);
  }
  const consequence = `Everything of ${name} is erased: its people, groups, permissions, directories and its history.`;
  const typed = await confirmSlug(context, { slug, consequence });
  const progress = showRows(terminal, 'Erased');
  const onProgress = ({ deletedCount }: { deletedCount: number }) => progress.show(deletedCount);
  const erasing = domain.erasure.erase(operator, { isNow, confirmSlug: typed, onProgress });
  return proofText(await erasing.finally(progress.stop), terminal, `${name} is erased.`);
}

function proofText(proof: ErasureProof, terminal: Terminal, sentence: string): CommandResult {
  const counts = Object.entries(proof.deletedCounts).sort(([one], [other]) => one.localeCompare(other));
  const filled = counts.filter(([, count]) => count > 0);
  const emptyCount = counts.length - filled.length;
  const human = [
    `${terminal.paint('green', '✓')} ${sentence}`,
    '',
    table(
      filled.map(([name, count]) => [name, String(count)]),
      '  ',
    ),
    ...(emptyCount > 0 ? [`  and ${emptyCount} empty ${emptyCount === 1 ? 'table' : 'tables'}`] : []),
    '',
    `Nobody else gets ${proof.slugs.join(', ')}.`,
  ];
  return { json: proof, human: human.join('\n') };
}
