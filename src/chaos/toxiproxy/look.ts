import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a fresh connection of ours met. */
export interface Look {
  connected: boolean;
  refused: boolean;
  /** From the attempt to connect. */
  firstByteMs?: number;
  bytes: number;
  elapsedMs: number;
  ended?: 'reset' | 'closed';
}

export interface LookPlan {
  provoke?: string | undefined;
  /** When to stop looking, if not before: at the first byte, at the connection's end, or when the time is up. */
  until: 'first-byte' | 'end' | 'time';
  withinMs: number;
  /** How long what is still under way may take to arrive after that. */
  leaveWithinMs: number;
}

export interface Address {
  host: string;
  port: number;
}

/** Opens one connection, looks, and takes leave of it. Never rejects. */
export async function look(address: Address, plan: LookPlan, signal: AbortSignal): Promise<Look> {
  const began = performance.now();
  const seen: Look = { connected: false, refused: false, bytes: 0, elapsedMs: 0 };
  const socket = connect(address);
  const closed = new Promise<void>((done) => socket.once('close', () => done()));
  const enough = watch(socket, seen, plan, began);
  await within(Promise.race([enough, closed]), plan.withinMs, signal);
  const result = { ...seen, elapsedMs: performance.now() - began };
  // Toxiproxy hands on what it holds before it removes a toxic, and takes 5 s for each piece that nobody reads any more. So leave
  // in good order: say goodbye, and read what is still to come.
  socket.end();
  await within(closed, plan.leaveWithinMs, signal);
  socket.destroy();
  return result;
}

/** Keeps `seen` up to date, and resolves when it tells enough. */
function watch(socket: Socket, seen: Look, plan: LookPlan, began: number): Promise<void> {
  return new Promise((done) => {
    socket.once('connect', () => {
      seen.connected = true;
      if (plan.provoke !== undefined) socket.write(plan.provoke);
    });
    socket.on('data', (chunk) => {
      seen.firstByteMs ??= performance.now() - began;
      seen.bytes += chunk.length;
      if (plan.until === 'first-byte') done();
    });
    socket.once('end', () => {
      seen.ended ??= 'closed';
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED') seen.refused = true;
      if (error.code === 'ECONNRESET' || error.code === 'EPIPE') seen.ended = 'reset';
    });
  });
}

async function within(event: Promise<void>, ms: number, signal: AbortSignal): Promise<void> {
  const over = new AbortController();
  const timeUp = sleep(ms, undefined, { signal: AbortSignal.any([signal, over.signal]) }).catch(() => undefined);
  await Promise.race([event, timeUp]);
  over.abort();
}

/** Where a proxy can be reached from here; undefined where it listens only for its own machine, and that is another. */
export function dialAddress(listen: string, apiUrl: string): Address | undefined {
  const colon = listen.lastIndexOf(':');
  const listenHost = listen.slice(0, colon).replace(/^\[|\]$/g, '');
  const apiHost = new URL(apiUrl).hostname.replace(/^\[|\]$/g, '');
  const port = Number(listen.slice(colon + 1));
  if (!Number.isInteger(port) || port < 1 || port > 65_535) return undefined;
  if (['', '0.0.0.0', '::'].includes(listenHost)) return { host: apiHost, port };
  if (isLoopback(listenHost) && !isLoopback(apiHost)) return undefined;
  return { host: listenHost, port };
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\./.test(host);
}
