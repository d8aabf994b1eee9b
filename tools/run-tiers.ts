/**
 * `make test`: the static checks, the fast tier, the real tier and the cluster tier, but for what needs netem or is planted there (CLUSTER=all: with
 * it; CLUSTER=0: no cluster tier), while the lab's parts are got in the background. What breaks the cluster mostly waits, so the real tier runs beside it. The last
 * line says how many passed, failed and were skipped, and so does test-results/summary.txt. What passed only when it was tried again is named before it.
 */
import { type SpawnOptions, spawn } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { summarize, summaryLine, type TierResult, type VitestReport } from './summarize-tests.ts';

const RESULTS = 'test-results';
/** Scripts of package.json. The bundle is built here because tests of the real tier run it. */
const CHECKS = ['format:check', 'lint', 'types', 'layers', 'unused', 'build'];
const MINUTE_MS = 60_000;
const KILL_AFTER_MS = 20_000;
/** Run after run of whole experiments, each with one promise broken. */
const PLANTED = 'test/real/cluster/planted.test.ts';
const IN_CLUSTER = ['node', 'lab/main.ts', 'in-cluster', '--'];

const wanted = process.env['CLUSTER'] || '1';
const isFull = wanted === 'all' || process.env['FULL'] === '1' || process.env['ROWS'] === 'all';
const deadline = AbortSignal.timeout((isFull ? 600 : 85) * MINUTE_MS);
const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interruption.abort());
const stop = AbortSignal.any([deadline, interruption.signal]);

rmSync(RESULTS, { recursive: true, force: true });
mkdirSync(RESULTS);
const parts = getParts('resolve', 'parts');
const withCluster = wanted !== '0';
const canCluster = process.platform === 'linux' && process.getuid?.() === 0;
const clusterParts =
  withCluster && canCluster ? parts.then(() => getParts('cluster-parts', 'cluster-parts')) : undefined;
const results = [await runChecks(), await runTier('fast')];
await tellMissing(parts, 'parts');
const real = runTier('real', { projects: ['real', 'real-one-at-a-time'] });
const beside = clusterParts && runBesideReal(clusterParts);
results.push(...(await Promise.all(beside ? [real, beside] : [real])), await runTier('real-alone'));
if (beside) {
  const more = isFull ? [] : [`--exclude=${PLANTED}`];
  results.push(await runTier('cluster-experiments', { within: IN_CLUSTER, more }));
} else if (withCluster) results.push(leftOut('cluster', 'needs root on Linux'));

const summary = summarize(results, { skipsFail: process.env['CI'] === 'true' });
for (const test of summary.triedAgain) console.log(`PASSED ONLY AT ITS SECOND TRY  ${test}`);
for (const failure of summary.failures) console.log(`FAILED  ${failure}`);
writeFileSync(`${RESULTS}/summary.txt`, `${summaryLine(summary)}\n`);
console.log(summaryLine(summary));
process.exitCode = summary.failed === 0 ? 0 : 1;

/** Builds take minutes on a fresh machine and must not starve the tests that run meanwhile. */
function getParts(command: string, logName: string): Promise<number | undefined> {
  return run('nice', ['-n', '19', 'node', 'lab/main.ts', command], { stdio: intoFile(`${RESULTS}/${logName}.log`) });
}

async function tellMissing(got: Promise<number | undefined>, logName: string): Promise<void> {
  if ((await got) !== 0) console.error(`the lab misses a part:\n${readFileSync(`${RESULTS}/${logName}.log`, 'utf8')}`);
}

async function runChecks(): Promise<TierResult> {
  const cases: { fullName: string; status: string }[] = [];
  for (const check of CHECKS) {
    const passed = (await run('npm', ['run', '--silent', check])) === 0;
    cases.push({ fullName: check, status: passed ? 'passed' : 'failed' });
  }
  const failed = cases.some(({ status }) => status === 'failed');
  const file = { name: 'npm run', status: failed ? 'failed' : 'passed', message: '', assertionResults: cases };
  return { tier: 'check', exitCode: failed ? 1 : 0, report: { testResults: [file] } };
}

/** What breaks the cluster. */
async function runBesideReal(got: Promise<number | undefined>): Promise<TierResult> {
  await tellMissing(got, 'cluster-parts');
  return runTier('cluster', { within: IN_CLUSTER, toldAtItsEnd: true });
}

/** Counts as one that was skipped, which a build server takes for a failure. */
function leftOut(tier: string, why: string): TierResult {
  console.error(`the ${tier} tier is left out: it ${why}`);
  const assertionResults = [{ fullName: why, status: 'skipped' }];
  return {
    tier,
    exitCode: 0,
    report: { testResults: [{ name: tier, status: 'passed', message: '', assertionResults }] },
  };
}

interface TierOptions {
  /** The projects of vitest.config.ts; the one of the tier's name if not given. */
  projects?: readonly string[];
  /** The command that runs it. */
  within?: readonly string[];
  more?: readonly string[];
  /** Printed as a whole, where another tier is printed meanwhile. */
  toldAtItsEnd?: boolean;
}

async function runTier(tier: string, options: TierOptions = {}): Promise<TierResult> {
  const { projects = [tier], within = [], more = [], toldAtItsEnd = false } = options;
  const file = `${RESULTS}/${tier}.json`;
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const chosen = projects.map((project) => `--project=${project}`);
  const [program, ...args] = [...within, 'vitest', 'run', ...chosen, ...reporters, ...more];
  const log = toldAtItsEnd ? `${RESULTS}/${tier}.log` : undefined;
  const exitCode = await run(program!, args, log === undefined ? {} : { stdio: intoFile(log) });
  if (log) process.stdout.write(readFileSync(log));
  return {
    tier,
    ...(exitCode !== undefined && { exitCode }),
    ...(existsSync(file) && { report: JSON.parse(readFileSync(file, 'utf8')) as VitestReport }),
  };
}

function intoFile(path: string): ['ignore', number, number] {
  const file = openSync(path, 'w');
  return ['ignore', file, file];
}

/** Resolves with the exit code, or with undefined where the command was killed or could not start. */
function run(command: string, args: string[], options: SpawnOptions = {}): Promise<number | undefined> {
  if (stop.aborted) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'], ...options });
    const end = () => {
      child.kill('SIGTERM');
      setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS).unref();
    };
    stop.addEventListener('abort', end);
    const ended = (exitCode: number | null) => {
      stop.removeEventListener('abort', end);
      resolve(exitCode ?? undefined);
    };
    child.once('error', () => ended(null));
    child.once('close', ended);
  });
}
