import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Environment, openCliDatabase, rollcall, rollcallJson } from './run-rollcall.ts';

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
    expect(await rollcallJson(environment, 'schema', 'delete', id, '--org', 'acme')).toEqual({ deletedId: id });
    expect(await rollcallJson(environment, 'schema', 'list', '--org', 'acme')).toEqual({ customSchemas: [] });
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
