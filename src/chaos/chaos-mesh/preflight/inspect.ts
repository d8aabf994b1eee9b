import type { KubeClient } from '../../../clients/kubernetes/client.ts';
import { openKubeClient } from '../../../clients/kubernetes/open.ts';
import type { InspectedExperiment, Inspection } from '../../contract.ts';
import { type ChaosMeshConfig, manifestOf } from '../config.ts';
import { objectOf } from '../fault-object.ts';
import { CHAOS_MESH_API, isFields, type Manifest } from '../manifest.ts';
import { faultsOfOthers } from '../others.ts';
import { disagreements, readSchedule } from '../schedule.ts';
import { checkAll } from './checks.ts';
import type { CheckContext, CheckedExperiment } from './contract.ts';
import { openDaemonSights } from './daemon-sights.ts';
import { problem, warning } from './found.ts';

type Inspected = InspectedExperiment<ChaosMeshConfig>;

/** Looks at everything that a run of these experiments would need, and changes nothing. What is the same for several is said once. */
export async function inspectPlace(experiments: readonly Inspected[], signal: AbortSignal): Promise<Inspection[]> {
  const places = Map.groupBy(experiments, ({ config }) => `${config.kubeconfig ?? ''} ${config.context ?? ''}`);
  const lines: Inspection[] = [];
  for (const group of places.values()) lines.push(...(await inspectCluster(group, signal)));
  return lines;
}

async function inspectCluster(experiments: readonly Inspected[], signal: AbortSignal): Promise<Inspection[]> {
  const { kubeconfig, context } = experiments[0]!.config;
  let kube: KubeClient;
  try {
    kube = await openKubeClient({ kubeconfig, context });
  } catch (error) {
    return [problem((error as Error).message, 'kubectl config get-contexts')];
  }
  const daemons = openDaemonSights(kube);
  try {
    const each: Looked[] = [];
    const context: CheckContext = {
      kube,
      wallClock: Date.now,
      daemons,
      together: (namespace) => digestsIn(experiments, namespace),
    };
    for (const experiment of experiments) each.push(await inspectOne(context, experiment, signal));
    return [...once(each.flatMap(({ cluster }) => cluster)), ...named(each)];
  } finally {
    daemons.close();
    kube.close();
  }
}

/** What was looked at for one experiment: the cluster, which is the same for all, and its own. */
interface Looked {
  name: string;
  cluster: Inspection[];
  own: Inspection[];
}

async function inspectOne(context: CheckContext, inspected: Inspected, signal: AbortSignal): Promise<Looked> {
  const { kube } = context;
  const name = `${inspected.plan}/${inspected.experiment}`;
  try {
    const { manifest, troubles } = await manifestIn(kube, inspected, signal);
    const experiment = toChecked(kube, inspected, manifest);
    const { subject, cluster, own } = await checkAll(experiment, context, signal);
    const others = await faultsOfOthers(kube, subject.namespaces, '', signal);
    const problems = [...troubles, ...others.problems].map((text) => problem(text));
    const unseen = others.unseen.map((text) => warning(text, 'kubectl auth can-i list networkchaos -A'));
    return { name, cluster, own: [...own, ...problems, ...unseen] };
  } catch (error) {
    return { name, cluster: [], own: [problem((error as Error).message)] };
  }
}

function digestsIn(experiments: readonly Inspected[], namespace: string): string[] {
  return experiments.filter(({ limits }) => limits.namespaces.includes(namespace)).map(({ digest }) => digest);
}

function once(lines: readonly Inspection[]): Inspection[] {
  return [...new Map(lines.map((line) => [line.text, line])).values()];
}

/** Each line under the experiments that it holds for. */
function named(looked: readonly Looked[]): Inspection[] {
  const lines = looked.flatMap(({ name, own }) => own.map((line) => ({ name, line })));
  const byText = Map.groupBy(lines, ({ line }) => `${line.state} ${line.text}`);
  return [...byText.values()].map((same) => {
    const [first, ...more] = same;
    const rest = more.length > 0 ? ` and ${more.length} more` : '';
    return { ...first!.line, text: `${first!.name}${rest}: ${first!.line.text}` };
  });
}

async function manifestIn(
  kube: KubeClient,
  { config }: Inspected,
  signal: AbortSignal,
): Promise<{ manifest: Manifest; troubles: string[] }> {
  const manifest = manifestOf(config);
  if (manifest) return { manifest, troubles: [] };
  const found = await readSchedule(kube, config.namespace!, config.schedule!, signal);
  return { manifest: found.manifest, troubles: disagreements(found.manifest, config) };
}

/** The object that a run would make, but for the run's name. */
function toChecked(kube: KubeClient, inspected: Inspected, manifest: Manifest): CheckedExperiment {
  const { config, limits, plan, experiment, digest, durationMs } = inspected;
  const namespace = manifest.metadata.namespace ?? config.namespace ?? kube.namespace;
  const naming = { run: 'check', plan, experiment, digest, durationMs, maxFaultMs: limits.maxFaultMs };
  const object = objectOf(manifest, { naming, namespace });
  const made: Manifest = {
    apiVersion: CHAOS_MESH_API,
    kind: object.kind!,
    metadata: { name: object.metadata.name!, namespace },
    spec: isFields(object.spec) ? object.spec : {},
  };
  const observing = { observed: config.observe === true, mayDelete: config.mayDelete === true };
  return { experiment, digest, limits, manifest: made, namespace, ...observing };
}
