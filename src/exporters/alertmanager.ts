import * as z from 'zod';
import { duration, httpUrl } from '../clients/config-schema.ts';
import { CERTIFICATE_WITH_KEY, certificateWithKey, httpAccess } from '../clients/http-access.ts';
import { defineExporter } from './contract.ts';

const config = z.lazy(() =>
  z
    .strictObject({
      urls: z.array(httpUrl()).min(1).max(20).describe('every replica: they do not pass alerts on to each other'),
      resolveAfter: duration()
        .default(691_200_000)
        .describe('how long an alert stays if no run renews it; past the next run'),
      reportUrl: httpUrl().optional().describe('where a person finds the report; the link in the notification'),
      timeout: duration().default(8000).describe('for one attempt; there are two at most'),
      ...httpAccess(),
    })
    .refine(certificateWithKey, CERTIFICATE_WITH_KEY),
);

/** Alerts straight to Alertmanager, for places without a Pushgateway. Alertmanager forgets them when it restarts. */
export const alertmanagerExporter = defineExporter<z.output<typeof config>>({
  type: 'alertmanager',
  summary: 'Raises an alert for each objective that failed or stayed undecided, and resolves those that passed.',
  config,
  example: `type: alertmanager
config:
  urls: [http://alertmanager-0.monitoring:9093, http://alertmanager-1.monitoring:9093]
  resolveAfter: 8d
`,
  async open({ urls, resolveAfter, reportUrl, timeout, ...access }) {
    const [{ alertsOf }, { send }] = await Promise.all([import('./lib/alerts.ts'), import('./lib/send.ts')]);
    return {
      reported(report, signal) {
        const alerts = alertsOf(report, { nowMs: Date.now(), resolveAfterMs: resolveAfter });
        const linked =
          reportUrl === undefined ? alerts : alerts.map((alert) => ({ ...alert, generatorURL: reportUrl }));
        const request = {
          method: 'POST',
          path: '/api/v2/alerts',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify(linked),
        };
        const deliveries = urls.map((url) => {
          const options = { baseUrl: url.replace(/\/$/, ''), timeoutMs: timeout, ...access };
          return send('alertmanager', options, request, signal);
        });
        return Promise.all(deliveries);
      },
      async close() {},
    };
  },
});
