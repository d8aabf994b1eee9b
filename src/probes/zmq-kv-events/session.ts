import { setTimeout as sleep } from 'node:timers/promises';
import type { Offset } from '../../slo/model/entry.ts';
import type { FinalReading, ProbeContext, ProbeSession, Reading } from '../contract.ts';
import { combined, partOf, summed, toldTogether } from './combine.ts';
import type { KvEventsConfig } from './config.ts';
import { lossReadings } from './ledger.ts';
import { EventStream } from './stream.ts';
import { targetsOf } from './stream-target.ts';
import { Traffic, trafficClient } from './traffic.ts';

const JOIN_MS = 500;

/** Opens a subscription for each rank, and gives the first connections a moment, so that the first sample has something to say. */
export async function openSession(config: KvEventsConfig, context: ProbeContext): Promise<ProbeSession> {
  const streams: EventStream[] = [];
  for (const target of targetsOf(config)) {
    const traffic =
      config.traffic && new Traffic(config.traffic, context, await trafficClient(config.traffic), target.rank);
    streams.push(new EventStream(config, target, context, traffic));
  }
  const joined = Promise.all(streams.map(({ firstAttempt }) => firstAttempt));
  await Promise.race([joined, sleep(JOIN_MS, undefined, { ref: false })]);
  return new KvEventsSession(streams, context);
}

/** All ranks of one engine. Samples never wait, may overlap, and a missed one loses nothing. */
class KvEventsSession implements ProbeSession {
  readonly #streams: readonly EventStream[];
  readonly #context: ProbeContext;
  #experimentFrom: Offset;
  #coveredTo: Offset;
  #firstReadingTo: Offset | undefined;

  constructor(streams: readonly EventStream[], context: ProbeContext) {
    this.#streams = streams;
    this.#context = context;
    this.#experimentFrom = context.now();
    this.#coveredTo = this.#experimentFrom;
  }

  async sample(signal: AbortSignal): Promise<Reading> {
    signal.throwIfAborted();
    const covers = this.#advance();
    this.#firstReadingTo ??= covers[1];
    const looks = this.#streams.map((stream) => ({ rank: stream.rank, look: stream.look(...covers) }));
    if (looks.length === 1) return { ...looks[0]!.look, covers };
    return { ...combined(looks), covers, parts: looks.map(partOf) };
  }

  async drain(signal: AbortSignal): Promise<FinalReading[]> {
    await Promise.all(this.#streams.map((stream) => stream.awaitLate(signal)));
    const recovered = await Promise.all(this.#streams.map((stream) => stream.recover(signal)));
    const covers = this.#advance();
    const firstReadingTo = this.#firstReadingTo ?? covers[1];
    const accounts = this.#streams.map((stream, index) => stream.settle(recovered[index]!, firstReadingTo, covers[1]));
    const stretch = { from: this.#experimentFrom, firstReadingTo };
    this.#experimentFrom = covers[1];
    this.#firstReadingTo = undefined;
    const tail: FinalReading = { covers, values: summed(this.#streams.map((stream) => stream.takeCounts())) };
    if (!this.#streams.some(({ heard }) => heard))
      return [{ ...tail, reason: 'no event has ever been seen, so losses are unknown' }];
    const told = toldTogether(accounts.map((account, index) => ({ rank: this.#streams[index]!.rank, account })));
    return [tail, ...lossReadings(stretch, accounts, told)];
  }

  async close(): Promise<void> {
    await Promise.all(this.#streams.map((stream) => stream.close()));
  }

  /** What the next reading covers. */
  #advance(): [Offset, Offset] {
    const from = this.#coveredTo;
    this.#coveredTo = Math.max(from, this.#context.now());
    return [from, this.#coveredTo];
  }
}
