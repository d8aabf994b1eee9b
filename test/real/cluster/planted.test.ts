import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Cluster } from '../../../lab/cluster/access.ts';
import { startCluster } from '../../../lab/cluster/cluster.ts';
import { deployWorkloads } from '../../../lab/cluster/workloads/deploy.ts';
import { shippedExperiments } from '../../deploy/shipped-experiments.ts';
import { untilCompared } from './baseline-points.ts';
import type { ExperimentRun } from './experiment-run.ts';
import { standTwin } from './gateway-twin.ts';
import { stageKvSync } from './kv-stage.ts';
import { kvParameters, lengths, shortest, workerParameters } from './lab-parameters.ts';
import { importProgramImage } from './program-image.ts';
import { runViolated } from './violated-run.ts';
import type { Expected, Violation } from './violation.ts';
import { kvViolations, openKvLab } from './violations-kv.ts';
import { openPathLab, pathViolations } from './violations-path.ts';
import { cutOffViolations, openWorkerLab, workerViolations } from './violations-worker.ts';

/** Faults that leave everything going: what fails beside them was planted. What is promised of a cut alone is broken beside one. */
const ROWS = { kv: 'A4', path: 'A1', worker: 'B7', cutOff: 'B6' };
const KV = 'kv-planted';
/** An event whose answer is lost in a cut is sent again, by design. */
const SENT_AGAIN = 'steps-told-once fail';
const ALL_MS = 30 * 60_000;

/** `PLANTED=all` tries every one and a run without any, `PLANTED=no-event-lost,steps-in-order` these. One for each promise takes about 6 minutes. */
const asked = process.env['PLANTED'] ?? '';
const isTried = ({ objective, usual }: Expected) =>
  asked === '' ? usual === true : asked === 'all' || asked.split(',').includes(objective);
const tried = {
  kv: kvViolations.filter(isTried),
  path: pathViolations.filter(isTried),
  worker: workerViolations.filter(isTried),
  cutOff: cutOffViolations.filter(isTried),
};
/** Long enough for whoever is cut off to notice, and for TCP to try again after it. */
const ofACut = { ...lengths, RECOVER_WITHIN: shortest['RECOVER_WITHIN']! };

let cluster: Cluster;
const runs = new Map<string, ExperimentRun | Error>();

// The two lanes share nothing but the machine: their namespaces differ.
beforeAll(async () => {
  cluster = await startCluster();
  await deployWorkloads(cluster, { only: ['generator', 'consumer', 'prometheus', 'pushgateway'] });
  await untilCompared(cluster, 'bytebot_activity_executions_total');
  await Promise.all([kvLane(), workerLane()]);
}, ALL_MS);

afterAll(() => cluster.kubectl('delete', 'namespace', KV, '--ignore-not-found', '--wait=false'));

describe.runIf(asked === 'all')('with nothing planted', () => {
  it.each(Object.values(ROWS))('%s passes', (row) => {
    const run = runOf(row, undefined);

    expect(
      missed(run).filter((each) => row !== ROWS.cutOff || each !== SENT_AGAIN),
      run.output,
    ).toEqual([]);
    expect(run.code).toBe(0);
  });
});

describe.each<{ row: string; violations: readonly Expected[] }>(
  [
    { row: ROWS.kv, violations: tried.kv },
    { row: ROWS.path, violations: tried.path },
    { row: ROWS.worker, violations: tried.worker },
    { row: ROWS.cutOff, violations: tried.cutOff },
  ].filter(({ violations }) => violations.length > 0),
)('while $row runs', ({ row, violations }) => {
  const titled = violations.map((each) => [each.promise, each.planted, each.objective, each] as const);

  it.each(titled)('%s: where %s, %s fails and nothing else', (_promise, _planted, _objective, violation) => {
    const run = runOf(row, violation);

    expect(missed(run), run.output).toContain(`${violation.objective} fail`);
    expect(unexpected(run, violation), run.output).toEqual([]);
    expect([run.code, run.report.verdict]).toEqual(violation.warns ? [0, 'pass'] : [10, 'fail']);
  });
});

/** What did not pass, besides what was planted and what may miss with it. */
function unexpected(run: ExperimentRun, violation: Expected | undefined): string[] {
  const { objective = '', mayMissToo = {} } = violation ?? {};
  return missed(run).filter((each) => each !== `${objective} fail` && !(each.split(' ')[0]! in mayMissToo));
}

function missed({ report }: ExperimentRun): string[] {
  return report.objectives
    .filter(({ verdict }) => verdict !== 'pass')
    .map(({ objective, verdict }) => `${objective} ${verdict}`);
}

function runOf(row: string, violation: Expected | undefined): ExperimentRun {
  const run = runs.get(nameOf(row, violation));
  if (run === undefined || run instanceof Error) throw run ?? new Error('it was not run');
  return run;
}

function nameOf(row: string, violation: Expected | undefined): string {
  return `${row} ${violation?.objective ?? 'sound'}`;
}

async function kvLane(): Promise<void> {
  if (tried.kv.length + tried.path.length === 0) return;
  await stageKvSync(cluster, { namespace: KV });
  const lab = await openKvLab(cluster, KV);
  await untilCompared(cluster, 'vllm:time_to_first_token_seconds_count');
  await runEach(ROWS.kv, tried.kv, { lab, env: { ...shortest, ...kvParameters(KV) } });
  if (tried.path.length === 0) return;
  const env = { ...ofACut, ...kvParameters(KV) };
  await importProgramImage(cluster);
  await standTwin(cluster, { namespace: KV, plan: planOf(ROWS.path), env, nodeSelector: {} });
  await runEach(ROWS.path, tried.path, { lab: await openPathLab(cluster, KV), env });
}

async function workerLane(): Promise<void> {
  const lab = await openWorkerLab(cluster);
  await runEach(ROWS.worker, tried.worker, { lab, env: { ...shortest, ...workerParameters } });
  await runEach(ROWS.cutOff, tried.cutOff, { lab, env: { ...ofACut, ...workerParameters } });
}

const planOf = (wanted: string) => shippedExperiments().find(({ row }) => row === wanted)!.plan;

/** What stands still at the wrong moment, on a machine that does many things at once, leaves a promise undecided: then it is tried once more. */
async function untilDecided(
  violation: Expected | undefined,
  run: () => Promise<ExperimentRun>,
): Promise<ExperimentRun> {
  const first = await run();
  const verdicts = unexpected(first, violation);
  return verdicts.length > 0 && verdicts.every((each) => each.endsWith(' inconclusive')) ? run() : first;
}

/** One after another; what goes wrong with one is told by its own test. */
async function runEach<Lab extends { mend(): Promise<void> }>(
  row: string,
  violations: readonly Violation<Lab>[],
  { lab, env }: { lab: Lab; env: Record<string, string> },
): Promise<void> {
  const plan = planOf(row);
  for (const violation of asked === 'all' ? [undefined, ...violations] : violations)
    try {
      runs.set(
        nameOf(row, violation),
        await untilDecided(violation, () => runViolated(plan, violation, { cluster, env, lab })),
      );
    } catch (error) {
      runs.set(nameOf(row, violation), error as Error);
    }
}
