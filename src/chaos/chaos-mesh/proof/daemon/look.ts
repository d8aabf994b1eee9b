import { createHttpClient, type HttpClient } from '../../../../clients/http.ts';
import type { KubeClient } from '../../../../clients/kubernetes/client.ts';
import { type Daemon, type Daemons, findDaemons } from './find.ts';
import { type PodNetwork, readPodNetworks } from './pod-network.ts';

/** What the daemons see in the pods, and why one could not be asked. */
export interface Sight {
  /** By `namespace/pod`. */
  pods: ReadonlyMap<string, PodNetwork>;
  troubles: string[];
}

/** Asks the daemons of the nodes. */
export interface DaemonEyes {
  /** Never rejects. A daemon looks into every container of its node before it answers, which takes its time. */
  look(nodes: readonly string[], timeoutMs: number, signal: AbortSignal): Promise<Sight>;
  close(): void;
}

const MAX_BYTES = 16 * 1024 * 1024;

export function openDaemonEyes(kube: KubeClient): DaemonEyes {
  let known: Promise<Daemons> | undefined;
  const clients = new Map<string, Promise<HttpClient>>();
  const clientOf = (daemon: Daemon) => {
    const baseUrl = `http://${daemon.host.includes(':') ? `[${daemon.host}]` : daemon.host}:${daemon.port}`;
    const client = clients.get(baseUrl) ?? createHttpClient({ baseUrl, timeoutMs: 1000, maxResponseBytes: MAX_BYTES });
    clients.set(baseUrl, client);
    return client;
  };
  const daemonsOf = async (signal: AbortSignal) => {
    known ??= findDaemons(kube, signal);
    const found = await known;
    if (!found.ok) known = undefined;
    return found;
  };
  return {
    async look(nodes, timeoutMs, signal) {
      const found = await daemonsOf(signal);
      if (!found.ok) return { pods: new Map(), troubles: [found.message] };
      const asked = nodes.map(async (node) => {
        const daemon = found.daemons.find((one) => one.node === node);
        if (!daemon) return trouble(`no chaos-daemon serves node ${node}`);
        const text = await metricsOf(kube, daemon, await clientOf(daemon), timeoutMs, signal);
        return text.ok ? { pods: readPodNetworks(text.body), troubles: [] } : trouble(text.message);
      });
      return joined(await Promise.all(asked));
    },
    close() {
      for (const client of clients.values()) void client.then((one) => one.close());
    },
  };
}

type Answer = { ok: true; body: string } | { ok: false; message: string };

/** Straight to the daemon; where that way is closed to us, through the API server. */
async function metricsOf(
  kube: KubeClient,
  daemon: Daemon,
  client: HttpClient,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Answer> {
  const direct = await client.request({ path: '/metrics', timeoutMs: timeoutMs * (daemon.pod ? 0.6 : 1) }, signal);
  if (direct.ok) return { ok: true, body: direct.body };
  const refused = `the chaos-daemon of node ${daemon.node} does not show its metrics: ${direct.message}`;
  if (!daemon.pod) return { ok: false, message: refused };
  const { namespace, name } = daemon.pod;
  const path = `/api/v1/namespaces/${namespace}/pods/${name}:${daemon.port}/proxy/metrics`;
  const proxied = await kube.text(path, { maxBytes: MAX_BYTES, timeoutMs: timeoutMs * 0.4 }, signal);
  return proxied.ok ? { ok: true, body: proxied.value } : { ok: false, message: refused };
}

function trouble(message: string): Sight {
  return { pods: new Map(), troubles: [message] };
}

function joined(sights: readonly Sight[]): Sight {
  return {
    pods: new Map(sights.flatMap(({ pods }) => [...pods])),
    troubles: sights.flatMap(({ troubles }) => troubles),
  };
}
