import type { EventMetrics } from './event-metrics.ts';
import { type ConnectionOptions, type KvConnection, keepConnected } from './kv-connection.ts';
import { pause } from './kv-subscriber.ts';
import type { EnginePod } from './pods.ts';

export interface EnginesOptions extends Omit<ConnectionOptions, 'metrics'> {
  list: () => Promise<EnginePod[]>;
  metricsOf: (podKey: string) => EventMetrics;
}

/** The engines that are there now, each with its connection. */
export interface Engines {
  ready: () => EnginePod[];
  reconnect: () => void;
  state: () => { engines: object[]; listing: { failed: number; lastError: string | null } };
  close: () => Promise<void>;
}

const listEveryMs = 1_000;

/** Looks every second which engines there are; while the list cannot be had, the last one stands. */
export function followEngines(options: EnginesOptions): Engines {
  const connections = new Map<string, KvConnection>();
  const ending = new AbortController();
  const listing: { failed: number; lastError: string | null } = { failed: 0, lastError: null };

  async function look(): Promise<void> {
    try {
      await settle(await options.list());
    } catch (error) {
      listing.failed++;
      listing.lastError = String(error);
    }
  }

  async function settle(pods: readonly EnginePod[]): Promise<void> {
    const present = new Map(pods.map((pod) => [pod.key, pod]));
    for (const [key, connection] of connections) {
      const pod = present.get(key);
      if (pod?.address === connection.pod().address) connection.update(pod);
      else await drop(key, connection);
    }
    for (const [key, pod] of present) if (!connections.has(key)) connections.set(key, connect(pod));
  }

  async function drop(key: string, connection: KvConnection): Promise<void> {
    connections.delete(key);
    await connection.close();
  }

  function connect(pod: EnginePod): KvConnection {
    return keepConnected(pod, { ...options, metrics: options.metricsOf(pod.key) });
  }

  async function keepLooking(): Promise<void> {
    while (!ending.signal.aborted) {
      await look();
      await pause(listEveryMs, ending.signal);
    }
  }

  const done = keepLooking();
  const all = () => [...connections.values()];
  return {
    ready: () =>
      all()
        .map((connection) => connection.pod())
        .filter(({ ready }) => ready),
    reconnect: () => {
      for (const connection of all()) connection.reconnect();
    },
    state: () => ({ engines: all().map((connection) => connection.state()), listing: { ...listing } }),
    close: async () => {
      ending.abort();
      await done;
      await Promise.all(all().map((connection) => connection.close()));
    },
  };
}
