import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Cluster } from '../../../lab/cluster/access.ts';
import { startCluster } from '../../../lab/cluster/cluster.ts';
import { deployWorkloads } from '../../../lab/cluster/workloads/deploy.ts';
import type { KubeObject } from '../../../lab/cluster/workloads/objects.ts';
import { type ShippedExperiment, shippedExperiments, tableOf, withDefaults } from '../../deploy/shipped-experiments.ts';
import { untilCompared } from './baseline-points.ts';
import { type ExperimentRun, runExperiment } from './experiment-run.ts';
import { standTwin } from './gateway-twin.ts';
import { stageKvSync } from './kv-stage.ts';
import { kvParameters, lengths, seldom, workerParameters } from './lab-parameters.ts';
import { importProgramImage } from './program-image.ts';

const shipped = shippedExperiments();
const inLab = new Map(tableOf('experiments').map(([row, , , , lab]) => [row!, lab!]));
const FULL = process.env['FULL'] === '1';
const ALL_MS = FULL ? 4 * 3_600_000 : 40 * 60_000;
const KV = 'kv-experiments';
const KV_NETEM = 'kv-experiments-netem';
const WORKER = 'bytebot-temporal-worker';
const NETEM = { 'steadfast.dev/netem': 'true' };
/** Kubelets measure processors every 10 to 15 s, and two readings must lie within the fault. */
const MEASURED_BY_KUBELET = ['A7', 'B9', 'B11'];
const FROM_THE_GATEWAY = ['A1', 'A2', 'A3', 'A11'];

let cluster: Cluster;
const runs = new Map<string, ExperimentRun | Error>();
/** One of each suite, beside each other; A1 and B13 are run by test/real/cluster/thin-whole.test.ts. All of them together take half an hour. */
const USUAL_ROWS = 'A10,B6';
/** `ROWS=A1,B6` tries these, `ROWS=all` every one. */
const chosen = process.env['ROWS'] || (FULL || process.env['CLUSTER'] === 'all' ? 'all' : USUAL_ROWS);
const tried = shipped.filter(
  ({ row }) => inLab.get(row) !== 'webhook only' && (chosen === 'all' || chosen.split(',').includes(row)),
);

beforeAll(async () => {
  cluster = await startCluster();
  await Promise.all([deployWorkloads(cluster), importProgramImage(cluster)]);
}, 600_000);

afterAll(async () => {
  await cluster.kubectl('delete', 'schedule', '-n', 'bytebot', '--all');
  for (const namespace of [KV, KV_NETEM])
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
  // Namespaces exclude each other's runs, different ones do not: two lanes run beside each other. The node with netem carries one at a time, and a
  // processor under stress leaves no room for others.
  beforeAll(async () => {
    await stageLanes();
    await Promise.all([kvLane(isQuiet), workerLane(isQuiet)]);
    await kvLane(isStress);
    await workerLane(isStress);
    await kvNetemLane();
    await workerNetemLane();
  }, ALL_MS);

  it.each(tried)('$row $name injects, bites, recovers and is judged pass', ({ row }) => {
    const run = runs.get(row);
    if (run === undefined || run instanceof Error) throw run ?? new Error(`${row} was not run`);
    const { code, report, output } = run;

    expect([report.verdict, code], output).toEqual(['pass', 0]);
    for (const { status, proof, phases } of report.experiments) {
      expect([status, proof.state], output).toEqual(['ran', 'proven']);
      expect(phases.fault, output).toBeDefined();
    }
  });

  it('leaves no object behind', async () => {
    const kinds = 'podchaos,networkchaos,stresschaos,timechaos,workflows.chaos-mesh.org';
    for (const namespace of [KV, KV_NETEM, 'bytebot'])
      expect.soft(await cluster.kubectl('get', kinds, '-n', namespace, '-o', 'name')).toBe('');
  });
});

type Choice = (row: string) => boolean;

const isStress: Choice = (row) => MEASURED_BY_KUBELET.includes(row);
const isQuiet: Choice = (row) => !isStress(row);

function onFirstNode(suite: 'A' | 'B', isWanted: Choice): ShippedExperiment[] {
  return tried.filter(({ row }) => row.startsWith(suite) && inLab.get(row) !== 'netem node' && isWanted(row));
}

async function stageLanes(): Promise<void> {
  await cluster.kubectl('apply', '-f', shipped.find(({ row }) => row === 'B13')!.manifest);
  if (onFirstNode('A', () => true).length > 0) await stageKvSync(cluster, { namespace: KV });
  if (!FULL) return;
  for (const counter of ['vllm:time_to_first_token_seconds_count', 'bytebot_activity_executions_total'])
    await untilCompared(cluster, counter, { step: '5s', rates: '30s' });
}

async function kvLane(isWanted: Choice): Promise<void> {
  await runAll(onFirstNode('A', isWanted), { ...lengths, ...kvParameters(KV) }, {});
}

async function workerLane(isWanted: Choice): Promise<void> {
  await runAll(onFirstNode('B', isWanted), { ...lengths, ...workerParameters }, {});
}

async function kvNetemLane(): Promise<void> {
  const rows = tried.filter(({ row }) => row.startsWith('A') && inLab.get(row) === 'netem node');
  if (rows.length > 0) await stageKvSync(cluster, { namespace: KV_NETEM, netem: true });
  await runAll(rows, { ...lengths, ...seldom, ...kvParameters(KV_NETEM) }, NETEM);
}

async function workerNetemLane(): Promise<void> {
  const rows = tried.filter(({ row }) => row.startsWith('B') && inLab.get(row) === 'netem node');
  if (rows.length === 0) return;
  await deployWorkloads(cluster, { only: ['worker'], nodeSelector: { worker: NETEM }, change: oneWorker });
  await runAll(rows, { ...lengths, ...seldom, ...workerParameters }, NETEM);
  await deployWorkloads(cluster, { only: ['worker'] });
}

function oneWorker(object: KubeObject): KubeObject {
  return object.kind === 'Deployment' && object.metadata.name === WORKER
    ? { ...object, spec: { ...(object['spec'] as object), replicas: 1 } }
    : object;
}

/** One after another; what goes wrong with one is told by its own test. */
async function runAll(
  experiments: readonly ShippedExperiment[],
  env: Record<string, string>,
  nodeSelector: Record<string, string>,
): Promise<void> {
  for (const { row, plan } of experiments)
    try {
      const namespace = env['KV_NAMESPACE'];
      if (namespace && FROM_THE_GATEWAY.includes(row)) await standTwin(cluster, { namespace, plan, env, nodeSelector });
      const longer = MEASURED_BY_KUBELET.includes(row) && !FULL ? { FAULT: '35s' } : {};
      runs.set(row, await runExperiment(plan, { cluster, env: { ...env, ...longer } }));
    } catch (error) {
      runs.set(row, error as Error);
    }
}

async function withNamespaces(names: readonly string[]): Promise<void> {
  for (const name of names) await cluster.kubectl('create', 'namespace', name).catch(() => {});
}
