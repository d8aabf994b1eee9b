import type { Evidence } from '../../../slo/model/entry.ts';
import type { ContainerView, PodView } from '../pod.ts';
import type { Aftermath, MechanismProof, ProofSetting, StruckTarget } from './contract.ts';
import { namesakes } from './living.ts';
import { keyOfPod, mechanism, note, podOfId, podsOf, struckPods } from './pieces.ts';

/** A target as it was before the fault, and as it is now; `now` is absent where no pod bears its name. */
interface Compared {
  was: PodView;
  now: PodView | undefined;
  /** Names of the containers that were struck; empty where the fault strikes the pod as a whole. */
  containers: string[];
}

type Compare = (compared: Compared) => Evidence[];

/** The kubelet tells of a container that ended about a second later. */
const LOOKS = 3;
const BETWEEN_LOOKS_MS = 1_000;

/** Faults that are seen in the pods themselves: they are gone, restarted, or run something else. */
export function openPodProof(setting: ProofSetting): MechanismProof {
  const compare = COMPARISONS[setting.fault.action ?? ''] ?? (() => []);
  let touched = podsOf(setting.candidates);
  /** What happened to a pod between the choice of candidates and the request is no work of the fault. */
  let earlier: ReadonlyMap<string, PodView> = new Map();
  return {
    async before(signal) {
      const now = await namesakes(setting.kube, touched, signal);
      if (now.ok) earlier = new Map(now.pods.map((pod) => [keyOfPod(pod), pod]));
    },
    async during(struck, signal) {
      touched = podsOf(struckPods(setting.candidates, struck)).map((pod) => earlier.get(keyOfPod(pod)) ?? pod);
      for (let look = 1; ; look++) {
        const evidence = await compareNow(setting, struck, touched, compare, signal);
        if (look === LOOKS || evidence.every(({ holds }) => holds !== false)) return evidence;
        await setting.sleep(BETWEEN_LOOKS_MS, signal).catch(() => undefined);
        if (signal.aborted) return evidence;
      }
    },
    after: (signal) => (setting.fault.action === 'pod-failure' ? imagesBack(setting, touched, signal) : nothingStays()),
    close() {},
  };
}

async function compareNow(
  { kube }: ProofSetting,
  struck: readonly StruckTarget[],
  pods: readonly PodView[],
  compare: Compare,
  signal: AbortSignal,
): Promise<Evidence[]> {
  const found = await namesakes(kube, pods, signal);
  if (!found.ok) return [note(`the pods cannot be looked at: ${found.message}`)];
  return pods.flatMap((was) => {
    const ids = struck.filter(({ id }) => podOfId(id) === keyOfPod(was));
    const containers = ids.flatMap(({ id }) => id.split('/')[2] ?? []);
    return compare({ was, now: found.pods.find((pod) => keyOfPod(pod) === keyOfPod(was)), containers });
  });
}

const COMPARISONS: Record<string, Compare> = {
  'pod-kill': comparePodKill,
  'container-kill': compareContainerKill,
  'pod-failure': comparePodFailure,
};

function comparePodKill({ was, now }: Compared): Evidence[] {
  const where = keyOfPod(was);
  if (!now) return [mechanism(true, `${where} is gone`)];
  if (now.uid !== was.uid) return [mechanism(true, `${where} was replaced by a new pod of that name`)];
  return [mechanism(now.leaving, now.leaving ? `${where} is being deleted` : `${where} still runs as it did`)];
}

function compareContainerKill({ was, now, containers }: Compared): Evidence[] {
  if (!now || now.uid !== was.uid)
    return [note(`${keyOfPod(was)} itself is gone, which container-kill does not bring about`)];
  return containers.map((name) => {
    const where = `${keyOfPod(was)}/${name}`;
    const [earlier, later] = [containerIn(was, name), containerIn(now, name)];
    if (!earlier || !later) return note(`${where}: there is no such container`);
    const text = `${where}: ${earlier.restarts} restarts before, ${later.restarts} now`;
    return mechanism(isAnother(earlier, later), text, { restarts: later.restarts - earlier.restarts });
  });
}

function isAnother(earlier: ContainerView, later: ContainerView): boolean {
  return later.restarts > earlier.restarts || (earlier.id !== undefined && later.id !== earlier.id);
}

function comparePodFailure({ was, now }: Compared): Evidence[] {
  const where = keyOfPod(was);
  if (!now || now.uid !== was.uid) return [note(`${where} is gone, which pod-failure does not bring about`)];
  return now.containers.map((later) => {
    const earlier = containerIn(was, later.name);
    if (!earlier || earlier.image === later.image)
      return mechanism(false, `${where}/${later.name} still has its image ${later.image}`);
    const replaced = isAnother(earlier, later) || !later.running;
    const how = !later.running ? 'does not run' : replaced ? `runs ${later.image}` : 'has not been restarted yet';
    return mechanism(replaced, `${where}/${later.name} ${how} in place of ${earlier.image}`);
  });
}

function containerIn(pod: PodView, name: string): ContainerView | undefined {
  return pod.containers.find((container) => container.name === name);
}

async function nothingStays(): Promise<Aftermath> {
  return { state: 'cleared', evidence: [] };
}

async function imagesBack(
  { kube, object }: ProofSetting,
  touched: readonly PodView[],
  signal: AbortSignal,
): Promise<Aftermath> {
  const found = await namesakes(kube, touched, signal);
  if (!found.ok) return { state: 'stays', text: `whether the images are back cannot be seen: ${found.message}` };
  const changed = found.pods.filter((now) => {
    const was = touched.find((pod) => pod.uid === now.uid);
    return was?.containers.some((each) => containerIn(now, each.name)?.image !== ownImageOf(was, each, object.name));
  });
  const first = changed[0];
  if (!first) return { state: 'cleared', evidence: [note('every container has its own image again')] };
  const remedy = `kubectl delete pod -n ${first.namespace} ${first.name}`;
  return { state: 'stays', text: `${keyOfPod(first)} still has the image of the fault; be rid of it by: ${remedy}` };
}

/** Chaos Mesh keeps it in an annotation of the pod while the fault is there, which is when a sweep sees the pod for the first time. */
function ownImageOf({ annotations }: PodView, { name, image }: ContainerView, fault: string): string {
  const key = `chaos-mesh-${fault}-pod-failure-${name}-normal-image`;
  return annotations[key.length > LONGEST_KEY_CHARS ? `${name}-normal` : key] ?? image;
}

/** The name of an annotation has no more. */
const LONGEST_KEY_CHARS = 63;
