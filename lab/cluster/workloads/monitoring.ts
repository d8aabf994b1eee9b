import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServerPart } from '../../part.ts';
import type { TargetsConfig } from '../../workloads/metrics-targets.ts';
import { readingAccount } from './accounts.ts';
import type { Workload, WorkloadContext } from './groups.ts';
import { nodeProgram } from './node-programs.ts';
import {
  type ContainerPart,
  configMap,
  deployment,
  type KubeObject,
  readyByHttp,
  resources,
  service,
} from './objects.ts';
import { hostFile, type ProgramContainer, programContainer } from './programs.ts';
import { daemonPort, prometheusConfig, targetsPort } from './prometheus-config.ts';

const namespace = 'monitoring';
const alertRules = join(import.meta.dirname, '..', '..', '..', 'deploy', 'alerts', 'steadfast.rules.yaml');

interface Monitor {
  name: Extract<ServerPart, 'prometheus' | 'alertmanager' | 'pushgateway'>;
  port: number;
  args: readonly string[];
  files: Pick<ProgramContainer, 'configs' | 'scratch'>;
  beside?: ContainerPart;
  pod?: Record<string, unknown>;
}

/** One of the three: a deployment and the service that it is reached by. */
async function monitor(
  { name, port, args, files, beside, pod = {} }: Monitor,
  context: WorkloadContext,
): Promise<KubeObject[]> {
  const { image, resolver, nodeSelector } = context;
  const labels = { app: name };
  const program = await hostFile(name, (await resolver(name)).path);
  const part = programContainer({
    name,
    image,
    command: [program.at, `--web.listen-address=0.0.0.0:${port}`, '--log.level=warn', ...args],
    host: [program],
    ...files,
    ports: { [name === 'pushgateway' ? 'http' : 'metrics']: port },
    more: {
      readinessProbe: readyByHttp(port, '/-/ready'),
      resources: resources({ cpu: '30m', memory: '48Mi', memoryLimit: '512Mi' }),
    },
  });
  return [
    deployment({ namespace, name, labels, part, ...(beside === undefined ? {} : { beside }), nodeSelector, pod }),
    service({ namespace, name, selector: labels, ports: { http: port } }),
  ];
}

export const prometheus: Workload = {
  namespace,
  pods: { selector: 'app=prometheus', port: 9090 },
  needs: [],
  objects: async (context) => {
    const rules = await readFile(alertRules, 'utf8');
    const config = {
      'prometheus.json': prometheusConfig('/config/steadfast.rules.yaml'),
      'steadfast.rules.yaml': rules,
    };
    const args = [
      '--config.file=/config/prometheus.json',
      '--storage.tsdb.path=/data/tsdb',
      '--web.enable-lifecycle',
      '--rules.alert.resend-delay=2s',
      '--query.lookback-delta=15s',
    ];
    const files = { configs: { 'prometheus-config': '/config' }, scratch: { data: '/data' } };
    const pod = { serviceAccountName: 'prometheus' };
    return [
      ...readingAccount({ namespace, name: 'prometheus', resources: ['pods', 'nodes'], everywhere: true }),
      configMap(namespace, 'prometheus-config', config),
      ...(await monitor({ name: 'prometheus', port: 9090, args, files, beside: await targets(context), pod }, context)),
    ];
  },
};

/** Finds the targets: the Prometheus of some distributions cannot ask the API server itself. */
async function targets({ image }: WorkloadContext): Promise<ContainerPart> {
  const config: TargetsConfig = { httpPort: targetsPort, nodePort: daemonPort };
  const part = await nodeProgram({ name: 'targets', image, program: 'metrics-targets.ts', config });
  return { ...part, container: { ...part.container, ports: [] } };
}

export const alertmanager: Workload = {
  namespace,
  pods: { selector: 'app=alertmanager', port: 9093 },
  needs: [],
  objects: async (context) => {
    const config = {
      route: { receiver: 'lab', group_by: ['...'], group_wait: '0s', group_interval: '1s', repeat_interval: '1m' },
      receivers: [{ name: 'lab' }],
    };
    const args = ['--config.file=/config/alertmanager.json', '--storage.path=/data', '--cluster.listen-address='];
    const files = { configs: { 'alertmanager-config': '/config' }, scratch: { data: '/data' } };
    return [
      configMap(namespace, 'alertmanager-config', { 'alertmanager.json': JSON.stringify(config) }),
      ...(await monitor({ name: 'alertmanager', port: 9093, args, files }, context)),
    ];
  },
};

export const pushgateway: Workload = {
  namespace,
  pods: { selector: 'app=pushgateway', port: 9091 },
  needs: [],
  objects: (context) => monitor({ name: 'pushgateway', port: 9091, args: ['--persistence.file='], files: {} }, context),
};
