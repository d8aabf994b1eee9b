import { type Connection, openConnection } from '../lib/zmtp/connection.ts';
import type { Address } from '../lib/zmtp/endpoint.ts';
import type { ZmtpFailure } from '../lib/zmtp/failure.ts';
import type { Security } from '../lib/zmtp/handshake.ts';
import { END_OF_REPLAY, type Numbered } from './live-message.ts';

const HANDSHAKE_TIMEOUT_MS = 1500;
/** An idle engine looks at its replay socket every 100 ms, a busy one between two batches. */
const SILENCE_MS = 2000;
const MAX_BATCHES = 200_000;

export interface ReplayRequest {
  /** The first position that is asked for; everything the publisher still has from there on comes. */
  from: bigint;
  /** Nothing above this is needed. */
  until: bigint;
  /** A replayed batch, its payload a view. Says whether to go on. */
  batch(batch: Numbered): boolean;
}

/** How a replay ended. `first`: the first position that came, which tells how far back the publisher's buffer reaches. */
export interface ReplayAnswer {
  first?: bigint;
  batches: number;
  problem?: string;
}

/** One request on a connection of its own, in the form that engines answer. Trouble is an answer, never a rejection. */
export async function askReplay(
  address: Address,
  security: Security,
  request: ReplayRequest,
  signal: AbortSignal,
): Promise<ReplayAnswer> {
  const reception = new Reception(request);
  const options = {
    ...address,
    socketType: 'DEALER' as const,
    peers: ['ROUTER'],
    security,
    timeoutMs: HANDSHAKE_TIMEOUT_MS,
  };
  const opening = await openConnection(options, reception, signal);
  if (!opening.ok) return { batches: 0, problem: opening.failure.reason };
  return reception.run(opening.connection, signal);
}

/** What comes back for one request. */
class Reception {
  readonly #request: ReplayRequest;
  readonly #answer: ReplayAnswer = { batches: 0 };
  readonly #ended = Promise.withResolvers<void>();
  #silence: NodeJS.Timeout | undefined;
  #finished = false;

  constructor(request: ReplayRequest) {
    this.#request = request;
  }

  async run(connection: Connection, signal: AbortSignal): Promise<ReplayAnswer> {
    const stop = () => this.#end('stopped before the replay was complete');
    signal.addEventListener('abort', stop, { once: true });
    this.#silence = setTimeout(() => this.#end(this.#silentProblem()), SILENCE_MS);
    connection.send([Buffer.alloc(0), positionBytes(this.#request.from)]);
    if (signal.aborted) stop();
    await this.#ended.promise;
    clearTimeout(this.#silence);
    signal.removeEventListener('abort', stop);
    connection.close();
    return this.#answer;
  }

  message(frames: Buffer[]): void {
    this.#silence?.refresh();
    const batch = readReplayed(frames);
    if (batch === undefined) this.#end('the answer is not a replay');
    else if (batch === 'end') this.#end();
    else if (!this.#finished) this.#take(batch);
  }

  #take(batch: Numbered): void {
    this.#answer.first ??= batch.seq;
    this.#answer.batches++;
    if (!this.#request.batch(batch) || batch.seq >= this.#request.until) this.#end();
    else if (this.#answer.batches >= MAX_BATCHES) this.#end('the replay does not end');
  }

  closed(failure: ZmtpFailure): void {
    this.#end(failure.reason);
  }

  #silentProblem(): string {
    return this.#answer.batches === 0 ? 'no answer to the request for a replay' : 'the replay stopped half-way';
  }

  #end(problem?: string): void {
    if (this.#finished) return;
    this.#finished = true;
    if (problem !== undefined) this.#answer.problem = problem;
    this.#ended.resolve();
  }
}

/** With or without a topic frame, depending on the engine's version; an empty payload or the highest position of all is the end. */
function readReplayed(frames: Buffer[]): Numbered | 'end' | undefined {
  const payload = frames.at(-1);
  const position = frames.at(-2);
  if (frames.length > 4 || !payload || position?.length !== 8) return undefined;
  const seq = position.readBigUInt64BE();
  return seq === END_OF_REPLAY || payload.length === 0 ? 'end' : { seq, payload };
}

function positionBytes(seq: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(seq);
  return bytes;
}
