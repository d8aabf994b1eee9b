import type { QueryClient } from '../../clients/query.ts';
import type { StopConditionReader, StopReading } from '../../scheduler/parts.ts';
import type { Plan, StopCondition } from '../../slo/model/plan.ts';
import { formatDuration } from '../../slo/model/quantity.ts';
import { sampleValue } from '../../slo/reference.ts';

const INTERVAL_MS = 1000;

/** The plan's `abortWhen` as readers of live values. No data is a breach, as is an answer that cannot be read. */
export function stopReaders(plan: Plan, clients: ReadonlyMap<string, QueryClient>): StopConditionReader[] {
  return plan.limits.abortWhen.map((condition) => ({
    name: nameOf(condition),
    intervalMs: Math.min(INTERVAL_MS, Math.max(100, condition.forMs / 4)),
    forMs: condition.forMs,
    read: (signal) => readCondition(condition, clients.get(condition.source)!, signal),
  }));
}

function nameOf({ query, above, below, forMs }: StopCondition): string {
  const limits = [above === undefined ? [] : `above ${above}`, below === undefined ? [] : `below ${below}`].flat();
  return `${query} ${limits.join(' or ')} for ${formatDuration(forMs)}`;
}

async function readCondition(condition: StopCondition, client: QueryClient, signal: AbortSignal): Promise<StopReading> {
  const answer = await client.instant(condition.query, signal);
  if (!answer.ok) return { breach: true, reason: `no data: ${answer.message}` };
  const [series, ...others] = answer.series;
  if (!series) return { breach: true, reason: 'no data: the query has no result' };
  if (others.length > 0) return { breach: true, reason: `${others.length + 1} series instead of one: aggregate them` };
  const value = sampleValue(series.values[0]?.[1] ?? '');
  if (value === undefined || Number.isNaN(value)) return { breach: true, reason: 'no data: the value is not a number' };
  const { above = Number.POSITIVE_INFINITY, below = Number.NEGATIVE_INFINITY } = condition;
  return { value, breach: value > above || value < below, reason: `it is ${value}` };
}
