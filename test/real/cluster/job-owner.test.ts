/** A run in a Job that breaks something in its own namespace: the Job owns the fault, so whoever deletes the Job ends both. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Cluster } from '../../../lab/cluster/access.ts';
import { startCluster } from '../../../lab/cluster/cluster.ts';
import { type CutStage, openCutStage, partition, planOf } from './cut-stage.ts';
import { expectNoFault, expectNoRule } from './nothing-left.ts';
import { importProgramImage, PROGRAM_IMAGE } from './program-image.ts';
import { eventually } from './scene.ts';
import { openRunFolder } from './started-run.ts';

const JOB = 'weekly';
/** Much longer than the test, so that nothing but the Job's end can end it. */
const FAULT_MS = 80_000;

let cluster: Cluster;
let stage: CutStage;

beforeAll(async () => {
  cluster = await startCluster();
  [stage] = await Promise.all([openCutStage(cluster), importProgramImage(cluster)]);
});

afterAll(async () => {
  await cluster?.kubectl('delete', 'clusterrolebinding', nameOfBinding(), '--ignore-not-found');
  await stage?.[Symbol.asyncDispose]();
});

const nameOfBinding = () => `steadfast-${stage.namespace}`;

it('is owned by the Job, does not keep it from being deleted, and goes with it', async () => {
  await startJob();
  const fault = await eventually(faultOfRun, (found) => found?.status?.['experiment']?.desiredPhase === 'Run');
  const { uid } = (await stage.read<Named>('job', JOB)).metadata;
  expect(fault!.metadata.ownerReferences).toMatchObject([
    { kind: 'Job', name: JOB, uid, controller: false, blockOwnerDeletion: false },
  ]);

  await stage.kubectl('delete', 'job', JOB, '--timeout=60s');

  await expectNoFault(stage);
  await expectNoRule(cluster, stage);
});

interface Named {
  metadata: { name: string; uid: string; ownerReferences?: object[] };
  status?: { experiment?: { desiredPhase?: string } };
}

async function faultOfRun(): Promise<Named | undefined> {
  return (JSON.parse(await stage.kubectl('get', 'networkchaos', '--output=json')) as { items: Named[] }).items[0];
}

async function startJob(): Promise<void> {
  const { namespace } = stage;
  await using folder = await openRunFolder(cluster, planOf(stage, 'owned', partition(stage), FAULT_MS));
  const plan = await readFile(folder.plan, 'utf8');
  const account = { kind: 'ServiceAccount', name: 'default', namespace };
  await stage.create(
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'plans' }, data: { 'owned.yaml': plan } },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: nameOfBinding() },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [account],
    },
    {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: JOB },
      spec: { backoffLimit: 0, template: podTemplate() },
    },
  );
}

function podTemplate() {
  const container = {
    name: 'steadfast',
    image: PROGRAM_IMAGE,
    args: ['run', '/plans/owned.yaml', '--out', '/runs/owned'],
    volumeMounts: ['plans', 'runs', 'state'].map((name) => ({ name, mountPath: `/${name}` })),
  };
  const volumes = [
    { name: 'plans', configMap: { name: 'plans' } },
    { name: 'runs', emptyDir: {} },
    { name: 'state', emptyDir: {} },
  ];
  // Killed at once, so that it is not the runner that removes its fault.
  return { spec: { restartPolicy: 'Never', terminationGracePeriodSeconds: 0, containers: [container], volumes } };
}
