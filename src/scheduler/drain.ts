import type { FinalReading } from '../probes/contract.ts';
import type { Entry, Final, Life } from '../slo/model/entry.ts';
import type { ProbeSpec } from '../slo/model/plan.ts';
import { reasonOf, within } from './bounded.ts';
import type { Clock } from './clock.ts';
import type { OpenProbe } from './lane.ts';
import { problemOfFinal } from './reading-check.ts';

/** A drain is told to stop this long before it is given up: one that waited to the end can still say what it knows. */
export const DRAIN_GRACE_MS = 500;

/** What the drains of several probes have in common. */
export interface DrainSetting {
  clock: Clock;
  vantage: string;
  limitMs: number;
  outer: AbortSignal;
  record(entry: Entry): void;
  note(text: string): void;
}

/** Asks a probe for its final readings, within the limit, and records them. Never rejects. */
export async function drainProbe(setting: DrainSetting, { spec, session }: OpenProbe): Promise<void> {
  if (!session.drain) return;
  const { clock, vantage, limitMs, outer } = setting;
  const bounds = { clock, what: 'the drain', limitMs, outer };
  const toldToStop = new AbortController();
  const cancel = clock.at(clock.now() + limitMs - DRAIN_GRACE_MS, () =>
    toldToStop.abort(new DOMException('the drain is over', 'TimeoutError')),
  );
  try {
    const drained = await within(bounds, (signal) => session.drain!(AbortSignal.any([signal, toldToStop.signal])));
    const readings = drained === undefined ? [] : [drained].flat();
    for (const final of readings.map((reading) => finalOf(spec, vantage, reading))) setting.record(final);
  } catch (error) {
    // The missing final is the fact; the judge sees that the counts end early.
    setting.note(`${spec.name} could not be drained: ${reasonOf(error)}`);
  } finally {
    cancel();
  }
}

function finalOf(spec: ProbeSpec, vantage: string, reading: FinalReading): Final {
  const problem = problemOfFinal(reading, spec.values);
  if (problem) throw new Error(problem);
  const { covers, values, reason, lives, ends, whole, detail } = reading;
  const final: Final = { type: 'final', probe: spec.name, vantage, covers, values };
  if (reason !== undefined) final.reason = reasonOf(reason);
  if (lives !== undefined) final.lives = lives.map(withShortReason);
  if (ends !== undefined) final.ends = ends;
  if (whole !== undefined) final.whole = whole;
  if (detail !== undefined) final.detail = detail;
  return final;
}

function withShortReason(life: Life): Life {
  return life.reason === undefined ? life : { ...life, reason: reasonOf(life.reason) };
}
