import * as z from 'zod';
import { createHttpClient, type HttpRequest, type HttpTroubleCode } from '../../clients/http.ts';
import type { Toxic } from './fault.ts';

const toxic = z.object({
  name: z.string(),
  type: z.string(),
  stream: z.enum(['upstream', 'downstream']),
  toxicity: z.number(),
  attributes: z.record(z.string(), z.unknown()),
});

const proxy = z.object({
  name: z.string(),
  listen: z.string(),
  upstream: z.string(),
  enabled: z.boolean(),
  toxics: z.array(toxic),
});

const proxies = z.record(z.string(), proxy);

/** A proxy as Toxiproxy shows it. */
export type ProxyState = z.infer<typeof proxy>;

/** Why Toxiproxy did not do it; one line. */
export class ToxiproxyTrouble extends Error {
  readonly code: HttpTroubleCode;

  constructor(code: HttpTroubleCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Toxiproxy's API. Every call is bounded; each rejects with a `ToxiproxyTrouble`. */
export interface ToxiproxyApi {
  version(signal: AbortSignal): Promise<string>;
  proxies(signal: AbortSignal): Promise<Record<string, ProxyState>>;
  addToxic(proxy: string, toxic: Toxic, signal: AbortSignal): Promise<void>;
  /** Fine where it does not exist. */
  removeToxic(proxy: string, toxic: string, signal: AbortSignal): Promise<void>;
  /** Fine where the proxy does not exist. */
  setEnabled(proxy: string, enabled: boolean, signal: AbortSignal): Promise<void>;
  close(): void;
}

const CALL_LIMIT_MS = 5_000;

/** Toxiproxy first hands on what connections hold, and waits 5 s for each piece that nobody reads. It gives up after 25 s itself. */
const REMOVAL_LIMIT_MS = 25_000;

export async function openApi(url: string): Promise<ToxiproxyApi> {
  const client = await createHttpClient({
    baseUrl: url.replace(/\/$/, ''),
    timeoutMs: CALL_LIMIT_MS,
    maxResponseBytes: 4 * 1024 * 1024,
  });
  const call = async (request: HttpRequest, signal: AbortSignal): Promise<string> => {
    const answer = await client.request(request, signal);
    if (answer.ok) return answer.body;
    throw new ToxiproxyTrouble(answer.code, `Toxiproxy at ${client.address}: ${answer.message}`);
  };
  return {
    async version(signal) {
      return readVersion(await call({ path: '/version' }, signal));
    },
    async proxies(signal) {
      return readProxies(await call({ path: '/proxies' }, signal), client.address);
    },
    async addToxic(name, added, signal) {
      await call({ method: 'POST', path: `${pathOf(name)}/toxics`, body: JSON.stringify(added) }, signal);
    },
    async removeToxic(name, removed, signal) {
      const path = `${pathOf(name)}/toxics/${encodeURIComponent(removed)}`;
      await call({ method: 'DELETE', path, timeoutMs: REMOVAL_LIMIT_MS, ...unlessMissing }, signal);
    },
    async setEnabled(name, enabled, signal) {
      await call({ method: 'POST', path: pathOf(name), body: JSON.stringify({ enabled }), ...unlessMissing }, signal);
    },
    close: () => client.close(),
  };
}

const unlessMissing: Pick<HttpRequest, 'acceptStatus' | 'repeatable'> = {
  acceptStatus: (status) => (status >= 200 && status < 300) || status === 404,
  repeatable: true,
};

function pathOf(proxyName: string): string {
  return `/proxies/${encodeURIComponent(proxyName)}`;
}

/** Plain text up to 2.5, JSON after it. */
function readVersion(body: string): string {
  const text = /"version"\s*:\s*"([^"]{1,50})"/.exec(body)?.[1] ?? body.trim();
  return /^[\w.+-]{1,50}$/.test(text) ? text : 'unknown';
}

function readProxies(body: string, address: string): Record<string, ProxyState> {
  try {
    return proxies.parse(JSON.parse(body));
  } catch {
    throw new ToxiproxyTrouble('malformed', `Toxiproxy at ${address}: the list of proxies is not Toxiproxy's`);
  }
}
