import type { BaselineSpec, Indicator, Objective } from '../../slo/model/plan.ts';
import { isRecord, type Placed } from '../work.ts';
import type { Draft } from './lint.ts';

/** Two instruments never agree exactly, so that a comparison would judge them rather than the service. */
export function checkComparisons(draft: Draft): void {
  for (const comparison of [...draft.objectives, ...expectationsOf(draft)]) {
    const { target } = comparison.value.bound;
    if (target.kind !== 'baseline') continue;
    const baseline = draft.baselines.find(({ value }) => value.name === target.baseline)?.value;
    if (baseline && !measuresTheSame(draft, comparison.value.indicator, baseline)) tell(draft, comparison, baseline);
  }
}

type Comparison = Pick<Objective, 'indicator' | 'bound' | 'comparable'>;

function expectationsOf({ experiments }: Draft): Placed<Comparison>[] {
  return experiments.flatMap(({ value: { expect }, path }) =>
    expect ? [{ value: expect, path: [...path, 'expect'] }] : [],
  );
}

const sameQueryHint = 'measure both with one query';

function tell({ work }: Draft, { value, path }: Placed<Comparison>, baseline: BaselineSpec): void {
  const at = [...path, value.bound.op, 'baseline'];
  if (!value.comparable) {
    work.problems.error(at, 'this compares two different instruments', {
      found: `${subjectOf(value.indicator)} against the query of baseline ${baseline.name}`,
      allowed: 'one source and one query on both sides',
      hint: path.at(-1) === 'expect' ? sameQueryHint : `${sameQueryHint}, or vouch for it with "comparable: true"`,
    });
    return;
  }
  work.problems.warning(
    at,
    `the numbers of baseline ${baseline.name} are taken in the unit of ${subjectOf(value.indicator)}`,
    {
      hint: 'Prometheus usually speaks in seconds: let the query give the unit of the probe',
    },
  );
}

function subjectOf(indicator: Indicator): string {
  if (indicator.kind === 'quantile' || indicator.kind === 'total') return `${indicator.probe}.${indicator.value}`;
  return indicator.kind === 'query' ? 'the query' : indicator.probe;
}

function measuresTheSame(draft: Draft, indicator: Indicator, baseline: BaselineSpec): boolean {
  if (indicator.kind === 'query') return sameQuery(indicator, baseline);
  if (indicator.kind !== 'quantile') return false;
  const probe = draft.plan.probes.find(({ name }) => name === indicator.probe);
  // What is wrong with the probe itself was told already.
  if (!probe) return true;
  const config = draft.probes.get(indicator.probe)?.rawConfig;
  return probe.instrument !== undefined && isRecord(config) && sameQuery(config, baseline);
}

function sameQuery(a: { source?: unknown; query?: unknown }, b: { source: string; query: string }): boolean {
  return a.source === b.source && typeof a.query === 'string' && normal(a.query) === normal(b.query);
}

function normal(query: string): string {
  return query.replace(/\s+/g, ' ').trim();
}
