/** Sends ZMTP messages to whoever subscribes, as fast as they are taken, on a free port of loopback, which it prints. Ends with its standard input. */
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { encodeMessage } from '../../src/probes/lib/zmtp/frame.ts';
import { greeting, ready } from '../../test/probes/lib/zmtp/raw-peer.ts';

/** What an engine sends: a topic, a position, and events. */
const MESSAGE = encodeMessage([Buffer.alloc(0), Buffer.alloc(8, 1), Buffer.alloc(200, 2)]);
const BLOCK = Buffer.concat(Array<Buffer>(512).fill(MESSAGE));

const server = createServer((socket) => {
  socket.on('error', () => undefined).write(greeting());
  socket.write(ready());
  socket.on('data', (chunk) => {
    if (isSubscription(chunk)) pour(socket);
  });
});
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
process.stdin.resume().on('end', () => process.exit());

/** The last that a subscriber says; it subscribes to everything. */
function isSubscription(chunk: Buffer): boolean {
  const text = chunk.toString('latin1');
  return text.includes('SUBSCRIBE') || text.endsWith('\x00\x01\x01');
}

function pour(socket: Socket): void {
  while (!socket.destroyed && socket.write(BLOCK));
  if (!socket.destroyed) socket.once('drain', () => pour(socket));
}
