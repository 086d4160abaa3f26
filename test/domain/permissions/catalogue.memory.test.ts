import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PermissionCatalogue } from '../../../src/domain/permissions/catalogue.ts';

const view = { name: 'screens:view', description: 'See screens.', sets: ['reader'] };
const publish = { name: 'screens:publish', description: 'Publish to screens.' };
const pay = { name: 'billing:pay', description: 'Pay invoices.', sensitive: true };

describe('the permission catalogue', () => {
  it('holds what the product declares and the built-in permissions, which are all sensitive and described', () => {
    const catalogue = new PermissionCatalogue([view, publish, pay]);
    expect(catalogue.find('billing:pay')).toEqual({
      name: 'billing:pay',
      description: 'Pay invoices.',
      isSensitive: true,
      isForReaders: false,
    });
    const builtIn = catalogue.permissions.filter((permission) => permission.name.startsWith('rollcall:'));
    expect(builtIn.map((permission) => permission.name).sort()).toEqual([
      'rollcall:audit',
      'rollcall:connections',
      'rollcall:directories',
      'rollcall:grants',
      'rollcall:groups',
      'rollcall:keys',
      'rollcall:links',
      'rollcall:organization',
      'rollcall:permission-sets',
      'rollcall:users',
    ]);
    expect(builtIn.every((permission) => permission.isSensitive && permission.description !== '')).toBe(true);
  });

  it('gives owners everything, admins all but the organization, readers what the product says', () => {
    const catalogue = new PermissionCatalogue([view, publish]);
    expect(catalogue.heldBy('owner')).toEqual(catalogue.permissions.map((permission) => permission.name));
    expect(catalogue.heldBy('owner').filter((name) => !catalogue.heldBy('admin').includes(name))).toEqual([
      'rollcall:organization',
    ]);
    expect(catalogue.heldBy('reader')).toEqual(['screens:view']);
    expect(catalogue.setsHolding('screens:view')).toEqual(['owner', 'admin', 'reader']);
    expect(catalogue.setsHolding('rollcall:organization')).toEqual(['owner']);
    expect(catalogue.setsHolding('screens:unknown')).toEqual([]);
  });

  it('counts owner and admin as sensitive, and reader only with a sensitive permission', () => {
    expect(new PermissionCatalogue([view]).sensitiveSets).toEqual(['owner', 'admin']);
    const exposed = new PermissionCatalogue([{ ...pay, sets: ['reader'] }]);
    expect(exposed.sensitiveSets).toEqual(['owner', 'admin', 'reader']);
    expect(exposed.sensitivePermissions).toContain('billing:pay');
  });

  it('lets a set hold nothing that is declared no more', () => {
    const catalogue = new PermissionCatalogue([view]);
    expect(catalogue.resolve(null, ['screens:view', 'screens:gone'])).toEqual(['screens:view']);
    expect(catalogue.resolve('reader', ['screens:gone'])).toEqual(['screens:view']);
  });

  it.each([
    [{}, 'must be a JSON array'],
    [[publish, 'screens:view'], 'Permission 2 must be an object'],
    [[publish, {}], 'Permission 2 needs a name'],
    [[{ ...publish, name: 'Screens:Publish' }], 'Permission 1 ("Screens:Publish") must be named like'],
    [[{ ...publish, name: 'screens' }], 'Permission 1 ("screens") must be named like'],
    [[{ ...publish, name: `a:${'b'.repeat(130)}` }], 'at most 128 characters'],
    [[{ name: 'screens:publish' }], 'Permission 1 ("screens:publish") needs a description'],
    [[{ ...publish, description: ' ' }], 'needs a description'],
    [[{ ...publish, sensitive: 'yes' }], 'must have true or false as sensitive'],
    [[{ ...publish, sets: ['everyone'] }], 'may name only owner, admin, reader in sets'],
    [[{ ...publish, sets: 'reader' }], 'may name only owner, admin, reader in sets'],
    [[{ ...publish, sensitve: true }], 'has the unknown field sensitve'],
    [[publish, view, publish], 'Permission 3 ("screens:publish") repeats the name of permission 1'],
  ])('refuses %j and says where: %s', (declarations, message) => {
    expect(() => new PermissionCatalogue(declarations)).toThrow(message);
  });

  it('security 38: lets no product declare a rollcall permission', () => {
    const declaration = { name: 'rollcall:grants', description: 'Harmless.' };
    expect(() => new PermissionCatalogue([declaration])).toThrow(
      'Permission 1 ("rollcall:grants") uses the reserved prefix rollcall:',
    );
  });

  it('is read from a file, whose name stands in every error', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'rollcall-catalogue-'));
    const path = join(folder, 'permissions.json');
    try {
      await writeFile(path, JSON.stringify([publish]));
      expect((await PermissionCatalogue.load(path)).has('screens:publish')).toBe(true);
      await writeFile(path, '[{]');
      await expect(PermissionCatalogue.load(path)).rejects.toThrow(/permissions\.json cannot be used: .*position 2/);
      await writeFile(path, '[{}]');
      await expect(PermissionCatalogue.load(path)).rejects.toThrow(/permissions\.json cannot be used: Permission 1/);
      await expect(PermissionCatalogue.load(join(folder, 'absent.json'))).rejects.toThrow(
        /absent\.json cannot be used/,
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
