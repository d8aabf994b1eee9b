import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Registry } from 'prom-client';
import { z } from 'zod';
import { mute } from './own-log.ts';

export type Route = (request: IncomingMessage, response: ServerResponse) => Promise<void> | void;

/** What every workload shows on its port. */
export interface Face<Command> {
  /** Address to listen on; loopback if not given. */
  host?: string;
  port: number;
  metrics: Pick<Registry, 'contentType' | 'metrics'>;
  /** Shape of a `POST /control` body. */
  command: z.ZodType<Command>;
  obey: (command: Command) => Promise<void> | void;
  /** What `GET /state` tells: the workload's own truth, for a test to compare with what a probe saw. */
  state: () => unknown;
  routes?: Record<string, Route>;
}

const longestBody = 1_000_000;

const everyWorkloads = z.discriminatedUnion('command', [
  /** Says that it is not ready; otherwise it goes on. */
  z.strictObject({ command: z.literal('ready'), on: z.boolean() }),
  /** Writes a line to its log. */
  z.strictObject({ command: z.literal('print'), line: z.string().min(1).max(1_000) }),
  /** Writes no line of an error to its log by itself, whatever happens. */
  z.strictObject({ command: z.literal('mute'), on: z.boolean() }),
]);

/** Serves `GET /healthz`, `/metrics`, `/state`, `POST /control`, and the workload's own routes. */
export function serveFace<Command>(face: Face<Command>): Promise<Server> {
  const health: Health = { ok: true };
  const routes: Record<string, Route> = {
    ...face.routes,
    'GET /healthz': (_, response) => answer(response, health.ok ? 200 : 503, health),
    'GET /state': (_, response) => answer(response, 200, face.state()),
    'POST /control': (request, response) => control(face, health, request, response),
    'GET /metrics': async (_, response) => {
      response.setHeader('content-type', face.metrics.contentType);
      response.end(await face.metrics.metrics());
    },
  };
  const server = createServer((request, response) => {
    const route = routes[`${request.method} ${request.url}`];
    if (route === undefined) return answer(response, 404, { error: `only ${Object.keys(routes).join(', ')}` });
    Promise.resolve(route(request, response)).catch((error: unknown) =>
      answer(response, 500, { error: String(error) }),
    );
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(face.port, face.host ?? '127.0.0.1', () => resolve(server));
  });
}

export function answer(response: ServerResponse, status: number, body: unknown): void {
  if (response.headersSent) return void response.end();
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify(body)}\n`);
}

export async function readBody(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) {
    body += chunk;
    if (body.length > longestBody) throw new Error('the body is too long');
  }
  return body;
}

interface Health {
  ok: boolean;
}

async function control<Command>(
  face: Face<Command>,
  health: Health,
  request: IncomingMessage,
  response: ServerResponse,
) {
  const body = parseJson(await readBody(request));
  const common = everyWorkloads.safeParse(body);
  if (common.data?.command === 'ready') health.ok = common.data.on;
  else if (common.data?.command === 'print') process.stdout.write(`${common.data.line}\n`);
  else if (common.data?.command === 'mute') mute(common.data.on);
  else {
    const command = face.command.safeParse(body);
    if (!command.success) return answer(response, 400, { error: command.error.issues });
    await face.obey(command.data);
  }
  answer(response, 200, face.state());
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
