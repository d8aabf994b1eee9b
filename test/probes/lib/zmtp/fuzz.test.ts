import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { openConnection } from '../../../../src/probes/lib/zmtp/connection.ts';
import { addressOf } from '../../../../src/probes/lib/zmtp/endpoint.ts';
import { tryInput } from './fuzz-conversation.ts';
import { damagedInput, type FuzzInput, fuzzRuns, fuzzSeed, numbersFrom } from './fuzz-source.ts';
import { rawPeer } from './raw-peer.ts';

/** `node bench/fuzz-zmtp.ts` tries two million, and watches the memory. */
const RUNS = Math.ceil(fuzzRuns / 4);

test(`${RUNS} damaged conversations (seed ${fuzzSeed}) are read or refused, however they are cut`, () => {
  const number = numbersFrom(fuzzSeed);
  const endings = new Set<string>();
  for (let run = 0; run < RUNS; run++) {
    const input = damagedInput(number);
    try {
      endings.add(tryInput(input));
    } catch (error) {
      throw new Error(`run ${run}: ${input.bytes.toString('hex')} in pieces of ${input.pieceBytes}`, { cause: error });
    }
  }
  const reached = 'greeting handshake open not-zmtp version mechanism peer-error violation';
  expect([...endings].sort()).toEqual(reached.split(' ').sort());
});

test('200 damaged conversations over real sockets all end, and leave no connection', async () => {
  const number = numbersFrom(fuzzSeed);
  const inputs: FuzzInput[] = [];
  await using peer = await rawPeer((socket) => sayAndHangUp(socket, inputs.shift()!));
  for (let run = 0; run < 200; run++) {
    const input = damagedInput(number);
    inputs.push(input);
    const closed = Promise.withResolvers<void>();
    const opening = await openConnection(
      { ...addressOf(peer.endpoint), socketType: 'SUB', security: input.security, timeoutMs: 5000 },
      { message() {}, closed: () => closed.resolve() },
      new AbortController().signal,
    );
    if (opening.ok) await closed.promise;
  }
  await expect.poll(() => peer.open()).toBe(0);
});

function sayAndHangUp(socket: Socket, { bytes, pieceBytes }: FuzzInput): void {
  for (let at = 0; at < bytes.length; at += pieceBytes) socket.write(bytes.subarray(at, at + pieceBytes));
  socket.end();
}
