import type { Socket } from 'node:net';
import * as z from 'zod';
import { hostAndPort } from '../clients/config-schema.ts';
import { networkTrouble } from '../clients/network-trouble.ts';
import { defineProbe, type ProbeContext, type Reading } from './contract.ts';

const config = z.lazy(() => z.strictObject({ address: hostAndPort().describe('what is connected to') }));

type Config = z.output<typeof config>;

/** A TCP handshake and nothing more. */
export const tcpProbe = defineProbe<Config>({
  type: 'tcp',
  summary: 'Opens a TCP connection and closes it again.',
  config,
  values: {
    connectMs: { unit: 'ms', kind: 'level', help: 'how long the connection took, with the look-up of the name' },
  },
  defaults: { intervalMs: 1000, timeoutMs: 1000 },
  onTimeout: 'bad',
  timeoutMeaning: 'A client would not have been connected either.',
  example: `name: broker-port
type: tcp
interval: 1s
config:
  address: kafka:9092
`,
  async open({ address }, context) {
    const { connect } = await import('node:net');
    const target = splitAddress(address);
    return { sample: (signal) => shakeHands(() => connect(target), context, signal), async close() {} };
  },
});

function shakeHands(connecting: () => Socket, context: ProbeContext, signal: AbortSignal): Promise<Reading> {
  const started = context.now();
  const socket = connecting();
  return new Promise<Reading>((resolve) => {
    const stop = () => resolve(bad('stopped before the connection was made'));
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    socket.once('connect', () => resolve({ outcome: 'good', values: { connectMs: context.now() - started } }));
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(bad(explain(error.code ?? 'unknown error'))));
    socket.once('close', () => signal.removeEventListener('abort', stop));
  }).finally(() => socket.destroy());
}

function bad(reason: string): Reading {
  return { outcome: 'bad', values: {}, reason };
}

function explain(code: string): string {
  return networkTrouble(code)?.message ?? `the connection failed: ${code}`;
}

function splitAddress(address: string): { host: string; port: number } {
  const colon = address.lastIndexOf(':');
  return { host: address.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(address.slice(colon + 1)) };
}
