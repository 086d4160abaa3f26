import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../src/cli/main.ts';
import { type CliRun, type Environment, openCliDatabase, rollcall, rollcallJson } from './run-rollcall.ts';

let database: Awaited<ReturnType<typeof openCliDatabase>>;
let environment: Environment;
let folder: string;
beforeAll(async () => {
  database = await openCliDatabase();
  environment = database.environment;
  folder = await mkdtemp(join(tmpdir(), 'rollcall-org-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await database.close();
});

const letters = 'abcdefghjk';
let made = 0;

async function anOrganization(): Promise<string> {
  made += 1;
  const slug = `orga-${letters.charAt(made / 10)}${letters.charAt(made % 10)}`;
  const options = ['--name', `Name of ${slug}`, '--slug', slug, '--plan', 'enterprise', '--scim-without-sso'];
  await rollcallJson(environment, 'org', 'create', ...options);
  return slug;
}

async function statusOf(slug: string): Promise<string | undefined> {
  const { organizations } = await rollcallJson<{ organizations: { slug: string; status: string }[] }>(
    environment,
    'org',
    'list',
  );
  return organizations.find((organization) => organization.slug === slug)?.status;
}

/** As on a terminal where somebody types the answer. */
async function typed(answer: string, ...args: string[]): Promise<CliRun> {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  Object.assign(stdin, { isTTY: true });
  Object.assign(stderr, { isTTY: true });
  stdin.end(answer);
  const exitCode = await runCli(args, { stdin, stdout, stderr, environment });
  return { exitCode, stdout: String(stdout.read() ?? ''), stderr: String(stderr.read() ?? '') };
}

describe('org slug and slug-release', () => {
  it('change the slug, by which and by whose aliases every command finds the organization', async () => {
    const slug = await anOrganization();
    const id = expect.any(String);
    const changed = await rollcallJson(environment, 'org', 'slug', '--org', slug, '--to', `${slug}-now`);
    expect(changed).toEqual({ id, slug: `${slug}-now`, aliases: [slug] });
    const { stdout } = await rollcall(environment, 'org', 'slug', '--org', slug, '--to', `${slug}-then`);
    expect(stdout).toBe(`✓ Name of ${slug} signs in by ${slug}-then.\nAliases: ${slug}, ${slug}-now\n`);
    const released = await rollcallJson(environment, 'org', 'slug-release', '--org', `${slug}-now`, slug);
    expect(released).toEqual({ id, slug: `${slug}-then`, aliases: [`${slug}-now`] });
    const gone = await rollcall(environment, 'directory', 'list', '--org', slug);
    expect(gone.stderr).toMatch(/^There is no organization with the slug/);
  });

  it('refuse what is taken, looks like another, or is current, and say what to do', async () => {
    const [own, other] = [await anOrganization(), await anOrganization()];
    const change = (to: string) => rollcall(environment, 'org', 'slug', '--org', own, '--to', to);
    expect((await change(other)).stderr).toMatch(/is taken\. Choose another/);
    expect((await change(other.replace('o', '0'))).stderr).toMatch(/looks like one .* Choose one that nobody takes/);
    expect((await change('adm1n')).stderr).toMatch(/looks like a reserved word/);
    const release = await rollcall(environment, 'org', 'slug-release', '--org', own, own);
    expect(release).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/is the current one\. Change to another/),
    });
  });
});

describe('org suspend and resume', () => {
  it('stop an organization and let it go on, naming the next step', async () => {
    const slug = await anOrganization();
    const { stdout } = await rollcall(environment, 'org', 'suspend', '--org', slug, '--reason', 'Unpaid.');
    expect(stdout).toContain(`✓ Name of ${slug} is suspended. SCIM goes on, so that leavers leave.`);
    expect(stdout).toContain(`npx rollcall org resume --org ${slug}`);
    expect(await statusOf(slug)).toBe('suspended');
    const again = await rollcall(environment, 'org', 'suspend', '--org', slug);
    expect(again).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('The organization is suspended') });
    const directory = await rollcall(environment, 'directory', 'create', '--org', slug);
    expect(directory.stderr).toMatch(/suspended the organization\. Let it go on with: npx rollcall org resume/);
    expect(await rollcallJson(environment, 'org', 'resume', '--org', slug)).toMatchObject({ slug, status: 'active' });
    expect((await rollcall(environment, 'directory', 'create', '--org', slug)).exitCode).toBe(0);
  });
});

describe('org close and reopen', () => {
  it('begin the end and take it back', async () => {
    const slug = await anOrganization();
    const closed = await rollcallJson(environment, 'org', 'close', '--org', slug, '--confirm', slug, '--days', '3');
    expect(closed).toEqual({ id: expect.any(String), slug, status: 'closing', closesAt: expect.any(String) });
    const days = (Date.parse(closed.closesAt ?? '') - Date.now()) / (24 * 60 * 60 * 1000);
    expect(days).toBeCloseTo(3, 2);
    const { stdout } = await rollcall(environment, 'org', 'list');
    expect(stdout).toMatch(new RegExp(`^${slug} .*closing until \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d`, 'm'));
    expect(await rollcallJson(environment, 'org', 'reopen', '--org', slug)).toMatchObject({ slug, status: 'active' });
  });

  it('ask for the slug on a terminal, and do nothing for another', async () => {
    const slug = await anOrganization();
    for (const answer of ['\n', '', 'y\n', `${slug}x\n`]) {
      const refused = await typed(answer, 'org', 'close', '--org', slug);
      expect(refused.stderr).toContain('in 30 days everything of it is erased.\nType its slug to go on:');
      expect(refused).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('Nothing was changed') });
      expect(await statusOf(slug)).toBe('active');
    }
    const done = await typed(`${slug}\n`, 'org', 'close', '--org', slug);
    expect(done).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(`org reopen --org ${slug}`) });
    expect(await statusOf(slug)).toBe('closing');
  });

  it('refuse where nobody can be asked, and for another slug than the current one', async () => {
    const slug = await anOrganization();
    const silent = await rollcall(environment, 'org', 'close', '--org', slug);
    expect(silent.exitCode).toBe(2);
    expect(silent.stderr).toContain('Nobody can be asked here: confirm it with --confirm SLUG.');
    const wrong = await rollcall(environment, 'org', 'close', '--org', slug, '--confirm', 'another');
    const message = `Nothing was changed: the current slug is "${slug}", not "another".`;
    expect(wrong).toEqual({ exitCode: 1, stdout: '', stderr: `${message}\n` });
    const late = await rollcall(environment, 'org', 'close', '--org', slug, '--confirm', slug, '--days', '91');
    expect(late.exitCode).toBe(2);
    expect(await statusOf(slug)).toBe('active');
  });
});

describe('org erase', () => {
  it('says what comes first: closing, and its time', async () => {
    const slug = await anOrganization();
    const erase = (...more: string[]) =>
      rollcall(environment, 'org', 'erase', '--org', slug, '--confirm', slug, ...more);
    expect((await erase('--now')).stderr).toBe(
      `Name of ${slug} is active. Close it first: npx rollcall org close --org ${slug}\n`,
    );
    await rollcallJson(environment, 'org', 'close', '--org', slug, '--confirm', slug);
    expect((await erase()).stderr).toMatch(/ is kept until \d{4}.* Give --now to erase it before\.\n$/);
    const wrong = await rollcall(environment, 'org', 'erase', '--org', slug, '--now', '--confirm', 'another');
    expect(wrong.stderr).toContain('Nothing was changed');
    expect(await statusOf(slug)).toBe('closing');
  });

  it('leaves nothing but the proof, which it shows again', async () => {
    const slug = await anOrganization();
    await rollcallJson(environment, 'directory', 'create', '--org', slug);
    await rollcallJson(environment, 'org', 'close', '--org', slug, '--confirm', slug);
    const proof = await rollcallJson<Record<string, unknown>>(
      environment,
      ...['org', 'erase', '--org', slug, '--now', '--confirm', slug],
    );
    expect(proof).toMatchObject({
      slugs: [slug],
      deletedCounts: { organizations: 1, directories: 1, directory_addresses: 1, permission_sets: 3 },
      erasedAt: expect.any(String),
    });
    expect(await statusOf(slug)).toBeUndefined();
    expect(await rollcallJson(environment, 'org', 'erase', '--org', slug, '--confirm', slug)).toEqual(proof);
    // There is nothing left to confirm.
    expect(await rollcallJson(environment, 'org', 'erase', '--org', slug)).toEqual(proof);
    const { stdout } = await rollcall(environment, 'org', 'erase', '--org', slug);
    expect(stdout).toMatch(
      new RegExp(`✓ ${slug} was erased before[\\s\\S]*directories +1\\n[\\s\\S]*Nobody else gets ${slug}\\.`),
    );
    expect(stdout).not.toMatch(/ 0$/m);
    const counts = Object.values(proof.deletedCounts as Record<string, number>);
    expect(stdout).toContain(`\n  and ${counts.filter((count) => count === 0).length} empty tables\n`);
    const again = await rollcall(environment, 'org', 'create', '--name', 'Again', '--slug', slug);
    expect(again.stderr).toContain(`The slug ${slug} is taken.`);
  });

  it('erases what is due without --now', async () => {
    const slug = await anOrganization();
    await rollcallJson(environment, 'org', 'close', '--org', slug, '--confirm', slug, '--days', '0');
    const { stdout, exitCode } = await typed(`${slug}\n`, 'org', 'erase', '--org', slug);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`✓ Name of ${slug} is erased.`);
  });
});

describe('org export', () => {
  function parsed(text: string): Record<string, unknown>[] {
    const lines = text.split('\n');
    expect(lines.pop()).toBe('');
    return lines.map((line) => JSON.parse(line));
  }

  it('writes one JSON object a line, nothing else', async () => {
    const slug = await anOrganization();
    const stdout = new PassThrough({ highWaterMark: 10_000_000 });
    const [stdin, stderr] = [new PassThrough(), new PassThrough()];
    expect(await runCli(['org', 'export', '--org', slug], { stdin, stdout, stderr, environment })).toBe(0);
    expect(stderr.read()).toBeNull();
    const lines = parsed(String(stdout.read()));
    expect(lines[0]).toMatchObject({ type: 'export', version: 1, slug });
    expect(lines[1]).toMatchObject({ type: 'organization', name: `Name of ${slug}` });
    expect(lines.at(-1)).toMatchObject({ type: 'end', counts: { organization: 1, permissionSet: 3 } });
  });

  it('ends when its reader has seen enough', async () => {
    const slug = await anOrganization();
    const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough({ highWaterMark: 10 }), new PassThrough()];
    stdout.once('data', () => stdout.destroy());
    expect(await runCli(['org', 'export', '--org', slug], { stdin, stdout, stderr, environment })).toBe(0);
    expect(stderr.read()).toBeNull();
  });

  it('writes a new file that only its owner can read', async () => {
    const slug = await anOrganization();
    const file = join(folder, `${slug}.ndjson`);
    const exported = await rollcallJson<Record<string, unknown>>(
      environment,
      'org',
      'export',
      '--org',
      slug,
      '--out',
      file,
    );
    const lines = parsed(await readFile(file, 'utf8'));
    expect(exported).toEqual({ file, counts: lines.at(-1)?.counts });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const again = await rollcall(environment, 'org', 'export', '--org', slug, '--out', file);
    expect(again).toEqual({ exitCode: 1, stdout: '', stderr: `${file} exists already. Choose another name.\n` });
    expect(parsed(await readFile(file, 'utf8'))).toEqual(lines);
  });

  it('leaves a file of somebody else alone, and none behind that is not whole', async () => {
    const slug = await anOrganization();
    const theirs = join(folder, 'theirs');
    await writeFile(theirs, 'precious');
    expect((await rollcall(environment, 'org', 'export', '--org', slug, '--out', theirs)).exitCode).toBe(1);
    expect(await readFile(theirs, 'utf8')).toBe('precious');
    const nowhere = await rollcall(environment, 'org', 'export', '--org', slug, '--out', join(folder, 'no', 'folder'));
    expect(nowhere.exitCode).toBe(1);
  });

  it('needs --out for --json', async () => {
    const slug = await anOrganization();
    const { exitCode, stdout } = await rollcall(environment, 'org', 'export', '--org', slug, '--json');
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'usage' } });
  });
});
