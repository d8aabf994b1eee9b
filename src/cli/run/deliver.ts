import type { Delivery, Report } from '../../slo/model/report.ts';
import { type OpenExporter, undelivered } from './open-plan.ts';

const DELIVERY_MS = 20_000;

/** Hands the report to every exporter, all at once, each within its time. Their trouble is data. */
export async function deliver(exporters: readonly OpenExporter[], report: Report): Promise<Delivery[]> {
  const deliveries = await Promise.all(exporters.map((open) => deliverTo(open, report)));
  return deliveries.flat();
}

async function deliverTo(open: OpenExporter, report: Report): Promise<Delivery[]> {
  if ('problem' in open) return [undelivered(open.spec.type, open.problem)];
  const limit = AbortSignal.timeout(DELIVERY_MS);
  try {
    return await Promise.race([open.exporter.reported(report, limit), givenUp(limit)]);
  } catch (error) {
    return [undelivered(open.spec.type, error instanceof Error ? error.message : String(error))];
  }
}

function givenUp(limit: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    limit.addEventListener('abort', () => reject(new Error('the exporter did not end in time')), { once: true });
  });
}

export async function closeExporters(exporters: readonly OpenExporter[]): Promise<void> {
  await Promise.allSettled(exporters.map((open) => ('exporter' in open ? open.exporter.close() : undefined)));
}
