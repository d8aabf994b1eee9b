import type { Evidence } from '../../../slo/model/entry.ts';
import type { PodView } from '../pod.ts';
import { type Carried, readCarried } from './carried.ts';
import type { MechanismProof, ProofSetting, StruckTarget } from './contract.ts';
import { openDaemonEyes, type Sight } from './daemon/look.ts';
import { risen } from './daemon/pod-network.ts';
import { lookForRemains } from './network-remains.ts';
import { keyOfPod, mechanism, named, nodesOf, note, podsOf, struckPods } from './pieces.ts';
import { type Shaping, shapedSides, shapingOf } from './shaping.ts';
import { type Baseline, compareHandshakes, takeBaseline } from './shaping-measured.ts';

const BEFORE_MS = 4_500;
const DURING_MS = 3_500;
const AFTER_MS = 8_000;

/** NetworkChaos: what the daemons count in the pods, and where that shows nothing, what handshakes meet. */
export function openNetworkProof(setting: ProofSetting): MechanismProof {
  const eyes = openDaemonEyes(setting.kube);
  const shaping = shapingOf(setting.fault);
  const known = podsOf(setting.candidates);
  let earlier: Sight = { pods: new Map(), troubles: [] };
  let baseline: Baseline = new Map();
  let touched = known;
  /** Where the daemon was seen to have done what the fault asks for. */
  const reached = new Set<string>();
  return {
    async before(signal) {
      [earlier, baseline] = await Promise.all([
        eyes.look(nodesOf(known), BEFORE_MS, signal),
        takeBaseline(shaping, known, signal),
      ]);
    },
    async during(struck, signal) {
      const pods = podsWithRules(setting, shaping, struck);
      touched = podsOf(struckPods(setting.candidates, struck));
      const [sight, carried] = await Promise.all([
        eyes.look(nodesOf(pods), DURING_MS, signal),
        carriedIn(setting, pods, signal),
      ]);
      for (const { pod, is } of carried) if (is.state === 'done' && is.carried) reached.add(keyOfPod(pod));
      const refused = carried.flatMap(({ pod, is }) => notInPlace(pod, is));
      if (refused.length > 0) return refused;
      if (shaping === undefined) return packetsMet(pods, earlier, sight, 'dropped');
      if (shaping.filtered) return packetsMet(pods, earlier, sight, 'shaped');
      return compareHandshakes(shaping, pods, baseline, signal);
    },
    after: (signal) => lookForRemains({ setting, touched, earlier, reached, eyes, withinMs: AFTER_MS }, signal),
    close: () => eyes.close(),
  };
}

function podsWithRules(
  setting: ProofSetting,
  shaping: Shaping | undefined,
  struck: readonly StruckTarget[],
): PodView[] {
  const sides = shaping ? shapedSides(setting.fault) : ['.', '.Target'];
  return podsOf(struckPods(setting.candidates, struck).filter(({ key }) => sides.includes(key)));
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

const MET = {
  dropped: { done: 'dropped', rule: 'drops packets' },
  shaped: { done: 'sent through the shaped queue', rule: 'sorts packets into a shaped queue' },
} as const;

/** Rules alone prove nothing: they may name addresses that no packet has. */
function packetsMet(pods: readonly PodView[], before: Sight, now: Sight, what: 'dropped' | 'shaped'): Evidence[] {
  const seen = pods.flatMap((pod) => {
    const network = now.pods.get(keyOfPod(pod));
    return network
      ? [{ where: keyOfPod(pod), rules: network[what], earlier: before.pods.get(keyOfPod(pod))?.[what] }]
      : [];
  });
  const unseen = unseenNote(pods, now);
  if (seen.length === 0) return unseen;
  const without = seen.filter(({ rules }) => rules.size === 0).map(({ where }) => where);
  if (without.length > 0) return [mechanism(false, `no rule ${MET[what].rule} in ${named(without)}`), ...unseen];
  const counts = seen.map(({ where, rules, earlier }) => ({ where, packets: risen(earlier, rules) }));
  const packets = counts.reduce((sum, count) => sum + count.packets, 0);
  const idle = counts.filter((count) => count.packets === 0).map(({ where }) => where);
  const values = { packets, pods: seen.length };
  if (packets === 0)
    return [mechanism(false, `the rules are in place in ${named(idle)}, but no packet met them`, values), ...unseen];
  const text = `${packets} packets ${MET[what].done} in ${named(counts.filter((count) => count.packets > 0).map(({ where }) => where))}`;
  return [
    mechanism(true, text, values),
    ...(idle.length > 0 ? [note(`no packet met the rules in ${named(idle)}`)] : []),
    ...unseen,
  ];
}

function unseenNote(pods: readonly PodView[], { pods: seen, troubles }: Sight): Evidence[] {
  const unseen = pods.map(keyOfPod).filter((where) => !seen.has(where));
  if (unseen.length === 0) return [];
  const why = troubles[0] ?? 'the chaos-daemon shows no such pod';
  return [note(`what the rules do in ${named(unseen)} could not be seen: ${why}`)];
}
