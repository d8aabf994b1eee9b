import { expect, test } from 'vitest';
import { summarize, summaryLine, type TierResult } from '../../tools/summarize-tests.ts';

type File = NonNullable<TierResult['report']>['testResults'][number];

const file = (statuses: string[], more: Partial<File> = {}): File => ({
  name: 'a.test.ts',
  status: statuses.includes('failed') ? 'failed' : 'passed',
  message: '',
  assertionResults: statuses.map((status, index) => ({ fullName: `case ${index}`, status })),
  ...more,
});
const tier = (exitCode: number | undefined, ...files: File[]): TierResult => ({
  tier: 'fast',
  ...(exitCode !== undefined && { exitCode }),
  report: { testResults: files },
});

const cases: Record<string, { results: TierResult[]; line: string; onBuildServer?: string }> = {
  'tiers add up': {
    results: [tier(0, file(['passed', 'passed']), file(['passed'])), tier(0, file(['passed']))],
    line: '4 passed, 0 failed, 0 skipped',
  },
  'a failed test is a failure': {
    results: [tier(1, file(['passed', 'failed']))],
    line: '1 passed, 1 failed, 0 skipped',
  },
  'a skipped test is a failure where every part must be there': {
    results: [tier(0, file(['passed', 'skipped', 'todo']))],
    line: '1 passed, 0 failed, 2 skipped',
    onBuildServer: '1 passed, 2 failed, 0 skipped',
  },
  'tests whose set-up failed did not run, which is a failure of each': {
    results: [tier(1, file(['skipped', 'skipped'], { status: 'failed', message: 'no server' }))],
    line: '0 passed, 2 failed, 0 skipped',
  },
  'a clean-up that failed is a failure beside passed tests': {
    results: [tier(1, file(['passed'], { status: 'failed', message: 'a process was left' }))],
    line: '1 passed, 1 failed, 0 skipped',
  },
  'a file that does not load is a failure': {
    results: [tier(1, file(['passed']), file([], { status: 'failed', message: 'Cannot find module' }))],
    line: '1 passed, 1 failed, 0 skipped',
  },
  'an error outside of all tests is a failure': {
    results: [tier(1, file(['passed']))],
    line: '1 passed, 1 failed, 0 skipped',
  },
  'a tier that was killed after its report is a failure': {
    results: [tier(undefined, file(['passed']))],
    line: '1 passed, 1 failed, 0 skipped',
  },
  'a tier without a report is a failure': {
    results: [tier(0, file(['passed'])), { tier: 'real' }],
    line: '1 passed, 1 failed, 0 skipped',
  },
  'a tier without tests is a failure even if it says it is fine': {
    results: [tier(0)],
    line: '0 passed, 1 failed, 0 skipped',
  },
};

test.each(Object.entries(cases))('%s', (_, { results, line, onBuildServer = line }) => {
  const summary = summarize(results, { skipsFail: false });
  const strict = summarize(results, { skipsFail: true });

  expect(summaryLine(summary)).toBe(line);
  expect(summaryLine(strict)).toBe(onBuildServer);
  expect(summary.failures).toHaveLength(summary.failed);
});

test('a failure is told with its tier, its file and what happened', () => {
  const loading = file([], { status: 'failed', message: 'Cannot find module' });

  const { failures } = summarize([tier(1, file(['failed']), loading), { tier: 'real' }], { skipsFail: false });

  expect(failures).toEqual([
    'fast: a.test.ts: case 0',
    'fast: a.test.ts: Cannot find module',
    'real: ran no test and was killed or never started',
  ]);
});

test('what passed only at its second try is told with what went wrong at its first', () => {
  const assertionResults = [
    { fullName: 'shaky', status: 'passed', failureMessages: ['Error: too late\n    at a.test.ts:1:1'] },
    { fullName: 'sound', status: 'passed', failureMessages: [] },
    { fullName: 'broken', status: 'failed', failureMessages: ['Error: no', 'Error: no'] },
  ];

  const { triedAgain } = summarize([tier(1, file(['failed'], { assertionResults }))], { skipsFail: true });

  expect(triedAgain).toEqual(['fast: a.test.ts: shaky: Error: too late']);
});
