import type { Evidence } from '../../../slo/model/entry.ts';
import type { ManifestFault } from '../manifest.ts';
import type { PodView } from '../pod.ts';
import { type Carried, readCarried } from './carried.ts';
import type { Candidate, MechanismProof, ProofSetting } from './contract.ts';
import { openDaemonEyes, type Sight } from './daemon/look.ts';
import { rulesOf } from './daemon/own-rules.ts';
import { type DaemonWatch, watchDaemons } from './daemon/watch.ts';
import { lookForRemains } from './network-remains.ts';
import { packetsMet } from './packets.ts';
import { keyOfPod, mechanism, nodesOf, type OnItsWord, podsOf, weigh } from './pieces.ts';
import { type Shaping, shapedSides, shapingOf } from './shaping.ts';
import { type Baseline, compareHandshakes, takeBaseline } from './shaping-measured.ts';
import { followStruck } from './struck.ts';

const BEFORE_MS = 8_000;
const DURING_MS = 3_500;
const AFTER_MS = 15_000;

/** With more nodes than these only those of the struck pods are looked at, when they are known. */
const WATCHED_NODES = 10;

const NOTHING_SEEN: Sight = { pods: new Map(), troubles: [] };

/** NetworkChaos: what the daemons count in the pods, and where that shows nothing, what handshakes meet. */
export function openNetworkProof(setting: ProofSetting): MechanismProof {
  const eyes = openDaemonEyes(setting.kube);
  const shaping = shapingOf(setting.fault);
  const known = podsOf(setting.candidates);
  const struckPods = followStruck(setting);
  let earlier = NOTHING_SEEN;
  let baseline: Baseline = new Map();
  let watch: DaemonWatch | undefined;
  let watched: string[] = [];
  let removedAt: number | undefined;
  let isProven = false;
  /** Where the daemon was seen to have done what the fault asks for. */
  const reached = new Set<string>();
  const watching = (pods: readonly PodView[]) => {
    const nodes = nodesOf(pods);
    if (watch && nodes.every((node) => watched.includes(node))) return watch;
    watch?.close();
    watched = [...new Set([...watched, ...nodes])];
    watch = watchDaemons(eyes, watched);
    return watch;
  };
  const leaveAlone = () => {
    watch?.close();
    watch = undefined;
    watched = [];
  };
  const measure = async (pods: readonly PodView[], signal: AbortSignal): Promise<(Evidence | OnItsWord)[]> => {
    if (shaping && !shaping.filtered) return compareHandshakes(shaping, pods, baseline, signal);
    const { sight, stale } = await watching(pods).newest(DURING_MS, signal, !isProven);
    const own = { ...sight, pods: rulesOf(setting.object.name, sight.pods) };
    return packetsMet(pods, earlier, { sight: own, stale }, shaping);
  };
  return {
    async before(signal) {
      [earlier, baseline] = await Promise.all([
        eyes.look(nodesOf(known), BEFORE_MS, signal),
        takeBaseline(shaping, known, signal),
      ]);
      if (nodesOf(known).length <= WATCHED_NODES && (!shaping || shaping.filtered)) watching(known);
    },
    async during(struck, signal) {
      const pods = podsWithRules(setting.fault, await struckPods.of(struck, signal), shaping);
      const [measured, carried] = await Promise.all([measure(pods, signal), carriedIn(setting, pods, signal)]);
      for (const { pod, is } of carried) if (is.state === 'done' && is.carried) reached.add(keyOfPod(pod));
      const refuted = carried.flatMap(({ pod, is }) => notInPlace(pod, is));
      const evidence = refuted.length > 0 ? refuted : weigh(measured, reached);
      isProven = evidence.some(({ holds }) => holds === true);
      return evidence;
    },
    async after(signal) {
      removedAt ??= performance.now();
      const touched = await struckPods.last(signal);
      if (!touched.ok) return { state: 'stays', text: `what is left in the pods cannot be seen: ${touched.message}` };
      const look = (pods: readonly PodView[]) => watching(pods).begunAfter(removedAt!, AFTER_MS, signal);
      const byRules = !shaping || shaping.filtered;
      const scene = { setting, touched: podsOf(touched.candidates), earlier, reached, byRules, look };
      const aftermath = await lookForRemains(scene, signal);
      if (aftermath.state === 'cleared') leaveAlone();
      return aftermath;
    },
    close() {
      leaveAlone();
      eyes.close();
    },
  };
}

function podsWithRules(
  fault: ManifestFault,
  candidates: readonly Candidate[],
  shaping: Shaping | undefined,
): PodView[] {
  const sides = shaping ? shapedSides(fault) : ['.', '.Target'];
  return podsOf(candidates.filter(({ key }) => sides.includes(key)));
}

async function carriedIn(setting: ProofSetting, pods: readonly PodView[], signal: AbortSignal) {
  const source = `${setting.object.namespace}/${setting.object.name}`;
  const read = async (pod: PodView) => ({
    pod,
    is: await readCarried(setting.kube, 'PodNetworkChaos', pod, source, signal),
  });
  return Promise.all(pods.map(read));
}

function notInPlace(pod: PodView, is: Carried): Evidence[] {
  const where = keyOfPod(pod);
  if (is.state === 'failed') return [mechanism(false, `${where}: the rules could not be set: ${is.message}`)];
  if (is.state === 'unseen') return [];
  return is.carried ? [] : [mechanism(false, `${where}: Chaos Mesh asks for no rule of this fault there`)];
}
