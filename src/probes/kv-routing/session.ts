import { setTimeout as pause } from 'node:timers/promises';
import type { HttpClient } from '../../clients/http.ts';
import type { FinalReading, ProbeContext, ProbeSession, Reading } from '../contract.ts';
import { CountWindow } from '../lib/count-window.ts';
import type { Config } from './config.ts';
import { askDirectly, type Direct } from './direct.ts';
import type { Engines } from './engines.ts';
import { createPlanting } from './planting.ts';
import { createPrompts, type Prompts } from './prompts.ts';
import { type RepeatReading, repeat, type Shares } from './repeat.ts';
import type { RoutingVerdict } from './routing-verdict.ts';
import { Strangers, type StrangerTrouble } from './strangers.ts';
import { WaitingPrefixes } from './waiting-prefixes.ts';
import { type Way, wayThrough } from './way.ts';
import type { Within } from './witness.ts';

/** Parts of a slot's time-out. All that a measurement may take is less than the whole; planting gets what is left, up to its part. */
const SHARE = { look: 0.08, gateway: 0.4, engine: 0.12, plant: 0.3 };
/** A reading this close to the deadline may no longer be recorded: it must not carry counts away. */
const RECORDING_MARGIN_MS = 5;
/** Now and then a prompt that nobody holds shows where the gateway sends what it does not know: engines are met that way. */
const STRANGER_EVERY_SLOTS = 8;
const STRANGERS_AT_FIRST = 3;
/** Each slot costs the engines prompts of full length. */
const LEAST_INTERVAL_MS = 250;

/** Repeats one prefix per slot, and plants the next one. */
export class KvRoutingSession implements ProbeSession {
  readonly #config: Config;
  readonly #context: ProbeContext;
  readonly #gateway: HttpClient;
  readonly #engines: Engines;
  readonly #prompts: Prompts;
  readonly #direct: Direct;
  readonly #way: Way;
  readonly #waiting: WaitingPrefixes;
  readonly #strangers: Strangers;
  readonly #planting: ReturnType<typeof createPlanting>;
  readonly #counts: CountWindow<'repeats' | 'hits' | 'misrouted' | 'stale'>;
  #slots = 0;
  /** The last repeat went to an engine that failed. */
  #engineFailed = false;

  constructor(config: Config, context: ProbeContext, gateway: HttpClient, engines: Engines) {
    const { run, probe, vantage } = context;
    const now = () => context.now();
    this.#config = config;
    this.#context = context;
    this.#gateway = gateway;
    this.#engines = engines;
    const seed = [run, probe, vantage, context.random(), context.wallClockMs()].join('/');
    this.#prompts = createPrompts(seed, config.prefixWords);
    this.#direct = askDirectly(config, now);
    this.#way = wayThrough(gateway, engines, config, config.targetHeader);
    this.#waiting = new WaitingPrefixes(config, (target) => this.#mayUse(target));
    this.#strangers = new Strangers(this.#way, this.#prompts);
    this.#planting = createPlanting({
      direct: this.#direct,
      engines,
      prompts: this.#prompts,
      now,
      random: () => context.random(),
    });
    this.#counts = new CountWindow(['repeats', 'hits', 'misrouted', 'stale'], context.now());
  }

  async sample(signal: AbortSignal): Promise<Reading> {
    if (this.#context.intervalMs < LEAST_INTERVAL_MS)
      return unknown(`an interval below ${LEAST_INTERVAL_MS}ms would be a load and no measurement`);
    const deadline = this.#context.now() + this.#context.timeoutMs;
    const slot = this.#slots++;
    const { reading, verdict } = await this.#measure(slot, signal);
    this.#count(verdict);
    await this.#prepareNext(slot, deadline, signal);
    return this.#withCounts(reading, deadline);
  }

  /** Without it no total would reach the end of a run. */
  async drain(): Promise<FinalReading> {
    return this.#counts.take(this.#context.now());
  }

  async close(): Promise<void> {
    this.#gateway.close();
    this.#engines.close();
  }

  async #measure(slot: number, signal: AbortSignal): Promise<RepeatReading> {
    const trouble = await this.#meetEngines(slot, signal);
    const few = this.#engines.all().length < 2;
    if (trouble && (few || trouble.atGateway)) return trouble;
    if (few) return { reading: unknown('fewer than two engines are known: the gateway has no choice') };
    const planted = this.#waiting.take(this.#context.now()) ?? (await this.#plantAndSettle(signal));
    if (typeof planted === 'string') return { reading: unknown(planted) };
    const repeated = await repeat(planted, this.#repeating(), this.#shares(signal));
    this.#engineFailed = repeated.failedAt !== undefined;
    if (repeated.reading.outcome === 'bad' && !repeated.verdict) this.#waiting.putBack(planted, this.#context.now());
    return repeated;
  }

  async #meetEngines(slot: number, signal: AbortSignal): Promise<StrangerTrouble | undefined> {
    const few = this.#engines.all().length < 2;
    const due = this.#engineFailed || (!this.#config.engines && slot % STRANGER_EVERY_SLOTS === 0);
    if (!few && !due) return undefined;
    return this.#strangers.send(few ? STRANGERS_AT_FIRST : 1, this.#within('gateway', signal));
  }

  /** The first slots have nothing that waits. */
  async #plantAndSettle(signal: AbortSignal) {
    const planted = await this.#planting.plant(this.#within('plant', signal));
    if (typeof planted === 'string') return planted;
    await pause(this.#config.settle, undefined, { signal }).catch(() => undefined);
    return planted;
  }

  /** After the measurement, in what is left of the slot's time: a fault that makes this slow must not hide what was measured. */
  async #prepareNext(slot: number, deadline: number, signal: AbortSignal): Promise<void> {
    const left = deadline - this.#context.now() - 10 * RECORDING_MARGIN_MS;
    const timeoutMs = Math.min(this.#timeoutOf('plant'), left);
    if (timeoutMs <= 0 || signal.aborted) return;
    const within = { timeoutMs, signal };
    const planting = Array.from({ length: this.#waiting.wanted(slot) }, () => this.#plantNext(within));
    const down = this.#engines.all().filter((engine) => engine.down);
    const again = down[slot % Math.max(1, down.length)];
    await Promise.all([...planting, again && this.#direct.lookAgain(again, within)]);
  }

  async #plantNext(within: Within): Promise<void> {
    const failed = this.#strangers.takeFailed();
    const planted = await (failed ? this.#planting.plantHalf(failed, within) : this.#planting.plant(within));
    if (typeof planted === 'object') this.#waiting.add(planted);
    else if (failed) this.#strangers.putBack(failed);
  }

  #mayUse(target: string): boolean {
    const engine = this.#engines.get(target);
    if (!engine) return true;
    const back = engine.backAt ?? Number.NEGATIVE_INFINITY;
    return !engine.down && this.#context.now() - back >= this.#config.settle;
  }

  #count(verdict: RoutingVerdict | undefined): void {
    if (!verdict || verdict.kind === 'undecided') return;
    this.#counts.add('repeats');
    this.#counts.add(verdict.kind === 'best' ? 'hits' : 'misrouted');
    if (verdict.kind === 'misrouted' && verdict.stale) this.#counts.add('stale');
  }

  #withCounts(reading: Reading, deadline: number): Reading {
    const values = { ...reading.values, engines: this.#engines.answering().length };
    const now = this.#context.now();
    if (now >= deadline - RECORDING_MARGIN_MS) return { ...reading, values };
    const { covers, values: counts } = this.#counts.take(now);
    return { ...reading, covers, values: { ...values, ...counts } };
  }

  #repeating() {
    return {
      way: this.#way,
      direct: this.#direct,
      engines: this.#engines,
      prompts: this.#prompts,
      now: () => this.#context.now(),
    };
  }

  #shares(signal: AbortSignal): Shares {
    const within = (kind: keyof typeof SHARE) => this.#within(kind, signal);
    return { look: within('look'), gateway: within('gateway'), engine: within('engine') };
  }

  #within(kind: keyof typeof SHARE, signal: AbortSignal): Within {
    return { timeoutMs: this.#timeoutOf(kind), signal };
  }

  #timeoutOf(kind: keyof typeof SHARE): number {
    return this.#context.timeoutMs * SHARE[kind];
  }
}

function unknown(reason: string): Reading {
  return { outcome: 'unknown', values: {}, reason };
}
