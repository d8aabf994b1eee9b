import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** The real gateway's metrics of its choices; they are always there. */
export interface RoutingMetrics {
  /** `match` is the share of the prompt, 0 to 1, that the chosen engine is known to hold. */
  decided: (match: number, seconds: number) => void;
  failed: (reason: 'no_target_pod') => void;
  imbalanced: () => void;
}

const subsystem = 'aibrix_prefix_cache';

export function createRoutingMetrics(registry: Registry, model: string): RoutingMetrics {
  const registers = [registry];
  const base = { model, using_kv_sync: 'true' };
  const counter = <Label extends string>(name: string, help: string, ...more: Label[]) =>
    new Counter<'model' | 'using_kv_sync' | Label>({
      name: `${subsystem}_${name}`,
      help,
      labelNames: ['model', 'using_kv_sync', ...more],
      registers,
    });
  const decisions = counter('routing_decisions_total', 'Choices by the share that matched.', 'match_percent_bucket');
  const selections = counter('routing_selection_total', 'Choices by how they were made.', 'selection');
  const errors = counter('routing_errors_total', 'Requests for which there was no choice.', 'reason');
  const imbalances = counter('load_imbalance_total', 'Choices among the least loaded only.');
  const latency = new Histogram({
    name: `${subsystem}_routing_latency_seconds`,
    help: 'Time to choose.',
    labelNames: ['model', 'using_kv_sync'],
    buckets: Array.from({ length: 15 }, (_, power) => 0.00001 * 2 ** power),
    registers,
  });
  showIndexer(registry);
  return {
    decided: (match, seconds) => {
      decisions.inc({ ...base, match_percent_bucket: bucketOf(match * 100) });
      selections.inc({ ...base, selection: match > 0 ? 'prefix_match' : 'least_request_fallback' });
      latency.observe(base, seconds);
    },
    failed: (reason) => errors.inc({ ...base, reason }),
    imbalanced: () => imbalances.inc(base),
  };
}

/** Set once, at the start, and never again. */
function showIndexer(registry: Registry): void {
  const status = new Gauge({
    name: `${subsystem}_indexer_status`,
    help: 'Which index is in use.',
    labelNames: ['model', 'indexer_type'],
    registers: [registry],
  });
  status.set({ model: '_init_', indexer_type: 'sync' }, 1);
  status.set({ model: '_init_', indexer_type: 'local' }, 0);
}

function bucketOf(percent: number): string {
  if (percent === 0) return '0';
  const upper = [25, 50, 75, 100].find((limit) => percent <= limit) ?? 100;
  return `${upper - 24}-${upper}`;
}
