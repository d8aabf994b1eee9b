import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Answer, answerTo, type Stations } from './answer.ts';
import type { Doorkeeper } from './doorkeeper.ts';
import { type Question, questionOf } from './questions.ts';

/** Stations that can be asked. */
export interface StationServer {
  address: string;
  /** Answers for so long what is still asked, and then ends every connection. */
  close(lastAnswersMs: number): Promise<void>;
}

/** Whoever asks gets only so much: of headers, of time to send them and to take the answer, of connections, of answers at once. */
const LIMITS = {
  headerBytes: 8 * 1024,
  headersMs: 5000,
  requestMs: 5000,
  idleMs: 30_000,
  takingMs: 10_000,
  connections: 64,
  answersAtOnce: 24,
} as const;

/** What kubelets and scrapers ask; none of it tells a sample or changes anything. */
const OPEN_TO_ALL: ReadonlySet<Question['what']> = new Set(['health', 'readiness', 'metrics', 'nonsense']);

const UNKNOWN: Answer = { status: 401, type: 'text/plain', text: 'a bearer token is needed\n' };

/** Serves at `host:port`, or says why it cannot. */
export async function serveStations(
  stations: Stations,
  listen: string,
  doorkeeper?: Doorkeeper,
): Promise<StationServer | { problem: string }> {
  const { createServer } = await import('node:http');
  const server = createServer({
    maxHeaderSize: LIMITS.headerBytes,
    headersTimeout: LIMITS.headersMs,
    requestTimeout: LIMITS.requestMs,
    keepAliveTimeout: LIMITS.idleMs,
    connectionsCheckingInterval: 1000,
  });
  server.maxConnections = LIMITS.connections;
  const desk = new Desk(stations, doorkeeper);
  server.on('request', (request, response) => desk.serve(request, response));
  const problem = await startListening(server, listen);
  if (problem !== undefined) return { problem };
  const { port } = server.address() as AddressInfo;
  return {
    address: `${listen.slice(0, listen.lastIndexOf(':'))}:${port}`,
    async close(lastAnswersMs) {
      await stop(server, lastAnswersMs);
      doorkeeper?.close();
    },
  };
}

/** Answers questions, a bounded number at a time. */
class Desk {
  readonly #stations: Stations;
  readonly #doorkeeper: Doorkeeper | undefined;
  #busy = 0;

  constructor(stations: Stations, doorkeeper: Doorkeeper | undefined) {
    this.#stations = stations;
    this.#doorkeeper = doorkeeper;
  }

  serve(request: IncomingMessage, response: ServerResponse): void {
    const received = this.#stations[0].now();
    // Nobody has anything to send; what comes all the same is not read on.
    request.on('data', () => request.destroy());
    const question = questionOf(request.method, request.url);
    const isShort = question.what === 'health' || question.what === 'readiness';
    const mayAsk = OPEN_TO_ALL.has(question.what) || this.#doorkeeper?.letsIn(request.headers.authorization) !== false;
    if (!mayAsk) send(response.setHeader('WWW-Authenticate', 'Bearer'), UNKNOWN);
    else if (isShort || this.#busy < LIMITS.answersAtOnce) void this.#serveOne(question, received, response);
    else send(response, { status: 503, type: 'text/plain', text: 'too many ask at once\n' });
  }

  async #serveOne(question: Question, received: number, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    this.#busy++;
    response.once('close', () => {
      this.#busy--;
      gone.abort();
    });
    const notNow: Answer = { status: 503, type: 'text/plain', text: 'not now\n' };
    send(response, await answerTo(question, this.#stations, received, gone.signal).catch(() => notNow));
  }
}

/** Whoever does not take the answer in time does not get it. */
function send(response: ServerResponse, { status, type, text }: Answer): void {
  if (response.destroyed) return;
  const body = Buffer.from(text);
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': body.length, 'Cache-Control': 'no-store' });
  const timer = setTimeout(() => response.destroy(), LIMITS.takingMs).unref();
  response.once('close', () => clearTimeout(timer));
  response.end(body);
}

function startListening(server: Server, listen: string): Promise<string | undefined> {
  const colon = listen.lastIndexOf(':');
  const host = listen.slice(0, colon).replace(/^\[|\]$/g, '');
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  server.once('listening', () => resolve(undefined));
  server.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  server.listen({ host, port: Number(listen.slice(colon + 1)) });
  return promise;
}

/** Readers ask again at once: they fetch what is left, and are then sent away. */
async function stop(server: Server, lastAnswersMs: number): Promise<void> {
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  await new Promise((done) => setTimeout(done, lastAnswersMs));
  server.close(() => resolve());
  server.closeAllConnections();
  await closed;
}
