import { setTimeout as sleep } from 'node:timers/promises';
import { createBatchQueue } from './batch-queue.ts';
import { createDelivery } from './delivery.ts';
import { encodeBatch, type KvBatch } from './kv-events.ts';
import type { Ledger } from './ledger.ts';
import type { Mishaps } from './mishaps.ts';
import type { WireRules } from './releases.ts';
import { answerReplay, createReplayBuffer } from './replay.ts';
import { liveHighWaterMark, openSockets } from './sockets.ts';

export interface PublisherOptions {
  /** Address to listen on; loopback if not given. */
  host?: string;
  eventsPort: number;
  replayPort: number;
  topic: string;
  /** How many sent batches a replay can still bring. */
  bufferSteps: number;
  hashes: 'int' | 'bytes';
  /** Asked anew for every batch and replay. */
  rules: () => WireRules;
  mishaps: Mishaps;
  ledger: Ledger;
}

/** One life of an engine's publisher: sequence numbers from 0, sockets of its own. */
export interface KvPublisher {
  publish: (batch: KvBatch) => void;
  nextSequence: () => number;
  stepBack: (by: number) => void;
  /** Sends nothing for a while, then all that piled up, in order. */
  stall: (forMs: number) => void;
  /** Closes the port of events for a while, and every connection to it. */
  shut: (forMs: number) => void;
  close: () => Promise<void>;
}

const turnMs = 100;

/**
 * Works like the real one: a single loop that answers at most one replay request a turn, then waits up to 100 ms for a
 * batch, sends it, and only then keeps it for replays.
 */
export async function startPublisher(options: PublisherOptions): Promise<KvPublisher> {
  const { topic, mishaps, ledger } = options;
  const { live, replay, listen } = await openSockets(options, replayHighWaterMark(options));
  const batches = createBatchQueue<KvBatch>(liveHighWaterMark);
  const requests = createBatchQueue<Uint8Array[]>(liveHighWaterMark);
  const buffer = createReplayBuffer(options.bufferSteps);
  const send = async (batch: { sequence: Buffer; payload: Uint8Array }) => {
    await live.send([topic, batch.sequence, batch.payload]);
    ledger.sent();
  };
  const delivery = createDelivery({ send, keep: buffer.keep, mishaps, ledger });
  let [stalledUntil, shutUntil] = [0, 0];
  let closed = false;

  async function turn(): Promise<void> {
    const request = await requests.take(0);
    if (request !== undefined)
      await answerReplay(request, { socket: replay, buffer, topic, rules: options.rules(), ledger });
    await listen(performance.now() >= shutUntil);
    await delivery.sendLate();
    const stalledMs = stalledUntil - performance.now();
    if (stalledMs > 0) return void (await sleep(Math.min(turnMs, stalledMs)));
    const batch = await batches.take(turnMs);
    if (batch !== undefined) await delivery.deliver(encode(batch, options));
  }

  async function takeTurns(): Promise<void> {
    while (!closed) await turn();
  }

  async function collectRequests(): Promise<void> {
    for await (const frames of replay) requests.put(frames);
  }

  const turns = takeTurns();
  const collecting = collectRequests();
  return {
    publish: batches.put,
    nextSequence: delivery.nextSequence,
    stepBack: delivery.stepBack,
    stall: (forMs) => {
      stalledUntil = performance.now() + forMs;
    },
    shut: (forMs) => {
      shutUntil = performance.now() + forMs;
    },
    close: async () => {
      closed = true;
      await turns;
      live.close();
      replay.close();
      await collecting;
    },
  };
}

function encode(batch: KvBatch, options: PublisherOptions): Uint8Array {
  return encodeBatch(batch, { events: options.rules().events, hashes: options.hashes });
}

function replayHighWaterMark({ rules, bufferSteps }: PublisherOptions): number {
  const mark = rules().replayHighWaterMark;
  return 'messages' in mark ? mark.messages : mark.buffers * bufferSteps;
}
