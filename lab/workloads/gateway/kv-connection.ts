import { causesOf, type Say, watchPeer } from '../own-log.ts';
import { createBackoff } from './backoff.ts';
import { type KvSubscriber, openSubscriber, pause } from './kv-subscriber.ts';
import type { EnginePod } from './pods.ts';
import { createStreamFollower, type FollowerOptions } from './stream-follower.ts';

export interface ConnectionOptions extends Pick<FollowerOptions, 'index' | 'defects' | 'metrics'> {
  say: Say;
}

/** The gateway's connection to one engine, kept up until closed. */
export interface KvConnection {
  pod: () => EnginePod;
  /** What became known of the pod since. */
  update: (pod: EnginePod) => void;
  reconnect: () => void;
  state: () => object;
  /** Closes it and forgets what the engine held. */
  close: () => Promise<void>;
}

const firstBackoffMs = 1_000;
const longestBackoffMs = 30_000;

export function keepConnected(first: EnginePod, options: ConnectionOptions): KvConnection {
  const { index, defects, metrics } = options;
  const ending = new AbortController();
  let pod = first;
  let status: 'connecting' | 'connected' | 'disconnected' = 'connecting';
  let [resyncWanted, renewalWanted] = [false, false];
  let lastError: string | undefined;
  const follower = createStreamFollower({
    ...options,
    podKey: first.key,
    replayAddress: `tcp://${first.address}:${first.replayPort}`,
    signal: ending.signal,
  });
  const backoff = createBackoff(firstBackoffMs, longestBackoffMs);
  const address = `${first.address}:${first.eventsPort}`;
  const peer = watchPeer(`the events of ${first.key} at ${address}`, options.say);

  function open(): KvSubscriber {
    renewalWanted = false;
    status = 'connecting';
    metrics.connected();
    return openSubscriber(`tcp://${address}`, defects, {
      onConnected: () => {
        status = 'connected';
        resyncWanted = true;
        peer.back();
      },
      onDisconnected: () => {
        status = 'disconnected';
        if (!ending.signal.aborted && !renewalWanted)
          peer.lost('it closed the connection, or timed out at a heartbeat');
      },
    });
  }

  async function readUntilRenewal(subscriber: KvSubscriber): Promise<void> {
    while (!ending.signal.aborted && !renewalWanted) {
      if (resyncWanted) await catchUp();
      const frames = await subscriber.poll();
      if (frames === undefined) continue;
      await follower.take(frames);
      backoff.reset();
    }
  }

  /** A gateway that does not watch its connections tries once, and goes on without. */
  async function catchUp(): Promise<void> {
    resyncWanted = false;
    await follower.resync().catch((error: unknown) => {
      if (!defects.noConnectionWatch) throw error;
    });
  }

  async function connectOnce(): Promise<void> {
    const subscriber = open();
    try {
      await readUntilRenewal(subscriber);
    } finally {
      subscriber.close();
    }
  }

  async function stayConnected(): Promise<void> {
    while (!ending.signal.aborted) {
      await connectOnce().catch(giveUpForNow);
    }
  }

  async function giveUpForNow(error: unknown): Promise<void> {
    if (ending.signal.aborted) return;
    lastError = String(error);
    peer.lost(causesOf(error));
    status = 'disconnected';
    metrics.failed('consume_events');
    metrics.disconnected();
    await pause(backoff.nextMs(), ending.signal);
  }

  const done = stayConnected();
  return {
    pod: () => pod,
    update: (now) => {
      if (now.life !== pod.life && !defects.keepIndexAfterRestart) resyncWanted = true;
      pod = now;
    },
    reconnect: () => {
      renewalWanted = true;
    },
    state: () => ({
      ...pod,
      status,
      lastSequence: follower.lastSequence() ?? null,
      ...index.holdings(first.key),
      totals: follower.totals(),
      ...(lastError === undefined ? {} : { lastError }),
    }),
    close: async () => {
      ending.abort();
      await done;
      index.forget(first.key);
      metrics.remove();
    },
  };
}
