import { mkdtemp, rm, writeFile } from 'node:fs/promises';
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
  folder = await mkdtemp(join(tmpdir(), 'rollcall-schema-'));
  await rollcallJson(environment, 'org', 'create', '--name', 'Acme', '--slug', 'acme');
});
afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true });
});

async function aFile(schema: unknown): Promise<string> {
  const file = join(folder, `${Math.random()}.json`);
  await writeFile(file, typeof schema === 'string' ? schema : JSON.stringify(schema));
  return file;
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

const schema = {
  id: 'urn:acme:params:scim:2.0:User',
  resourceType: 'User',
  name: 'Acme',
  attributes: [
    { name: 'badge', uniqueness: 'server' },
    { name: 'level', type: 'integer' },
  ],
};

describe('schema', () => {
  it('declare, declare again, list and delete', async () => {
    const declared = await rollcallJson(
      environment,
      'schema',
      'declare',
      '--org',
      'acme',
      '--file',
      await aFile(schema),
    );
    expect(declared).toMatchObject({
      customSchema: { urn: schema.id, resourceType: 'User', name: 'Acme', version: 1, isSettled: true },
      recordsCount: 0,
      misfitsCount: 0,
    });
    const again = await aFile({
      ...schema,
      id: schema.id.toUpperCase().replace('URN', 'urn'),
      attributes: [{ name: 'room' }],
    });
    const { stdout } = await rollcall(environment, 'schema', 'declare', '--org', 'acme', '--file', again);
    expect(stdout).toContain(`✓ Acme declares ${schema.id} with 1 attribute.`);
    const { customSchemas } = await rollcallJson(environment, 'schema', 'list', '--org', 'acme');
    expect(customSchemas).toMatchObject([{ urn: schema.id, version: 2, attributes: [{ name: 'room' }] }]);
    const [{ id }] = customSchemas as unknown as [{ id: string }];
    expect((await rollcall(environment, 'schema', 'list', '--org', 'acme')).stdout).toContain(id);
    const refused = await rollcall(environment, 'schema', 'delete', id, '--org', 'acme', '--json');
    expect([refused.exitCode, refused.stdout]).toEqual([2, expect.stringContaining('give --yes')]);
    const deleted = await rollcallJson(environment, 'schema', 'delete', id, '--org', 'acme', '--yes');
    expect(deleted).toEqual({ deletedId: id });
    expect(await rollcallJson(environment, 'schema', 'list', '--org', 'acme')).toEqual({ customSchemas: [] });
  });

  it('delete asks, and names what every answer would have again', async () => {
    const hidden = {
      ...schema,
      id: 'urn:acme:params:scim:hidden:2.0:User',
      attributes: [
        { name: 'badge' },
        { name: 'salaryBand', returned: 'request' },
        { name: 'car', type: 'complex', subAttributes: [{ name: 'plate', returned: 'request' }, { name: 'doors' }] },
      ],
    };
    const { customSchema } = await rollcallJson<{ customSchema: { id: string } }>(
      environment,
      'schema',
      'declare',
      '--org',
      'acme',
      '--file',
      await aFile(hidden),
    );
    const declined = await typed('n\n', 'schema', 'delete', customSchema.id, '--org', 'acme');
    expect(declined.exitCode).toBe(1);
    expect(declined.stderr).toContain('every answer will have salaryBand, car.plate, which');
    expect((await rollcall(environment, 'schema', 'list', '--org', 'acme')).stdout).toContain(hidden.id);
    const agreed = await typed('y\n', 'schema', 'delete', customSchema.id, '--org', 'acme');
    expect(agreed.exitCode).toBe(0);
    expect((await rollcall(environment, 'schema', 'list', '--org', 'acme')).stdout).not.toContain(hidden.id);
  });

  it.each([
    ['no file', 'none.json', 'fileNotFound'],
    ['no JSON', '{', 'invalidSyntax'],
    ['no schema', '[]', 'invalidSyntax'],
    ['an unknown type', { ...schema, attributes: [{ name: 'a', type: 'text' }] }, 'invalidValue'],
    ['an unknown resource', { ...schema, resourceType: 'Device' }, 'invalidValue'],
  ])('declare refuses %s', async (_what, content, code) => {
    const file = code === 'fileNotFound' ? join(folder, String(content)) : await aFile(content);
    const { exitCode, stdout } = await rollcall(
      environment,
      'schema',
      'declare',
      '--org',
      'acme',
      '--file',
      file,
      '--json',
    );
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code } });
  });
});
