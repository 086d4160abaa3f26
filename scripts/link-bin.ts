import { chmod, rm, symlink } from 'node:fs/promises';

/** Links our own command as npm links those of dependencies: `npx rollcall` would otherwise install a copy into its cache. */
const link = new URL('../node_modules/.bin/rollcall', import.meta.url);
await chmod(new URL('../bin/rollcall.js', import.meta.url), 0o755);
await rm(link, { force: true });
await symlink('../../bin/rollcall.js', link);
