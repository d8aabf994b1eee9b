import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { plantTree, REPOSITORY } from './planted-tree.ts';

/** What `make test` does in place of the tests, and what the build server must see then. */
const cases: Record<string, { make: string; lastLine: string; exitCode: number }> = {
  'all tests pass': {
    make: 'mkdir -p test-results; echo "7 passed, 0 failed, 0 skipped" | tee test-results/summary.txt',
    lastLine: '7 passed, 0 failed, 0 skipped',
    exitCode: 0,
  },
  'a test fails, and make talks after the summary': {
    make: 'mkdir -p test-results; echo "6 passed, 1 failed, 0 skipped" > test-results/summary.txt; echo "make: Error 1"; exit 2',
    lastLine: '6 passed, 1 failed, 0 skipped',
    exitCode: 2,
  },
  'the packages cannot be installed': {
    make: 'echo "npm error"; exit 2',
    lastLine: '0 passed, 1 failed, 0 skipped',
    exitCode: 1,
  },
  'nothing was run, which make takes for success': {
    make: 'exit 0',
    lastLine: '0 passed, 1 failed, 0 skipped',
    exitCode: 1,
  },
  'a part waits for input that nobody gives': {
    make: 'read -r answer || echo "no input"; mkdir -p test-results; echo "$CI $*" > test-results/summary.txt',
    lastLine: 'true --no-print-directory test',
    exitCode: 0,
  },
};

test.each(Object.entries(cases))('%s', (_, { make, lastLine, exitCode }) => {
  const root = plantTree({
    'bin/make': `#!/bin/sh\n${make}\n`,
    'test-results/summary.txt': '9 passed, 0 failed, 0 skipped\n',
  });
  mkdirSync(join(root, '.ci'));
  copyFileSync(join(REPOSITORY, '.ci/run'), join(root, '.ci/run'));

  const run = `chmod +x bin/make && PATH="$PWD/bin:$PATH" .ci/run`;
  const { stdout, status } = spawnSync('sh', ['-c', run], { cwd: root, encoding: 'utf8', input: 'yes\n' });

  expect(stdout.trimEnd().split('\n').at(-1)).toBe(lastLine);
  expect(status).toBe(exitCode);
});
