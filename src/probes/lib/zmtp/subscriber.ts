import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Connection, openConnection } from './connection.ts';
import type { Address } from './endpoint.ts';
import type { ZmtpFailure } from './failure.ts';
import type { Security } from './handshake.ts';
import { reconnectPauseMs } from './reconnect-pause.ts';

const HANDSHAKE_TIMEOUT_MS = 3000;
/** A connection that lasted this long shows that the peer is no longer failing at once. */
const LASTING_MS = 1000;

export interface SubscriberOptions extends Address {
  topic: string;
  /** Read anew for each attempt, so that a rotated password is used. */
  security(): Promise<Security>;
  /** In [0, 1), for jitter. */
  random(): number;
}

export interface SubscriberEvents {
  /** `connection` counts from 1, so that messages of two connections can be told apart. */
  message(frames: Buffer[], connection: number): void;
}

/** A subscription that outlives its connections: it connects again, with jitter, until it is closed. */
export class Subscriber {
  readonly #options: SubscriberOptions;
  readonly #events: SubscriberEvents;
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;
  readonly #firstAttempt = Promise.withResolvers<void>();
  #connections = 0;
  #connected = false;
  #failure: ZmtpFailure | undefined;

  constructor(options: SubscriberOptions, events: SubscriberEvents) {
    this.#options = options;
    this.#events = events;
    this.#running = this.#run();
  }

  /** How often a connection came about. */
  get connections(): number {
    return this.#connections;
  }

  /** The subscription has been sent on a connection that is still open, as far as this end can know. */
  get connected(): boolean {
    return this.#connected;
  }

  /** Why there is no connection; absent before the first attempt has ended and while there is one. */
  get failure(): ZmtpFailure | undefined {
    return this.#failure;
  }

  /** Resolves when the first attempt to connect has succeeded or failed. */
  get firstAttempt(): Promise<void> {
    return this.#firstAttempt.promise;
  }

  /** Ends everything. */
  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    for (let failures = 0; !signal.aborted; ) {
      const started = performance.now();
      this.#failure = await this.#serveOnce(signal);
      this.#firstAttempt.resolve();
      failures = performance.now() - started > LASTING_MS && this.#failure.code === 'closed' ? 0 : failures + 1;
      await sleep(reconnectPauseMs(failures, this.#options.random()), undefined, { signal }).catch(() => undefined);
    }
  }

  /** From one attempt to connect to the end of what came of it. */
  async #serveOnce(signal: AbortSignal): Promise<ZmtpFailure> {
    const ended = Promise.withResolvers<ZmtpFailure>();
    const number = this.#connections + 1;
    const message = (frames: Buffer[]) => this.#events.message(frames, number);
    const security = await this.#options.security().catch(() => undefined);
    if (!security) return { code: 'local', reason: 'the password file cannot be read' };
    const { host, port } = this.#options;
    const peers = ['PUB', 'XPUB'];
    const options = { host, port, socketType: 'SUB' as const, peers, security, timeoutMs: HANDSHAKE_TIMEOUT_MS };
    const opening = await openConnection(options, { message, closed: ended.resolve }, signal);
    if (!opening.ok) return opening.failure;
    return this.#subscribed(opening.connection, ended.promise, signal);
  }

  async #subscribed(connection: Connection, ended: Promise<ZmtpFailure>, signal: AbortSignal): Promise<ZmtpFailure> {
    const stop = () => connection.close();
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    this.#connections++;
    this.#connected = true;
    this.#failure = undefined;
    connection.subscribe(Buffer.from(this.#options.topic));
    this.#firstAttempt.resolve();
    const failure = await ended;
    this.#connected = false;
    signal.removeEventListener('abort', stop);
    return failure;
  }
}
