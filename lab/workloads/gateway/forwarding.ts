import { type IncomingMessage, request, type ServerResponse } from 'node:http';
import { Counter, Histogram, type Registry } from 'prom-client';
import { answer, type Route as HttpRoute, readBody } from '../face.ts';
import { causesOf, type PeerWatch, type Say, watchPeer } from '../own-log.ts';
import { tokensOfRequest } from '../tokens.ts';
import type { EnginePod } from './pods.ts';
import type { Route } from './routing.ts';

export interface ForwardingOptions {
  registry: Registry;
  route: (tokens: readonly number[]) => Route | undefined;
  /** Longest time for an engine to answer. */
  answerWithinMs: number;
  say: Say;
}

/** What became of the requests, and how many went to which engine. */
export interface Forwarding {
  route: HttpRoute;
  /** Answers a share of the requests with 503, for a while. */
  refuse: (share: number, forMs: number) => void;
  totals: () => { byStatus: Record<string, number>; byPod: Record<string, number> };
}

const handler = '/v1/completions';

/** `POST /v1/completions`: passes each request on to the engine that is chosen, and says in `target-pod` which one. */
export function createForwarding({ registry, route, answerWithinMs, say }: ForwardingOptions): Forwarding {
  const metrics = forwardingMetrics(registry);
  const byStatus: Record<string, number> = {};
  const byPod: Record<string, number> = {};
  const peers = new Map<string, PeerWatch>();
  let refusal = { share: 0, until: 0 };

  async function forward(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const began = performance.now();
    const body = await readBody(incoming);
    const refused = began < refusal.until && Math.random() < refusal.share;
    const chosen = refused ? undefined : route(tokensOfRequest(body));
    if (refused) answer(response, 503, { error: { message: 'the gateway refuses on command' } });
    else if (chosen === undefined) answer(response, 503, { error: { message: 'no engine is ready' } });
    else await passOn(chosen, body, response, answerWithinMs, peerOf(chosen.pod));
    count(chosen, response.statusCode, (performance.now() - began) / 1_000);
  }

  function peerOf({ key, address, httpPort }: EnginePod): PeerWatch {
    const name = `${key} at ${address}:${httpPort}`;
    const peer = peers.get(name) ?? watchPeer(name, say);
    peers.set(name, peer);
    return peer;
  }

  function count(chosen: Route | undefined, status: number, seconds: number): void {
    byStatus[status] = (byStatus[status] ?? 0) + 1;
    if (chosen !== undefined) byPod[chosen.pod.key] = (byPod[chosen.pod.key] ?? 0) + 1;
    metrics.requests.inc({ handler, status: `${status}` });
    metrics.duration.observe(seconds);
  }

  return {
    route: forward,
    refuse: (share, forMs) => {
      refusal = { share, until: performance.now() + forMs };
    },
    totals: () => ({ byStatus: { ...byStatus }, byPod: { ...byPod } }),
  };
}

async function passOn(
  chosen: Route,
  body: string,
  response: ServerResponse,
  withinMs: number,
  peer: PeerWatch,
): Promise<void> {
  const { pod } = chosen;
  response.setHeader('target-pod', `${pod.address}:${pod.httpPort}`);
  try {
    const reply = await askEngine(chosen, body, AbortSignal.timeout(withinMs));
    response.writeHead(reply.status, { 'content-type': 'application/json' });
    response.end(reply.body);
    peer.back();
  } catch (error) {
    const late = (error as Error).name === 'AbortError';
    const cause = late ? 'no answer in time' : causesOf(error);
    peer.lost(cause);
    answer(response, late ? 504 : 502, { error: { message: `${pod.key}: ${cause}` } });
  } finally {
    chosen.done();
  }
}

/** Each request has a connection of its own, so that a broken one harms no other. */
function askEngine({ pod }: Route, body: string, signal: AbortSignal): Promise<{ status: number; body: string }> {
  const target = { host: pod.address, port: pod.httpPort, path: handler, method: 'POST', agent: false, signal };
  return new Promise((resolve, reject) => {
    const outgoing = request(target, (reply) => {
      readBody(reply).then((text) => resolve({ status: reply.statusCode ?? 502, body: text }), reject);
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

function forwardingMetrics(registry: Registry) {
  const registers = [registry];
  return {
    requests: new Counter({
      name: 'http_requests_total',
      help: 'Requests by path and status.',
      labelNames: ['handler', 'status'],
      registers,
    }),
    duration: new Histogram({
      name: 'lab_gateway_request_seconds',
      help: 'Time to answer a request, with the engine that it went to.',
      buckets: [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10],
      registers,
    }),
  };
}
