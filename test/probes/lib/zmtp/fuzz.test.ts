import { expect, test } from 'vitest';
import { decodeCommand, decodeMetadata, encodeCommand } from '../../../../src/probes/lib/zmtp/command.ts';
import { ZmtpError } from '../../../../src/probes/lib/zmtp/failure.ts';
import { encodeFrame, FrameParser } from '../../../../src/probes/lib/zmtp/frame.ts';
import { GreetingReader } from '../../../../src/probes/lib/zmtp/greeting.ts';
import { MessageAssembler } from '../../../../src/probes/lib/zmtp/message.ts';
import { fuzzRuns, fuzzSeed, mutated, numbersFrom } from './fuzz-source.ts';
import { greeting, ready } from './raw-peer.ts';

const conversation = Buffer.concat([
  greeting(),
  ready(),
  encodeCommand('PING', Buffer.from([0, 10, 1, 2, 3])),
  encodeFrame(Buffer.alloc(0), { more: true }),
  encodeFrame(Buffer.alloc(8, 1), { more: true }),
  encodeFrame(Buffer.alloc(400, 2)),
]);

/** Takes bytes in as a connection does; gives how many bytes of bodies came out. */
function takeIn(bytes: Buffer, pieceBytes: number): number {
  const reader = new GreetingReader();
  const parser = new FrameParser(1 << 16);
  const messages = new MessageAssembler();
  let greeted = false;
  let delivered = 0;
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    const piece = bytes.subarray(at, at + pieceBytes);
    const whole = greeted ? { rest: piece } : reader.feed(piece);
    if (!whole) continue;
    greeted = true;
    parser.feed(whole.rest);
    for (let frame = parser.next(); frame; frame = parser.next()) {
      delivered += frame.body.length;
      if (frame.command) decodeMetadata(decodeCommand(frame.body).body);
      else messages.add(frame);
    }
  }
  return delivered;
}

test(`${fuzzRuns} damaged conversations (seed ${fuzzSeed}) are read or refused, never more`, () => {
  const number = numbersFrom(fuzzSeed);
  for (let run = 0; run < fuzzRuns; run++) {
    const bytes = mutated(conversation, number);
    const pieceBytes = 1 + number(bytes.length + 1);
    try {
      expect(takeIn(bytes, pieceBytes)).toBeLessThanOrEqual(bytes.length);
    } catch (error) {
      if (!(error instanceof ZmtpError)) throw new Error(`run ${run}: ${bytes.toString('hex')}`, { cause: error });
    }
  }
});
