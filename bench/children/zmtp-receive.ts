/**
 * `zmtp-receive.ts ours|binding PORT MESSAGES`: takes so many messages from a sender; prints how many for each second of CPU time, and how what it
 * holds grew from the first tenth to the end.
 */
import * as zmq from 'zeromq';
import { openConnection } from '../../src/probes/lib/zmtp/connection.ts';
import type { Receiving } from '../zmtp.ts';

const [who, port, messages] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const WARM_UP_SHARE = 0.1;
const warmUp = messages * WARM_UP_SHARE;
const finished = Promise.withResolvers<void>();
let received = 0;
let bytes = 0;
let before = { cpu: process.cpuUsage(), held: 0 };

if (who === 'ours') await receiveOurselves();
else await receiveByBinding();

async function receiveOurselves(): Promise<void> {
  const opening = await openConnection(
    { host: '127.0.0.1', port, socketType: 'SUB', peers: ['PUB'], security: { mechanism: 'NULL' }, timeoutMs: 5000 },
    { message: count, closed: ({ reason }) => finished.reject(new Error(reason)) },
    new AbortController().signal,
  );
  if (!opening.ok) throw new Error(opening.failure.reason);
  opening.connection.subscribe(Buffer.alloc(0));
  await finished.promise;
}

async function receiveByBinding(): Promise<void> {
  const subscriber = new zmq.Subscriber();
  subscriber.connect(`tcp://127.0.0.1:${port}`);
  subscriber.subscribe();
  for await (const frames of subscriber) count(frames);
}

function count(frames: Buffer[]): void {
  received++;
  bytes += frames.at(-1)!.length;
  if (received === warmUp) before = { held: heldBytes(), cpu: process.cpuUsage() };
  if (received === messages) tell();
}

function tell(): void {
  const { user, system } = process.cpuUsage(before.cpu);
  const counted = messages - warmUp;
  const result: Receiving = {
    perCpuSecond: counted / ((user + system) / 1e6),
    payloadMegabytes: bytes / 1e6,
    grownMegabytes: (heldBytes() - before.held) / 1e6,
    peakMegabytes: process.resourceUsage().maxRSS / 1024,
  };
  console.log(JSON.stringify(result));
  process.exit();
}

function heldBytes(): number {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
