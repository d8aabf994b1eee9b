import type { Registry } from 'prom-client';
import type { Entry } from '../../slo/model/entry.ts';
import type { Plan } from '../../slo/model/plan.ts';
import type { Report } from '../../slo/model/report.ts';
import { measuredBy, observeEntry } from './entry-metrics.ts';
import { createMetricStore } from './metric-store.ts';
import { observeReport } from './report-metrics.ts';

/** The metrics of one run, from what is recorded while it lasts and from its report. */
export interface RunMetrics {
  readonly registry: Registry;
  /** Quick, and never throws. */
  observed(entry: Entry): void;
  reported(report: Report): void;
}

export async function createRunMetrics(plan: Plan): Promise<RunMetrics> {
  const store = await createMetricStore();
  const measured = measuredBy(plan);
  return {
    registry: store.registry,
    observed: (entry) => observeEntry(store, measured, entry),
    reported: (report) => observeReport(store, report),
  };
}
