import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Cluster } from '../../../lab/cluster/access.ts';
import { startCluster } from '../../../lab/cluster/cluster.ts';
import { kubectlOn } from '../../../lab/cluster/workloads/access.ts';
import { deployWorkloads } from '../../../lab/cluster/workloads/deploy.ts';
import { facesOf } from '../../../lab/cluster/workloads/faces.ts';
import { dashboardQueries } from '../../deploy/dashboard-queries.ts';
import { approve } from './experiment-run.ts';
import { stageKvSync } from './kv-stage.ts';
import { kvParameters, lengths, workerParameters } from './lab-parameters.ts';
import { importProgramImage } from './program-image.ts';
import { applySchedule, PLANS, plansIn, runJob, stageWeekly } from './weekly-stage.ts';

const KV = 'kv-thin-whole';
const parameters = { ...lengths, ...workerParameters, ...kvParameters(KV) };
let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster();
  await Promise.all([deployWorkloads(cluster), importProgramImage(cluster)]);
  await cluster.kubectl('create', 'namespace', KV).catch(() => {});
  await kubectlOn(cluster, [await plansIn(KV)], 'apply', '--server-side', '--force-conflicts');
  await stageKvSync(cluster, { namespace: KV, sidecar: { env: parameters } });
  await stageWeekly({ cluster, kvNamespace: KV, parameters });
  await applySchedule(cluster, parameters);
  for (const plan of PLANS) await approve(plan, { cluster, env: parameters });
}, 900_000);

afterAll(async () => {
  await cluster.kubectl('delete', 'schedule', '-n', 'bytebot', '--all');
  for (const namespace of [KV, 'steadfast'])
    await cluster.kubectl('delete', 'namespace', namespace, '--ignore-not-found', '--wait=false');
});

it('runs A1 and one run of the Schedule of B13 from the CronJob, and both pass', async () => {
  const { code, output } = await runJob(cluster, { name: 'weekly-by-hand' });

  expect(output).toMatch(/PASS {2}a1-network-partition/);
  expect(output).toMatch(/PASS {2}b13-weekly/);
  expect(code, output).toBe(0);
}, 1_200_000);

it('answers every question of the dashboard', async () => {
  // Until what was pushed last has been scraped.
  await sleep(6_000);
  const empty: string[] = [];
  for (const { title, query } of dashboardQueries()) {
    const { status, data } = await askPrometheus(query);
    expect(status, query).toBe('success');
    if (data.result.length === 0 && !query.startsWith('changes(')) empty.push(`${title}: ${query}`);
  }

  expect(empty).toEqual([]);
});

it('raises an alert for a promise that is broken on purpose, and for no other', async () => {
  const args = ['run', '/plans/a1-network-partition.yaml', '--out', '/runs/breach'];
  const { code, output } = await runJob(cluster, { name: 'breach', args }, loseEvents);

  expect(code, output).toBe(10);
  const alerts = await untilAlerted('SteadfastObjectiveFailed');
  expect(alerts.map(({ labels }) => labels.objective)).toEqual(['no-event-lost']);
}, 900_000);

/** The engine that is watched uses up some numbers for batches that it never sends, and whose replay has them not. */
async function loseEvents(): Promise<void> {
  const pod = await cluster.kubectl('get', 'pod', 'vllm-0', '-n', KV, '-o', 'jsonpath={.status.podIP}');
  await sleep(20_000);
  const body = JSON.stringify({ command: 'lose', batches: 5 });
  const answer = await fetch(`http://${pod}:8000/control`, { method: 'POST', body });
  expect(answer.status).toBe(200);
}

interface Alert {
  labels: Record<string, string>;
}

async function untilAlerted(alert: string): Promise<Alert[]> {
  const alertmanager = await onlyAddress('alertmanager', 9093);
  for (const end = performance.now() + 60_000; performance.now() < end; await sleep(1_000)) {
    const answer = await fetch(
      `${alertmanager}/api/v2/alerts?filter=alertname=${alert}&filter=plan=a1-network-partition`,
    );
    const alerts = (await answer.json()) as Alert[];
    if (alerts.length > 0) return alerts;
  }
  throw new Error(`Alertmanager was told of no ${alert}`);
}

async function askPrometheus(query: string): Promise<{ status: string; data: { result: unknown[] } }> {
  const prometheus = await onlyAddress('prometheus', 9090);
  const answer = await fetch(`${prometheus}/api/v1/query?query=${encodeURIComponent(query)}`);
  return (await answer.json()) as { status: string; data: { result: unknown[] } };
}

async function onlyAddress(name: 'prometheus' | 'alertmanager', port: number): Promise<string> {
  const [face] = await facesOf(cluster, name);
  if (!face) throw new Error(`no pod of ${name}`);
  return `http://${face.address}:${port}`;
}
