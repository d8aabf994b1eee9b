/** Prometheus asks the API server for its targets: every container port whose name begins with `metrics`, in any namespace. */
export function prometheusConfig(rules: string): string {
  return JSON.stringify({
    global: { scrape_interval: '2s', scrape_timeout: '2s', evaluation_interval: '2s' },
    rule_files: [rules],
    alerting: { alertmanagers: [{ static_configs: [{ targets: ['alertmanager:9093'] }] }] },
    scrape_configs: [podJob, pushgatewayJob, chaosDaemonJob],
  });
}

const podJob = {
  job_name: 'pods',
  kubernetes_sd_configs: [{ role: 'pod' }],
  relabel_configs: [
    keep('__meta_kubernetes_pod_container_port_name', 'metrics.*'),
    keep('__meta_kubernetes_pod_phase', 'Running'),
    name('__meta_kubernetes_namespace', 'namespace'),
    name('__meta_kubernetes_pod_name', 'pod'),
    name('__meta_kubernetes_pod_container_name', 'container'),
    name('__meta_kubernetes_pod_label_app', 'app'),
  ],
};

/** Their labels are what was pushed, not where it came from. */
const pushgatewayJob = {
  job_name: 'pushgateway',
  honor_labels: true,
  static_configs: [{ targets: ['pushgateway:9091'] }],
};

const chaosDaemonJob = {
  job_name: 'chaos-daemon',
  kubernetes_sd_configs: [{ role: 'node' }],
  relabel_configs: [
    {
      source_labels: ['__meta_kubernetes_node_address_InternalIP'],
      target_label: '__address__',
      replacement: '$1:31766',
    },
    name('__meta_kubernetes_node_name', 'node'),
  ],
};

function keep(label: string, regex: string) {
  return { action: 'keep', source_labels: [label], regex };
}

function name(label: string, target_label: string) {
  return { source_labels: [label], target_label };
}
