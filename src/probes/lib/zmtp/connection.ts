import { connect, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { decodeCommand, encodeCommand } from './command.ts';
import type { Address } from './endpoint.ts';
import { violation, ZmtpError, type ZmtpFailure } from './failure.ts';
import { encodeMessage, type Frame, FrameParser } from './frame.ts';
import { encodeGreeting, type Greeting, GreetingReader, requireMechanism } from './greeting.ts';
import { clientHandshake, type Handshake, type Security } from './handshake.ts';
import { limits } from './limits.ts';
import { MessageAssembler } from './message.ts';
import { connectFailure } from './socket-trouble.ts';
import { nameSocketType } from './socket-type.ts';
import { closedFailure, type Stage, timeoutFailure } from './stage.ts';

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

export interface ConnectionOptions extends Address {
  /** What we announce ourselves as. */
  socketType: 'SUB' | 'DEALER' | 'REQ' | 'PUB' | 'PUSH';
  /** What the peer may announce; absent: anything. */
  peers?: readonly string[];
  security: Security;
  /** For connecting and the handshake together. */
  timeoutMs: number;
}

export interface ConnectionEvents {
  /** A whole message. Its frames may be views: copy what is kept. */
  message(frames: Buffer[]): void;
  /** The open connection has ended, by whichever side. Called once, and only after it was open. */
  closed(failure: ZmtpFailure): void;
}

/** How long each step took, in ms, as far as it was reached. */
export interface StepTimes {
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
  readonly #options: ConnectionOptions;
  readonly #events: ConnectionEvents;
  readonly #socket: Socket;
  readonly #greeting = new GreetingReader();
  readonly #handshake: Handshake;
  readonly #frames = new FrameParser(limits.handshakeFrameBytes);
  readonly #messages = new MessageAssembler();
  readonly #times: StepTimes = {};
  #courteous = true;
  #heldBack: Buffer | undefined;
  readonly #opened: (opening: Opening) => void;
  readonly #release: () => void;
  #courtesy: NodeJS.Timeout | undefined;
  #stage: Stage = 'connecting';
  #stepStarted = performance.now();
  #minor = 0;
  #peerType: string | undefined;

  constructor(
    options: ConnectionOptions,
    events: ConnectionEvents,
    signal: AbortSignal,
    opened: (opening: Opening) => void,
  ) {
    this.#options = options;
    this.#events = events;
    this.#opened = opened;
    this.#handshake = clientHandshake(options.security, options.socketType);
    this.#socket = connect({ host: options.host, port: options.port, noDelay: true });
    const timer = setTimeout(() => this.#end(timeoutFailure(this.#stage, this.#greeting.received)), options.timeoutMs);
    const stop = () => this.close();
    signal.addEventListener('abort', stop, { once: true });
    this.#release = () => {
      clearTimeout(timer);
      clearTimeout(this.#courtesy);
      signal.removeEventListener('abort', stop);
    };
    this.#listen();
    if (signal.aborted) this.close();
  }

  /** Sends a message. */
  send(frames: readonly Buffer[]): void {
    this.#write(encodeMessage(frames));
  }

  /** Asks for all messages whose first frame begins with the topic: a command since ZMTP 3.1, a message before. */
  subscribe(topic: Buffer): void {
    if (this.#minor >= 1) this.#write(encodeCommand('SUBSCRIBE', topic));
    else this.send([Buffer.concat([Buffer.from([1]), topic])]);
  }

  /** Ends the connection at once. */
  close(): void {
    this.#end({ code: 'stopped', reason: 'stopped before it was finished' });
  }

  #listen(): void {
    this.#socket.once('connect', () => this.#connected());
    this.#socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    this.#socket.once('end', () => this.#end(closedFailure(this.#stage, this.#greeting.received, 'closed')));
    this.#socket.on('error', (error) => this.#end(this.#failureOf(error)));
  }

  /** A reset that overtakes the news of the connection is told like one that follows it. */
  #failureOf(error: Error): ZmtpFailure {
    const code = (error as NodeJS.ErrnoException).code;
    const stage = this.#stage === 'connecting' && code === 'ECONNRESET' ? 'greeting' : this.#stage;
    if (stage === 'connecting') return connectFailure(error);
    if (code === 'ECONNRESET' || code === 'EPIPE') return closedFailure(stage, this.#greeting.received, 'reset');
    return { code: 'closed', reason: `the connection broke (${code ?? 'unknown error'})` };
  }

  #connected(): void {
    if (this.#stage !== 'connecting') return;
    this.#socket.setKeepAlive(true, KEEP_ALIVE_MS);
    this.#times.connectMs = this.#stepTime();
    this.#stage = 'greeting';
    const [start, rest] = encodeGreeting(this.#options.security.mechanism);
    this.#write(start);
    this.#holdBack(rest);
    this.#courtesy = setTimeout(() => this.#speakUp(), Math.min(COURTESY_MS, this.#options.timeoutMs / 3));
  }

  #holdBack(bytes: Buffer): void {
    if (this.#courteous) this.#heldBack = bytes;
    else this.#write(bytes);
  }

  /** The peer seems to wait for us. */
  #speakUp(): void {
    this.#courteous = false;
    this.#sendHeldBack();
  }

  #sendHeldBack(): void {
    if (this.#heldBack) this.#write(this.#heldBack);
    this.#heldBack = undefined;
  }

  #receive(chunk: Buffer): void {
    try {
      if (this.#stage === 'greeting') this.#receiveGreeting(chunk);
      else this.#receiveFrames(chunk);
    } catch (error) {
      if (!(error instanceof ZmtpError)) throw error;
      this.#end(error.failure);
    }
  }

  #receiveGreeting(chunk: Buffer): void {
    const whole = this.#greeting.feed(chunk);
    if (!whole) return;
    this.#greeted(whole.greeting);
    this.#receiveFrames(whole.rest);
  }

  #greeted(greeting: Greeting): void {
    requireMechanism(greeting, this.#options.security.mechanism);
    this.#minor = greeting.minor;
    this.#times.greetingMs = this.#stepTime();
    this.#stage = 'handshake';
    this.#sendHeldBack();
    if (this.#handshake.canWait) this.#holdBack(this.#handshake.begin);
    else this.#write(this.#handshake.begin);
  }

  #receiveFrames(chunk: Buffer): void {
    this.#frames.feed(chunk);
    for (let frame = this.#nextFrame(); frame; frame = this.#nextFrame()) {
      if (this.#stage === 'handshake') this.#shakeHands(frame);
      else if (frame.command) this.#obey(frame);
      else this.#deliver(frame);
    }
  }

  #nextFrame(): Frame | undefined {
    return this.#stage === 'closed' ? undefined : this.#frames.next();
  }

  #shakeHands(frame: Frame): void {
    if (!frame.command) throw violation('a message before the end of the handshake');
    const step = this.#handshake.take(decodeCommand(frame.body));
    if ('send' in step) this.#write(step.send);
    else this.#ready(step.properties);
  }

  #ready(properties: Map<string, string>): void {
    this.#peerType = nameSocketType(properties.get('socket-type'));
    const { peers } = this.#options;
    if (peers && !peers.includes(this.#peerType))
      throw new ZmtpError(
        'socket-type',
        `wrong socket type: the peer is ${this.#peerType}, expected ${peers.join(' or ')}`,
      );
    this.#sendHeldBack();
    this.#times.handshakeMs = this.#stepTime();
    this.#stage = 'open';
    this.#frames.allow(limits.frameBytes);
    this.#release();
    this.#opened({ ok: true, connection: this, times: this.#times, peerType: this.#peerType });
  }

  #obey(frame: Frame): void {
    const command = decodeCommand(frame.body);
    if (command.name === 'ERROR') throw new ZmtpError('peer-error', 'the peer ended the connection with an error');
    if (command.name !== 'PING') return;
    if (command.body.length < 2) throw violation('a PING without its time to live');
    this.#write(encodeCommand('PONG', command.body.subarray(2)));
  }

  #deliver(frame: Frame): void {
    const message = this.#messages.add(frame);
    if (message) this.#events.message(message);
  }

  #write(bytes: Buffer): void {
    if (this.#stage === 'closed') return;
    if (this.#socket.writableLength <= limits.unsentBytes) this.#socket.write(bytes);
    else this.#end(violation('it makes us answer and does not read the answers').failure);
  }

  #end(failure: ZmtpFailure): void {
    const stage = this.#stage;
    if (stage === 'closed') return;
    this.#stage = 'closed';
    this.#release();
    this.#socket.destroy();
    if (stage === 'open') this.#events.closed(failure);
    else this.#opened({ ok: false, failure, times: this.#times, ...(this.#peerType && { peerType: this.#peerType }) });
  }

  #stepTime(): number {
    const now = performance.now();
    const took = now - this.#stepStarted;
    this.#stepStarted = now;
    return took;
  }
}
