import { join } from 'node:path';
import type { Layout, ServiceName } from './layout.ts';
import { loopback } from './layout.ts';
import type { LabFolder } from './processes/lab-folder.ts';
import type { Resolver } from './resolve.ts';
import { startAlertmanager } from './servers/alertmanager.ts';
import { startKafka } from './servers/kafka.ts';
import { createTopics } from './servers/kafka-topics.ts';
import { type ScrapeTarget, startPrometheus } from './servers/prometheus.ts';
import { startPushgateway } from './servers/pushgateway.ts';
import { type Server, startServer } from './servers/server.ts';
import { startTemporal } from './servers/temporal.ts';
import { startToxiproxy } from './servers/toxiproxy.ts';
import type { ConsumerConfig } from './workloads/consumer.ts';
import type { EngineConfig } from './workloads/engine.ts';
import type { GeneratorConfig } from './workloads/goal-generator.ts';
import type { WorkerConfig } from './workloads/temporal-worker.ts';

export const temporalNamespace = 'bytebot';
export const consumerGroup = 'bytebot-lab-consumers';

/** What a caller may set of the services; all of it has defaults. */
export interface ServiceOptions {
  /** Path of a file with alerting or recording rules for Prometheus. */
  rules?: string;
  /** Where Alertmanager sends notifications. */
  webhook?: string;
  /** Further targets for Prometheus. */
  scrape?: readonly ScrapeTarget[];
  engine?: Partial<Omit<EngineConfig, 'httpPort' | 'eventsPort' | 'replayPort'>>;
  worker?: Partial<Pick<WorkerConfig, 'stepMs'>>;
  generator?: Partial<Pick<GeneratorConfig, 'goalsPerSecond' | 'recordsPerSecond' | 'steps'>>;
  consumer?: Partial<Pick<ConsumerConfig, 'group'>>;
}

export interface ServiceContext {
  folder: LabFolder;
  layout: Layout;
  chosen: ReadonlySet<ServiceName>;
  resolver: Resolver;
  options: ServiceOptions;
}

export interface Service {
  /** Services that it cannot do without: choosing it chooses them. */
  needs: readonly ServiceName[];
  start: (context: ServiceContext) => Promise<Server>;
}

export const services: Record<ServiceName, Service> = {
  prometheus: {
    needs: [],
    start: async ({ folder, layout, chosen, resolver, options }) =>
      startPrometheus(folder, {
        program: (await resolver('prometheus')).path,
        port: layout.port('prometheus'),
        scrape: [...scrapeTargets(layout, chosen), ...(options.scrape ?? [])],
        ...(options.rules === undefined ? {} : { rules: options.rules }),
        ...(chosen.has('alertmanager') ? { alertmanager: layout.direct('alertmanager') } : {}),
      }),
  },
  alertmanager: {
    needs: [],
    start: async ({ folder, layout, resolver, options }) =>
      startAlertmanager(folder, {
        program: (await resolver('alertmanager')).path,
        port: layout.port('alertmanager'),
        ...(options.webhook === undefined ? {} : { webhook: options.webhook }),
      }),
  },
  pushgateway: {
    needs: [],
    start: async ({ folder, layout, resolver }) =>
      startPushgateway(folder, {
        program: (await resolver('pushgateway')).path,
        port: layout.port('pushgateway'),
      }),
  },
  toxiproxy: {
    needs: [],
    start: async ({ folder, layout, resolver }) =>
      startToxiproxy(folder, {
        program: (await resolver('toxiproxy')).path,
        port: layout.port('toxiproxy'),
        proxies: layout.proxies,
      }),
  },
  temporal: {
    needs: [],
    start: async ({ folder, layout, resolver }) =>
      startTemporal(folder, {
        program: (await resolver('temporal')).path,
        port: layout.port('temporal'),
        httpPort: layout.port('temporalHttp'),
        metricsPort: layout.port('temporalMetrics'),
        namespace: temporalNamespace,
      }),
  },
  kafka: { needs: [], start: startKafkaWithTopics },
  engine: {
    needs: [],
    start: ({ folder, layout, options }) =>
      startWorkload<EngineConfig>(folder, 'engine', 'engine.ts', {
        httpPort: layout.port('engineHttp'),
        eventsPort: layout.port('engineEvents'),
        replayPort: layout.port('engineReplay'),
        topic: '',
        release: '0.33',
        hashes: 'int',
        bufferSteps: 10_000,
        cacheBlocks: 200,
        batchesPerSecond: 20,
        requestsPerSecond: 20,
        latencyMs: 10,
        ...options.engine,
      }),
  },
  worker: {
    needs: ['temporal', 'kafka'],
    start: ({ folder, layout, options }) =>
      startWorkload<WorkerConfig>(folder, 'worker', 'temporal-worker.ts', {
        httpPort: layout.port('workerHttp'),
        sdkMetricsPort: layout.port('workerSdkMetrics'),
        temporal: loopback(layout.linkPort('worker-temporal')),
        namespace: temporalNamespace,
        brokers: [loopback(layout.linkPort('worker-kafka'))],
        stepMs: 20,
        ...options.worker,
      }),
  },
  generator: {
    needs: ['temporal', 'kafka', 'worker'],
    start: ({ folder, layout, options }) =>
      startWorkload<GeneratorConfig>(folder, 'generator', 'goal-generator.ts', {
        httpPort: layout.port('generatorHttp'),
        temporal: layout.direct('temporal'),
        namespace: temporalNamespace,
        brokers: [layout.direct('kafka')],
        goalsPerSecond: 2,
        recordsPerSecond: 0,
        steps: 2,
        ...options.generator,
      }),
  },
  consumer: {
    needs: ['kafka'],
    start: ({ folder, layout, options }) =>
      startWorkload<ConsumerConfig>(folder, 'consumer', 'consumer.ts', {
        httpPort: layout.port('consumerHttp'),
        brokers: [loopback(layout.linkPort('consumer-kafka'))],
        group: consumerGroup,
        ...options.consumer,
      }),
  },
};

async function startKafkaWithTopics({ folder, layout, resolver }: ServiceContext): Promise<Server> {
  const [java, jars] = await Promise.all([resolver('java'), resolver('kafka')]);
  const server = await startKafka(folder, {
    java: java.path,
    jars: jars.path,
    controllerPort: layout.port('kafkaController'),
    listeners: [
      { name: 'DIRECT', port: layout.port('kafka'), advertisedPort: layout.port('kafka') },
      { name: 'WORKER', port: layout.port('kafkaForWorker'), advertisedPort: layout.linkPort('worker-kafka') },
      { name: 'CONSUMER', port: layout.port('kafkaForConsumer'), advertisedPort: layout.linkPort('consumer-kafka') },
    ],
  });
  await createTopics(layout.direct('kafka'));
  return server;
}

function startWorkload<Config extends { httpPort: number }>(
  folder: LabFolder,
  name: string,
  program: string,
  config: Config,
): Promise<Server> {
  return startServer(folder, {
    name,
    command: [process.execPath, join(import.meta.dirname, 'workloads', program), JSON.stringify(config)],
    readiness: { kind: 'http', url: `http://${loopback(config.httpPort)}/healthz` },
  });
}

function scrapeTargets(layout: Layout, chosen: ReadonlySet<ServiceName>): ScrapeTarget[] {
  const all: (ScrapeTarget & { of: ServiceName })[] = [
    { of: 'engine', job: 'engine', target: layout.direct('engineHttp') },
    { of: 'worker', job: 'worker', target: layout.direct('workerHttp') },
    { of: 'worker', job: 'worker-sdk', target: layout.direct('workerSdkMetrics') },
    { of: 'generator', job: 'generator', target: layout.direct('generatorHttp') },
    { of: 'consumer', job: 'consumer', target: layout.direct('consumerHttp') },
    { of: 'temporal', job: 'temporal', target: layout.direct('temporalMetrics') },
    { of: 'toxiproxy', job: 'toxiproxy', target: layout.direct('toxiproxy') },
    { of: 'alertmanager', job: 'alertmanager', target: layout.direct('alertmanager') },
    { of: 'pushgateway', job: 'pushgateway', target: layout.direct('pushgateway'), honorLabels: true },
    { of: 'prometheus', job: 'prometheus', target: layout.direct('prometheus') },
  ];
  return all.filter(({ of }) => chosen.has(of)).map(({ of: _, ...target }) => target);
}
