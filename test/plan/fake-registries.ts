import { z } from 'zod';
import { defineDriver } from '../../src/chaos/contract.ts';
import { duration, hostAndPort, httpUrl, secret } from '../../src/clients/config-schema.ts';
import { defineExporter } from '../../src/exporters/contract.ts';
import type { Registries } from '../../src/plan/registries.ts';
import { defineProbe } from '../../src/probes/contract.ts';
import { defineSource } from '../../src/sources/contract.ts';
import { defineVantage } from '../../src/vantages/contract.ts';

function neverOpened(): Promise<never> {
  throw new Error('the loader must open nothing');
}

const zmtpPort = defineProbe({
  type: 'zmtp-port',
  summary: 'shakes hands with a ZMTP port',
  config: z.strictObject({
    endpoint: z.string().startsWith('tcp://', 'expected tcp://host:port'),
    peer: z.enum(['PUB', 'ROUTER', 'XPUB']).optional(),
  }),
  values: { handshakeMs: { unit: 'ms', kind: 'level', help: 'connect to READY' } },
  defaults: { intervalMs: 200, timeoutMs: 1000 },
  onTimeout: 'bad',
  timeoutMeaning: 'nobody answers',
  example: '',
  open: neverOpened,
});

const zmqKvEvents = defineProbe({
  type: 'zmq-kv-events',
  summary: 'follows KV events',
  config: z.strictObject({ events: z.string().startsWith('tcp://'), replay: z.string().optional() }),
  values: {
    lost: { unit: '1', kind: 'count', help: 'events never seen', needsTraffic: 'events' },
    events: { unit: '1', kind: 'count', help: 'events' },
    lagSeconds: { unit: 's', kind: 'level', help: 'age of the last event' },
  },
  defaults: { intervalMs: 1000, timeoutMs: 2000 },
  onTimeout: 'bad',
  timeoutMeaning: 'nobody answers',
  example: '',
  drainMs: () => 5000,
  open: neverOpened,
});

const kafkaLag = defineProbe({
  type: 'kafka-lag',
  summary: 'reads the lag of a consumer group',
  config: z.strictObject({
    brokers: z.array(hostAndPort()).min(1),
    group: z.string().min(1),
    topics: z.array(z.string()).min(1),
    sasl: z.strictObject({ username: z.string(), password: secret() }).optional(),
  }),
  values: {
    records: { unit: '1', kind: 'level', help: 'records behind', needsTraffic: 'advanced' },
    share: { unit: 'ratio', kind: 'level', help: 'share consumed' },
    advanced: { unit: '1', kind: 'count', help: 'records produced' },
    fetched: { unit: 'bytes', kind: 'count', help: 'bytes read' },
  },
  defaults: { intervalMs: 1000, timeoutMs: 5000 },
  onTimeout: 'unknown',
  timeoutMeaning: 'the brokers do not answer',
  example: '',
  follows: () => true,
  open: neverOpened,
});

const kafkaStream = defineProbe({
  type: 'kafka-stream',
  summary: 'reads events',
  config: z.strictObject({ brokers: z.array(hostAndPort()).min(1), identity: z.array(z.string()).optional() }),
  values: { ended: { unit: '1', kind: 'count', help: 'works that ended' } },
  defaults: { intervalMs: 1000, timeoutMs: 5000 },
  onTimeout: 'unknown',
  timeoutMeaning: 'the brokers do not answer',
  example: '',
  endFields: ({ identity }) => identity?.length,
  open: neverOpened,
});

const prometheusProbe = defineProbe({
  type: 'prometheus',
  summary: 'asks a source',
  config: z.strictObject({ source: z.string(), query: z.string().min(1) }),
  values: { value: { unit: '1', kind: 'level', help: 'what the query gives' } },
  defaults: { intervalMs: 15_000, timeoutMs: 5000 },
  onTimeout: 'unknown',
  timeoutMeaning: 'the source does not answer',
  example: '',
  sources: ({ source }) => [source],
  instrument: ({ source, query }) => `${source} ${query}`,
  promql: ({ query }) => query,
  open: neverOpened,
});

const toxiproxy = defineDriver({
  type: 'toxiproxy',
  summary: 'disturbs a proxy',
  config: z.strictObject({
    url: httpUrl(),
    proxy: z.string().min(1),
    action: z.enum(['latency', 'blackhole', 'reset', 'refuse']),
    latency: duration().optional(),
  }),
  oneShot: () => false,
  describe: ({ action, proxy }) => `${action} on the proxy ${proxy}`,
  example: '',
  proof: '',
  open: neverOpened,
});

const processDriver = defineDriver({
  type: 'process',
  summary: 'disturbs a process',
  config: z.strictObject({ action: z.enum(['pause', 'kill', 'restart']), pidFile: z.string().min(1) }),
  oneShot: ({ action }) => action === 'restart',
  describe: ({ action, pidFile }) => `${action} the process of ${pidFile}`,
  example: '',
  proof: '',
  open: neverOpened,
});

/** Says of a config whatever there is to say: `includes`, findings, an end of its own, parts of its intensity. */
const chaos = defineDriver({
  type: 'chaos',
  summary: 'does what a manifest says',
  config: z.strictObject({
    manifest: z.strictObject({
      kind: z.string(),
      percent: z.number().optional(),
      pods: z.array(z.string()).optional(),
      deadline: duration().optional(),
      token: secret().optional(),
    }),
    note: z.string().optional(),
  }),
  includes: ['manifest'],
  oneShot: ({ manifest }) => manifest.kind === 'Kill',
  endsByItself: ({ manifest }) => manifest.kind === 'Workflow',
  longestMs: ({ manifest }) => manifest.deadline,
  lint: ({ manifest }, { durationMs, limits }) =>
    (manifest.pods ?? []).flatMap((pod, index) =>
      pod === 'nobody'
        ? [
            {
              severity: 'error' as const,
              path: ['manifest', 'pods', index],
              message: `no pod is called so, for ${durationMs} ms and ${limits.maxTargets} targets`,
              found: pod,
              allowed: 'somebody',
              hint: 'ask around',
            },
          ]
        : [],
    ),
  atIntensity: ({ manifest, ...rest }, share) =>
    manifest.percent === undefined
      ? { problem: 'it is all or nothing' }
      : { config: { ...rest, manifest: { ...manifest, percent: manifest.percent * share } } },
  describe: ({ manifest }) => manifest.kind,
  example: '',
  proof: '',
  open: neverOpened,
});

const prometheusSource = defineSource({
  type: 'prometheus',
  summary: 'a Prometheus server',
  config: z.strictObject({
    url: httpUrl(),
    bearerToken: secret().optional(),
    headers: z.record(z.string(), secret()).optional(),
    timeout: duration().optional(),
  }),
  example: '',
  open: neverOpened,
});

const sidecar = defineVantage({
  type: 'sidecar',
  summary: 'processes that probe from elsewhere',
  config: z.strictObject({ url: httpUrl() }),
  example: '',
  open: neverOpened,
});

const pushgateway = defineExporter({
  type: 'pushgateway',
  summary: 'pushes metrics',
  config: z.strictObject({ url: httpUrl(), job: z.string().default('steadfast') }),
  example: '',
  open: neverOpened,
});

function byType<T extends { type: string }>(...types: T[]): ReadonlyMap<string, T> {
  return new Map(types.map((type) => [type.type, type]));
}

/** Plug-ins with the config of real ones and nothing behind it. */
export const fakeRegistries: Registries = {
  probes: byType(zmtpPort, zmqKvEvents, kafkaLag, kafkaStream, prometheusProbe),
  drivers: byType(toxiproxy, processDriver, chaos),
  sources: byType(prometheusSource),
  vantages: byType(sidecar),
  exporters: byType(pushgateway),
};
