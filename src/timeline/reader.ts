import { closeSync, openSync, readSync } from 'node:fs';
import type { Entry } from '../slo/model/entry.ts';
import { problemOfEntry } from '../slo/model/entry-shape.ts';
import { LineSplitter } from './lines.ts';

/** A line that is not an entry. A timeline with one proves nothing. */
export interface LineProblem {
  line: number;
  problem: string;
}

/** How a timeline was found to be, once all of it was read. */
export interface TimelineReading {
  /** Entries that were read. */
  entries: number;
  /** The last line has no newline: the writer was stopped in the middle of it. It does not count. */
  cut: boolean;
  /** At most the first hundred. */
  problems: LineProblem[];
}

/** The same in words, one line each; empty for a timeline without damage. */
export function damageOf(reading: TimelineReading): string[] {
  const damaged = reading.problems.map(({ line, problem }) => `line ${line} of the timeline is damaged: ${problem}`);
  return reading.cut ? [...damaged, 'the last line of the timeline is cut'] : damaged;
}

const CHUNK_BYTES = 64 * 1024;
const PROBLEM_LIMIT = 100;

/** Reads a timeline, entry by entry, in the order of the file; holds only a chunk of it. Throws if the file cannot be read. */
export function readTimeline(path: string, onEntry: (entry: Entry) => void): TimelineReading {
  const parser = new TimelineParser(onEntry);
  const file = openSync(path, 'r');
  try {
    const chunk = new Uint8Array(CHUNK_BYTES);
    for (let read = readSync(file, chunk); read > 0; read = readSync(file, chunk)) parser.push(chunk.subarray(0, read));
  } finally {
    closeSync(file);
  }
  return parser.end();
}

/** The same for a timeline that is already in memory. */
export function parseTimeline(bytes: Uint8Array, onEntry: (entry: Entry) => void): TimelineReading {
  const parser = new TimelineParser(onEntry);
  parser.push(bytes);
  return parser.end();
}

/** Makes entries of bytes that come in pieces. */
export class TimelineParser {
  readonly #onEntry: (entry: Entry) => void;
  readonly #lines: LineSplitter;
  readonly #problems: LineProblem[] = [];
  #line = 0;
  #entries = 0;

  constructor(onEntry: (entry: Entry) => void) {
    this.#onEntry = onEntry;
    this.#lines = new LineSplitter({
      line: (text) => this.#read(text),
      damaged: (problem) => this.#damaged(problem),
    });
  }

  push(chunk: Uint8Array): void {
    this.#lines.push(chunk);
  }

  end(): TimelineReading {
    return { entries: this.#entries, cut: this.#lines.unfinishedBytes > 0, problems: this.#problems };
  }

  #read(text: string): void {
    const entry = entryOf(text);
    const problem = typeof entry === 'string' ? entry : this.#problemOfPlace(entry);
    if (problem !== undefined) this.#damaged(problem);
    else this.#accept(entry as Entry);
  }

  #accept(entry: Entry): void {
    this.#line++;
    this.#entries++;
    this.#onEntry(entry);
  }

  #problemOfPlace(entry: Entry): string | undefined {
    if ((entry.type === 'header') === (this.#line === 0)) return undefined;
    return this.#line === 0 ? 'a timeline begins with its header' : 'a second header';
  }

  #damaged(problem: string): void {
    this.#line++;
    if (this.#problems.length < PROBLEM_LIMIT) this.#problems.push({ line: this.#line, problem });
  }
}

/** The entry of a line, or what is wrong with the line. */
function entryOf(text: string): Entry | string {
  try {
    const entry = JSON.parse(text);
    return problemOfEntry(entry) ?? entry;
  } catch {
    return 'it is not JSON';
  }
}
