import { defineConfig } from 'vitest/config';

// Without the alias vitest loads two copies of graphql, and type-graphql refuses the second.
const resolve = { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] };

/** What speaks SCIM to the real service: run again with the facade as a process of its own would run it. */
const scimClients = [
  'test/clients/{entra,okta,onelogin,jumpcloud,google,ping,scim,strict,bulk,large,listing}*.test.ts',
];

/** Tests that need no database: pure rules, the SCIM protocol, the architecture. `npm run check` runs only these. */
const inMemory = [
  'test/attributes/**/*.test.ts',
  'test/scim/protocol/**/*.test.ts',
  'test/architecture/**/*.test.ts',
  'test/**/*.memory.test.ts',
];

export default defineConfig({
  resolve,
  test: {
    sequence: { shuffle: true },
    projects: [
      { resolve, test: { name: 'memory', include: inMemory } },
      {
        resolve,
        test: {
          name: 'database',
          include: ['test/**/*.test.ts'],
          exclude: inMemory,
          globalSetup: ['test/harness/global-setup.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
        },
      },
      {
        resolve,
        test: {
          name: 'gateway',
          include: scimClients,
          env: { ROLLCALL_TEST_GATEWAY: '1' },
          globalSetup: ['test/harness/global-setup.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
        },
      },
    ],
  },
});
