import { connect, isIP, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { Conversation, type ConversationOptions } from './conversation.ts';
import type { Address } from './endpoint.ts';
import { violation, ZmtpError, type ZmtpFailure } from './failure.ts';
import { limits } from './limits.ts';
import { connectFailure } from './socket-trouble.ts';
import { closedFailure, isTimeout, type Stage, stopped, timeoutFailure } from './stage.ts';

/**
 * The first keep-alive after two silent minutes. Earlier would cut connections that a short partition only delays: the publisher would
 * drop what it holds back for us, and the loss would be our own doing.
 */
const KEEP_ALIVE_MS = 120_000;

/**
 * libzmq hangs up as soon as it sees a mechanism or a socket type that it cannot use, perhaps before it has told its own. So we let the
 * peer speak first, for this long: some wait for us.
 */
const COURTESY_MS = 250;

export interface ConnectionOptions extends Address, ConversationOptions {
  /** For looking the name up, connecting and the handshake together. */
  timeoutMs: number;
  /** It is ended once the handshake is done, so that what only a lasting connection needs is spared. */
  brief?: boolean;
}

export interface ConnectionEvents {
  /** A whole message. Its frames may be views: copy what is kept. */
  message(frames: Buffer[]): void;
  /** The open connection has ended, by whichever side. Called once, and only after it was open. */
  closed(failure: ZmtpFailure): void;
}

/** How long each step took, in ms, as far as it was reached. The look-up of an address takes 0. */
export interface StepTimes {
  lookupMs?: number;
  connectMs?: number;
  greetingMs?: number;
  handshakeMs?: number;
}

export type Opening = { times: StepTimes; peerType?: string } & (
  | { ok: true; connection: Connection }
  | { ok: false; failure: ZmtpFailure }
);

/** Connects and shakes hands. Trouble is an answer, never a rejection; on failure and on abort the socket is gone. */
export function openConnection(
  options: ConnectionOptions,
  events: ConnectionEvents,
  signal: AbortSignal,
): Promise<Opening> {
  return new Promise((resolve) => new Connection(options, events, signal, resolve));
}

/** One connection to one peer. */
export class Connection {
  readonly #events: ConnectionEvents;
  readonly #socket: Socket;
  readonly #conversation: Conversation;
  readonly #times: StepTimes;
  readonly #opened: (opening: Opening) => void;
  readonly #release: () => void;
  readonly #courtesyMs: number;
  readonly #lasts: boolean;
  #courtesy: NodeJS.Timeout | undefined;
  #way: 'looking-up' | 'connecting' | 'there' | 'closed';
  #stepStarted = performance.now();

  constructor(
    options: ConnectionOptions,
    events: ConnectionEvents,
    signal: AbortSignal,
    opened: (opening: Opening) => void,
  ) {
    this.#events = events;
    this.#opened = opened;
    this.#courtesyMs = Math.min(COURTESY_MS, options.timeoutMs / 3);
    this.#conversation = new Conversation(options, {
      write: (bytes) => this.#write(bytes),
      greeted: () => {
        this.#times.greetingMs = this.#stepTime();
      },
      ready: () => this.#ready(),
      message: (frames) => this.#events.message(frames),
    });
    const isName = isIP(options.host) === 0;
    this.#way = isName ? 'looking-up' : 'connecting';
    this.#times = isName ? {} : { lookupMs: 0 };
    this.#lasts = !options.brief;
    this.#socket = connect({ host: options.host, port: options.port, noDelay: this.#lasts });
    const timer = setTimeout(() => this.#end(this.#timeout()), options.timeoutMs);
    const stop = () => (isTimeout(signal.reason) ? this.#end(this.#timeout()) : this.close());
    signal.addEventListener('abort', stop, { once: true });
    this.#release = () => {
      clearTimeout(timer);
      clearTimeout(this.#courtesy);
      signal.removeEventListener('abort', stop);
    };
    this.#listen();
    if (signal.aborted) stop();
  }

  /** Sends a message. */
  send(frames: readonly Buffer[]): void {
    this.#conversation.send(frames);
  }

  /** Asks for all messages whose first frame begins with the topic. */
  subscribe(topic: Buffer): void {
    this.#conversation.subscribe(topic);
  }

  /** Ends the connection at once. */
  close(): void {
    this.#end(stopped);
  }

  #listen(): void {
    this.#socket.once('lookup', (error: Error | null) => this.#lookedUp(error));
    this.#socket.once('connect', () => this.#connected());
    this.#socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    this.#socket.once('end', () => this.#end(closedFailure(this.#stage(), this.#conversation.greetingBytes, 'closed')));
    this.#socket.on('error', (error) => this.#end(this.#failureOf(error)));
  }

  #stage(): Stage {
    if (this.#way !== 'there') return this.#way;
    return this.#conversation.stage === 'ended' ? 'closed' : this.#conversation.stage;
  }

  #timeout(): ZmtpFailure {
    return timeoutFailure(this.#stage(), this.#conversation.greetingBytes);
  }

  /** A reset that overtakes the news of the connection is told like one that follows it. */
  #failureOf(error: Error): ZmtpFailure {
    const code = (error as NodeJS.ErrnoException).code;
    const stage = this.#way === 'connecting' && code === 'ECONNRESET' ? 'greeting' : this.#stage();
    if (stage === 'looking-up' || stage === 'connecting') return connectFailure(error);
    if (code === 'ECONNRESET' || code === 'EPIPE')
      return closedFailure(stage, this.#conversation.greetingBytes, 'reset');
    return { code: 'closed', reason: `the connection broke (${code ?? 'unknown error'})` };
  }

  #lookedUp(error: Error | null): void {
    if (error || this.#way !== 'looking-up') return;
    this.#times.lookupMs = this.#stepTime();
    this.#way = 'connecting';
  }

  #connected(): void {
    if (this.#way === 'closed') return;
    if (this.#lasts) this.#socket.setKeepAlive(true, KEEP_ALIVE_MS);
    this.#times.connectMs = this.#stepTime();
    this.#way = 'there';
    this.#conversation.begin();
    this.#courtesy = setTimeout(() => this.#conversation.speakUp(), this.#courtesyMs);
  }

  #receive(chunk: Buffer): void {
    try {
      this.#conversation.receive(chunk);
    } catch (error) {
      if (!(error instanceof ZmtpError)) throw error;
      this.#end(error.failure);
    }
  }

  #ready(): void {
    this.#times.handshakeMs = this.#stepTime();
    this.#release();
    this.#opened({ ok: true, connection: this, times: this.#times, ...this.#announced() });
  }

  #announced(): { peerType?: string } {
    const { peerType } = this.#conversation;
    return peerType === undefined ? {} : { peerType };
  }

  #write(bytes: Buffer): void {
    if (this.#way === 'closed') return;
    if (this.#socket.writableLength <= limits.unsentBytes) this.#socket.write(bytes);
    else this.#end(violation('it makes us answer and does not read the answers').failure);
  }

  #end(failure: ZmtpFailure): void {
    if (this.#way === 'closed') return;
    const wasOpen = this.#conversation.stage === 'open';
    this.#way = 'closed';
    this.#conversation.end();
    this.#release();
    this.#socket.destroy();
    if (wasOpen) this.#events.closed(failure);
    else this.#opened({ ok: false, failure, times: this.#times, ...this.#announced() });
  }

  #stepTime(): number {
    const now = performance.now();
    const took = now - this.#stepStarted;
    this.#stepStarted = now;
    return took;
  }
}
