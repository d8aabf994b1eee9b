import { defineConfig } from 'vitest/config';

/** On real servers a machine that is busy elsewhere breaks a test that is right. Whatever passes at its second try is named at the end of `make test`. */
const A_SECOND_TRY = 1;

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'fast',
          include: ['test/**/*.test.ts'],
          exclude: ['test/real/**'],
          testTimeout: 20_000,
          maxWorkers: 8,
          // A process of its own for each file takes more time than most files do. So a test undoes what it does to its process.
          isolate: false,
        },
      },
      {
        test: {
          name: 'real',
          include: ['test/real/**/*.test.ts'],
          exclude: ['test/real/cluster/**'],
          testTimeout: 120_000,
          retry: A_SECOND_TRY,
          hookTimeout: 900_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'cluster',
          include: ['test/real/cluster/**/*.test.ts'],
          globalSetup: ['test/real/cluster/in-network.ts'],
          testTimeout: 180_000,
          retry: A_SECOND_TRY,
          hookTimeout: 900_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
