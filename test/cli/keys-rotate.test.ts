import { afterAll, beforeAll, expect, it } from 'vitest';
import { Database } from '../../src/database/database.ts';
import { statement } from '../../src/database/statement.ts';
import { createDomain, type Domain } from '../../src/domain/domain.ts';
import { PermissionCatalogue } from '../../src/domain/permissions/catalogue.ts';
import { aSealedConnection, type SecretsWorld } from '../domain/secrets/secrets-world.ts';
import { aClock } from '../harness/builders.ts';
import { openTestDatabase, type TestDatabase } from '../harness/database.ts';
import { type Environment, environmentOf, rollcall, rollcallJson } from './run-rollcall.ts';

const OLD_KEY = 'the old secret key, which is long enough';
const NEW_KEY = 'the new secret key, which is long enough';
let test: TestDatabase;
let environment: Environment;
let connection: Awaited<ReturnType<typeof aSealedConnection>>;

beforeAll(async () => {
  test = await openTestDatabase();
  environment = { ...environmentOf(test.connection), SECRET_KEY: OLD_KEY };
  const world = { ...test, domain: domainUnder(OLD_KEY), clock: aClock() } as SecretsWorld;
  connection = await aSealedConnection(world, 'the client secret');
});
afterAll(() => test.close());

function domainUnder(secretKey: string, database: Database = test.database): Domain {
  return createDomain({ database, catalogue: new PermissionCatalogue([]), secretKey });
}

const countDataKeys = statement<{ count: number }>('select count(*) as count from data_keys');

it('keys rotate seals everything anew, moves it to a new SECRET_KEY, and refuses one that opens nothing', async () => {
  const rotated = await rollcallJson<{ dataKeyId: string; resealedCount: number }>(environment, 'keys', 'rotate');
  expect(rotated).toMatchObject({ resealedCount: 1, adoptedKeyCount: 0, retiredKeyCount: 1, lostSecrets: [] });
  expect(await connection.sealed()).toContain(rotated.dataKeyId);
  expect(await connection.opened(domainUnder(OLD_KEY))).toBe('the client secret');

  const moving = { ...environment, SECRET_KEY: NEW_KEY, PREVIOUS_SECRET_KEY: OLD_KEY };
  const moved = await rollcall(moving, 'keys', 'rotate');
  expect(moved).toMatchObject({ exitCode: 0, stderr: '' });
  expect(moved.stdout).toMatch(/^✓ Everything is sealed under a new key\.\n\n {2}secrets sealed anew +3\n/);
  expect(moved.stdout).toMatch(/keys taken over from PREVIOUS_SECRET_KEY +2\n.*\n {2}next signing key signs from +20/);
  expect(await connection.opened(domainUnder(NEW_KEY))).toBe('the client secret');

  const before = await test.database.lookUp(countDataKeys);
  const mistyped = { ...environment, SECRET_KEY: 'a mistyped secret key, long enough though' };
  const refused = await rollcall(mistyped, 'keys', 'rotate');
  expect(refused).toMatchObject({ exitCode: 1, stdout: '' });
  expect(refused.stderr).toMatch(/sealed under another SECRET_KEY.*\nWhere .*--old-key-lost\n$/);
  expect(refused.stderr).not.toMatch(/undefined|unexpected/);
  const untested = await rollcall(mistyped, 'connection', 'test', connection.id);
  expect(untested).toMatchObject({ exitCode: 1, stdout: '', stderr: refused.stderr });
  expect(await test.database.lookUp(countDataKeys)).toEqual(before);

  const lost = await rollcall(mistyped, 'keys', 'rotate', '--old-key-lost');
  expect(lost.exitCode).toBe(1);
  expect(lost.stderr).toContain(
    `npx rollcall connection update ${connection.id} --client-secret -  (of ${connection.slug})`,
  );
});
