import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readSecretKey } from '../../src/database/secret-key.ts';

it('makes one secret for all who start at once, readable by the owner only', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-secret-'));
  try {
    const keys = await Promise.all(Array.from({ length: 8 }, () => readSecretKey(folder)));
    expect(new Set(keys).size).toBe(1);
    expect(keys[0]?.length).toBeGreaterThanOrEqual(43);
    expect((await stat(join(folder, 'secret-key'))).mode & 0o777).toBe(0o600);
  } finally {
    await rm(folder, { recursive: true });
  }
});
