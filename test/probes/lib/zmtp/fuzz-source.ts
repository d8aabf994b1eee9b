import { encodeCommand, encodeMetadata } from '../../../../src/probes/lib/zmtp/command.ts';
import { encodeFrame, encodeMessage } from '../../../../src/probes/lib/zmtp/frame.ts';
import type { Security } from '../../../../src/probes/lib/zmtp/handshake.ts';
import { greeting, ready } from './raw-peer.ts';

/** Gives a number from 0 up to, but not including, the one given. */
export type NumberSource = (below: number) => number;

/** A seeded source of numbers, so that a failing input can be made again. */
export function numbersFrom(seed: number): NumberSource {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    const mixed = Math.imul(state ^ (state >>> 13), 0x297a2d39) >>> 0;
    return ((mixed ^ (mixed >>> 16)) >>> 0) % below;
  };
}

/** What a peer says, piece by piece, and how we are to be secured. */
interface Script {
  security: Security;
  pieces: Buffer[];
}

/** Bytes that a peer may send, and the piece size in which they come. */
export interface FuzzInput {
  security: Security;
  bytes: Buffer;
  pieceBytes: number;
}

const NULL: Security = { mechanism: 'NULL' };
const afterwards = [
  encodeCommand('PING', Buffer.from([0, 10, 1, 2, 3])),
  encodeCommand('SUBSCRIBE', Buffer.from('kv')),
  encodeMessage([Buffer.alloc(0), Buffer.alloc(8, 1), Buffer.alloc(400, 2)]),
  encodeFrame(Buffer.alloc(3, 3), { more: true }),
  encodeCommand('ERROR', Buffer.from('\x04nope')),
];
const scripts: Script[] = [
  { security: NULL, pieces: [greeting(), ready(), ...afterwards] },
  { security: NULL, pieces: [greeting({ version: [3, 0] }), ready('XPUB'), ...afterwards] },
  {
    security: NULL,
    pieces: [greeting(), encodeCommand('READY', encodeMetadata({ Identity: '', 'Socket-Type': 'PUB' }))],
  },
  { security: NULL, pieces: [greeting(), encodeCommand('ERROR', Buffer.from('\x03400'))] },
  { security: NULL, pieces: [greeting({ mechanism: 'CURVE' }), encodeCommand('WELCOME', Buffer.alloc(160, 7))] },
  {
    security: { mechanism: 'PLAIN', username: 'u', password: 'p' },
    pieces: [greeting({ mechanism: 'PLAIN' }), encodeCommand('WELCOME'), ready(), ...afterwards],
  },
];

/** A conversation that was damaged: in its bytes, in the order of its pieces, or from some place on in everything. */
export function damagedInput(number: NumberSource): FuzzInput {
  const script = scripts[number(scripts.length)]!;
  const kind = number(10);
  const pieces = kind < 3 ? shuffled(script.pieces, number) : script.pieces;
  const bytes = kind === 9 ? noiseAfter(pieces, number) : mutated(Buffer.concat(pieces), number);
  return { security: script.security, bytes, pieceBytes: 1 + number(bytes.length + 1) };
}

/** Pieces left out, doubled and in another order, mostly after the greeting. */
function shuffled(pieces: Buffer[], number: NumberSource): Buffer[] {
  const from = number(8) === 0 ? 0 : 1;
  const rest = Array.from({ length: number(12) }, () => pieces[from + number(pieces.length - from)]!);
  return [...pieces.slice(0, from), ...rest];
}

function noiseAfter(pieces: Buffer[], number: NumberSource): Buffer {
  const noise = Buffer.from(Array.from({ length: number(300) }, () => number(256)));
  return Buffer.concat([...pieces.slice(0, number(pieces.length)), noise]);
}

/** A copy with a few bytes changed, dropped, doubled or cut off. */
export function mutated(original: Buffer, number: NumberSource): Buffer {
  let bytes = Buffer.from(original);
  for (let edits = 1 + number(4); edits > 0 && bytes.length > 0; edits--) {
    const at = number(bytes.length);
    const kind = number(5);
    if (kind === 0) bytes[at] = number(256);
    else if (kind === 1) bytes[at]! ^= 1 << number(8);
    else if (kind === 2) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + number(8))]);
    else if (kind === 3) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(number(at + 1))]);
    else bytes = bytes.subarray(0, at);
  }
  return bytes;
}

/** How many inputs a fuzz test tries. */
export const fuzzRuns = Number(process.env['FUZZ_RUNS'] ?? 20_000);
export const fuzzSeed = Number(process.env['FUZZ_SEED'] ?? 1);
