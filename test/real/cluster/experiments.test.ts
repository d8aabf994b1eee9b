import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Cluster } from '../../../lab/cluster/access.ts';
import { startCluster } from '../../../lab/cluster/cluster.ts';
import { deployWorkloads } from '../../../lab/cluster/workloads/deploy.ts';
import { type ShippedExperiment, shippedExperiments, tableOf, withDefaults } from '../../deploy/shipped-experiments.ts';
import { untilCompared } from './baseline-points.ts';
import { type ExperimentRun, runExperiment } from './experiment-run.ts';
import { standTwin } from './gateway-twin.ts';
import { type Footing, type Ground, KV_NAMESPACES, standing } from './ground.ts';
import { importProgramImage } from './program-image.ts';
import { applySchedule, WEEKLY_ROWS } from './weekly-stage.ts';

const shipped = shippedExperiments();
const inLab = new Map(tableOf('experiments').map(([row, , , , lab]) => [row!, lab!]));
const FULL = process.env['FULL'] === '1';
const ALL_MS = FULL ? 4 * 3_600_000 : 60 * 60_000;
const STRESSES_PROCESSORS = ['A7', 'B9', 'B11'];
/** Kubelets measure processors and memory every 10 to 15 s, and two readings must lie within the fault. */
const MEASURED_BY_KUBELET = [...STRESSES_PROCESSORS, 'A8', 'B10'];
const FROM_THE_GATEWAY = ['A1', 'A2', 'A3', 'A11'];

/** `ROWS=A1,B6` tries these, `ROWS=all` every one. Else those that the first node can take, but for what thin-whole.test.ts runs. */
const wanted = process.env['ROWS'] || (FULL || process.env['CLUSTER'] === 'all' ? 'all' : '');
const tried = shipped.filter(({ row }) => inLab.get(row) !== 'webhook only' && isWanted(row));

let cluster: Cluster;
const runs = new Map<string, ExperimentRun | Error>();

beforeAll(async () => {
  cluster = await startCluster();
  await Promise.all([deployWorkloads(cluster), importProgramImage(cluster)]);
}, 600_000);

afterAll(async () => {
  await cluster.kubectl('delete', 'schedule', '-n', 'bytebot', '--all');
  for (const namespace of Object.values(KV_NAMESPACES))
    await cluster.kubectl('delete', 'namespace', namespace, '--ignore-not-found', '--wait=false');
});

describe('the admission webhooks of the cluster', () => {
  it.each(shipped)('accept the object of $row, $name', async ({ manifest }) => {
    await withNamespaces(['kv-sync-test', 'aibrix-system', 'bytebot']);
    const folder = await mkdtemp(join(tmpdir(), 'steadfast-manifest-'));
    try {
      const file = join(folder, basename(manifest));
      await writeFile(file, withDefaults(await readFile(manifest, 'utf8')));
      expect(await cluster.kubectl('create', '--dry-run=server', '-f', file)).toContain('created (server dry run)');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe('on the healthy lab', () => {
  // Namespaces exclude each other's runs, different ones do not: the suites are tried beside each other. The node with netem carries one at a time,
  // and a processor under stress leaves no room for others.
  beforeAll(async () => {
    if (FULL)
      for (const counter of ['vllm:time_to_first_token_seconds_count', 'bytebot_activity_executions_total'])
        await untilCompared(cluster, counter, { step: '5s', rates: '30s' });
    await Promise.all([tryAll('kv', isQuiet), tryAll('worker', isQuiet)]);
    await tryAll('kv', isStress);
    await tryAll('worker', isStress);
    await tryAll('kv-netem');
    await tryAll('worker-netem');
  }, ALL_MS);

  it.for(tried)(
    '$row $name injects, bites, recovers and is judged pass',
    { timeout: ALL_MS },
    async (experiment, { task }) => {
      const { row } = experiment;
      if (task.result?.retryCount) await tryOn(groundOf(experiment), [experiment]);
      const run = runs.get(row);
      if (run === undefined || run instanceof Error) throw run ?? new Error(`${row} was not run`);
      const { code, report, output } = run;

      // Its first line is what `make test` names a row by that passed only at its second try.
      expect([report.verdict, code], `${report.summary}\n${output}`).toEqual(['pass', 0]);
      for (const { status, proof, phases } of report.experiments) {
        expect([status, proof.state], output).toEqual(['ran', 'proven']);
        expect(phases.fault, output).toBeDefined();
      }
    },
  );

  it('leaves no object behind', async () => {
    const kinds = 'podchaos,networkchaos,stresschaos,timechaos,workflows.chaos-mesh.org';
    for (const namespace of [...Object.values(KV_NAMESPACES), 'bytebot'])
      expect.soft(await cluster.kubectl('get', kinds, '-n', namespace, '-o', 'name')).toBe('');
  });
});

function isWanted(row: string): boolean {
  if (wanted === '') return inLab.get(row) !== 'netem node' && !WEEKLY_ROWS.includes(row);
  return wanted === 'all' || wanted.split(',').includes(row);
}

function groundOf({ row }: ShippedExperiment): Ground {
  const suite = row.startsWith('A') ? 'kv' : 'worker';
  return inLab.get(row) === 'netem node' ? `${suite}-netem` : suite;
}

const isStress = ({ row }: ShippedExperiment) => STRESSES_PROCESSORS.includes(row);
const isQuiet = (experiment: ShippedExperiment) => !isStress(experiment);

async function tryAll(ground: Ground, isNext: (experiment: ShippedExperiment) => boolean = () => true): Promise<void> {
  const experiments = tried.filter((experiment) => groundOf(experiment) === ground && isNext(experiment));
  if (experiments.length > 0) await tryOn(ground, experiments);
}

/** One after another; what goes wrong with one is told by its own test. */
async function tryOn(ground: Ground, experiments: readonly ShippedExperiment[]): Promise<void> {
  const tryEach = async (footing: Footing) => {
    for (const experiment of experiments)
      runs.set(experiment.row, await tryOne(experiment, footing).catch((error: Error) => error));
  };
  await standing(cluster, ground, tryEach).catch((error: Error) => {
    for (const { row } of experiments) runs.set(row, error);
  });
}

async function tryOne({ row, plan }: ShippedExperiment, { env, nodeSelector }: Footing): Promise<ExperimentRun> {
  const namespace = env['KV_NAMESPACE'];
  if (namespace && FROM_THE_GATEWAY.includes(row)) await standTwin(cluster, { namespace, plan, env, nodeSelector });
  if (row === 'B13') await applySchedule(cluster, env);
  if (row === 'B3') await renewWorkers();
  const longer = MEASURED_BY_KUBELET.includes(row) && !FULL ? { FAULT: '35s' } : {};
  return runExperiment(plan, { cluster, env: { ...env, ...longer } });
}

/** One of the containers may have been restarted before: each time it waits longer for its next start, so that chance would decide. */
async function renewWorkers(): Promise<void> {
  const deployment = ['-n', 'bytebot', 'deployment/bytebot-temporal-worker'];
  await cluster.kubectl('rollout', 'restart', ...deployment);
  await cluster.kubectl('rollout', 'status', ...deployment, '--timeout=100s');
}

async function withNamespaces(names: readonly string[]): Promise<void> {
  for (const name of names) await cluster.kubectl('create', 'namespace', name).catch(() => {});
}
