import { join } from 'node:path';
import { type Layout, loopback, type ServiceName } from './layout.ts';
import type { Server } from './servers/server.ts';
import { consumerGroup, type ServiceOptions, temporalNamespace } from './services.ts';
import { taskQueue } from './workloads/goals/goal-run.ts';

/** Addresses of a lab under the names by which a plan asks for them: `${ENGINE_EVENTS}`. */
export type Variables = Record<string, string>;

type Describe = (layout: Layout, options: ServiceOptions) => Variables;

const ofService: Record<ServiceName, Describe> = {
  prometheus: (layout) => ({ PROMETHEUS_URL: `http://${layout.direct('prometheus')}` }),
  alertmanager: (layout) => ({ ALERTMANAGER_URL: `http://${layout.direct('alertmanager')}` }),
  pushgateway: (layout) => ({ PUSHGATEWAY_URL: `http://${layout.direct('pushgateway')}` }),
  toxiproxy: (layout) => ({ TOXIPROXY_URL: `http://${layout.direct('toxiproxy')}` }),
  temporal: (layout) => ({
    TEMPORAL_ADDRESS: layout.direct('temporal'),
    TEMPORAL_ADDRESS_OF_WORKER: loopback(layout.linkPort('worker-temporal')),
    TEMPORAL_NAMESPACE: temporalNamespace,
    TEMPORAL_TASK_QUEUE: taskQueue,
  }),
  kafka: (layout) => ({
    KAFKA_BROKERS: layout.direct('kafka'),
    KAFKA_BROKERS_OF_WORKER: loopback(layout.linkPort('worker-kafka')),
    KAFKA_BROKERS_OF_CONSUMER: loopback(layout.linkPort('consumer-kafka')),
  }),
  engine: (layout) => ({
    ENGINE_EVENTS: `tcp://${loopback(layout.linkPort('engine-events'))}`,
    ENGINE_REPLAY: `tcp://${loopback(layout.linkPort('engine-replay'))}`,
    ENGINE_URL: `http://${loopback(layout.linkPort('engine-http'))}`,
    ENGINE_EVENTS_DIRECT: `tcp://${layout.direct('engineEvents')}`,
    ENGINE_REPLAY_DIRECT: `tcp://${layout.direct('engineReplay')}`,
    ...face('ENGINE', layout.direct('engineHttp')),
  }),
  worker: (layout) => face('WORKER', layout.direct('workerHttp')),
  generator: (layout) => face('GENERATOR', layout.direct('generatorHttp')),
  consumer: (layout, options) => ({
    CONSUMER_GROUP: options.consumer?.group ?? consumerGroup,
    ...face('CONSUMER', layout.direct('consumerHttp')),
  }),
};

export function variablesOf(
  path: string,
  layout: Layout,
  servers: readonly Server[],
  options: ServiceOptions,
): Variables {
  const variables: Variables = {
    LAB_DIR: path,
    LAB_NODE: process.execPath,
    LAB_LAUNCH: join(import.meta.dirname, 'launch.ts'),
  };
  for (const proxy of layout.proxies) variables[`PROXY_${shout(proxy.name)}`] = proxy.listen;
  for (const { name, pidFile, specFile } of servers) {
    Object.assign(variables, ofService[name as ServiceName](layout, options));
    variables[`${shout(name)}_PID_FILE`] = pidFile;
    variables[`${shout(name)}_SPEC`] = specFile;
  }
  return variables;
}

/** Lines of `NAME=value`, as `node --env-file` and shells read them. */
export function formatVariables(variables: Variables): string {
  return Object.entries(variables)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

function face(prefix: string, address: string): Variables {
  return {
    [`${prefix}_METRICS`]: `http://${address}/metrics`,
    [`${prefix}_CONTROL`]: `http://${address}/control`,
    [`${prefix}_STATE`]: `http://${address}/state`,
  };
}

function shout(name: string): string {
  return name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_');
}
