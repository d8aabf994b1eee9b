import { violation } from './failure.ts';

const MORE = 1;
const LONG = 2;
const COMMAND = 4;
const SHORT_HEADER_BYTES = 2;
const LONG_HEADER_BYTES = 9;
const FIRST_BODY_BYTES = 64 * 1024;

/** One frame of the wire. The body may be a view into what the socket read: copy what is kept. */
export interface Frame {
  more: boolean;
  command: boolean;
  body: Buffer;
}

/** A frame's bytes, in the shortest form. */
export function encodeFrame(body: Buffer, flags: { more?: boolean; command?: boolean } = {}): Buffer {
  const bits = (flags.more ? MORE : 0) | (flags.command ? COMMAND : 0);
  const header = Buffer.alloc(body.length > 255 ? LONG_HEADER_BYTES : SHORT_HEADER_BYTES);
  header[0] = bits | (body.length > 255 ? LONG : 0);
  if (body.length > 255) header.writeBigUInt64BE(BigInt(body.length), 1);
  else header[1] = body.length;
  return Buffer.concat([header, body]);
}

/** All frames of a message. */
export function encodeMessage(frames: readonly Buffer[]): Buffer {
  return Buffer.concat(frames.map((body, index) => encodeFrame(body, { more: index < frames.length - 1 })));
}

/**
 * Cuts a byte stream into frames. Work and memory are linear in what has really come, whatever lengths are claimed and however small
 * the pieces are. `feed` a piece, then take `next` until there is none.
 */
export class FrameParser {
  #maxBytes: number;
  #chunk: Buffer = Buffer.alloc(0);
  #at = 0;
  readonly #header = Buffer.alloc(LONG_HEADER_BYTES);
  #headerFilled = 0;
  #length = -1;
  #body: Buffer | undefined;
  #bodyFilled = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Sets the longest frame that is let through from the next one on. */
  allow(maxBytes: number): void {
    this.#maxBytes = maxBytes;
  }

  /** Takes a piece. The piece before it must have been used up by `next`. */
  feed(chunk: Buffer): void {
    this.#chunk = chunk;
    this.#at = 0;
  }

  /** The next whole frame, or nothing until more is fed. Throws where the bytes break the protocol. */
  next(): Frame | undefined {
    if (this.#length < 0 && !this.#readHeader()) return undefined;
    const body = this.#body === undefined ? this.#wholeBody() : undefined;
    const ready = body ?? this.#collectBody();
    if (!ready) return undefined;
    const flags = this.#header[0]!;
    this.#headerFilled = 0;
    this.#length = -1;
    this.#body = undefined;
    return { more: (flags & MORE) !== 0, command: (flags & COMMAND) !== 0, body: ready };
  }

  #readHeader(): boolean {
    while (this.#at < this.#chunk.length) {
      this.#header[this.#headerFilled++] = this.#chunk[this.#at++]!;
      if (this.#headerFilled === 1) checkFlags(this.#header[0]!);
      if (this.#headerFilled === this.#headerBytes()) {
        this.#length = this.#claimedLength();
        return true;
      }
    }
    return false;
  }

  #headerBytes(): number {
    return this.#header[0]! & LONG ? LONG_HEADER_BYTES : SHORT_HEADER_BYTES;
  }

  #claimedLength(): number {
    const length = this.#header[0]! & LONG ? this.#header.readBigUInt64BE(1) : BigInt(this.#header[1]!);
    if (length > BigInt(this.#maxBytes)) throw violation(`a frame of more than ${this.#maxBytes} bytes`);
    return Number(length);
  }

  #wholeBody(): Buffer | undefined {
    if (this.#chunk.length - this.#at < this.#length) return undefined;
    const view = this.#chunk.subarray(this.#at, this.#at + this.#length);
    this.#at += this.#length;
    return view;
  }

  #collectBody(): Buffer | undefined {
    if (this.#body === undefined) {
      this.#body = Buffer.allocUnsafe(Math.min(this.#length, FIRST_BODY_BYTES));
      this.#bodyFilled = 0;
    }
    const taken = Math.min(this.#length - this.#bodyFilled, this.#chunk.length - this.#at);
    this.#body = grown(this.#body, this.#bodyFilled, this.#bodyFilled + taken, this.#length);
    this.#chunk.copy(this.#body, this.#bodyFilled, this.#at, this.#at + taken);
    this.#at += taken;
    this.#bodyFilled += taken;
    return this.#bodyFilled === this.#length ? this.#body.subarray(0, this.#length) : undefined;
  }
}

function checkFlags(flags: number): void {
  if (flags & ~(MORE | LONG | COMMAND)) throw violation('reserved bits are set in a frame header');
  if (flags & MORE && flags & COMMAND) throw violation('a command frame says that more follows');
}

/** Doubling, so that a claimed length costs nothing before its bytes come, and copying stays linear. */
function grown(buffer: Buffer, filled: number, needed: number, limit: number): Buffer {
  if (needed <= buffer.length) return buffer;
  const larger = Buffer.allocUnsafe(Math.min(limit, Math.max(needed, buffer.length * 2)));
  buffer.copy(larger, 0, 0, filled);
  return larger;
}
