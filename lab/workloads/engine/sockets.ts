import { setTimeout as sleep } from 'node:timers/promises';
import { Publisher, Router } from 'zeromq';

export interface EngineSockets {
  live: Publisher;
  replay: Router;
  /** Opens or closes the port of events. Nothing may be sent until it is done: the socket does one thing at a time. */
  listen: (on: boolean) => Promise<void>;
}

export const liveHighWaterMark = 100_000;

export async function openSockets(
  where: { host?: string; eventsPort: number; replayPort: number },
  replayHighWaterMark: number,
): Promise<EngineSockets> {
  const live = new Publisher({ sendHighWaterMark: liveHighWaterMark, linger: 0 });
  const replay = new Router({ sendHighWaterMark: replayHighWaterMark, linger: 0 });
  const host = where.host ?? '127.0.0.1';
  const events = `tcp://${host}:${where.eventsPort}`;
  await bindPatiently(live, events);
  await bindPatiently(replay, `tcp://${host}:${where.replayPort}`);
  let listening = true;
  const listen = async (on: boolean) => {
    if (on === listening) return;
    listening = on;
    await (on ? bindPatiently(live, events) : live.unbind(events));
  };
  return { live, replay, listen };
}

/** The address of a life that just ended may take a moment to become free. */
async function bindPatiently(socket: Publisher | Router, address: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await socket.bind(address);
    } catch (error) {
      if (tries === 50) throw error;
      await sleep(20);
    }
  }
}
