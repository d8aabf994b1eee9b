import type { FinalReading, ProbeContext, ProbeSession, Reading } from '../contract.ts';
import type { Link } from '../lib/kafka/link.ts';
import { describeTrouble } from '../lib/kafka/trouble.ts';
import { type Config, watchedGroups } from './config.ts';
import { LagBook } from './lag-book.ts';
import { Looking } from './looking.ts';
import type { Requests } from './requests.ts';
import { TooManyPartitions } from './topics.ts';

/** A reading this close to the deadline may no longer be recorded: it must not carry counts away. */
const RECORDING_MARGIN_MS = 5;

/** Looks at offsets once per slot. */
export class KafkaLagSession implements ProbeSession {
  readonly #context: ProbeContext;
  readonly #link: Link<Requests>;
  readonly #looking: Looking;
  readonly #book: LagBook;
  #looks = 0;
  #latestLook = 0;

  constructor(config: Config, context: ProbeContext, link: Link<Requests>) {
    this.#context = context;
    this.#link = link;
    this.#looking = new Looking(watchedGroups(config));
    this.#book = new LagBook(config.group !== undefined, context.now());
  }

  async sample(signal: AbortSignal): Promise<Reading> {
    const look = ++this.#looks;
    const deadline = this.#context.now() + this.#context.timeoutMs;
    try {
      const seen = await this.#link.call(signal, (requests) => this.#looking.look(requests));
      if (look < this.#latestLook) return unknown('a later look was answered before this one');
      this.#latestLook = look;
      const now = this.#context.now();
      const reading = this.#book.read(seen, now);
      return now < deadline - RECORDING_MARGIN_MS ? this.#book.withCounts(reading, now) : reading;
    } catch (error) {
      if (signal.aborted) return unknown('the brokers do not answer');
      return unknown(error instanceof TooManyPartitions ? error.message : describeTrouble(error));
    }
  }

  /** Without a last look nobody knows what was written and committed since the last sample. */
  async drain(signal: AbortSignal): Promise<FinalReading | undefined> {
    try {
      const patience = AbortSignal.any([signal, AbortSignal.timeout(this.#context.timeoutMs)]);
      const seen = await this.#link.call(patience, (requests) => this.#looking.look(requests));
      const now = this.#context.now();
      this.#book.read(seen, now);
      return this.#book.drained(now);
    } catch {
      return undefined;
    }
  }

  close(): Promise<void> {
    return this.#link.close();
  }
}

function unknown(reason: string): Reading {
  return { outcome: 'unknown', values: {}, reason };
}
