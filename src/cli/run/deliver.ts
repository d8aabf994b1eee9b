import { reasonOf, within } from '../../scheduler/bounded.ts';
import { DEFAULT_BUDGETS } from '../../scheduler/budgets.ts';
import type { Clock } from '../../scheduler/clock.ts';
import type { Delivery, Report } from '../../slo/model/report.ts';
import { type OpenExporter, undelivered } from './open-plan.ts';

const DELIVERY_MS = 20_000;

/** Hands the report to every exporter, all at once, each within its time. Their trouble is data. */
export async function deliver(exporters: readonly OpenExporter[], report: Report, clock: Clock): Promise<Delivery[]> {
  const deliveries = await Promise.all(exporters.map((open) => deliverTo(open, report, clock)));
  return deliveries.flat();
}

async function deliverTo(open: OpenExporter, report: Report, clock: Clock): Promise<Delivery[]> {
  if ('problem' in open) return [undelivered(open.spec.type, open.problem)];
  const bounds = { clock, what: 'the exporter', limitMs: DELIVERY_MS };
  try {
    return await within(bounds, (signal) => open.exporter.reported(report, signal));
  } catch (error) {
    return [undelivered(open.spec.type, reasonOf(error))];
  }
}

export async function closeExporters(exporters: readonly OpenExporter[], clock: Clock): Promise<void> {
  const bounds = { clock, what: 'closing an exporter', limitMs: DEFAULT_BUDGETS.closeMs };
  const opened = exporters.flatMap((open) => ('exporter' in open ? open.exporter : []));
  await Promise.allSettled(opened.map((exporter) => within(bounds, () => exporter.close())));
}
