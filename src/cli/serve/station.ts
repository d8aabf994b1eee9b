import { setMaxListeners } from 'node:events';
import type { Clock } from '../../scheduler/clock.ts';
import { drainProbe } from '../../scheduler/drain.ts';
import type { OpenProbe } from '../../scheduler/lane.ts';
import type { ReadThrottledMs } from '../../scheduler/prober-watch.ts';
import { type Sampling, startSampling } from '../../scheduler/sampling.ts';
import type { Entry, Offset, Outcome } from '../../slo/model/entry.ts';
import type { Plan } from '../../slo/model/plan.ts';
import {
  FROM_NOW,
  WIRE_SCHEMA,
  type WireClock,
  type WireDrained,
  type WireEnd,
  type WireHeader,
} from '../../vantages/lib/wire.ts';
import { Drains } from './drains.ts';
import { Memory, type MemoryLimits } from './memory.ts';

/** What a vantage's process works with. */
export interface StationParts {
  /** With the probes that run here. */
  plan: Plan;
  vantage: string;
  instance: string;
  boot: string;
  version: string;
  clock: Clock;
  /** How long a CPU limit has kept this process from its CPU; absent where the machine does not tell. */
  readThrottledMs?: ReadThrottledMs | undefined;
  probes: readonly OpenProbe[];
  /** Hides secrets in what is told. */
  masked(entry: Entry): Entry;
  note(text: string): void;
  memory: MemoryLimits;
  /** The longest that a drain may take. */
  drainMs: number;
}

/** What a reader asks for: what came since, of that boot. */
export interface Since {
  cursor: number | typeof FROM_NOW;
  boot?: string | undefined;
}

export type SlotCounts = Record<Outcome | 'missing', number>;

const ANSWER_BYTES = 256 * 1024;

/** Runs the probes of a vantage all the time, and remembers what they brought until readers have fetched it. */
export class Station {
  readonly parts: StationParts;
  readonly memory: Memory;
  /** What became of the slots of each probe. */
  readonly counts: ReadonlyMap<string, SlotCounts>;
  readonly #slotZero: Offset;
  readonly #sampling: Sampling;
  readonly #drains: Drains;
  readonly #stopped = new AbortController();
  readonly #waiting = new Set<() => void>();

  /** Starts to probe. */
  constructor(parts: StationParts) {
    const { clock, plan, vantage, probes, readThrottledMs } = parts;
    this.parts = parts;
    this.memory = new Memory(parts.memory);
    this.counts = new Map(probes.map(({ spec }) => [spec.name, { good: 0, bad: 0, unknown: 0, missing: 0 }]));
    this.#slotZero = Math.ceil(clock.now());
    this.#drains = new Drains(clock, (patienceMs) => this.#drainAll(patienceMs));
    // Every question that waits listens.
    setMaxListeners(0, this.#stopped.signal);
    const record = (entry: Entry) => this.#record(entry);
    const setting = { clock, seed: plan.seed, vantage, slotZero: this.#slotZero, readThrottledMs, record };
    this.#sampling = startSampling(setting, probes, this.#slotZero);
  }

  get stopping(): boolean {
    return this.#stopped.signal.aborted;
  }

  now(): Offset {
    return this.parts.clock.now();
  }

  /** Resolves when there is news after the cursor, when the time is over, and when the process is to end. */
  async untilNews({ cursor, boot }: Since, waitMs: number, signal: AbortSignal): Promise<void> {
    const isOurs = cursor !== FROM_NOW && boot === this.parts.boot;
    if (!isOurs || this.memory.next > cursor || this.stopping || signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const wake = () => {
      if (this.stopping || this.memory.next > cursor) resolve();
    };
    this.#waiting.add(wake);
    signal.addEventListener('abort', () => resolve(), { once: true });
    const cancel = this.parts.clock.at(this.now() + waitMs, resolve);
    await promise;
    cancel();
    this.#waiting.delete(wake);
  }

  /** A whole answer, as lines. */
  timeline({ cursor, boot }: Since, received: Offset): string {
    const { memory } = this;
    memory.forget(this.now());
    const from = cursor === FROM_NOW ? memory.next : boot === this.parts.boot ? cursor : memory.fallenOut;
    const { lines, next, fallenOut } = memory.from(from, ANSWER_BYTES);
    const end: WireEnd = { type: 'next', cursor: next, sent: 0 };
    if (next === memory.next) end.settledTo = this.#sampling.settledTo();
    const texts = [JSON.stringify(this.#header(received, fallenOut)), ...lines];
    end.sent = this.now();
    return `${texts.join('\n')}\n${JSON.stringify(end)}\n`;
  }

  clock(received: Offset): WireClock {
    return { boot: this.parts.boot, received, sent: this.now() };
  }

  /** Has the probes here tell what they know of their counts, if none did since. */
  async drain(after: Offset, patienceMs: number, signal: AbortSignal): Promise<WireDrained> {
    const either = AbortSignal.any([signal, this.#stopped.signal]);
    const cursor = await this.#drains.after(after, Math.min(patienceMs, this.parts.drainMs), either);
    return { boot: this.parts.boot, cursor };
  }

  /** Nothing falls due any more; what is under way becomes a gap, and whoever waits is answered. */
  stop(reason: string): void {
    this.#sampling.stop();
    this.#sampling.close(reason);
    this.#stopped.abort(new Error(reason));
    this.#wake();
  }

  #header(received: Offset, fallenOut: number): WireHeader {
    const { plan, vantage, instance, boot, version } = this.parts;
    return {
      type: 'header',
      schema: WIRE_SCHEMA,
      plan: plan.name,
      digest: plan.digest,
      ...{ vantage, instance, boot, version },
      slotZero: this.#slotZero,
      ...{ received, fallenOut },
    };
  }

  #record(entry: Entry): void {
    this.memory.append(JSON.stringify(this.parts.masked(entry)), this.now());
    if (entry.type === 'sample') this.counts.get(entry.probe)![entry.outcome]++;
    if (entry.type === 'gap') this.counts.get(entry.probe)!.missing++;
    this.#wake();
  }

  #wake(): void {
    for (const tell of this.#waiting) tell();
  }

  async #drainAll(patienceMs: number): Promise<number> {
    const { clock, vantage, probes, note } = this.parts;
    const record = (entry: Entry) => this.#record(entry);
    const setting = { clock, vantage, limitMs: patienceMs, outer: this.#stopped.signal, record, note };
    await Promise.all(probes.map((probe) => drainProbe(setting, probe)));
    return this.memory.next;
  }
}
