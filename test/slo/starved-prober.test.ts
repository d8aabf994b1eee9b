import { describe, expect, it } from 'vitest';
import { judge } from '../../src/slo/judge.ts';
import type { ProberTrouble, Sample } from '../../src/slo/model/entry.ts';
import type { Indicator } from '../../src/slo/model/plan.ts';
import { renderMarkdown } from '../../src/slo/render/markdown.ts';
import { atMost, cleanEvents, objective, plan, probe, recordingOf } from './build.ts';

const web = probe('web');

function judged(indicator: Indicator, answer: (slot: number) => Partial<Sample>, bound = objective('o').bound) {
  const tested = plan({ probes: [web], objectives: [objective('o', { indicator, bound })] });
  const recording = recordingOf({
    plan: tested,
    events: cleanEvents(),
    answer: (_, due) => answer(Math.floor(due / 1000)),
  });
  const [result] = judge(tested, recording).objectives;
  return { verdict: result!.verdict, low: result!.measurement?.low, high: result!.measurement?.high };
}

describe('a sample of a prober that stood still', () => {
  const slow = { latencyMs: { atMost: { value: 100, unit: 'ms' as const, text: '100ms' } } };

  it('is not bad for values that a rule calls bad', () => {
    const slowOnce = (starved: object) => (slot: number) =>
      slot % 50 === 0 ? { values: { latencyMs: 300 }, ...starved } : { values: { latencyMs: 20 } };
    const ratio: Indicator = { kind: 'ratio', probe: 'web', good: slow };

    expect(judged(ratio, slowOnce({})).verdict).toBe('fail');
    expect(judged(ratio, slowOnce({ starvedMs: 250 }))).toMatchObject({ verdict: 'inconclusive', high: 1 });
  });

  it('is good for values that a rule calls good all the same', () => {
    const ratio: Indicator = { kind: 'ratio', probe: 'web', good: slow };

    expect(judged(ratio, () => ({ values: { latencyMs: 90 }, starvedMs: 60 }))).toMatchObject({
      verdict: 'pass',
      low: 1,
    });
  });

  it('brings a duration that may be shorter by as much', () => {
    const quantile: Indicator = { kind: 'quantile', probe: 'web', value: 'latencyMs', q: 1 };
    const answer = (slot: number) =>
      slot % 50 === 0 ? { values: { latencyMs: 300 }, starvedMs: 250 } : { values: { latencyMs: 60 } };

    expect(judged(quantile, answer, atMost(100))).toEqual({ verdict: 'inconclusive', low: 60, high: 300 });
    expect(judged(quantile, answer, atMost(300))).toMatchObject({ verdict: 'pass' });
    expect(judged(quantile, answer, atMost(50))).toMatchObject({ verdict: 'fail' });
  });
});

describe('the report', () => {
  const trouble = (of: ProberTrouble['of'], ms: number, instance?: string): ProberTrouble => ({
    ...{ type: 'prober', vantage: instance === undefined ? 'runner' : 'gateway', of, from: 1000, to: 2000, ms },
    ...(instance !== undefined && { instance }),
  });
  const report = (...troubles: ProberTrouble[]) => {
    const tested = plan({ probes: [web], objectives: [objective('o')] });
    const recording = recordingOf({ plan: tested, events: cleanEvents(), answer: () => ({}) });
    for (const entry of troubles) recording.add(entry);
    return judge(tested, recording);
  };

  it('says what each prober lost', () => {
    const told = report(
      trouble('stalled', 100),
      trouble('stalled', 3000),
      trouble('clock-step', -3_600_000),
      trouble('throttled', 420, 'pod-1'),
    );

    expect(told.probers).toEqual([
      { vantage: 'runner', stalls: 2, stalledMs: 3100, longestStallMs: 3000, throttledMs: 0, clockSteps: 1 },
      ...[
        {
          vantage: 'gateway',
          instance: 'pod-1',
          stalls: 0,
          stalledMs: 0,
          longestStallMs: 0,
          throttledMs: 420,
          clockSteps: 0,
        },
      ],
    ]);
    const markdown = renderMarkdown(told);
    expect(markdown).toContain(
      '- runner: stood still 2 times, 3.1s together, 3s at the most, its wall clock was set once\n',
    );
    expect(markdown).toContain('- gateway (pod-1): throttled by a CPU limit for 420ms\n');
  });

  it('says nothing where none lost anything', () => {
    expect(report()).not.toHaveProperty('probers');
    expect(renderMarkdown(report())).not.toContain('Probers');
  });
});
