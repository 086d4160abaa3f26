import type { KnipConfig } from 'knip';

const config: KnipConfig = {
  entry: ['src/main.ts!', 'src/cli/main.ts!', 'migrations/*.ts!', 'scripts/*.ts', 'bench/*.ts', 'test/**/*.test.ts'],
  project: ['src/**/*.ts!', 'bin/*.js!', 'migrations/*.ts!', 'scripts/**/*.ts', 'bench/**/*.ts', 'test/**/*.ts'],
  // A name may be exported for its documentation or a test beside its use here.
  ignoreExportsUsedInFile: true,
  // Called by its path, because both compilers claim the bin `tsc`.
  ignoreDependencies: ['ts7'],
  // Of Linux; the test that needs it says so where it is missing.
  ignoreBinaries: ['unshare'],
  // Generated: a type stands there for every operation and fragment.
  ignoreIssues: { 'src/scim/documents/operations.ts': ['types'] },
};

export default config;
