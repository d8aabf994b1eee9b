/** What a tier of tests left behind: how its process ended, and the report of vitest's JSON reporter if it wrote one. */
export interface TierResult {
  tier: string;
  /** Absent where the process was killed, or never started. */
  exitCode?: number;
  report?: VitestReport;
}

export interface VitestReport {
  testResults: { name: string; status: string; message: string; assertionResults: VitestCase[] }[];
}

interface VitestCase {
  fullName: string;
  status: string;
  /** Also of a test that passed: what went wrong at its first try. */
  failureMessages?: string[];
}

export interface Summary {
  passed: number;
  failed: number;
  skipped: number;
  /** One line for each failure, and for each skip that counts as one. */
  failures: string[];
  /** One line for each test that passed only when it was tried again, with the reason. */
  triedAgain: string[];
}

type Verdict = { of: 'passed' | 'failed' | 'skipped'; what: string };

/**
 * Adds tiers up. What did not run is a failure: a tier that crashed or found no tests, a file that did not load, the tests of
 * a file whose set-up failed. With `skipsFail` (on a build server) so is every skipped test, since there every part is there.
 */
export function summarize(results: TierResult[], { skipsFail }: { skipsFail: boolean }): Summary {
  const verdicts = results
    .flatMap(verdictsOf)
    .map((verdict) => (skipsFail && verdict.of === 'skipped' ? asFailure(verdict) : verdict));
  const count = (of: Verdict['of']) => verdicts.filter((verdict) => verdict.of === of).length;
  return {
    passed: count('passed'),
    failed: count('failed'),
    skipped: count('skipped'),
    failures: verdicts.filter(({ of }) => of === 'failed').map(({ what }) => what),
    triedAgain: results.flatMap(triedAgainIn),
  };
}

function triedAgainIn({ tier, report }: TierResult): string[] {
  return (report?.testResults ?? []).flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status, failureMessages = [] }) => status === 'passed' && failureMessages.length > 0)
      .map(({ fullName, failureMessages }) => `${tier}: ${name}: ${fullName}: ${failureMessages![0]!.split('\n')[0]}`),
  );
}

/** The line that a run of the tests ends with. */
export function summaryLine({ passed, failed, skipped }: Summary): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

function verdictsOf({ tier, exitCode, report }: TierResult): Verdict[] {
  const verdicts = (report?.testResults ?? []).flatMap((file) => verdictsOfFile(tier, file));
  const how = exitCode === undefined ? 'was killed or never started' : `ended with exit code ${exitCode}`;
  if (verdicts.length === 0) return [{ of: 'failed', what: `${tier}: ran no test and ${how}` }];
  const untold = exitCode !== 0 && !verdicts.some(({ of }) => of === 'failed');
  return untold ? [...verdicts, { of: 'failed', what: `${tier}: no test failed, yet it ${how}` }] : verdicts;
}

function verdictsOfFile(tier: string, file: VitestReport['testResults'][number]): Verdict[] {
  const cases = file.assertionResults.map(({ fullName, status }) => ({
    of: verdictOf(status),
    what: `${tier}: ${file.name}: ${fullName}`,
  }));
  if (file.status !== 'failed' || cases.some(({ of }) => of === 'failed')) return cases;
  const trouble: Verdict = {
    of: 'failed',
    what: `${tier}: ${file.name}: ${file.message || 'failed outside its tests'}`,
  };
  const notRun = cases.filter(({ of }) => of === 'skipped').map(asFailure);
  return [...cases.filter(({ of }) => of === 'passed'), ...(notRun.length > 0 ? notRun : [trouble])];
}

function verdictOf(status: string): Verdict['of'] {
  if (status === 'passed') return 'passed';
  return ['skipped', 'pending', 'todo', 'disabled'].includes(status) ? 'skipped' : 'failed';
}

function asFailure({ what }: Verdict): Verdict {
  return { of: 'failed', what: `${what} (did not run)` };
}
