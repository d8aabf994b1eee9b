import { expect } from 'vitest';
import type { FinalReading, Reading } from '../../../src/probes/contract.ts';
import { zmqKvEventsProbe } from '../../../src/probes/zmq-kv-events/probe.ts';
import { problemOfFinal } from '../../../src/scheduler/reading-check.ts';
import { openProbe, type TestSession } from '../session.ts';
import type { SmallEngine } from './small-engine.ts';

/** A session that is subscribed: libzmq has had the time to take the subscription in. */
export async function subscribed(engine: SmallEngine, more: object = {}): Promise<TestSession> {
  const opened = await openProbe(zmqKvEventsProbe, { events: engine.events, ...more });
  await settle();
  return opened;
}

export function settle(ms = 100): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

export async function drain(opened: TestSession): Promise<FinalReading[]> {
  const finals = [(await opened.session.drain?.(AbortSignal.timeout(9000))) ?? []].flat();
  expect(finals.map((final) => problemOfFinal(final, zmqKvEventsProbe.values)).filter(Boolean)).toEqual([]);
  return finals;
}

export function sum(readings: (Reading | FinalReading)[], value: string): number {
  return readings.reduce((total, reading) => total + (reading.values[value] ?? 0), 0);
}

/** Spans in time order must touch, so that no time is unaccounted for. */
export function holesBetween(readings: (Reading | FinalReading)[]): number {
  const spans = readings.map((reading) => reading.covers!).sort((a, b) => a[0] - b[0]);
  return spans.filter(([from], index) => index > 0 && from !== spans[index - 1]![1]).length;
}
