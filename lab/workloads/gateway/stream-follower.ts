import { decodeBatch } from './decoding.ts';
import type { Defects } from './defects.ts';
import type { EventMetrics } from './event-metrics.ts';
import type { PrefixIndex } from './prefix-index.ts';
import { askForReplay, type NumberedBatch, numberIn } from './replay-request.ts';
import { createSequenceProgress } from './sequence.ts';

export interface FollowerOptions {
  podKey: string;
  replayAddress: string;
  index: PrefixIndex;
  defects: Defects;
  metrics: EventMetrics;
  signal: AbortSignal;
}

/** Applies one engine's stream to the index, and mends what is missing in it by replays. */
export interface StreamFollower {
  /** Rejects when a batch or a replay that is needed cannot be had; then nothing of it has been applied. */
  take: (frames: readonly Buffer[]) => Promise<void>;
  /** Finds out whether the engine still lives its old life, and catches up. */
  resync: () => Promise<void>;
  lastSequence: () => number | undefined;
  totals: () => Record<string, number>;
}

export function createStreamFollower({ podKey, index, defects, metrics, ...options }: FollowerOptions): StreamFollower {
  const progress = createSequenceProgress();
  const totals: Record<string, number> = {};
  const count = (what: string, by = 1) => {
    totals[what] = (totals[what] ?? 0) + by;
  };

  function apply({ sequence, payload }: NumberedBatch): void {
    const began = performance.now();
    const expected = (progress.last() ?? -1) + 1;
    const events = readable(payload);
    if (sequence > expected) count('lost', sequence - expected);
    for (const event of events) {
      count('unplaced', index.apply(podKey, event));
      metrics.processed(event.kind, (performance.now() - began) / 1_000);
    }
    count('applied');
    progress.advance(sequence, payload);
  }

  function readable(payload: Uint8Array) {
    try {
      return decodeBatch(payload, defects);
    } catch (error) {
      metrics.failed('decode');
      count('unreadable');
      if (defects.reconnectOnBadBatch) throw error;
      return [];
    }
  }

  async function replayFrom(from: number): Promise<NumberedBatch[]> {
    count('replays');
    const request = { address: options.replayAddress, from, signal: options.signal };
    if (!defects.dropReplayed) return await askForReplay({ ...request, onMessage: once(metrics.replayAnswered) });
    const dropped = await askForReplay({ ...request, mostMessages: 1, onMessage: metrics.replayAnswered });
    count('dropped', dropped.length);
    return [];
  }

  /** The last batch that was applied is asked for again: if it is another one now, so is the engine. */
  async function resync(): Promise<void> {
    const last = progress.last();
    const batches = await replayFrom(last ?? 0);
    if (defects.dropReplayed) return;
    const samePast = last === undefined || batches.some((batch) => isAgain(batch, last));
    if (samePast || defects.keepIndexAfterRestart) return applyNew(batches);
    beginAnew();
    applyNew(await replayFrom(0));
  }

  function isAgain({ sequence, payload }: NumberedBatch, last: number): boolean {
    return sequence === last && progress.place(sequence, payload) === 'again';
  }

  function applyNew(batches: readonly NumberedBatch[]): void {
    for (const batch of batches) if (batch.sequence > (progress.last() ?? -1)) apply(batch);
  }

  function beginAnew(): void {
    count('restarts');
    index.forget(podKey);
    progress.restart();
  }

  async function take(frames: readonly Buffer[]): Promise<void> {
    if (frames.length !== 3) throw new Error(`a message of ${frames.length} frames`);
    const batch = { sequence: numberIn(frames[1]!), payload: frames[2]! };
    const place = progress.place(batch.sequence, batch.payload);
    if (place === 'again') return count('repeated');
    if (place === 'ahead') await bridgeGapBefore(batch);
    if (place === 'anew' && !defects.keepIndexAfterRestart) {
      beginAnew();
      await resync();
    }
    if (defects.keepIndexAfterRestart || batch.sequence > (progress.last() ?? -1)) apply(batch);
  }

  /** A first batch that is not the engine's first one leaves no gap: what was before it is history. */
  async function bridgeGapBefore({ sequence }: NumberedBatch): Promise<void> {
    const last = progress.last();
    if (last !== undefined) {
      count('missed', sequence - last - 1);
      metrics.missed(sequence - last - 1);
    }
    if (!defects.noReplayOnGap) await resync();
  }

  return { take, resync, lastSequence: progress.last, totals: () => ({ ...totals }) };
}

function once(work: () => void): () => void {
  let done = false;
  return () => {
    if (!done) work();
    done = true;
  };
}
