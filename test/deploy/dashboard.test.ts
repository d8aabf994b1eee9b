import { expect, it } from 'vitest';
import { METRICS } from '../../src/slo/conventions.ts';
import { dashboardQueries } from './dashboard-queries.ts';

const known = new Set(Object.values(METRICS).map(({ name }) => name));

it('asks on each panel, and for its variable and its marks', () => {
  expect(dashboardQueries().length).toBeGreaterThan(12);
});

it.each(dashboardQueries())('asks only for metrics that a run pushes: $title', ({ query }) => {
  const metrics = query.match(/steadfast_\w+/g) ?? [];

  expect(metrics.length).toBeGreaterThan(0);
  expect(metrics.filter((metric) => !known.has(metric))).toEqual([]);
});
