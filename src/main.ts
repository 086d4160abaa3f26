import { ensureNodeVersion } from './node-version.ts';

await ensureNodeVersion(import.meta.url);
const { runCli } = await import('./cli/main.ts');
process.exit(await runCli(['serve', ...process.argv.slice(2)]));
