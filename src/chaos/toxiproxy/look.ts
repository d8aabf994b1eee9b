import { connect } from 'node:net';

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
}

export interface Address {
  host: string;
  port: number;
}

/** Opens one connection, looks, and closes it. Never rejects. */
export function look(address: Address, plan: LookPlan, signal: AbortSignal): Promise<Look> {
  const began = performance.now();
  const since = () => performance.now() - began;
  const seen: Look = { connected: false, refused: false, bytes: 0, elapsedMs: 0 };
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(Math.ceil(plan.withinMs))]);
  return new Promise((done) => {
    const socket = connect({ ...address, signal: bounded });
    socket.once('connect', () => {
      seen.connected = true;
      if (plan.provoke !== undefined) socket.write(plan.provoke);
    });
    socket.on('data', (chunk) => {
      seen.firstByteMs ??= since();
      seen.bytes += chunk.length;
      if (plan.until === 'first-byte') socket.destroy();
    });
    socket.once('end', () => {
      seen.ended ??= 'closed';
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED') seen.refused = true;
      if (error.code === 'ECONNRESET' || error.code === 'EPIPE') seen.ended = 'reset';
    });
    socket.once('close', () => done({ ...seen, elapsedMs: since() }));
  });
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
