import type { Evidence } from '../../../slo/model/entry.ts';
import type { PodView } from '../pod.ts';
import type { Sight } from './daemon/look.ts';
import { risen } from './daemon/pod-network.ts';
import { keyOfPod, mechanism, named, note, type OnItsWord } from './pieces.ts';
import type { Shaping } from './shaping.ts';

const WORDS = {
  dropped: { met: 'dropped', rule: 'drops packets' },
  shaped: { met: 'sent through the shaped queue', rule: 'sorts packets into a shaped queue' },
} as const;

/** What the counters say. Rules alone prove little: they may name addresses that no packet has. */
export function packetsMet(
  pods: readonly PodView[],
  before: Sight,
  { sight, stale }: { sight: Sight; stale: boolean },
  shaping: Shaping | undefined,
): (Evidence | OnItsWord)[] {
  const now = stale ? withoutSilence(sight, shaping) : sight;
  const what = shaping ? 'shaped' : 'dropped';
  const seen = pods.flatMap((pod) => {
    const where = keyOfPod(pod);
    const rules = now.pods.get(where)?.[what];
    return rules ? [{ where, rules: rules.size, packets: risen(before.pods.get(where)?.[what], rules) }] : [];
  });
  const unseen = unseenIn(pods, now, shaping);
  if (seen.length === 0) return unseen;
  const without = seen.filter(({ rules }) => rules === 0).map(({ where }) => where);
  if (without.length > 0) return [mechanism(false, `no rule ${WORDS[what].rule} in ${named(without)}`), ...unseen];
  return [...counted(seen, WORDS[what].met), ...unseen];
}

function counted(seen: readonly { where: string; packets: number }[], met: string): Evidence[] {
  const packets = seen.reduce((sum, count) => sum + count.packets, 0);
  const values = { packets, pods: seen.length };
  const idle = seen.filter((count) => count.packets === 0).map(({ where }) => where);
  if (packets === 0)
    return [mechanism(false, `the rules are in place in ${named(idle)}, but no packet met them`, values)];
  const busy = seen.filter((count) => count.packets > 0).map(({ where }) => where);
  const rest = idle.length > 0 ? [note(`no packet met the rules in ${named(idle)}`)] : [];
  return [mechanism(true, `${packets} packets ${met} in ${named(busy)}`, values), ...rest];
}

/** That a partition dropped something is its whole proof; that a queue is in place is at least half of one. */
function unseenIn(
  pods: readonly PodView[],
  { pods: seen, troubles }: Sight,
  shaping: Shaping | undefined,
): (Evidence | OnItsWord)[] {
  const unseen = pods.map(keyOfPod).filter((where) => !seen.has(where));
  if (unseen.length === 0) return [];
  const why = troubles[0] ?? 'the chaos-daemon shows no such pod';
  if (!shaping) return [note(`what the rules do in ${named(unseen)} could not be seen: ${why}`)];
  const text = `the rule for ${shaping.action} is set in ${named(unseen)}; whether packets met it could not be seen: ${why}`;
  return [{ pods: unseen, evidence: mechanism(true, text) }];
}

/** What a sight from before does not show may have come about since: such pods count as unseen. */
function withoutSilence({ pods, troubles }: Sight, shaping: Shaping | undefined): Sight {
  const told = [...pods].filter(([, network]) => risen(undefined, shaping ? network.shaped : network.dropped) > 0);
  return { pods: new Map(told), troubles: troubles.length > 0 ? troubles : ['its daemon did not answer in time'] };
}
