import { setTimeout as sleep } from 'node:timers/promises';
import type { Producer } from '@platformatic/kafka';
import type { Offset } from '../../slo/model/entry.ts';
import type { ProbeContext } from '../contract.ts';
import type { Link } from '../lib/kafka/link.ts';
import { CanaryBook, type Placed } from './canary-book.ts';
import type { StreamRecord } from './field.ts';
import { certainlyNotWritten, readTrouble } from './trouble.ts';

/** What a sample's own record came to: it came back, or why not. */
export type Flight = { latencyMs: number } | { reason: string };

const DEADLINE_MARGIN_MS = 50;
const MAX_ID_BYTES = 1000;

/** Writes records of our own and waits for them to be read. */
export class Canaries {
  readonly book = new CanaryBook();
  readonly #link: Link<Producer>;
  readonly #topic: string;
  readonly #context: ProbeContext;
  readonly #prefix: string;
  readonly #stop = new AbortController();
  readonly #awaited = new Map<string, (flight: Flight) => void>();
  #counter = 0;

  constructor(link: Link<Producer>, topic: string, context: ProbeContext) {
    this.#link = link;
    this.#topic = topic;
    this.#context = context;
    const session = Math.floor(context.random() * 36 ** 6).toString(36);
    this.#prefix = ['steadfast', context.run, context.probe, context.vantage, session].join(' ');
  }

  /** Sends one and waits for it until shortly before the slot's deadline. What comes later is counted all the same. */
  async fly(signal: AbortSignal): Promise<Flight> {
    const id = `${this.#prefix} ${this.#counter++}`;
    if (!this.book.announce(id, this.#context.now())) return { reason: 'too many canaries have not come back' };
    const landed = new Promise<Flight>((resolve) => this.#awaited.set(id, resolve));
    void this.#send(id);
    const waiting = new AbortController();
    const patience = sleep(Math.max(1, this.#context.timeoutMs - DEADLINE_MARGIN_MS), undefined, {
      signal: AbortSignal.any([signal, waiting.signal]),
    }).catch(() => undefined);
    const flight = await Promise.race([landed, patience]);
    waiting.abort();
    this.#awaited.delete(id);
    return flight ?? { reason: this.#whyNotBack(id) };
  }

  /** Takes in a record of the canaries' topic, whoever wrote it. */
  record({ value }: StreamRecord, at: Offset): void {
    if (!value || value.length > MAX_ID_BYTES) return;
    const id = value.toString('utf8');
    const latencyMs = this.book.returned(id, at);
    if (latencyMs !== undefined) this.#awaited.get(id)?.({ latencyMs });
  }

  close(): Promise<void> {
    this.#stop.abort();
    return this.#link.close();
  }

  async #send(id: string): Promise<void> {
    try {
      this.book.written(id, await this.#link.call(this.#stop.signal, (producer) => this.#produce(producer, id)));
    } catch (error) {
      const reason = readTrouble(error);
      const refused = certainlyNotWritten(error);
      if (refused) this.book.refused(id);
      else this.book.unsure(id);
      if (refused) this.#awaited.get(id)?.({ reason: `a canary could not be written: ${reason}` });
      void this.#forgetLeaders();
    }
  }

  async #produce(producer: Producer, id: string): Promise<Placed> {
    const messages = [{ topic: this.#topic, value: Buffer.from(id) }];
    const { offsets } = await producer.send({ messages, acks: -1, repeatOnStaleMetadata: false });
    const [placed] = offsets ?? [];
    if (!placed) throw new Error('the broker did not say where it put the record');
    return { partition: placed.partition, offset: placed.offset };
  }

  /** So that the next one asks anew who leads. */
  async #forgetLeaders(): Promise<void> {
    if (!this.#stop.signal.aborted)
      await this.#link.call(this.#stop.signal, async (producer) => producer.clearMetadata());
  }

  #whyNotBack(id: string): string {
    switch (this.book.stateOf(id)) {
      case 'under-way':
        return 'a canary was not acknowledged in time';
      case 'unsure':
        return 'nobody knows whether a canary was written: the answer was lost';
      default:
        return 'a canary was acknowledged, but not read back in time';
    }
  }
}
