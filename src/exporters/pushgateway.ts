import * as z from 'zod';
import { duration, httpUrl } from '../clients/config-schema.ts';
import { CERTIFICATE_WITH_KEY, certificateWithKey, httpAccess } from '../clients/http-access.ts';
import { defineExporter } from './contract.ts';

const config = z.lazy(() =>
  z
    .strictObject({
      url: httpUrl().describe('address of the Pushgateway, with the path prefix if it has one'),
      job: z.string().min(1).default('steadfast').describe('the job label of the group'),
      grouping: z.record(labelName(), z.string()).default({}).describe('more labels of the group, beside job and plan'),
      timeout: duration().default(8000).describe('for one attempt; there are two at most'),
      ...httpAccess(),
    })
    .refine(certificateWithKey, CERTIFICATE_WITH_KEY),
);

function labelName() {
  return z
    .string()
    .regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, 'expected a label name: letters, digits and underscores')
    .refine((name) => name !== 'job' && name !== 'plan', 'job has a key of its own, and plan is always set');
}

/** Pushes a run's metrics once, at its end. They stay there until the next run replaces them. */
export const pushgatewayExporter = defineExporter<z.output<typeof config>>({
  type: 'pushgateway',
  summary: "Pushes the report's metrics to a Prometheus Pushgateway, in place of those of the plan's last run.",
  config,
  example: `type: pushgateway
config:
  url: http://pushgateway.monitoring:9091
  job: steadfast
  grouping: {cluster: eu-1}
`,
  async open({ url, job, grouping, timeout, ...access }, { plan }) {
    const [{ createRunMetrics }, { send }] = await Promise.all([
      import('./lib/run-metrics.ts'),
      import('./lib/send.ts'),
    ]);
    return {
      async reported(report, signal) {
        const metrics = await createRunMetrics(plan);
        metrics.reported(report);
        const request = {
          method: 'PUT',
          path: groupPath({ job, plan: report.plan, ...grouping }),
          headers: { 'Content-Type': metrics.registry.contentType },
          body: await metrics.registry.metrics(),
        };
        const options = { baseUrl: url.replace(/\/$/, ''), timeoutMs: timeout, ...access };
        return [await send('pushgateway', options, request, signal)];
      },
      async close() {},
    };
  },
});

/** The group's path. Values go in base64, which alone can carry a slash or nothing at all. */
export function groupPath(labels: Record<string, string>): string {
  const parts = Object.entries(labels).map(([name, value]) => {
    const encoded = Buffer.from(value).toString('base64url');
    return `${name}@base64/${encoded === '' ? '=' : encoded}`;
  });
  return `/metrics/${parts.join('/')}`;
}
