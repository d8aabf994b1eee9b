import { setTimeout as sleep } from 'node:timers/promises';
import { Subscriber } from 'zeromq';
import type { Defects } from './defects.ts';

/** A SUB socket to one engine, read by polls. */
export interface KvSubscriber {
  /** The next message; undefined if none came within 100 ms. */
  poll: () => Promise<Buffer[] | undefined>;
  close: () => void;
}

export interface SubscriberEvents {
  onConnected: () => void;
  onDisconnected: () => void;
}

const pollMs = 100;
const heartbeat = {
  heartbeatInterval: 1_000,
  heartbeatTimeout: 3_000,
  heartbeatTimeToLive: 5_000,
  connectTimeout: 1_000,
};

/** Connecting is asynchronous: it succeeds at once, also when nobody is there. */
export function openSubscriber(
  address: string,
  { noConnectionWatch }: Pick<Defects, 'noConnectionWatch'>,
  events: SubscriberEvents,
): KvSubscriber {
  const socket = new Subscriber({ linger: 0, receiveTimeout: pollMs, ...(noConnectionWatch ? {} : heartbeat) });
  if (noConnectionWatch) events.onConnected();
  else {
    socket.events.on('handshake', events.onConnected);
    socket.events.on('disconnect', events.onDisconnected);
  }
  socket.subscribe();
  socket.connect(address);
  return { poll: () => pollOnce(socket), close: () => socket.close() };
}

async function pollOnce(socket: Subscriber): Promise<Buffer[] | undefined> {
  try {
    return await socket.receive();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return undefined;
    throw error;
  }
}

/** Waits, but not beyond the signal. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {});
}
