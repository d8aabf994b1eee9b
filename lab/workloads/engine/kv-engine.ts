import { setTimeout as sleep } from 'node:timers/promises';
import { keepPace } from '../steady-pace.ts';
import { type BlockCache, createBlockCache } from './block-cache.ts';
import type { KvEvent } from './kv-events.ts';
import { createMishaps, type Mishap } from './mishaps.ts';
import { type KvPublisher, type PublisherOptions, startPublisher } from './publisher.ts';

export interface KvEngineOptions extends Omit<PublisherOptions, 'mishaps'> {
  batchesPerSecond: number;
  cacheBlocks: number;
}

/** The publishing side of an engine, across its lives. */
export interface KvEngine {
  setRate: (batchesPerSecond: number) => void;
  rate: () => number;
  nextSequence: () => number;
  cachedBlocks: () => number;
  /** What an index that missed nothing must hold. */
  cacheFingerprint: () => string;
  /** Serves a prompt from the prefix cache and publishes what it stores; gives how many tokens were cached. */
  serve: (tokens: readonly number[]) => number;
  befall: (mishap: Mishap) => void;
  contradict: (batches: number) => void;
  clearCache: () => void;
  stepBack: (by: number) => void;
  stall: (forMs: number) => void;
  shut: (forMs: number) => void;
  restart: (downMs: number) => Promise<void>;
  close: () => Promise<void>;
}

interface Life {
  publisher: KvPublisher;
  cache: BlockCache;
}

export async function startKvEngine(options: KvEngineOptions): Promise<KvEngine> {
  const mishaps = createMishaps();
  const begin = async (): Promise<Life> => ({
    publisher: await startPublisher({ ...options, mishaps }),
    cache: createBlockCache(options.cacheBlocks),
  });
  let life: Life | undefined = await begin();
  let restarts: Promise<void> = Promise.resolve();

  const publish = (events: (cache: BlockCache) => KvEvent[]) =>
    life?.publisher.publish({ timestampSeconds: wallClockSeconds(), events: events(life.cache), rank: 0 });

  function serve(tokens: readonly number[]): number {
    if (life === undefined) return 0;
    const { cachedTokens, events } = life.cache.serve(tokens);
    if (events.length > 0) publish(() => events);
    return cachedTokens;
  }

  const pace = keepPace(options.batchesPerSecond, () => publish((cache) => cache.step()));

  async function end(): Promise<void> {
    const ending = life;
    life = undefined;
    await ending?.publisher.close();
  }

  async function beginAgain(downMs: number): Promise<void> {
    await end();
    mishaps.clear();
    options.ledger.restarted();
    await sleep(downMs);
    life = await begin();
  }

  return {
    setRate: pace.set,
    rate: pace.perSecond,
    nextSequence: () => life?.publisher.nextSequence() ?? 0,
    cachedBlocks: () => life?.cache.size() ?? 0,
    cacheFingerprint: () => life?.cache.fingerprint() ?? '0',
    serve,
    befall: mishaps.add,
    contradict: (batches) => {
      for (let batch = 0; batch < batches; batch++) publish((cache) => cache.contradict());
      options.ledger.contradicted(batches);
    },
    clearCache: () => void publish((cache) => cache.clear()),
    stepBack: (by) => life?.publisher.stepBack(by),
    stall: (forMs) => life?.publisher.stall(forMs),
    shut: (forMs) => life?.publisher.shut(forMs),
    restart: (downMs) => {
      restarts = restarts.then(() => beginAgain(downMs));
      return restarts;
    },
    close: async () => {
      pace.stop();
      await restarts;
      await end();
    },
  };
}

/** Never a whole number, in practice: msgpack would then carry an integer where the real engine sends a float. */
function wallClockSeconds(): number {
  return (performance.timeOrigin + performance.now()) / 1000;
}
