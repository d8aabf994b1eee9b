import { defineConfig } from 'vitest/config';

/** On real servers a machine that is busy elsewhere breaks a test that is right. Whatever passes at its second try is named at the end of `make test`. */
const A_SECOND_TRY = 1;

const inReal = (name: string) => `test/real/${name}.test.ts`;

/** `demo` asks for every single look, and `run` starts runs beside each other itself. */
const ONE_AT_A_TIME_ON_SERVERS = ['demo', 'run'].map(inReal);

/** It builds anew what others run, and then asks for every single look. */
const ALONE_ON_SERVERS = ['readme'].map(inReal);

/** Their probes look several times a second, so the machine must do nothing else. */
const WHOLE_EXPERIMENTS = ['cluster/experiments', 'cluster/planted', 'cluster/thin-whole'].map(inReal);

const onServers = { testTimeout: 120_000, retry: A_SECOND_TRY, hookTimeout: 900_000 };
const onACluster = {
  globalSetup: ['test/real/cluster/in-network.ts'],
  testTimeout: 180_000,
  retry: A_SECOND_TRY,
  hookTimeout: 900_000,
  fileParallelism: false,
};

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
          exclude: ['test/real/cluster/**', ...ONE_AT_A_TIME_ON_SERVERS, ...ALONE_ON_SERVERS],
          ...onServers,
          // Most of their time is waiting for servers.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'real-one-at-a-time',
          include: ONE_AT_A_TIME_ON_SERVERS,
          ...onServers,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: 'real-alone',
          include: ALONE_ON_SERVERS,
          ...onServers,
          fileParallelism: false,
          sequence: { groupOrder: 3 },
        },
      },
      {
        test: {
          name: 'cluster',
          include: ['test/real/cluster/**/*.test.ts'],
          exclude: WHOLE_EXPERIMENTS,
          ...onACluster,
          sequence: { groupOrder: 4 },
        },
      },
      {
        test: {
          name: 'cluster-experiments',
          include: WHOLE_EXPERIMENTS,
          ...onACluster,
          sequence: { groupOrder: 5 },
        },
      },
    ],
  },
});
