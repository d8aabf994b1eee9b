import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';

/** A server for scrapers. One that could not listen still exists, and says why. */
export interface MetricsServer {
  readonly address: string;
  readonly problem?: string;
  close(): Promise<void>;
}

const REQUEST_TIMEOUT_MS = 10_000;
const MAX_CONNECTIONS = 64;

/** Serves `/metrics` and `/healthz` at `host:port`. Does not reject: a port that is taken must not stop a run. */
export async function serveMetrics(listen: string, registry: Registry): Promise<MetricsServer> {
  // Late, since every command imports this file and few serve anything.
  const { createServer } = await import('node:http');
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: REQUEST_TIMEOUT_MS });
  server.maxConnections = MAX_CONNECTIONS;
  server.on('request', (request, response) => void answer(registry, request, response));
  const problem = await startListening(server, listen);
  if (problem !== undefined) return { address: `http://${listen}/metrics`, problem, async close() {} };
  const { port } = server.address() as AddressInfo;
  const host = listen.slice(0, listen.lastIndexOf(':'));
  return { address: `http://${host}:${port}/metrics`, close: () => stop(server) };
}

function startListening(server: Server, listen: string): Promise<string | undefined> {
  const colon = listen.lastIndexOf(':');
  const host = listen.slice(0, colon).replace(/^\[|\]$/g, '');
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  server.once('listening', () => resolve(undefined));
  server.on('error', (error: NodeJS.ErrnoException) => resolve(problemOf(error)));
  server.listen({ host, port: Number(listen.slice(colon + 1)) });
  return promise;
}

function problemOf({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'EADDRINUSE') return 'the port is taken';
  if (code === 'EACCES') return 'no permission to listen there';
  if (code === 'EADDRNOTAVAIL') return 'this machine does not have that address';
  return code ?? message;
}

async function answer(registry: Registry, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = (request.url ?? '').split('?', 1)[0];
  if (request.method !== 'GET' && request.method !== 'HEAD') return end(response, 405, 'only GET and HEAD\n');
  if (path === '/healthz') return end(response, 200, 'ok\n');
  if (path !== '/metrics') return end(response, 404, 'see /metrics or /healthz\n');
  response.setHeader('Content-Type', registry.contentType);
  end(response, 200, await registry.metrics());
}

function end(response: ServerResponse, status: number, text: string): void {
  response.statusCode = status;
  if (!response.hasHeader('Content-Type')) response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.end(text);
}

async function stop(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}
