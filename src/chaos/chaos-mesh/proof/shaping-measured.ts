import type { Evidence } from '../../../slo/model/entry.ts';
import { formatDuration } from '../../../slo/model/quantity.ts';
import type { PodView } from '../pod.ts';
import { type Handshakes, median, tryHandshakes } from './handshakes.ts';
import { keyOfPod, mechanism, note, type OnItsWord } from './pieces.ts';
import type { Shaping } from './shaping.ts';

/** What handshakes met before the fault, by pod. */
export type Baseline = ReadonlyMap<string, Handshakes>;

const BEFORE_WITHIN_MS = 1_500;
const DURING_WITHIN_MS = 3_500;

/** A lost first packet is sent again after a second. */
const AGAIN_AFTER_MS = 900;

/** A longer delay could not be told from a pod that is gone. */
const LONGEST_DELAY_MS = 3_000;

const DELAY_COUNT = 8;
/** One in four lost, none of 32 met it: one in ten thousand. */
const LOSS_COUNT = 32;
const CERTAIN = 0.001;

/** Pods beyond these are not measured: one shows as much as twenty. */
const MEASURED_PODS = 5;

/** How many handshakes tell about this fault; 0 where none do. */
function handshakesFor({ filtered, delay, losing }: Shaping): number {
  if (filtered) return 0;
  if (delay && delay.latencyMs - delay.jitterMs > 0 && delay.latencyMs + delay.jitterMs <= LONGEST_DELAY_MS)
    return DELAY_COUNT;
  return losing && !delay ? LOSS_COUNT : 0;
}

export async function takeBaseline(
  shaping: Shaping | undefined,
  pods: readonly PodView[],
  signal: AbortSignal,
): Promise<Baseline> {
  const count = shaping ? handshakesFor(shaping) : 0;
  if (count === 0) return new Map();
  const plan = { count, withinMs: BEFORE_WITHIN_MS };
  const taken = pods.map(async (pod) => [keyOfPod(pod), await tryHandshakes(pod, plan, signal)] as const);
  return new Map((await Promise.all(taken)).filter((entry): entry is [string, Handshakes] => entry[1] !== undefined));
}

/** The rules are in place; whether they are felt is measured where it can be, and else said to be unmeasured. */
export async function compareHandshakes(
  shaping: Shaping,
  pods: readonly PodView[],
  baseline: Baseline,
  signal: AbortSignal,
): Promise<(Evidence | OnItsWord)[]> {
  const count = handshakesFor(shaping);
  if (count === 0) return pods.map((pod) => ruleAlone(pod, shaping, 'it cannot be felt in a handshake'));
  const compared = pods.slice(0, MEASURED_PODS).map(async (pod) => {
    const before = baseline.get(keyOfPod(pod));
    if (!before || before.answeredMs.length < count)
      return ruleAlone(pod, shaping, 'handshakes went unanswered before the fault already');
    const plan = { count, withinMs: DURING_WITHIN_MS, port: before.port };
    const now = await tryHandshakes(pod, plan, signal);
    if (signal.aborted || !now) return note(`${keyOfPod(pod)}: not measured: stopped before the end`);
    return shaping.delay ? compareDelay(pod, shaping, before, now) : compareLoss(pod, shaping, before, now);
  });
  return Promise.all(compared);
}

/** So much less than expected still counts as the work of a loss: a single slow handshake of many does not. */
const LUCK = 4;

function ruleAlone(pod: PodView, { action }: Shaping, why: string): OnItsWord {
  const text = `${keyOfPod(pod)}: the rule for ${action} is set; its effect was not measured: ${why}`;
  return { pods: [keyOfPod(pod)], evidence: mechanism(true, text) };
}

function compareDelay(pod: PodView, shaping: Shaping, before: Handshakes, now: Handshakes): Evidence | OnItsWord {
  const { latencyMs, jitterMs } = shaping.delay!;
  const [beforeMs, nowMs] = [median(before.answeredMs), median(now.answeredMs)];
  if (beforeMs >= latencyMs - jitterMs)
    return ruleAlone(pod, shaping, `a handshake took ${formatDuration(beforeMs)} before the fault already`);
  if (now.answeredMs.length === 0)
    return note(`${keyOfPod(pod)}: no handshake was answered within ${formatDuration(DURING_WITHIN_MS)}`);
  const text = `${keyOfPod(pod)}: a handshake took ${formatDuration(nowMs)} (before the fault ${formatDuration(beforeMs)})`;
  // A timer of the kernel may fire a little early against ours.
  return mechanism(nowMs >= (latencyMs - jitterMs) * 0.95, text, { handshakeMs: nowMs, handshakeBeforeMs: beforeMs });
}

function compareLoss(pod: PodView, shaping: Shaping, before: Handshakes, now: Handshakes): Evidence | OnItsWord {
  const { share, correlation } = shaping.losing!;
  const struck = (seen: Handshakes) => seen.silent + seen.answeredMs.filter((ms) => ms > AGAIN_AFTER_MS).length;
  const count = now.answeredMs.length + now.silent;
  const values = { handshakes: count, repeated: struck(now), repeatedBefore: struck(before) };
  if (now.answeredMs.length === 0 && share < 1)
    return note(`${keyOfPod(pod)}: none of ${count} handshakes was answered, which the fault alone does not explain`);
  const more = struck(now) - struck(before);
  if (more > 0 && more >= (count * share) / LUCK) {
    const text = `${struck(now)} of ${count} handshakes lost their first answer (before the fault ${struck(before)})`;
    return mechanism(true, `${keyOfPod(pod)}: ${text}`, values);
  }
  if (more > 0)
    return ruleAlone(pod, shaping, `only ${struck(now)} of ${count} handshakes lost an answer, which may be chance`);
  const unlikely = (1 - share) ** count < CERTAIN && correlation <= 0.5;
  if (unlikely) return mechanism(false, `${keyOfPod(pod)}: none of ${count} handshakes lost an answer`, values);
  return ruleAlone(pod, shaping, `none of ${count} handshakes lost an answer, which may be chance`);
}
