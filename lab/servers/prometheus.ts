import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LabFolder } from '../processes/lab-folder.ts';
import { type Server, startServer } from './server.ts';

export interface ScrapeTarget {
  job: string;
  /** `host:port` whose `/metrics` is scraped. */
  target: string;
  honorLabels?: boolean;
}

export interface PrometheusOptions {
  program: string;
  port: number;
  scrape: readonly ScrapeTarget[];
  rules?: string;
  alertmanager?: string;
}

/** It learns of its Alertmanager only after 5 s, and forgets what it sent before; the next try would be a minute later. */
const resendSoon = '--rules.alert.resend-delay=2s';

/** Starts Prometheus with a scrape and a rule evaluation every second. */
export async function startPrometheus(folder: LabFolder, options: PrometheusOptions): Promise<Server> {
  const data = folder.data('prometheus');
  await mkdir(data, { recursive: true });
  const config = join(data, 'prometheus.json');
  await writeFile(config, JSON.stringify(configOf(options), null, 2));
  return await startServer(folder, {
    name: 'prometheus',
    command: [
      options.program,
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(data, 'tsdb')}`,
      `--web.listen-address=127.0.0.1:${options.port}`,
      '--web.enable-lifecycle',
      resendSoon,
      '--query.lookback-delta=15s',
      '--log.level=warn',
    ],
    readiness: { kind: 'http', url: `http://127.0.0.1:${options.port}/-/ready` },
  });
}

function configOf(options: PrometheusOptions): object {
  return {
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    rule_files: options.rules === undefined ? [] : [options.rules],
    alerting: {
      alertmanagers:
        options.alertmanager === undefined ? [] : [{ static_configs: [{ targets: [options.alertmanager] }] }],
    },
    scrape_configs: options.scrape.map(({ job, target, honorLabels }) => ({
      job_name: job,
      honor_labels: honorLabels ?? false,
      static_configs: [{ targets: [target] }],
    })),
  };
}
