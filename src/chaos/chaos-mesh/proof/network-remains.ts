import type { Evidence } from '../../../slo/model/entry.ts';
import type { PodView } from '../pod.ts';
import { type Carried, readCarried } from './carried.ts';
import type { Aftermath, ProofSetting } from './contract.ts';
import type { Sight } from './daemon/look.ts';
import type { PodNetwork } from './daemon/pod-network.ts';
import { stillThere } from './living.ts';
import { keyOfPod, named, note } from './pieces.ts';

/** What is known when the remains of a network fault are looked for. */
interface Scene {
  setting: ProofSetting;
  touched: readonly PodView[];
  earlier: Sight;
  /** Pods in which the fault was seen to be in place. */
  reached: ReadonlySet<string>;
  /** Whether rules of iptables bring the fault about, or lead to its queues. */
  byRules: boolean;
  /** What the daemons see after the removal. */
  look(pods: readonly PodView[]): Promise<Sight>;
}

/** One pod's rest: a reason why the fault may still be there, or something that a person should know. */
type Rest = { stays?: string; evidence?: Evidence };

/** Looks into every pod that the fault may have touched and that still lives. */
export async function lookForRemains(scene: Scene, signal: AbortSignal): Promise<Aftermath> {
  const { setting } = scene;
  const living = await stillThere(setting.kube, scene.touched, signal);
  if (!living.ok) return { state: 'stays', text: `what is left in the pods cannot be seen: ${living.message}` };
  const pods = living.pods.filter(({ phase }) => phase === 'Running');
  if (pods.length === 0)
    return { state: 'cleared', evidence: [note('the pods are gone, and their networks with them')] };
  const sight = await scene.look(pods);
  const source = `${setting.object.namespace}/${setting.object.name}`;
  const rests = await Promise.all(
    pods.map(async (pod) =>
      restIn(pod, scene, sight, await readCarried(setting.kube, 'PodNetworkChaos', pod, source, signal)),
    ),
  );
  const stays = rests.flatMap((rest) => rest.stays ?? []);
  if (stays.length > 0) return { state: 'stays', text: stays.slice(0, 3).join('; ') };
  const evidence = rests.flatMap((rest) => rest.evidence ?? []);
  return { state: 'cleared', evidence: [...whatIsGone(pods.map(keyOfPod), scene), ...evidence] };
}

/** Every namespace has queues of its own: where nobody counted them before, none can be said to be one too many. */
function whatIsGone(pods: readonly string[], { earlier }: Scene): Evidence[] {
  const counted = pods.filter((where) => earlier.pods.has(where));
  const others = pods.filter((where) => !earlier.pods.has(where));
  return [
    ...(counted.length > 0 ? [note(`no rule and no queue is left in ${named(counted)}`)] : []),
    ...(others.length > 0
      ? [note(`no rule is left in ${named(others)}; that no queue is, Chaos Mesh says: nobody had counted them before`)]
      : []),
  ];
}

/** The daemon tells nothing, or none, of what it could not read. */
function unread(now: PodNetwork, before: PodNetwork | undefined, hadRules: boolean): string | undefined {
  if (hadRules && !now.rulesTold) return 'its daemon could not read its rules';
  return before && before.qdiscs > 0 && now.qdiscs === 0 ? 'its daemon could not count its queues' : undefined;
}

function restIn(pod: PodView, scene: Scene, sight: Sight, carried: Carried): Rest {
  const where = keyOfPod(pod);
  const remedy = `delete the pod to be rid of it: kubectl delete pod -n ${pod.namespace} ${pod.name}`;
  const now = sight.pods.get(where);
  const before = scene.earlier.pods.get(where);
  if (!now)
    return {
      stays: `${where}: what is left cannot be seen: ${sight.troubles[0] ?? 'its daemon does not show it'}; ${remedy}`,
    };
  if (now.chaosRules > (before?.chaosRules ?? 0))
    return { stays: `${where}: ${now.chaosRules} rules still stand; ${remedy}` };
  if (before && now.qdiscs > before.qdiscs)
    return { stays: `${where}: ${now.qdiscs - before.qdiscs} queues too many; ${remedy}` };
  if (carried.state === 'unseen') return { stays: `${carried.message}; ${remedy}` };
  if (carried.state === 'failed') return afterFailure(pod, scene, carried, remedy);
  if (carried.carried || carried.state === 'pending')
    return { stays: `${where}: Chaos Mesh has not taken the fault out yet; ${remedy}` };
  const missing = unread(now, before, scene.byRules && scene.reached.has(where));
  return missing === undefined ? {} : { stays: `${where}: what is left cannot be seen: ${missing}; ${remedy}` };
}

/** What could never be set needs no removal, but Chaos Mesh tries it again with every later network fault of the pod, which fails with it. */
function afterFailure(pod: PodView, scene: Scene, carried: Carried & { state: 'failed' }, remedy: string): Rest {
  const where = keyOfPod(pod);
  if (!carried.carried || scene.reached.has(where))
    return { stays: `${where}: the fault could not be taken out: ${carried.message}; ${remedy}` };
  const clean = `kubectl delete podnetworkchaos.chaos-mesh.org -n ${pod.namespace} ${pod.name}`;
  const text = `${where}: Chaos Mesh still carries a fault that it could never set (${carried.message}); later network faults of this pod will fail until this is run: ${clean}`;
  return { evidence: { of: 'finding', text } };
}
