import { describe, expect, test } from 'vitest';
import type { QueryAnswer, QueryClient } from '../../src/clients/query.ts';
import type { BaselineSpec, Objective, Plan, Target } from '../../src/slo/model/plan.ts';
import { collectBaselines, collectObjectiveQueries } from '../../src/sources/collect.ts';

const RUN_START = 1_700_000_000_123;
const never = new AbortController().signal;

/** A client that writes down what it is asked and gives the same answer to all. */
function recordingClient(answer: QueryAnswer): QueryClient & { asked: unknown[] } {
  const asked: unknown[] = [];
  return {
    asked,
    address: 'test',
    async instant(query, _signal, time) {
      asked.push({ query, time });
      return answer;
    },
    async range(query, start, end, step) {
      asked.push({ query, start, end, step });
      return answer;
    },
    close() {},
  };
}

const baseline = (more: Partial<BaselineSpec>): BaselineSpec => ({
  name: 'before',
  source: 'prom',
  query: 'up',
  lastMs: 3_600_000,
  stepMs: 15_000,
  stat: 'median',
  minPoints: 10,
  ...more,
});

const planWith = (part: Partial<Plan>): Plan => ({ baselines: [], objectives: [], ...part }) as unknown as Plan;

function queryObjective(target: Target, stepMs?: number): Objective {
  const query = { kind: 'query' as const, query: 'rate(x[5s])', source: 'prom', stat: 'max' as const };
  return {
    name: 'slow',
    phase: 'recovery',
    indicator: stepMs === undefined ? query : { ...query, stepMs },
    bound: { op: 'atMost', target },
    severity: 'critical',
    tolerateMissing: 0,
  };
}

const constant: Target = { kind: 'constant', quantity: { value: 1, unit: '1', text: '1' } };

describe('baselines', () => {
  test('a baseline is asked for over the time before the run', async () => {
    const answer: QueryAnswer = {
      ok: true,
      series: [{ labels: { a: 'b' }, values: [[1_699_999_999.123, 'NaN']] }],
      warnings: ['partial'],
    };
    const client = recordingClient(answer);

    const plan = planWith({ baselines: [baseline({})] });
    const references = await collectBaselines(plan, new Map([['prom', client]]), RUN_START, never);

    expect(client.asked).toEqual([{ query: 'up', start: 1_699_996_400.123, end: 1_700_000_000.123, step: 15 }]);
    expect(references).toEqual([
      {
        type: 'reference',
        of: 'baseline:before',
        source: 'prom',
        query: 'up',
        start: '2023-11-14T21:13:20.123Z',
        end: '2023-11-14T22:13:20.123Z',
        step: 15,
        series: [{ labels: { a: 'b' }, values: [[-1000, 'NaN']] }],
        warnings: ['partial'],
      },
    ]);
  });

  test('a baseline without a window is asked for at the start of the run', async () => {
    const client = recordingClient({ ok: true, series: [], warnings: [] });

    const plan = planWith({ baselines: [baseline({ lastMs: 0 })] });
    const [reference] = await collectBaselines(plan, new Map([['prom', client]]), RUN_START, never);

    expect(client.asked).toEqual([{ query: 'up', time: 1_700_000_000.123 }]);
    expect(reference).toMatchObject({ step: 0, series: [] });
  });

  test('trouble becomes an error with its code', async () => {
    const client = recordingClient({ ok: false, code: 'timeout', message: 'no answer within 10s' });

    const plan = planWith({ baselines: [baseline({}), baseline({ name: 'other', source: 'lost' })] });
    const references = await collectBaselines(plan, new Map([['prom', client]]), RUN_START, never);

    expect(references.map(({ error }) => error)).toEqual([
      'timeout: no answer within 10s',
      'unreachable: the source lost is not open',
    ]);
  });
});

describe('objectives', () => {
  const spans = { steady: { from: 0, to: 10_000 }, recovery: { from: 60_000.25, to: 660_000.75 } };
  const windowOf = ({ phase }: Objective) => spans[phase as keyof typeof spans];

  async function collect(objective: Objective, experiment = 'cut') {
    const client = recordingClient({ ok: true, series: [], warnings: [] });
    const plan = planWith({ objectives: [objective] });
    const clients = new Map([['prom', client]]);
    const references = await collectObjectiveQueries(plan, experiment, windowOf, clients, RUN_START, never);
    return { asked: client.asked, of: references.map((reference) => reference.of) };
  }

  test('a query covers its phase in 300 steps', async () => {
    const { asked, of } = await collect(queryObjective(constant));

    expect(of).toEqual(['objective:slow@cut']);
    expect(asked).toEqual([{ query: 'rate(x[5s])', start: 1_700_000_060.124, end: 1_700_000_660.123, step: 2 }]);
  });

  test('the step of the plan is taken', async () => {
    const { asked } = await collect(queryObjective(constant, 5000));

    expect(asked).toMatchObject([{ step: 5 }]);
  });

  test('a comparison with steady asks for both phases', async () => {
    const { asked, of } = await collect(queryObjective({ kind: 'steady', times: 1.2 }));

    expect(of).toEqual(['objective:slow@cut', 'objective:slow@cut:steady']);
    expect(asked[1]).toEqual({ query: 'rate(x[5s])', start: 1_700_000_000.123, end: 1_700_000_010.123, step: 1 });
  });

  test('a phase that never came is not asked for', async () => {
    const { of } = await collect({ ...queryObjective(constant), phase: 'fault' });

    expect(of).toEqual([]);
  });

  test('an objective of another experiment is left alone', async () => {
    const { of } = await collect({ ...queryObjective(constant), experiments: ['other'] });

    expect(of).toEqual([]);
  });

  test('an objective on a probe is not a query', async () => {
    const { of } = await collect({ ...queryObjective(constant), indicator: { kind: 'ratio', probe: 'p' } });

    expect(of).toEqual([]);
  });
});
