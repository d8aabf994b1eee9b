import { describe, expect, test } from 'vitest';
import { createMetricStore } from '../../src/exporters/lib/metric-store.ts';
import { createRunMetrics } from '../../src/exporters/lib/run-metrics.ts';
import { METRICS } from '../../src/slo/conventions.ts';
import type { ChaosEvent, Entry, Sample } from '../../src/slo/model/entry.ts';
import { HOSTILE, SAMPLE_REPORTS } from '../slo/render/sample-reports.ts';
import { somePlan } from './some-plan.ts';

const sample = (more: Partial<Sample>): Sample => ({
  type: 'sample',
  probe: 'engine-port',
  vantage: 'runner',
  slot: 0,
  due: 0,
  started: 0,
  ended: 1,
  outcome: 'good',
  values: {},
  ...more,
});

const chaos = (state: ChaosEvent['state']): ChaosEvent => ({ type: 'chaos', experiment: 'partition', at: 0, state });

async function textAfter(entries: Entry[]): Promise<string> {
  const metrics = await createRunMetrics(somePlan());
  for (const entry of entries) metrics.observed(entry);
  return metrics.registry.metrics();
}

describe('live metrics', () => {
  test('count slots by outcome, and take what says nothing for missing', async () => {
    const gap: Entry = { type: 'gap', probe: 'engine-port', vantage: 'runner', slot: 3, due: 600, reason: 'late' };

    const text = await textAfter([sample({}), sample({ outcome: 'bad' }), sample({ outcome: 'unknown' }), gap]);

    expect(text).toContain(
      'steadfast_probe_slots_total{plan="kv-event-sync",probe="engine-port",vantage="runner",outcome="good"} 1',
    );
    expect(text).toContain('outcome="bad"} 1');
    expect(text).toContain('outcome="missing"} 2');
  });

  test('show levels in base units and add counts up', async () => {
    const text = await textAfter([
      sample({ values: { latencyMs: 250, received: 3 } }),
      sample({ values: { latencyMs: 30, received: 4, undeclared: 9, constructor: 9 as never } }),
    ]);

    expect(text).toMatch(/^steadfast_probe_value\{.*value="latency",unit="seconds"\} 0\.03$/m);
    expect(text).toMatch(/^steadfast_probe_count_total\{.*value="received",unit="1"\} 7$/m);
    expect(text).not.toMatch(/undeclared|constructor/);
  });

  test('a value that is no number changes nothing, not even later', async () => {
    const values = [{ latencyMs: 250, received: 3 }, { latencyMs: Number.NaN, received: Number.NaN }, { received: 4 }];

    const text = await textAfter(values.map((value) => sample({ values: value as Record<string, number> })));

    expect(text).not.toMatch(/nan/i);
    expect(text).toMatch(/value="latency".*\} 0\.25$/m);
    expect(text).toMatch(/value="received".*\} 7$/m);
  });

  test('say in which step each experiment is, and whether its fault was left behind', async () => {
    const text = await textAfter([chaos('started'), chaos('requested'), chaos('injected'), chaos('left-behind')]);

    expect(text).toContain('steadfast_phase{plan="kv-event-sync",experiment="partition",step="fault"} 1');
    expect(text.match(/^steadfast_phase\{.* 1$/gm)).toHaveLength(1);
    expect(text).toContain('steadfast_fault_left_behind{plan="kv-event-sync",experiment="partition"} 1');
  });
});

describe('the metrics of a report', () => {
  async function textOf(name: keyof typeof SAMPLE_REPORTS): Promise<string> {
    const metrics = await createRunMetrics(somePlan());
    metrics.reported(SAMPLE_REPORTS[name]);
    return metrics.registry.metrics();
  }

  test('say exactly one verdict for the run and for each objective', async () => {
    for (const [name, { objectives }] of Object.entries(SAMPLE_REPORTS)) {
      const text = await textOf(name as keyof typeof SAMPLE_REPORTS);
      expect(text.match(/^steadfast_run_verdict\{.*\} 1$/gm), name).toHaveLength(1);
      expect(text.match(/^steadfast_objective_verdict\{.*\} 1$/gm) ?? [], name).toHaveLength(objectives.length);
    }
  });

  test('show the numbers in base units and what is unbounded as infinite', async () => {
    expect(await textOf('fail')).toMatch(
      /^steadfast_objective_measured_low\{.*objective="recovers".*unit="seconds"\} 30\.001$/m,
    );
    expect(await textOf('fail')).toMatch(/^steadfast_objective_margin\{.*objective="recovers".*\} -0\.001$/m);
    expect(await textOf('inconclusive')).toMatch(
      /^steadfast_objective_measured_high\{.*objective="recovers".*\} \+Inf$/m,
    );
  });

  test('never mention an end that was not recorded', async () => {
    const text = await textOf('nothing');

    expect(text).not.toContain('steadfast_run_end_timestamp_seconds');
    expect(text).toContain('steadfast_run_aborted{plan="kv-event-sync"} 1');
  });

  test('stay well-formed whatever names the user chose', async () => {
    const line = /^(#.*|[a-z_]+(\{([a-zA-Z_]\w*="([^"\\\n]|\\["\\n])*",?)+\})? (-?[\d.e+-]+|[+-]Inf)|)$/;

    for (const text of (await textOf('hostile')).split('\n')) expect(text).toMatch(line);
  });

  test('never lower a counter that was counted live', async () => {
    const metrics = await createRunMetrics(somePlan());
    const { probe, vantage, good } = SAMPLE_REPORTS.pass.probes[0]!;
    for (let slot = 0; slot < good + 5; slot++) metrics.observed(sample({ probe, vantage, slot }));

    metrics.reported(SAMPLE_REPORTS.pass);

    expect(await metrics.registry.metrics()).toContain(
      `probe="${probe}",vantage="${vantage}",outcome="good"} ${good + 5}`,
    );
  });
});

describe('the metric store', () => {
  test('keeps label sets apart that prom-client would take for one', async () => {
    const store = await createMetricStore();

    store.add(METRICS.delivery, { plan: 'a', exporter: 'b,target:c', target: 'd' }, 1);
    store.add(METRICS.delivery, { plan: 'a', exporter: 'b', target: 'c,target:d' }, 1);

    expect((await store.registry.metrics()).match(/^steadfast_delivery\{.*\} 1$/gm)).toHaveLength(2);
  });

  test('gives the same to a reader of JSON, so that one registry serves every exporter', async () => {
    const store = await createMetricStore();
    store.add(METRICS.probeSlots, { plan: HOSTILE, probe: 'p', vantage: 'v', outcome: 'good' }, 2);

    const [metric] = await store.registry.getMetricsAsJSON();

    expect(metric).toMatchObject({ name: METRICS.probeSlots.name, type: 'counter', values: [{ value: 2 }] });
  });
});

test('every metric follows the naming rules and has a name of its own', () => {
  const all = Object.values(METRICS);

  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
  for (const { name, type, help } of all) {
    expect(name).toMatch(/^steadfast_[a-z_]+$/);
    expect(name.endsWith('_total')).toBe(type === 'counter');
    expect(name).not.toMatch(/_(ms|milliseconds|minutes|percent)(_|$)/);
    expect(help).toMatch(/\.$/);
  }
});
