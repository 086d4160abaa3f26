import { ensureNodeVersion } from './node-version.ts';

await ensureNodeVersion(import.meta.url);
const { runService } = await import('./run-service.ts');
process.exit(await runService(process.env));
