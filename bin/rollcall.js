#!/usr/bin/env node
import { existsSync } from 'node:fs';

const built = new URL('../dist/cli/main.js', import.meta.url);
if (existsSync(built)) {
  const { ensureNodeVersion } = await import('../dist/node-version.js');
  await ensureNodeVersion(import.meta.url);
  // A reader that closes the pipe early (| head) has seen enough.
  process.stdout.on('error', () => undefined);
  const { runCli } = await import(built.href);
  process.exitCode = await runCli(process.argv.slice(2));
} else {
  process.stderr.write('Rollcall is not built yet. Run: npm run build\n');
  process.exitCode = 1;
}
