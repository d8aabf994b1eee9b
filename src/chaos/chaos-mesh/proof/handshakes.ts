import { connect } from 'node:net';
import type { PodView } from '../pod.ts';

/** What several attempts at a TCP handshake met. */
export interface Handshakes {
  /** Where they were aimed at. */
  port: number;
  /** How long each one took that was answered, accepted or refused alike; in ms, sorted. */
  answeredMs: number[];
  /** How many were not. */
  silent: number;
}

/**
 * Below 1024 nobody in a pod listens without need, and at this one nobody at all: the pod's kernel itself refuses, so the service is not touched, and
 * the refusal passes through the same queue as everything else that the pod sends.
 */
const QUIET_PORT = 1;

/** Tries the port where nothing listens; where that gets no answer (a network policy), a port that the pod itself offers. */
export async function tryHandshakes(
  pod: PodView,
  plan: { count: number; withinMs: number; port?: number | undefined },
  signal: AbortSignal,
): Promise<Handshakes | undefined> {
  if (pod.ip === undefined) return undefined;
  if (plan.port !== undefined) return handshakes(pod.ip, plan.port, plan, signal);
  const quiet = await handshakes(pod.ip, QUIET_PORT, plan, signal);
  const offered = pod.containers.flatMap(({ tcpPorts }) => tcpPorts)[0];
  if (quiet.answeredMs.length > 0 || offered === undefined) return quiet;
  return handshakes(pod.ip, offered, plan, signal);
}

async function handshakes(
  host: string,
  port: number,
  { count, withinMs }: { count: number; withinMs: number },
  signal: AbortSignal,
): Promise<Handshakes> {
  const times = await Promise.all(Array.from({ length: count }, () => handshake(host, port, withinMs, signal)));
  const answeredMs = times.filter((time) => time !== undefined).sort((one, other) => one - other);
  return { port, answeredMs, silent: count - answeredMs.length };
}

/** `undefined` where no answer came in time. */
function handshake(host: string, port: number, withinMs: number, signal: AbortSignal): Promise<number | undefined> {
  const began = performance.now();
  const { promise, resolve } = Promise.withResolvers<number | undefined>();
  const socket = connect({ host, port });
  const giveUp = () => resolve(undefined);
  const late = setTimeout(giveUp, withinMs);
  signal.addEventListener('abort', giveUp, { once: true });
  if (signal.aborted) giveUp();
  socket.once('connect', () => resolve(performance.now() - began));
  socket.on('error', ({ code }: NodeJS.ErrnoException) => {
    resolve(code === 'ECONNREFUSED' ? performance.now() - began : undefined);
  });
  return promise.finally(() => {
    clearTimeout(late);
    signal.removeEventListener('abort', giveUp);
    socket.destroy();
  });
}

export function median(sorted: readonly number[]): number {
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
