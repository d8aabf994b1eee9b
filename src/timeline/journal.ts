import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Entry } from '../slo/model/entry.ts';

/** The file in a run's directory. */
export const TIMELINE_FILE = 'timeline.ndjson';

/** A timeline that is being written. Whoever records must expect that the disk is full: then the run cannot go on. */
export interface Journal {
  readonly path: string;
  /** Queues one line; it is written in this turn of the event loop or the next. Throws once a write has failed. */
  append(entry: Entry): void;
  /** Resolves when everything appended so far would survive a power cut. Rejects once a write has failed. */
  sync(): Promise<void>;
  /** Writes what is left and closes the file. Rejects if anything could not be written. */
  close(): Promise<void>;
}

/** More than this waiting to be written means that the disk stands still. */
const BACKLOG_LIMIT_CHARS = 64 * 1024 * 1024;

/** Begins a timeline in `dir`, which is made if need be. An existing timeline is never touched: that is an error. */
export async function openJournal(dir: string): Promise<Journal> {
  await mkdir(dir, { recursive: true });
  const path = join(dir, TIMELINE_FILE);
  const file = await open(path, 'ax');
  await makeNameDurable(dir);
  return new FileJournal(path, file);
}

async function makeNameDurable(dir: string): Promise<void> {
  const handle = await open(dir, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

class FileJournal implements Journal {
  readonly path: string;
  readonly #file: FileHandle;
  #backlog: string[] = [];
  #backlogChars = 0;
  #writing: Promise<void> | undefined;
  #failure: Error | undefined;
  #closed = false;

  constructor(path: string, file: FileHandle) {
    this.path = path;
    this.#file = file;
  }

  append(entry: Entry): void {
    if (this.#failure) throw this.#failure;
    if (this.#closed) throw new Error('the timeline is closed');
    const line = `${JSON.stringify(entry)}\n`;
    this.#backlogChars += line.length;
    if (this.#backlogChars > BACKLOG_LIMIT_CHARS) throw this.#fail(new Error('the disk does not keep up'));
    this.#backlog.push(line);
    this.#writing ??= this.#writeBacklog();
  }

  async sync(): Promise<void> {
    await this.#written();
    await this.#file.datasync().catch((error) => Promise.reject(this.#fail(error)));
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    try {
      await this.sync();
    } finally {
      await this.#file.close();
    }
  }

  async #written(): Promise<void> {
    while (this.#writing) await this.#writing;
    if (this.#failure) throw this.#failure;
  }

  /** Goes on until nothing is left. After a failure nothing more is written: a line after a broken one would only hide it. */
  async #writeBacklog(): Promise<void> {
    await nextTurn();
    while (this.#backlog.length > 0 && !this.#failure) {
      const text = this.#backlog.join('');
      this.#backlog = [];
      this.#backlogChars = 0;
      await this.#file.appendFile(text).catch((error) => this.#fail(error));
    }
    this.#writing = undefined;
  }

  #fail(error: Error): Error {
    this.#failure ??= error;
    return this.#failure;
  }
}

/** What is recorded in one turn is written in one go. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
