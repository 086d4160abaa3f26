import type { Command, CommandContext, CommandResult } from './command.ts';
import { type Check, ok, wrong } from './doctor/check.ts';
import { checkDatabase } from './doctor/database-checks.ts';
import { checkCatalogue, checkDisk, checkNode, checkSecretKey } from './doctor/installation-checks.ts';
import { checkLogins } from './doctor/login-check.ts';
import { checkService } from './doctor/service-check.ts';
import { messageOf, readSettings } from './open-session.ts';
import type { Terminal } from './terminal.ts';

export const command: Command = {
  name: 'doctor',
  summary: 'Look whether everything is in order here, and say what to do if not.',
  usage: 'Looks with the settings of the service. Ends with exit code 1 when something is wrong.',
  options: {},
  run,
};

async function run({ environment, terminal }: CommandContext): Promise<CommandResult> {
  const checks = await allChecks(environment);
  const wrongs = checks.filter((check) => !check.isOk).length;
  const lines = checks.map((check) => checkText(check, terminal));
  if (wrongs === 0) {
    const hasWarning = checks.some((check) => check.advice !== undefined);
    const verdict = hasWarning ? 'Everything works; mind the warning.' : 'Everything is in order.';
    return { json: { checks }, human: [...lines, '', verdict].join('\n') };
  }
  const message = `${wrongs} of ${checks.length} checks found something wrong.`;
  return { json: { checks }, human: [...lines, ''].join('\n'), failure: { code: 'unhealthy', message } };
}

async function allChecks(environment: CommandContext['environment']): Promise<Check[]> {
  const node = checkNode(process.versions.node);
  try {
    const config = readSettings(environment);
    const settings = ok('Settings', `the service listens on ${config.host}:${config.port}`);
    return [
      node,
      settings,
      await checkDisk(config),
      await checkSecretKey(config),
      await checkCatalogue(config),
      ...(await checkDatabase(config)),
      ...(await checkLogins(config)),
      await checkService(config),
    ];
  } catch (error) {
    return [node, wrong('Settings', messageOf(error), 'Correct the environment; README "Settings" lists all.')];
  }
}

const nameWidth = 11;

function checkText({ name, isOk, detail, advice }: Check, { paint }: Terminal): string {
  const isWarning = isOk && advice !== undefined;
  const mark = isWarning ? paint('yellow', '!') : isOk ? paint('green', '✓') : paint('red', '✗');
  const lines = [`${mark} ${name.padEnd(nameWidth)}  ${detail}`];
  if (advice !== undefined) lines.push(`${' '.repeat(nameWidth + 4)}${paint('yellow', `→ ${advice}`)}`);
  return lines.join('\n');
}
