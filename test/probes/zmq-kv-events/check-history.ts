import { decodeBatch } from '../../../src/probes/zmq-kv-events/batch.ts';
import { EngineClock } from '../../../src/probes/zmq-kv-events/engine-clock.ts';
import { fingerprintOf } from '../../../src/probes/zmq-kv-events/fingerprint.ts';
import { type Ask, recoverHoles } from '../../../src/probes/zmq-kv-events/recovery.ts';
import { StreamChecker } from '../../../src/probes/zmq-kv-events/stream-checker.ts';
import { recoverTail } from '../../../src/probes/zmq-kv-events/tail.ts';
import { arrivalsOf, type KnownHistory, payloadOf, STALE_MS, type Truth } from './known-history.ts';

/** What the probe's own parts find in a history: the stream as it came, then the publisher's replay. */
export async function found(history: KnownHistory): Promise<Truth> {
  const checker = new StreamChecker();
  const clock = new EngineClock();
  const kinds = { late: 0, duplicate: 0, restart: 0 };
  let delayed = 0;
  for (const { batch, at } of arrivalsOf(history)) {
    const payload = payloadOf(batch);
    const decoded = decodeBatch(payload);
    if (!decoded.ok) throw new Error(decoded.problem);
    const { stampMs } = decoded.batch;
    const connection = batch.lifetime;
    const arrival = checker.observe({
      seq: BigInt(batch.seq),
      fingerprint: fingerprintOf(payload),
      at,
      connection,
      stampMs,
    });
    if (arrival === 'late' || arrival === 'duplicate' || arrival === 'restart') kinds[arrival]++;
    if ((clock.observe(stampMs, at, arrival) ?? 0) > STALE_MS) delayed++;
  }
  const never = new AbortController().signal;
  const ask = replayOf(history);
  const tail = await recoverTail(checker, ask, 0, never);
  const { recovered } = await recoverHoles(checker, ask, never);
  const { lostBefore, lostAfter } = checker.settle(0);
  return {
    lost: Number(lostBefore + lostAfter),
    recovered: recovered.length + tail.recovered.length,
    late: kinds.late,
    duplicates: kinds.duplicate,
    restarts: kinds.restart,
    delayed,
  };
}

/** The replay of the publisher's last lifetime. */
function replayOf({ published, lifetimes }: KnownHistory): Ask {
  const kept = published.filter((batch) => batch.lifetime === lifetimes - 1 && batch.kept);
  return async ({ from, until, batch }) => {
    const sent = kept.filter(({ seq }) => BigInt(seq) >= from && BigInt(seq) <= until);
    for (const each of sent) if (!batch({ seq: BigInt(each.seq), payload: payloadOf(each) })) break;
    return { batches: sent.length, ...(sent[0] && { first: BigInt(sent[0].seq) }) };
  };
}
