import { isUtf8 } from 'node:buffer';

/** A line longer than this is not one of ours. */
export const LINE_LIMIT_BYTES = 64 * 1024 * 1024;

const NEWLINE = 10;

/** What a `LineSplitter` finds. */
export interface LineEvents {
  line(text: string): void;
  /** A line that cannot be text of ours; it counts as a line. */
  damaged(problem: string): void;
}

/** Cuts bytes into lines, whatever the chunks. What follows the last newline is not a line. */
export class LineSplitter {
  readonly #events: LineEvents;
  #rest: Uint8Array[] = [];
  #restBytes = 0;

  constructor(events: LineEvents) {
    this.#events = events;
  }

  /** Bytes seen since the last newline. */
  get unfinishedBytes(): number {
    return this.#restBytes;
  }

  push(chunk: Uint8Array): void {
    const firstEnd = chunk.indexOf(NEWLINE);
    if (firstEnd === -1) this.#keep(chunk);
    else this.#finishLines(chunk, firstEnd, chunk.lastIndexOf(NEWLINE));
  }

  #finishLines(chunk: Uint8Array, firstEnd: number, lastEnd: number): void {
    this.#finishRest(chunk.subarray(0, firstEnd));
    if (lastEnd > firstEnd) this.#emit(chunk.subarray(firstEnd + 1, lastEnd));
    this.#rest = [];
    this.#restBytes = 0;
    if (lastEnd + 1 < chunk.length) this.#keep(chunk.subarray(lastEnd + 1));
  }

  /** The caller may use its chunk again, so what is kept is a copy. Past the limit only the length is kept. */
  #keep(part: Uint8Array): void {
    this.#restBytes += part.length;
    if (this.#restBytes > LINE_LIMIT_BYTES) this.#rest = [];
    else this.#rest.push(part.slice());
  }

  #finishRest(end: Uint8Array): void {
    if (this.#restBytes + end.length > LINE_LIMIT_BYTES) this.#events.damaged('it is too long');
    else if (this.#restBytes === 0) this.#emit(end);
    else this.#emit(Buffer.concat([...this.#rest, end]));
  }

  #emit(lines: Uint8Array): void {
    if (isUtf8(lines)) this.#emitTogether(textOf(lines));
    else this.#emitOneByOne(lines);
  }

  /** Decoding and checking whole lines in one piece costs a fraction of doing so one by one. */
  #emitTogether(text: string): void {
    let start = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      this.#events.line(text.slice(start, end));
      start = end + 1;
    }
    this.#events.line(start === 0 ? text : text.slice(start));
  }

  #emitOneByOne(lines: Uint8Array): void {
    let start = 0;
    for (let end = lines.indexOf(NEWLINE); ; end = lines.indexOf(NEWLINE, start)) {
      const line = end === -1 ? lines.subarray(start) : lines.subarray(start, end);
      if (isUtf8(line)) this.#events.line(textOf(line));
      else this.#events.damaged('it is not UTF-8');
      if (end === -1) return;
      start = end + 1;
    }
  }
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}
