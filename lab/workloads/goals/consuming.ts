import { setTimeout as sleep } from 'node:timers/promises';
import { Consumer } from '@platformatic/kafka';

/** How the consumer behaves; may change while it runs. */
export interface ConsumerConduct {
  paused: boolean;
  recordMs: number;
}

export interface ConsumingOptions {
  brokers: readonly string[];
  group: string;
  topics: readonly string[];
  conduct: ConsumerConduct;
  onRecord: (topic: string) => void;
}

export interface Consuming {
  /** Settles when the group has been joined for the first time. */
  joined: Promise<void>;
  close: () => Promise<void>;
}

const commitEveryMs = 250;
const restMs = 500;

/** Reads and commits until closed; whatever breaks, it joins anew after a short rest. */
export function consumeForEver(options: ConsumingOptions): Consuming {
  const ending = new AbortController();
  const joined = Promise.withResolvers<void>();
  const done = (async () => {
    while (!ending.signal.aborted) {
      await consumeOnce(options, joined.resolve, ending.signal).catch((error: unknown) => {
        process.stderr.write(`${new Date().toISOString()} ${String(error)}\n`);
      });
      await rest(restMs, ending.signal);
    }
  })();
  const close = async () => {
    ending.abort();
    await done;
  };
  return { joined: joined.promise, close };
}

async function consumeOnce(options: ConsumingOptions, onJoined: () => void, signal: AbortSignal): Promise<void> {
  const consumer = createConsumer(options);
  const progress = new Progress();
  const timer = setInterval(() => void progress.commit(consumer), commitEveryMs);
  try {
    const stream = await consumer.consume({ topics: [...options.topics], mode: 'committed', fallbackMode: 'earliest' });
    onJoined();
    const stop = () => void stream.close();
    signal.addEventListener('abort', stop);
    for await (const { topic, partition, offset } of stream) {
      await workThrough(options.conduct, signal);
      if (signal.aborted) break;
      progress.reach(topic, partition, offset + 1n);
      options.onRecord(topic);
    }
  } finally {
    clearInterval(timer);
    await progress.commit(consumer);
    await consumer.close(true);
  }
}

function createConsumer(options: ConsumingOptions): Consumer {
  return new Consumer({
    clientId: 'lab-consumer',
    groupId: options.group,
    bootstrapBrokers: [...options.brokers],
    autocommit: false,
    sessionTimeout: 3_000,
    heartbeatInterval: 500,
    rebalanceTimeout: 3_000,
    maxWaitTime: 100,
    minBytes: 1,
    timeout: 5_000,
    connectTimeout: 2_000,
    retries: 1,
  });
}

async function workThrough(conduct: ConsumerConduct, signal: AbortSignal): Promise<void> {
  if (conduct.recordMs > 0) await rest(conduct.recordMs, signal);
  while (conduct.paused && !signal.aborted) await rest(50, signal);
}

async function rest(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {});
}

/** The next offset of each partition, and what of it has not been committed yet. */
class Progress {
  readonly #uncommitted = new Map<string, { topic: string; partition: number; offset: bigint; leaderEpoch: number }>();
  #committing = false;

  reach(topic: string, partition: number, offset: bigint): void {
    this.#uncommitted.set(`${topic}/${partition}`, { topic, partition, offset, leaderEpoch: -1 });
  }

  async commit(consumer: Consumer): Promise<void> {
    if (this.#committing || this.#uncommitted.size === 0) return;
    const entries = [...this.#uncommitted];
    this.#committing = true;
    try {
      await consumer.commit({ offsets: entries.map(([, offset]) => offset) });
      for (const [key, sent] of entries) if (this.#uncommitted.get(key) === sent) this.#uncommitted.delete(key);
    } catch (error) {
      process.stderr.write(`${new Date().toISOString()} commit: ${String(error)}\n`);
    } finally {
      this.#committing = false;
    }
  }
}
