import * as z from 'zod';
import { hostAndPort } from '../clients/config-schema.ts';
import type { Delivery } from '../slo/model/report.ts';
import { defineExporter } from './contract.ts';
import type { MetricsServer } from './lib/metrics-server.ts';

const config = z.lazy(() =>
  z.strictObject({
    listen: hostAndPort().default('127.0.0.1:9779').describe('host:port; 0.0.0.0 to be reached from other machines'),
  }),
);

/** Live metrics to be scraped while the run lasts. A run that ends takes them along: use a Pushgateway to keep its result. */
export const metricsExporter = defineExporter<z.output<typeof config>>({
  type: 'metrics',
  summary: 'Serves /metrics and /healthz while the run lasts: phases, probe outcomes and values, then the verdicts.',
  config,
  example: `type: metrics
config:
  listen: 127.0.0.1:9779
`,
  async open({ listen }, { plan, log }) {
    const [{ serveMetrics }, { createRunMetrics }] = await Promise.all([
      import('./lib/metrics-server.ts'),
      import('./lib/run-metrics.ts'),
    ]);
    const metrics = await createRunMetrics(plan);
    const server = await serveMetrics(listen, metrics.registry);
    if (server.problem !== undefined) log.warn({ listen, problem: server.problem }, 'metrics are not served');
    return {
      observed: metrics.observed,
      async reported(report) {
        metrics.reported(report);
        return [deliveryOf(server)];
      },
      close: () => server.close(),
    };
  },
});

function deliveryOf({ address, problem }: MetricsServer): Delivery {
  const target = { exporter: 'metrics', target: address };
  return problem === undefined ? { ...target, state: 'delivered' } : { ...target, state: 'failed', reason: problem };
}
