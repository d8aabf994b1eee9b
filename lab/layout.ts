import type { ServerPart } from './part.ts';
import { freePorts } from './processes/ports.ts';
import type { ToxicProxy } from './servers/toxiproxy.ts';

export type WorkloadName = 'engine' | 'worker' | 'generator' | 'consumer';
export type ServiceName = ServerPart | WorkloadName;

const portNames = [
  ...(['prometheus', 'alertmanager', 'pushgateway', 'toxiproxy'] as const),
  ...(['temporal', 'temporalHttp', 'temporalMetrics'] as const),
  ...(['kafka', 'kafkaForWorker', 'kafkaForConsumer', 'kafkaController'] as const),
  ...(['engineHttp', 'engineEvents', 'engineReplay'] as const),
  ...(['workerHttp', 'workerSdkMetrics', 'generatorHttp', 'consumerHttp'] as const),
] as const;

export type PortName = (typeof portNames)[number];

/** Connections that go through a proxy when Toxiproxy is there, so that each can be broken alone. */
const links = {
  'engine-events': { service: 'engine', upstream: 'engineEvents' },
  'engine-replay': { service: 'engine', upstream: 'engineReplay' },
  'engine-http': { service: 'engine', upstream: 'engineHttp' },
  'worker-temporal': { service: 'temporal', upstream: 'temporal' },
  'worker-kafka': { service: 'kafka', upstream: 'kafkaForWorker' },
  'consumer-kafka': { service: 'kafka', upstream: 'kafkaForConsumer' },
} as const satisfies Record<string, { service: ServiceName; upstream: PortName }>;

export type LinkName = keyof typeof links;
const linkNames = Object.keys(links) as LinkName[];

/** Who listens where; settled before anything starts. */
export interface Layout {
  port: (name: PortName) => number;
  /** `host:port` of the server itself. */
  direct: (name: PortName) => string;
  /** Port by which a link is to be used: its proxy's, if there is one. */
  linkPort: (name: LinkName) => number;
  proxies: readonly ToxicProxy[];
}

/** Picks free ports for everything. `extraProxies` are proxies of the caller's own, to whatever address. */
export async function layOut(
  chosen: ReadonlySet<ServiceName>,
  extraProxies: readonly { name: string; upstream: string }[] = [],
): Promise<Layout> {
  const found = await freePorts(portNames.length + linkNames.length + extraProxies.length);
  const ports = new Map(portNames.map((name, index) => [name, found[index]!]));
  const proxyPorts = found.slice(portNames.length);
  const port = (name: PortName) => ports.get(name)!;
  const direct = (name: PortName) => loopback(port(name));
  const linkPorts = new Map(linkNames.map((name, index) => [name, proxyPorts[index]!]));
  const proxied = chosen.has('toxiproxy');
  return {
    port,
    direct,
    linkPort: (name) => (proxied ? linkPorts.get(name)! : port(links[name].upstream)),
    proxies: [
      ...linkNames
        .filter((name) => chosen.has(links[name].service))
        .map((name) => ({ name, listen: loopback(linkPorts.get(name)!), upstream: direct(links[name].upstream) })),
      ...extraProxies.map((extra, index) => ({ ...extra, listen: loopback(proxyPorts[linkNames.length + index]!) })),
    ],
  };
}

export function loopback(port: number): string {
  return `127.0.0.1:${port}`;
}
