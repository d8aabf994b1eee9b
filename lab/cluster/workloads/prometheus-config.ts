/** Where a helper beside Prometheus says what there is to scrape. */
export const targetsPort = 8099;
/** Where each Chaos Mesh daemon shows how much its rules caught. */
export const daemonPort = 31_766;

/** Every container port whose name begins with `metrics`, in any namespace, is scraped; so are the daemons, and what was pushed. */
export function prometheusConfig(rules: string): string {
  return JSON.stringify({
    global: { scrape_interval: '2s', scrape_timeout: '2s', evaluation_interval: '2s' },
    rule_files: [rules],
    alerting: { alertmanagers: [{ static_configs: [{ targets: ['alertmanager:9093'] }] }] },
    scrape_configs: [
      { job_name: 'pods', http_sd_configs: [discovered('pods')] },
      // For each look a daemon starts three programs in the network of every pod, and has no time for faults meanwhile.
      {
        job_name: 'chaos-daemon',
        scrape_interval: '10s',
        scrape_timeout: '10s',
        http_sd_configs: [discovered('nodes')],
      },
      { job_name: 'pushgateway', honor_labels: true, static_configs: [{ targets: ['pushgateway:9091'] }] },
    ],
  });
}

function discovered(what: 'pods' | 'nodes') {
  return { url: `http://127.0.0.1:${targetsPort}/${what}`, refresh_interval: '2s' };
}
