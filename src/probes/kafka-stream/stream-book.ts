import type { Offset } from '../../slo/model/entry.ts';
import type { Config } from './config.ts';
import { EndBook } from './end-book.ts';
import { readEvent, type StreamEvent } from './event.ts';
import type { StreamRecord } from './field.ts';
import { OrderBook } from './order-book.ts';
import { Remembered } from './remembered.ts';
import { type Unended, WorkBook } from './work-book.ts';

type Check = 'duplicates' | 'disordered' | 'movedKeys' | 'begun' | 'ended' | 'endedLate' | 'endedUnbegun';

/** What was found since the last time, and where. */
export interface Findings {
  counts: Record<string, number>;
  /** Why a record could not be read. */
  problem?: string;
  /** The first few places of what is wrong. */
  found: Record<string, string[]>;
}

const SHOWN_PLACES = 20;

/** Checks records as they come, whatever the time: order within a key, duplicates, and work that begins and ends. */
export class StreamBook {
  readonly #config: Config;
  readonly #order: OrderBook;
  readonly #works: WorkBook;
  /** What ended, by the names that others know. */
  readonly ends: EndBook;
  readonly #identities: Remembered<true>;
  #findings: Findings;

  constructor(config: Config, from: Offset) {
    this.#config = config;
    this.ends = new EndBook(from);
    this.#order = new OrderBook(config.remember);
    this.#works = new WorkBook(config.remember);
    this.#identities = new Remembered(config.remember);
    this.#findings = this.#nothing();
  }

  get openWorks(): number {
    return this.#works.open;
  }

  /** How many keys, identities and works are no longer kept in mind, ever. */
  get forgotten(): number {
    return this.#order.forgotten + this.#works.forgotten + this.#identities.forgotten;
  }

  observe(record: StreamRecord, at: Offset): void {
    this.#count('received');
    const event = readEvent(record, this.#config);
    if (event === undefined) return;
    if (typeof event === 'string') {
      this.#findings.problem ??= event;
      this.#note('unreadable', record);
      this.ends.breakAt(at);
    } else this.#check(event, record, at);
  }

  /** Counts that something forgotten would have changed stand only where they are not 0: they are the least that happened. */
  take(): Findings {
    const findings = this.#findings;
    this.#findings = this.#nothing();
    if (this.#identities.forgotten > 0) dropZero(findings.counts, 'duplicates');
    if (this.#identities.forgotten + this.#order.forgotten > 0) dropZero(findings.counts, 'disordered');
    if (this.#order.forgotten > 0) dropZero(findings.counts, 'movedKeys');
    if (this.#works.forgotten > 0)
      for (const name of ['begun', 'ended', 'endedLate', 'endedUnbegun']) dropZero(findings.counts, name);
    return findings;
  }

  openWorkIds(): string[] {
    return this.#works.openIds();
  }

  isWorkOpen(id: string): boolean {
    return this.#works.isOpen(id);
  }

  settle(splitAt: Offset, begunBy?: Offset): Unended {
    return this.#works.settle(splitAt, begunBy);
  }

  /** A repeated record is a duplicate and nothing else: it is not also out of order. */
  #check(event: StreamEvent, record: StreamRecord, at: Offset): void {
    if (event.identity !== undefined && this.#isKnown(event.identity)) {
      this.#note('duplicates', record);
      return;
    }
    if (event.rank !== undefined) {
      const fit = this.#order.observe(event.topic, event.partition, event.key, event.rank);
      if (fit === 'disordered') this.#note('disordered', record);
      if (fit === 'moved') this.#note('movedKeys', record);
    }
    const news = event.work && this.#works.observe(event.work, at);
    if (!news) return;
    this.#count(news);
    if (event.work?.step === 'end') this.ends.add(event.work.key, at);
  }

  #isKnown(identity: string): boolean {
    const known = this.#identities.get(identity) === true;
    this.#identities.set(identity, true);
    return known;
  }

  #count(name: string): void {
    this.#findings.counts[name] = (this.#findings.counts[name] ?? 0) + 1;
  }

  #note(name: string, { topic, partition, offset }: StreamRecord): void {
    this.#count(name);
    const { found } = this.#findings;
    found[name] ??= [];
    const places = found[name];
    if (places.length < SHOWN_PLACES) places.push(`${topic}-${partition} at ${offset}`);
  }

  #nothing(): Findings {
    const { identity, order, complete } = this.#config;
    const checks: Check[] = [
      ...(identity ? (['duplicates'] as const) : []),
      ...(order ? (['disordered', 'movedKeys'] as const) : []),
      ...(complete ? (['begun', 'ended', 'endedLate', 'endedUnbegun'] as const) : []),
    ];
    return { counts: Object.fromEntries(['received', 'unreadable', ...checks].map((name) => [name, 0])), found: {} };
  }
}

function dropZero(counts: Record<string, number>, name: string): void {
  if (counts[name] === 0) delete counts[name];
}
