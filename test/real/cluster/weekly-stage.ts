import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse, parseAllDocuments } from 'yaml';
import { type ClusterAccess, kubectlOn } from '../../../lab/cluster/workloads/access.ts';
import type { KubeObject } from '../../../lab/cluster/workloads/objects.ts';
import { shippedExperiments } from '../../deploy/shipped-experiments.ts';
import { REPOSITORY } from '../../repository/planted-tree.ts';
import { PROGRAM_IMAGE } from './program-image.ts';

export interface WeeklyStage {
  cluster: ClusterAccess;
  /** Where engines and gateway are, in the place of kv-sync-test and aibrix-system. */
  kvNamespace: string;
  parameters: Record<string, string>;
}

/** What the CronJob runs. */
export const WEEKLY_ROWS = ['A1', 'B13'];

export const PLANS = shippedExperiments().flatMap(({ row, plan }) => (WEEKLY_ROWS.includes(row) ? plan : []));

const CRONJOB = join(REPOSITORY, 'deploy/cronjob');

/** The Schedule of B13. It has no parameters, since people apply it as it is; here it is as long and as hard as the plans' parameters say. */
export async function applySchedule(cluster: ClusterAccess, parameters: Record<string, string>): Promise<void> {
  const { manifest } = shippedExperiments().find(({ row }) => row === 'B13')!;
  const schedule = parse(await readFile(manifest, 'utf8')) as WeeklySchedule;
  for (const template of schedule.spec.workflow.templates) {
    const { cpu } = template.stressChaos?.stressors ?? {};
    if (cpu) cpu.load = Number(parameters['STRESS_LOAD'] ?? cpu.load);
    template.deadline = parameters[LENGTHS[template.templateType] ?? 'FAULT'] ?? template.deadline;
  }
  await kubectlOn(cluster, [schedule], 'apply', '--server-side', '--force-conflicts');
}

/** Names of the parameters that say in B12 how long a template lasts; of the others it is `FAULT`. */
const LENGTHS: Record<string, string> = { Serial: 'SCENARIO_DEADLINE', Suspend: 'PAUSE', StressChaos: 'STRESS_FOR' };

interface WeeklySchedule extends KubeObject {
  spec: { workflow: { templates: WorkflowTemplate[] } };
}

interface WorkflowTemplate {
  templateType: string;
  deadline: string;
  stressChaos?: { stressors: { cpu: { load: number } } };
}

/** What deploy/cronjob/README.md says, with the lab's names, parameters and image. */
export async function stageWeekly(stage: WeeklyStage): Promise<void> {
  const { cluster, parameters } = stage;
  for (const file of ['namespace', 'accounts', 'weekly', 'sweep']) {
    const objects = await objectsIn(join(CRONJOB, `${file}.yaml`), stage);
    await kubectlOn(cluster, objects, 'apply', '--server-side', '--force-conflicts');
  }
  const configs = [configMap('steadfast', 'steadfast-parameters', parameters), await plansIn('steadfast')];
  await kubectlOn(cluster, configs, 'apply', '--server-side', '--force-conflicts');
}

/** The plans and their manifests as a ConfigMap. */
export async function plansIn(namespace: string): Promise<KubeObject> {
  const files = PLANS.flatMap((plan) => [plan, plan.replace(/\.yaml$/, '.chaos.yaml')]);
  const texts = await Promise.all(files.map(async (file) => [basename(file), await readFile(file, 'utf8')] as const));
  return configMap(namespace, 'steadfast-plans', Object.fromEntries(texts));
}

/** Makes a Job of the CronJob, waits for its end, and gives its exit code and what it said. `started` is called once its pod runs. */
export async function runJob(
  cluster: ClusterAccess,
  { name, args }: { name: string; args?: readonly string[] },
  started: () => Promise<void> = async () => {},
): Promise<{ code: number; output: string }> {
  // One of the same name is there when a test is tried again.
  await cluster.kubectl('delete', 'job', name, '-n', 'steadfast', '--ignore-not-found', '--cascade=foreground');
  const made = await cluster.kubectl(
    ...['create', 'job', name, '-n', 'steadfast', '--from=cronjob/steadfast-weekly', '--dry-run=client', '-o', 'json'],
  );
  const job = JSON.parse(made);
  if (args) job.spec.template.spec.containers[0].args = args;
  await kubectlOn(cluster, [job], 'create');
  await untilPodIs(cluster, name, /Running|Succeeded|Failed/);
  await started();
  const pod = await untilPodIs(cluster, name, /Succeeded|Failed/);
  const output = await cluster.kubectl('logs', '-n', 'steadfast', `job/${name}`, '--tail=-1');
  return { code: pod.status.containerStatuses[0].state.terminated.exitCode, output };
}

const JOB_MS = 15 * 60_000;

async function untilPodIs(cluster: ClusterAccess, job: string, phase: RegExp) {
  for (const end = performance.now() + JOB_MS; performance.now() < end; await sleep(1000)) {
    const list = JSON.parse(
      await cluster.kubectl('get', 'pods', '-n', 'steadfast', '-l', `job-name=${job}`, '-o', 'json'),
    );
    const [pod] = list.items;
    if (pod && phase.test(pod.status.phase)) return pod;
  }
  throw new Error(
    `the pod of ${job} is not ${phase} in time:\n${await cluster.kubectl('describe', 'pods', '-n', 'steadfast')}`,
  );
}

function configMap(namespace: string, name: string, data: Record<string, string>): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name }, data };
}

async function objectsIn(file: string, { kvNamespace }: WeeklyStage): Promise<KubeObject[]> {
  const text = (await readFile(file, 'utf8'))
    .replaceAll('namespace: kv-sync-test', `namespace: ${kvNamespace}`)
    .replaceAll('namespace: aibrix-system', `namespace: ${kvNamespace}`)
    .replaceAll('image: steadfast\n', `image: ${PROGRAM_IMAGE}\n`);
  const objects = parseAllDocuments(text).map((document) => document.toJS() as KubeObject);
  return [
    ...new Map(objects.map((each) => [`${each.kind} ${each.metadata.namespace} ${each.metadata.name}`, each])).values(),
  ];
}
