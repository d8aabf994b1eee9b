import { setTimeout as sleep } from 'node:timers/promises';
import type { Offset } from '../../slo/model/entry.ts';
import type { ProbeContext, Reading } from '../contract.ts';
import { readSecurity } from '../lib/zmtp/security-config.ts';
import { Subscriber } from '../lib/zmtp/subscriber.ts';
import { type Account, accountOf, rangesOf } from './account.ts';
import { decodeBatch } from './batch.ts';
import type { KvEventsConfig } from './config.ts';
import { LATE_MS, REPLAY_MS } from './drain-times.ts';
import { EngineClock } from './engine-clock.ts';
import { fingerprintOf } from './fingerprint.ts';
import type { Hole } from './holes.ts';
import { type Numbered, readLiveMessage } from './live-message.ts';
import { type Ask, paced, type RecoveryOutcome, recoverHoles } from './recovery.ts';
import { askReplay } from './replay.ts';
import { StreamChecker } from './stream-checker.ts';
import type { StreamTarget } from './stream-target.ts';
import { recoverTail } from './tail.ts';
import { Tally } from './tally.ts';
import type { Traffic } from './traffic.ts';
import { judgeStream } from './verdict.ts';

const LOOK_AGAIN_MS = 50;

/** What a look at a stream says of the time since the last one. */
export type Look = Pick<Reading, 'outcome' | 'reason' | 'values' | 'detail'>;

/** What a replay gave back at the end. */
export interface Recovered {
  holes: RecoveryOutcome;
  /** When the publisher was asked for what it had sent last, if it told all of it. */
  tailKnownTo?: Offset;
}

/** One rank's long-lived subscription: messages are counted as they come, and a look only looks. */
export class EventStream {
  readonly #config: KvEventsConfig;
  readonly #target: StreamTarget;
  readonly #context: ProbeContext;
  readonly #subscriber: Subscriber;
  readonly #traffic: Traffic | undefined;
  readonly #checker = new StreamChecker();
  readonly #tally = new Tally();
  readonly #clock = new EngineClock();
  #lastArrival: { at: Offset; connection: number } | undefined;
  #connectionsReported = 0;

  constructor(config: KvEventsConfig, target: StreamTarget, context: ProbeContext, traffic?: Traffic) {
    this.#config = config;
    this.#target = target;
    this.#context = context;
    this.#traffic = traffic;
    this.#subscriber = new Subscriber(
      {
        ...target.events,
        topic: config.topic,
        security: () => readSecurity(config),
        random: () => context.random(),
      },
      { message: (frames, connection) => this.#receive(frames, connection) },
    );
  }

  get rank(): number | undefined {
    return this.#target.rank;
  }

  /** Resolves when the first attempt to connect has succeeded or failed. */
  get firstAttempt(): Promise<void> {
    return this.#subscriber.firstAttempt;
  }

  /** Any batch has ever come. */
  get heard(): boolean {
    return this.#lastArrival !== undefined;
  }

  look(from: Offset, now: Offset): Look {
    const { counts, levels, seen, problem } = this.#tally.take();
    const opened = this.#checker.openHoles.filter((hole) => hole.openedAt >= from);
    const silentMs = this.#silentMs(now);
    const judgement = judgeStream({
      connected: this.#subscriber.connected,
      ...(this.#subscriber.failure && { failure: this.#subscriber.failure }),
      holeOpened: opened.length > 0,
      ...(problem !== undefined && { problem }),
      ...(silentMs !== undefined && { silentMs }),
      confirmed: this.#confirmed,
      staleMs: this.#config.stale,
      expectTraffic: this.#config.expectTraffic,
      ...(this.#traffic && { traffic: trafficOf(this.#traffic, now) }),
    });
    const values = { ...counts, ...this.#otherCounts(), ...levels, ...this.#levels(silentMs) };
    return { ...judgement, values, ...detailOf(seen, opened) };
  }

  /** The counts since the last look. */
  takeCounts(): Record<string, number> {
    return { ...this.#tally.take().counts, ...this.#otherCounts() };
  }

  /** Gives what is on its way a moment to come. */
  async awaitLate(signal: AbortSignal): Promise<void> {
    const until = performance.now() + LATE_MS;
    while (this.#checker.openHoles.length > 0 && performance.now() < until && !signal.aborted)
      await sleep(LOOK_AGAIN_MS, undefined, { signal }).catch(() => undefined);
  }

  /** Asks the replay for what is missing, and for what came last where nobody can tell without it. */
  async recover(signal: AbortSignal): Promise<Recovered> {
    const asking = AbortSignal.any([signal, AbortSignal.timeout(REPLAY_MS)]);
    const ask = this.#ask();
    if (!ask) return { holes: { recovered: [], requests: 0, problem: 'the plan names no replay to ask' } };
    const askedAt = this.#context.now();
    const doubtful = this.heard && this.#doubt() !== undefined;
    const tail = doubtful ? await recoverTail(this.#checker, ask, askedAt, asking) : undefined;
    const holes = await recoverHoles(this.#checker, ask, asking);
    if (tail) holes.requests++;
    holes.recovered.push(...(tail?.recovered ?? []));
    return { holes, ...(tail?.known && { tailKnownTo: askedAt }) };
  }

  /** Counts what is still missing as lost, and begins a new account. */
  settle({ holes, tailKnownTo }: Recovered, firstReadingTo: Offset, now: Offset): Account {
    const doubt = this.heard ? this.#doubt() : 'no event has ever been seen';
    const problem = tailKnownTo === undefined ? doubt : undefined;
    const lastArrival = this.#lastArrival?.at ?? Number.NEGATIVE_INFINITY;
    return accountOf({
      settled: this.#checker.settle(firstReadingTo),
      recovery: holes,
      firstReadingTo,
      knownTo: doubt === undefined ? now : (tailKnownTo ?? lastArrival),
      ...(problem !== undefined && { tail: { after: this.#checker.highest, problem } }),
    });
  }

  async close(): Promise<void> {
    this.#traffic?.close();
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
    const stamp = decoded.ok && !this.#clock.stepped ? { stampMs: decoded.batch.stampMs } : {};
    const arrival = this.#checker.observe({ seq, fingerprint: fingerprintOf(payload), at, connection, ...stamp });
    this.#tally.add(seq, arrival, decoded, this.#context.wallClockMs());
    const ageMs = decoded.ok ? this.#clock.observe(decoded.batch.stampMs, at, arrival) : undefined;
    if (ageMs !== undefined) this.#tally.addAge(ageMs, this.#config.stale);
    this.#lastArrival = { at, connection };
    this.#traffic?.heard(at);
  }

  #otherCounts(): Record<string, number> {
    const reconnects = Math.max(0, this.#subscriber.connections - Math.max(1, this.#connectionsReported));
    this.#connectionsReported = this.#subscriber.connections;
    return { reconnects, ...this.#traffic?.take() };
  }

  #levels(silentMs: number | undefined): Record<string, number> {
    const { shiftMs } = this.#clock;
    return {
      connected: this.#subscriber.connected ? 1 : 0,
      missing: Number(this.#checker.missing),
      ...(silentMs !== undefined && { stalenessMs: silentMs }),
      ...(shiftMs !== undefined && { clockShiftMs: shiftMs }),
    };
  }

  #silentMs(now: Offset): number | undefined {
    return this.#lastArrival && Math.max(0, now - this.#lastArrival.at);
  }

  /** The open connection has brought something: it is a subscription that works, not only a connection. */
  get #confirmed(): boolean {
    return this.#subscriber.connected && this.#lastArrival?.connection === this.#subscriber.connections;
  }

  #ask(): Ask | undefined {
    const { replay } = this.#target;
    if (replay === undefined) return undefined;
    return paced(async (request, asking) => {
      const security = await readSecurity(this.#config).catch(() => undefined);
      if (!security) return { batches: 0, problem: 'the password file cannot be read' };
      return askReplay(replay, security, request, asking);
    });
  }

  /**
   * Why later batches may be missing and the live stream cannot tell. A later batch shows what is missing before it: there is none without
   * a connection, before the first one of a new connection, or in a silence.
   */
  #doubt(): string | undefined {
    if (!this.#subscriber.connected) return 'there is no connection';
    if (!this.#confirmed) return 'no event has come since the connection came back';
    const now = this.#context.now();
    const { stale, expectTraffic } = this.#config;
    const unheard = (this.#traffic?.unheardMs(now) ?? 0) > stale;
    if ((this.#silentMs(now) ?? 0) <= stale && !unheard) return undefined;
    if (expectTraffic || unheard) return 'no event comes although some should';
    return 'silence alone cannot tell an idle engine from a partition';
  }
}

function trafficOf(traffic: Traffic, now: Offset): { unheardMs?: number; failure?: string } {
  const unheardMs = traffic.unheardMs(now);
  const { failure } = traffic;
  return { ...(unheardMs !== undefined && { unheardMs }), ...(failure !== undefined && { failure }) };
}

function detailOf(seen: unknown, opened: readonly Hole[]): Pick<Reading, 'detail'> {
  if (!seen && opened.length === 0) return {};
  return {
    detail: { ...(seen !== undefined && { positions: seen }), ...(opened.length > 0 && { holes: rangesOf(opened) }) },
  };
}
