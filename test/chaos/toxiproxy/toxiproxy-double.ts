import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Toxic } from '../../../src/chaos/toxiproxy/fault.ts';
import { httpServer, type LoopbackServer } from '../../loopback/servers.ts';

interface ProxyDouble {
  name: string;
  listen: string;
  upstream: string;
  enabled: boolean;
  toxics: Toxic[];
}

/** What to do with a request instead of what Toxiproxy does; undefined: the usual. */
export type Mischief = (call: string, act: () => void) => { status: number; body?: string } | 'hang' | undefined;

export interface ToxiproxyDouble extends AsyncDisposable {
  url: string;
  server: LoopbackServer;
  proxies: Record<string, ProxyDouble>;
  /** Calls that change something, as `METHOD path`. */
  changes: string[];
  mischief: Mischief;
}

/** Toxiproxy's API, for what the real one will not do on demand. It proxies nothing. */
export async function startDouble(...names: string[]): Promise<ToxiproxyDouble> {
  const server = await httpServer((request, response) => void serve(double, request, response));
  const blank = (name: string) => ({ name, listen: 'nowhere', upstream: 'nowhere', enabled: true, toxics: [] });
  const double: ToxiproxyDouble = {
    url: server.url,
    server,
    proxies: Object.fromEntries(names.map((name) => [name, blank(name)])),
    changes: [],
    mischief: () => undefined,
    [Symbol.asyncDispose]: () => server.close(),
  };
  return double;
}

async function serve(double: ToxiproxyDouble, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const call = `${request.method} ${decodeURIComponent(request.url ?? '')}`;
  if (request.method !== 'GET') double.changes.push(call);
  const act = () => perform(double, call, Buffer.concat(chunks).toString());
  const odd = double.mischief(call, act);
  if (odd === 'hang') return;
  const { status, body } = odd ?? act();
  response.writeHead(status).end(body);
}

function perform(double: ToxiproxyDouble, call: string, body: string): { status: number; body?: string } {
  const [method, path] = call.split(' ') as [string, string];
  const [, area, name, , toxic] = path.split('/') as (string | undefined)[];
  if (area === 'version') return { status: 200, body: '2.5.0' };
  if (name === undefined) return { status: 200, body: JSON.stringify(double.proxies) };
  const proxy = double.proxies[name];
  if (!proxy) return { status: 404, body: '{"error":"proxy not found","status":404}' };
  if (method === 'DELETE') return removeToxic(proxy, toxic!);
  if (path.endsWith('/toxics')) proxy.toxics.push(JSON.parse(body) as Toxic);
  else Object.assign(proxy, JSON.parse(body));
  return { status: 200, body: '{}' };
}

function removeToxic(proxy: ProxyDouble, name: string): { status: number } {
  const before = proxy.toxics.length;
  proxy.toxics = proxy.toxics.filter((toxic) => toxic.name !== name);
  return { status: proxy.toxics.length < before ? 204 : 404 };
}
