import { describe, expect, it } from 'vitest';
import { judge } from '../../src/slo/judge.ts';
import type { Entry, VantageBoot } from '../../src/slo/model/entry.ts';
import { Recording } from '../../src/slo/recording.ts';
import { slotDue, slotsDueBetween } from '../../src/slo/slots.ts';
import { objective, plan, probe, timelineOf } from './build.ts';

const remote = probe('web', { at: 'gateway' });
const tested = plan({ probes: [remote], objectives: [objective('available')] });
const RECOVERY = { from: 91_000, to: 181_000 };

function boot(slotZero: number): VantageBoot {
  return { type: 'vantage', vantage: 'gateway', instance: 'pod-1', boot: `b${slotZero}`, slotZero, clock: [0, 0] };
}

/** Every slot of a boot's grid is answered well, from its boot (or a moment) to another moment. */
function goodSamples(slotZero: number, from: number, to: number): Entry[] {
  const range = slotsDueBetween(remote, tested.seed, slotZero, from, to);
  return Array.from({ length: range ? range.last - range.first + 1 : 0 }, (_, index): Entry => {
    const slot = range!.first + index;
    const due = slotDue(tested.seed, remote, slotZero, slot);
    const base = { probe: 'web', vantage: 'gateway', slot, due, started: due, ended: due + 5 };
    return { type: 'sample', ...base, outcome: 'good', values: {} };
  });
}

function judged(entries: Entry[]) {
  const around = timelineOf({ plan: tested, answer: () => undefined });
  return judge(tested, Recording.of([...around, ...entries])).objectives[0]!;
}

describe('the slots of a vantage', () => {
  it('are all answered where it was there all the time', () => {
    expect(judged([boot(0), ...goodSamples(0, 0, 181_000)])).toMatchObject({
      verdict: 'pass',
      measurement: { good: 90, missing: 0 },
    });
  });

  it('are missing before it booted in the middle of the phase', () => {
    const late = judged([boot(100_300), ...goodSamples(100_300, 100_300, 181_000)]);

    expect(late).toMatchObject({ verdict: 'inconclusive', reason: 'missing-samples' });
    expect(late.measurement!.missing).toBeGreaterThanOrEqual(9);
    expect(late.measurement!.good + late.measurement!.missing).toBe((RECOVERY.to - RECOVERY.from) / 1000);
  });

  it('are missing where it booted after the phase', () => {
    expect(judged([boot(500_000)])).toMatchObject({ verdict: 'inconclusive', reason: 'no-samples' });
  });

  it('are missing from its death to its next boot', () => {
    const again = judged([
      ...[boot(0), boot(120_250)],
      ...goodSamples(0, 0, 110_000),
      ...goodSamples(120_250, 120_250, 181_000),
    ]);

    expect(again).toMatchObject({ verdict: 'inconclusive', reason: 'missing-samples' });
    expect(again.measurement!.missing).toBeGreaterThanOrEqual(10);
  });

  it('are not known at all where it never booted', () => {
    expect(judged([])).toMatchObject({ verdict: 'inconclusive', reason: 'vantage-silent' });
  });
});
