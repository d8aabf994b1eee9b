import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin, Producer } from '@platformatic/kafka';
import type { Offset } from '../../slo/model/entry.ts';
import type { FinalReading, ProbeContext, ProbeSession, Reading } from '../contract.ts';
import { clientOptions } from '../lib/kafka/client-options.ts';
import { Link } from '../lib/kafka/link.ts';
import { Canaries, type Flight } from './canaries.ts';
import type { Config } from './config.ts';
import type { StreamRecord } from './field.ts';
import { Reader } from './reader.ts';
import { canaryReadings, type Stretch, workReadings } from './settlement.ts';
import { type Findings, StreamBook } from './stream-book.ts';
import { judgeStream } from './verdict.ts';

/** Counts are given while everything older than this has been read everywhere; else they wait for a later reading. */
const KNOWN_WITHIN_MS = 1000;
const JOIN_MS = 1000;
const LOOK_AGAIN_MS = 20;
/** What was written just before a drain, of a work whose beginning was not seen, is waited for so long. */
const LINGER_MS = 1000;

interface Known {
  covers: [Offset, Offset];
  counts: Record<string, number>;
  findings: Findings;
  brokenBy?: string;
}

/** One reader for the whole run. Records are checked as they come; a sample looks at what was found, and sends a canary where there are some. */
export class KafkaStreamSession implements ProbeSession {
  readonly #config: Config;
  readonly #context: ProbeContext;
  readonly #link: Link<Admin>;
  readonly #reader: Reader;
  readonly #book: StreamBook;
  readonly #canaries: Canaries | undefined;
  #experimentFrom: Offset;
  #firstReadingTo: Offset | undefined;
  /** The next counts account for the time from here on. */
  #countsFrom: Offset;
  #everReceived = false;
  #delayMs: number | undefined;

  private constructor(
    config: Config,
    context: ProbeContext,
    library: typeof import('@platformatic/kafka'),
    links: { admin: Link<Admin>; producer: Link<Producer> | undefined },
  ) {
    this.#config = config;
    this.#context = context;
    this.#experimentFrom = context.now();
    this.#countsFrom = this.#experimentFrom;
    this.#book = new StreamBook(config, this.#experimentFrom);
    this.#link = links.admin;
    this.#canaries = links.producer && new Canaries(links.producer, config.canary!.topic, context);
    this.#reader = new Reader({
      library,
      link: links.admin,
      topics: [...(config.topics ?? []), ...(config.canary ? [config.canary.topic] : [])],
      committed: config.isolation === 'committed',
      now: () => context.now(),
      random: () => context.random(),
      record: (record, at) => this.#receive(record, at),
    });
  }

  /** Gives the first look a moment, so that the first sample has something to say. */
  static async open(config: Config, context: ProbeContext): Promise<KafkaStreamSession> {
    const library = await import('@platformatic/kafka');
    const options = await clientOptions(config, context.timeoutMs);
    const admin = new Link(() => new library.Admin({ ...options }));
    const producer = config.canary && new Link(() => new library.Producer({ ...options, timeout: context.timeoutMs }));
    const session = new KafkaStreamSession(config, context, library, { admin, producer });
    const { positions } = session.#reader;
    const hasNews = () => positions.knownTo !== undefined || session.#reader.trouble !== undefined;
    await session.#until(hasNews, AbortSignal.timeout(JOIN_MS));
    return session;
  }

  async sample(signal: AbortSignal): Promise<Reading> {
    signal.throwIfAborted();
    const flight = await this.#fly(signal);
    const now = this.#context.now();
    this.#firstReadingTo ??= now;
    const known = this.#takeKnown(now);
    const judgement = judgeStream({
      ...(flight && { flight }),
      ...this.#troubleOf(known),
      ...situationOf(known?.findings),
      silent: this.#config.topics !== undefined && !this.#everReceived,
      forgotten: this.#book.forgotten > 0,
    });
    return {
      ...judgement,
      values: { ...known?.counts, ...this.#levels(), ...(flight && 'latencyMs' in flight && flight) },
      ...(known && { covers: known.covers }),
      ...(known && Object.keys(known.findings.found).length > 0 && { detail: known.findings.found }),
    };
  }

  async drain(signal: AbortSignal): Promise<FinalReading[]> {
    const begunAt = this.#context.now();
    const lingersTo = begunAt + (this.#config.complete ? LINGER_MS : 0);
    await this.#until(() => !this.#reader.joined || this.#hasReadTo(begunAt), signal);
    const readAt = this.#context.now();
    // Where work goes on beginning, something is always open.
    const begun = this.#book.openWorkIds();
    const isDone = () => this.#hasReadTo(lingersTo) && !this.#isAnyOpen(begun);
    await this.#until(() => !this.#reader.joined || isDone(), signal);
    const now = this.#context.now();
    const stretch = { from: this.#experimentFrom, firstReadingTo: this.#firstReadingTo ?? now, readAt, end: now };
    const complete = this.#hasReadTo(begunAt);
    const known = this.#takeKnown(now, complete);
    this.#experimentFrom = now;
    this.#firstReadingTo = undefined;
    const tail = known ? [{ covers: known.covers, values: known.counts }] : [];
    return [...tail, ...this.#ends([stretch.from, now]), ...this.#settle(stretch, complete)];
  }

  async close(): Promise<void> {
    this.#reader.close();
    await Promise.all([this.#link.close(), this.#canaries?.close()]);
  }

  async #fly(signal: AbortSignal): Promise<Flight | undefined> {
    if (!this.#canaries) return undefined;
    if (this.#reader.joined) return this.#canaries.fly(signal);
    return { reason: this.#reader.trouble ?? 'still connecting for the first time' };
  }

  #receive(record: StreamRecord, at: Offset): void {
    if (record.topic === this.#config.canary?.topic) this.#canaries?.record(record, at);
    else {
      this.#everReceived = true;
      this.#book.observe(record, at);
      const delayMs = this.#context.wallClockMs() - record.timestampMs;
      this.#delayMs = Math.max(this.#delayMs ?? Number.NEGATIVE_INFINITY, delayMs);
    }
  }

  /**
   * What was counted since the last time. All that was written before the reader's last complete look is in it, and all that is in it was
   * written before now: so what two readings account for overlaps by the moment between the two.
   */
  #takeKnown(now: Offset, complete = false): Known | undefined {
    const { positions } = this.#reader;
    const knownTo = positions.knownTo;
    if (knownTo === undefined || (!complete && now - knownTo > KNOWN_WITHIN_MS)) return undefined;
    const brk = positions.takeBreak();
    const from = Math.min(now, brk?.at ?? this.#countsFrom);
    this.#countsFrom = Math.max(knownTo, from);
    const findings = this.#book.take();
    const counts = { ...(this.#config.topics && findings.counts), ...this.#canaries?.book.take() };
    return { covers: [from, now], counts, findings, ...(brk?.reason !== undefined && { brokenBy: brk.reason }) };
  }

  #levels(): Record<string, number> {
    const delayMs = this.#delayMs;
    this.#delayMs = undefined;
    const { topics, complete } = this.#config;
    return {
      ...(this.#reader.positions.knownTo !== undefined && { behind: this.#reader.positions.behind }),
      ...(topics && { forgotten: this.#book.forgotten }),
      ...(complete && { open: this.#book.openWorks }),
      ...(delayMs !== undefined && { delayMs }),
    };
  }

  #troubleOf(known: Known | undefined): { trouble?: string } {
    const { trouble, joined } = this.#reader;
    if (trouble !== undefined) return { trouble };
    if (known) return known.brokenBy === undefined ? {} : { trouble: known.brokenBy };
    if (!joined) return { trouble: 'still connecting for the first time' };
    const begun = this.#reader.positions.knownTo !== undefined;
    return { trouble: begun ? 'the brokers do not answer' : 'not every partition has been read yet' };
  }

  #hasReadTo(moment: Offset): boolean {
    return (this.#reader.positions.knownTo ?? Number.NEGATIVE_INFINITY) >= moment;
  }

  #isAnyOpen(works: readonly string[]): boolean {
    return works.some((id) => this.#book.isWorkOpen(id)) || (this.#canaries?.book.open(this.#readSoFar(true)) ?? 0) > 0;
  }

  #readSoFar(toTheEnd: boolean) {
    const topic = this.#config.canary?.topic ?? '';
    return {
      toTheEnd,
      passed: ({ partition, offset }: { partition: number; offset: bigint }) =>
        (this.#reader.positions.get(topic, partition)?.next ?? -1n) > offset,
    };
  }

  #settle(stretch: Stretch, complete: boolean): FinalReading[] {
    const canaries = this.#canaries?.book.settle(stretch.firstReadingTo, this.#readSoFar(complete));
    const works =
      this.#config.complete && complete ? this.#book.settle(stretch.firstReadingTo, stretch.readAt) : undefined;
    return [...(works ? workReadings(stretch, works) : []), ...(canaries ? canaryReadings(stretch, canaries) : [])];
  }

  #ends(covers: [Offset, Offset]): FinalReading[] {
    if (!this.#config.complete) return [];
    const { knownTo, brokenAt } = this.#reader.positions;
    if (brokenAt !== undefined) this.#book.ends.breakAt(brokenAt);
    return this.#book.ends.take(covers, knownTo);
  }

  async #until(condition: () => boolean, signal: AbortSignal): Promise<void> {
    while (!condition() && !signal.aborted) await sleep(LOOK_AGAIN_MS, undefined, { signal }).catch(() => undefined);
  }
}

function situationOf(findings: Findings | undefined) {
  return {
    duplicates: findings?.counts['duplicates'] ?? 0,
    disordered: findings?.counts['disordered'] ?? 0,
    ...(findings?.problem !== undefined && { problem: findings.problem }),
  };
}
