import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { commands } from '../../src/cli/commands.ts';
import { runCli } from '../../src/cli/main.ts';
import { listing, openTerminal, table } from '../../src/cli/terminal.ts';
import { RequestRecorder } from './request-recorder.ts';

async function rollcall(...args: string[]) {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const exitCode = await runCli(args, { stdin: new PassThrough(), stdout, stderr, environment: {} });
  const text = (stream: PassThrough) => String(stream.read() ?? '');
  return { exitCode, stdout: text(stdout), stderr: text(stderr) };
}

describe('the rollcall command line', () => {
  it.each([[[]], [['--help']], [['help']]])('lists the commands for %j', async (args: string[]) => {
    const { exitCode, stdout } = await rollcall(...args);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/simulate entra +Provision a directory/);
  });

  it('explains a command the same way by help and by --help', async () => {
    const byWord = await rollcall('help', 'simulate', 'entra');
    const byOption = await rollcall('simulate', 'entra', '--help');
    expect(byWord).toEqual(byOption);
    expect(byWord.stdout).toContain('--tenant-url URL');
  });

  it.each([[['simulate', '--help']], [['help', 'simulate']], [['simulate', '-h']]])(
    'lists the commands of a first word for %j',
    async (args: string[]) => {
      const { exitCode, stdout, stderr } = await rollcall(...args);
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      expect(stdout).toMatch(/simulate entra +Provision.*\n.*simulate okta /s);
      expect(stdout).not.toContain('connection create');
    },
  );

  it.each(['simulte entra', 'simulat', 'simulate entro'])(
    'suggests the nearest command for "%s" and exits with 2',
    async (typed) => {
      expect(await rollcall(...typed.split(' '))).toEqual({
        exitCode: 2,
        stdout: '',
        stderr: `There is no command "rollcall ${typed}". Did you mean "rollcall simulate entra"?\n`,
      });
    },
  );

  it('suggests nothing for a word that is like no command', async () => {
    const { exitCode, stderr } = await rollcall('frobnicate');
    expect(exitCode).toBe(2);
    expect(stderr).toBe('There is no command "rollcall frobnicate". See: rollcall --help\n');
  });

  it.each(['help session nonsense', 'session nonsense --help', 'session nonsense'])(
    'names the commands of a first word that is right, where the second is like none: %s',
    async (typed) => {
      expect(await rollcall(...typed.split(' '))).toEqual({
        exitCode: 2,
        stdout: '',
        stderr: 'There is no command "rollcall session nonsense". There are: session list, session end.\n',
      });
    },
  );

  it('names the second words of a command that is only half there', async () => {
    const { exitCode, stderr } = await rollcall('simulate');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('needs one more word: simulate entra');
  });

  it.each([
    ['a missing required option', ['simulate', 'entra'], '--tenant-url is required.'],
    ['an unknown option', ['simulate', 'entra', '--colour'], "Unknown option '--colour'."],
    ['an option without its value', ['simulate', 'entra', '--token'], "Option '--token <value>' argument missing."],
    ['a stray argument', ['simulate', 'entra', 'now'], 'Unexpected argument "now".'],
  ])('answers %s with one sentence and exit code 2', async (_, args, sentence) => {
    const { exitCode, stdout, stderr } = await rollcall(...args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toBe(`${sentence} See: rollcall help simulate entra\n`);
  });

  it('takes the one word of a command that has one, no more and no less', async () => {
    const missing = await rollcall('link', 'reject', '--org', 'acme');
    const superfluous = await rollcall('link', 'reject', 'a', 'b', '--org', 'acme');
    expect([missing.exitCode, superfluous.exitCode]).toEqual([2, 2]);
    expect(missing.stderr).toBe('LINK_ID is missing. See: rollcall help link reject\n');
    expect(superfluous.stderr).toBe('Unexpected argument "b". See: rollcall help link reject\n');
    expect((await rollcall('help', 'link', 'reject')).stdout).toContain(
      'rollcall link reject --org SLUG LINK_ID [options]',
    );
  });

  it.each(commands.map(({ name }) => name))(
    'keeps the help of %s and the overview within 100 columns',
    async (name) => {
      const texts = [await rollcall('help', ...name.split(' ')), await rollcall('help')];
      const lines = texts.flatMap(({ stdout }) => stdout.split('\n'));
      expect(lines.filter((line) => line.length > 100)).toEqual([]);
    },
  );

  const simulate = ['simulate', 'entra', '--no-check-drift', '--token', 't', '--tenant-url'];

  it.each([
    [['ftp://acme.example'], '--tenant-url must be an http or https address'],
    [['http://a', '--users', '1.5'], '--users must be a whole number'],
    [['http://a', '--share', '2'], '--share must be a number from 0 to 1'],
    [['http://a', '--actions', 'update,explode'], '--actions knows update'],
    [['http://a', '--person', 'Ada'], '--person is written "Ada Lovelace <ada@acme.example>"'],
    [['http://a', '--group', 'Marketing:many'], '--group is written "Marketing:12"'],
    [['http://a', '--group', 'Marketing:who@acme.example'], '"who@acme.example" is listed in group "Marketing"'],
    [['http://a', '--token', 'again'], '--token is given more than once'],
  ])('refuses %j before anything is sent', async (args, sentence) => {
    const { exitCode, stderr } = await rollcall(...simulate, ...args);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(sentence);
  });

  it('prints exactly one JSON value under --json, for errors too', async () => {
    const { exitCode, stdout, stderr } = await rollcall('simulate', 'entra', '--json');
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: '' });
    const message = '--tenant-url is required. See: rollcall help simulate entra';
    expect(JSON.parse(stdout)).toEqual({ error: { code: 'usage', message } });
  });

  it('gives the summary of a simulation as JSON, and with its error and exit code 1 when objects failed', async () => {
    const good = await RequestRecorder.listen();
    const bad = await RequestRecorder.listen(({ method }) => (method === 'POST' ? { status: 400 } : undefined));
    const args = ['--users', '3', '--groups', '0', '--json'];
    const succeeded = await rollcall(...simulate, good.tenantUrl, ...args);
    const failed = await rollcall(...simulate, bad.tenantUrl, ...args);
    await Promise.all([good.close(), bad.close()]);
    expect(succeeded.exitCode).toBe(0);
    expect(JSON.parse(succeeded.stdout)).toMatchObject({ people: 3, failed: 0, actions: { 'user.create': 3 } });
    expect(failed.exitCode).toBe(1);
    expect(JSON.parse(failed.stdout)).toMatchObject({ error: { code: 'objectsFailed' }, failed: 3 });
  });

  it('prints the summary for a person without colours where stdout is no terminal', async () => {
    const recorder = await RequestRecorder.listen();
    const { exitCode, stdout } = await rollcall(...simulate, recorder.tenantUrl, '--group', 'Marketing:7');
    await recorder.close();
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/user\.create +20\n/);
    expect(stdout).toMatch(/member\.add +7\n/);
    expect(stdout).not.toContain('\u001b');
  });
});

describe('a listing', () => {
  const terminalOf = (stdout: PassThrough, environment = {}) =>
    openTerminal({ stdin: new PassThrough(), stdout, stderr: new PassThrough(), environment });
  const things = [
    ['Okta', 'enabled', '01a204ae'],
    ['Entra', '', '01a204af'],
  ];

  it('is a table where it fits the terminal, and where a program reads it', () => {
    const wide = Object.assign(new PassThrough(), { isTTY: true, columns: 24 });
    for (const terminal of [terminalOf(new PassThrough()), terminalOf(wide, { NO_COLOR: '1' })]) {
      expect(listing(terminal, ['NAME', 'STATUS', 'ID'], things)).toBe(
        'NAME   STATUS   ID\nOkta   enabled  01a204ae\nEntra           01a204af',
      );
    }
  });

  it('puts each thing below the one before where the table would not fit', () => {
    const narrow = Object.assign(new PassThrough(), { isTTY: true, columns: 23 });
    expect(listing(terminalOf(narrow, { NO_COLOR: '1' }), ['NAME', 'STATUS', 'ID'], things)).toBe(
      'NAME    Okta\nSTATUS  enabled\nID      01a204ae\n\nNAME  Entra\nID    01a204af',
    );
  });
});

describe('a table', () => {
  it('aligns text left and numbers right, and counts no colour codes', () => {
    expect(
      table([
        ['\u001b[1mab\u001b[22m', '1'],
        ['abc', '1,000'],
      ]),
    ).toBe('\u001b[1mab\u001b[22m       1\nabc  1,000');
  });
});
