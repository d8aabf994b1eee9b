import * as z from 'zod';
import { duration, httpUrl } from '../clients/config-schema.ts';
import { CERTIFICATE_WITH_KEY, certificateWithKey, httpAccess } from '../clients/http-access.ts';
import { defineSource } from './contract.ts';

const config = z.lazy(() =>
  z
    .strictObject({
      url: httpUrl().describe('address of the server, with the path prefix if it has one'),
      timeout: duration().default(10_000).describe('for one query'),
      ...httpAccess(),
    })
    .refine(certificateWithKey, CERTIFICATE_WITH_KEY),
);

/** Prometheus, and whatever speaks its query API (Thanos, Mimir, VictoriaMetrics). */
export const prometheusSource = defineSource<z.output<typeof config>>({
  type: 'prometheus',
  summary: 'Asks Prometheus, or a server that speaks its query API, for baselines, objectives and stop conditions.',
  config,
  example: `name: prom
type: prometheus
config:
  url: http://prometheus.monitoring:9090
  timeout: 10s
  bearerTokenFile: /var/run/secrets/prometheus/token
`,
  async open({ url, timeout, ...access }) {
    const { createPrometheusClient } = await import('../clients/prometheus/client.ts');
    return createPrometheusClient({ baseUrl: url, timeoutMs: timeout, ...access });
  },
});
