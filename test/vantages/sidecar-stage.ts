import type { Entry, Life, Sample, VantageBoot, Whole } from '../../src/slo/model/entry.ts';
import { slotDue, slotsDueBetween } from '../../src/slo/slots.ts';
import { planOf, probeSpec } from '../scheduler/test-plan.ts';
import { VirtualClock } from '../simulation/virtual-clock.ts';
import { readerOf, type SidecarSetting, VirtualSidecars } from './virtual-sidecars.ts';

const spec = probeSpec({ at: 'gateway' });
export const plan = planOf([], [spec]);

/** On the clock of the process. */
const workflow: Life = { id: 'w', seen: [0, 1], within: [0, null], outcome: 'good', ended: [null, 1] };
const whole: Whole = { span: [0, 1], page: 1, pages: 1 };

/** Each sample says when it was really taken, on the run's clock. */
export function setting(clock: VirtualClock, changes: Partial<SidecarSetting> = {}): SidecarSetting {
  const session = {
    sample: async () => ({ outcome: 'good' as const, values: { ms: clock.now() } }),
    drain: async () => ({ covers: [0, 1] as [number, number], values: { seen: 1 }, lives: [workflow], whole }),
    close: async () => {},
  };
  return { plan, vantage: 'gateway', probes: () => [{ spec, session }], ...changes };
}

export function stage(changes: Partial<SidecarSetting> = {}) {
  const clock = new VirtualClock();
  const how = setting(clock, changes);
  const sidecars = new VirtualSidecars(clock, how);
  const { reader, entries, warnings } = readerOf(sidecars, clock, how);
  const until = (ms: number) => clock.run(clock.sleepUntil(ms));
  const prepared = () => clock.run(reader.prepare(new AbortController().signal));
  const settled = (offset: number, limitMs: number) => {
    const giveUp = new AbortController();
    clock.at(clock.now() + limitMs, () => giveUp.abort());
    return clock.run(reader.settledBefore(offset, giveUp.signal));
  };
  return { clock, sidecars, reader, entries, warnings, until, prepared, settled };
}

export function samplesOf(entries: readonly Entry[], instance?: string): Sample[] {
  return entries
    .filter((entry): entry is Sample => entry.type === 'sample')
    .filter((sample) => instance === undefined || sample.instance === instance);
}

export function bootsOf(entries: readonly Entry[]): VantageBoot[] {
  return entries.filter((entry): entry is VantageBoot => entry.type === 'vantage');
}

/** How many slots a boot owes between two moments, and how often each was told. */
export function timesTold(
  entries: readonly Entry[],
  { instance, slotZero }: VantageBoot,
  from: number,
  to: number,
): number[] {
  const range = slotsDueBetween(spec, plan.seed, slotZero, from, to)!;
  return Array.from({ length: range.last - range.first + 1 }, (_, index) => {
    const due = slotDue(plan.seed, spec, slotZero, range.first + index);
    return samplesOf(entries, instance).filter((sample) => Math.abs(sample.due - due) < 0.5).length;
  });
}
