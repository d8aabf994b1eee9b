import { expect } from 'vitest';
import type { FinalReading, Reading } from '../../../src/probes/contract.ts';
import { kafkaStreamProbe } from '../../../src/probes/kafka-stream/probe.ts';
import { problemOfFinal, problemOfReading } from '../../../src/scheduler/reading-check.ts';
import type { TestSession } from '../session.ts';

/** All that a session says, with its counts added up over readings that must account for the time without a hole. */
export class Account {
  readonly #session: TestSession;
  readonly counts: Record<string, number> = {};
  readonly readings: Reading[] = [];
  finals: FinalReading[] = [];
  #coveredTo: number | undefined;

  constructor(session: TestSession) {
    this.#session = session;
  }

  async sample(): Promise<Reading> {
    const reading = await this.#session.sample();
    expect(problemOfReading(reading, kafkaStreamProbe.values)).toBeUndefined();
    this.readings.push(reading);
    if (reading.covers) this.#add(reading.covers, reading.values);
    return reading;
  }

  async drain(ms = 2000): Promise<void> {
    this.finals = ((await this.#session.session.drain?.(AbortSignal.timeout(ms))) ?? []) as FinalReading[];
    for (const [index, { covers, values, ...more }] of this.finals.entries()) {
      expect(problemOfFinal({ covers, values, ...more }, kafkaStreamProbe.values)).toBeUndefined();
      if (index === 0) this.#add(covers, values);
      else this.#count(values);
    }
  }

  #add(covers: [number, number], values: Record<string, number>): void {
    if (this.#coveredTo !== undefined) expect(covers[0]).toBeLessThanOrEqual(this.#coveredTo);
    this.#coveredTo = covers[1];
    this.#count(values);
  }

  #count(values: Record<string, number>): void {
    for (const [name, value] of Object.entries(values))
      if (kafkaStreamProbe.values[name]?.kind === 'count') this.counts[name] = (this.counts[name] ?? 0) + value;
  }
}
