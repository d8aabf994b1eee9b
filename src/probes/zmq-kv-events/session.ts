import { setTimeout as sleep } from 'node:timers/promises';
import type { Offset } from '../../slo/model/entry.ts';
import type { FinalReading, ProbeContext, ProbeSession, Reading } from '../contract.ts';
import { addressOf } from '../lib/zmtp/endpoint.ts';
import { readSecurity } from '../lib/zmtp/security-config.ts';
import { Subscriber } from '../lib/zmtp/subscriber.ts';
import { decodeBatch } from './batch.ts';
import type { KvEventsConfig } from './config.ts';
import { LATE_MS, REPLAY_MS } from './drain-times.ts';
import { fingerprintOf } from './fingerprint.ts';
import type { Hole } from './holes.ts';
import { lossReadings, rangesOf } from './ledger.ts';
import { type Numbered, readLiveMessage } from './live-message.ts';
import { type Ask, type RecoveryOutcome, recoverHoles } from './recovery.ts';
import { askReplay } from './replay.ts';
import { StreamChecker } from './stream-checker.ts';
import { Tally } from './tally.ts';
import { judgeStream } from './verdict.ts';

const LOOK_AGAIN_MS = 50;
const JOIN_MS = 500;

/**
 * One long-lived subscription. Messages are counted as they come; a sample only looks, so that samples never wait, may overlap, and a
 * missed one loses nothing.
 */
export class KvEventsSession implements ProbeSession {
  readonly #config: KvEventsConfig;
  readonly #context: ProbeContext;
  readonly #subscriber: Subscriber;
  readonly #checker = new StreamChecker();
  readonly #tally = new Tally();
  #experimentFrom: Offset;
  #coveredTo: Offset;
  #firstReadingTo: Offset | undefined;
  #lastArrival: { at: Offset; connection: number } | undefined;
  #connectionsReported = 0;

  constructor(config: KvEventsConfig, context: ProbeContext) {
    this.#config = config;
    this.#context = context;
    this.#experimentFrom = context.now();
    this.#coveredTo = this.#experimentFrom;
    const { host, port } = addressOf(config.events);
    this.#subscriber = new Subscriber(
      { host, port, topic: config.topic, security: () => readSecurity(config), random: () => context.random() },
      { message: (frames, connection) => this.#receive(frames, connection) },
    );
  }

  /** Gives the first connection a moment, so that the first sample has something to say. */
  async joined(): Promise<void> {
    await Promise.race([this.#subscriber.firstAttempt, sleep(JOIN_MS, undefined, { ref: false })]);
  }

  async sample(signal: AbortSignal): Promise<Reading> {
    signal.throwIfAborted();
    const from = this.#coveredTo;
    const { values, seen, problem } = this.#take();
    const opened = this.#checker.openHoles.filter((hole) => hole.openedAt >= from);
    this.#firstReadingTo ??= this.#coveredTo;
    const silentMs = this.#silentMs(this.#coveredTo);
    Object.assign(values, this.#levels(silentMs));
    const judgement = judgeStream({
      connected: this.#subscriber.connected,
      ...(this.#subscriber.failure && { failure: this.#subscriber.failure }),
      holeOpened: opened.length > 0,
      ...(problem !== undefined && { problem }),
      ...(silentMs !== undefined && { silentMs }),
      confirmed: this.#confirmed,
      staleMs: this.#config.stale,
      expectTraffic: this.#config.expectTraffic,
    });
    return { ...judgement, values, covers: [from, this.#coveredTo], ...detailOf(seen, opened) };
  }

  async drain(signal: AbortSignal): Promise<FinalReading[]> {
    await this.#awaitLate(signal);
    const recovery = await this.#recover(signal);
    return this.#settle(recovery);
  }

  async close(): Promise<void> {
    await this.#subscriber.close();
  }

  #receive(frames: Buffer[], connection: number): void {
    const message = readLiveMessage(frames);
    if (typeof message === 'string') this.#tally.addProblem(message);
    else this.#count(message, connection);
  }

  #count({ seq, payload }: Numbered, connection: number): void {
    const at = this.#context.now();
    const decoded = decodeBatch(payload);
    const stamp = decoded.ok ? { stampMs: decoded.batch.stampMs } : {};
    const arrival = this.#checker.observe({ seq, fingerprint: fingerprintOf(payload), at, connection, ...stamp });
    this.#tally.add(seq, arrival, decoded, this.#context.wallClockMs());
    this.#lastArrival = { at, connection };
  }

  /** Takes what arrived since the last reading; from now on the next one covers. */
  #take() {
    this.#coveredTo = Math.max(this.#coveredTo, this.#context.now());
    const { counts, delayMs, seen, problem } = this.#tally.take();
    const reconnects = Math.max(0, this.#subscriber.connections - Math.max(1, this.#connectionsReported));
    this.#connectionsReported = this.#subscriber.connections;
    const values: Record<string, number> = { ...counts, reconnects, ...(delayMs !== undefined && { delayMs }) };
    return { values, seen, problem };
  }

  #levels(silentMs: number | undefined): Record<string, number> {
    return {
      connected: this.#subscriber.connected ? 1 : 0,
      missing: Number(this.#checker.missing),
      ...(silentMs !== undefined && { stalenessMs: silentMs }),
    };
  }

  #silentMs(now: Offset): number | undefined {
    return this.#lastArrival && Math.max(0, now - this.#lastArrival.at);
  }

  /** The open connection has brought something: it is a subscription that works, not only a connection. */
  get #confirmed(): boolean {
    return this.#subscriber.connected && this.#lastArrival?.connection === this.#subscriber.connections;
  }

  async #awaitLate(signal: AbortSignal): Promise<void> {
    const until = performance.now() + LATE_MS;
    while (this.#checker.openHoles.length > 0 && performance.now() < until && !signal.aborted)
      await sleep(LOOK_AGAIN_MS, undefined, { signal }).catch(() => undefined);
  }

  async #recover(signal: AbortSignal): Promise<RecoveryOutcome> {
    const { replay } = this.#config;
    if (replay === undefined) return { recovered: [], requests: 0, problem: 'the plan names no replay to ask' };
    const ask: Ask = async (request, asking) => {
      const security = await readSecurity(this.#config).catch(() => undefined);
      if (!security) return { batches: 0, problem: 'the password file cannot be read' };
      return askReplay(addressOf(replay), security, request, asking);
    };
    return recoverHoles(this.#checker, ask, AbortSignal.any([signal, AbortSignal.timeout(REPLAY_MS)]));
  }

  #settle(recovery: RecoveryOutcome): FinalReading[] {
    const tailFrom = this.#coveredTo;
    const { values } = this.#take();
    delete values['delayMs'];
    const end = this.#coveredTo;
    const firstReadingTo = this.#firstReadingTo ?? end;
    const stretch = { from: this.#experimentFrom, firstReadingTo, knownTo: this.#knownTo(end) };
    this.#experimentFrom = end;
    this.#firstReadingTo = undefined;
    const tail: FinalReading = { covers: [tailFrom, end], values };
    if (!this.#lastArrival) return [{ ...tail, reason: 'no event has ever been seen, so losses are unknown' }];
    return [tail, ...lossReadings(stretch, this.#checker.settle(firstReadingTo), recovery)];
  }

  /**
   * Up to where losses are known: a later batch shows what is missing before it. Without a connection, before the first batch of a new one
   * or in a silence that must not be, later ones may be missing and nobody can know.
   */
  #knownTo(end: Offset): Offset {
    const { at } = this.#lastArrival ?? { at: this.#experimentFrom };
    const suspicious = this.#config.expectTraffic && end - at > this.#config.stale;
    return this.#confirmed && !suspicious ? end : at;
  }
}

function detailOf(seen: unknown, opened: readonly Hole[]): Pick<Reading, 'detail'> {
  if (!seen && opened.length === 0) return {};
  return {
    detail: { ...(seen !== undefined && { positions: seen }), ...(opened.length > 0 && { holes: rangesOf(opened) }) },
  };
}
