import type { Router } from 'zeromq';
import type { EncodedBatch } from './delivery.ts';
import type { Ledger } from './ledger.ts';
import { replayEndFrames, replayFrames, requestedStart, type WireRules } from './releases.ts';

/** The last batches that were sent, as many as a replay can bring. */
export interface ReplayBuffer {
  keep: (batch: EncodedBatch) => void;
  from: (start: bigint) => EncodedBatch[];
}

export function createReplayBuffer(steps: number): ReplayBuffer {
  const batches: EncodedBatch[] = [];
  return {
    keep: (batch) => {
      batches.push(batch);
      if (batches.length > steps) batches.shift();
    },
    from: (start) => batches.filter(({ sequence }) => sequence.readBigUInt64BE() >= start),
  };
}

export interface ReplayContext {
  socket: Router;
  buffer: ReplayBuffer;
  topic: string;
  rules: WireRules;
  ledger: Ledger;
}

/** Answers one request with all that is kept from its start on, then the end mark. A malformed one gets no answer. */
export async function answerReplay(frames: readonly Uint8Array[], context: ReplayContext): Promise<void> {
  const { socket, buffer, topic, rules, ledger } = context;
  const start = requestedStart(frames);
  if (start === undefined) return ledger.refusedReplay();
  ledger.replayed();
  const reader = frames[0]!;
  for (const { sequence, payload } of buffer.from(start))
    await socket.send([reader, ...replayFrames(rules, topic, sequence, payload)]);
  await socket.send([reader, ...replayEndFrames(rules)]);
}
