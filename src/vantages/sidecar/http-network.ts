import type { LookupAddress } from 'node:dns';
import type { ClientRequest, Agent as HttpAgent, IncomingMessage } from 'node:http';
import { networkTrouble } from '../../clients/network-trouble.ts';
import type { Offset } from '../../slo/model/entry.ts';
import type { Answer, Network, Question } from './network.ts';

const DEFAULT_PORT = '9780';
const LOOKUP_LIMIT_MS = 5000;
const ANSWER_LIMIT_BYTES = 4 * 1024 * 1024;

/** Asks over HTTP, each address by itself, on connections that are kept. */
export async function openHttpNetwork(url: string, now: () => Offset): Promise<Network> {
  const [{ Agent, request }, { lookup }] = await Promise.all([import('node:http'), import('node:dns/promises')]);
  const { hostname, host } = new URL(url);
  // URL forgets a port that is the usual one of HTTP, which is not ours.
  const port = /:(\d+)\/?$/.exec(url)?.[1] ?? DEFAULT_PORT;
  const name = hostname.replace(/^\[|\]$/g, '');
  const agent: HttpAgent = new Agent({ keepAlive: true, maxSockets: 8, maxFreeSockets: 4 });
  // A lookup cannot be given up: while one hangs, a second would only take another of the process's few threads.
  let looking: Promise<LookupAddress[]> | undefined;
  const look = () => {
    looking ??= lookup(name, { all: true }).finally(() => {
      looking = undefined;
    });
    return looking;
  };
  return {
    async resolve(signal) {
      const found = await within(LOOKUP_LIMIT_MS, signal, look()).catch(() => []);
      return [...new Set(found.map(({ address }) => address))].sort();
    },
    ask(address, question, signal) {
      const to = {
        host: address,
        port,
        agent,
        headers: { Host: host, 'User-Agent': 'steadfast' },
      };
      const { method, path } = question;
      return exchange((done) => request({ ...to, method, path }, done), question, now, signal);
    },
    close: () => agent.destroy(),
  };
}

/** From before the first byte leaves until after the last has come. */
async function exchange(
  send: (done: (response: IncomingMessage) => void) => ClientRequest,
  { timeoutMs }: Question,
  now: () => Offset,
  signal: AbortSignal,
): Promise<Answer> {
  if (signal.aborted) return { ok: false, reason: 'it was given up' };
  const { promise, resolve } = Promise.withResolvers<Answer>();
  const sent = now();
  const request = send((response) => void read(response).then((end) => resolve(answerOf(end, response, sent, now()))));
  const giveUp = (reason: string) => {
    resolve({ ok: false, reason });
    request.destroy();
  };
  const timer = setTimeout(() => giveUp('no answer in time'), timeoutMs);
  const onAbort = () => giveUp('it was given up');
  signal.addEventListener('abort', onAbort, { once: true });
  request.on('error', (error) => resolve({ ok: false, reason: reasonOf(error) }));
  request.end();
  return promise.finally(() => {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  });
}

function answerOf(text: string | undefined, { statusCode }: IncomingMessage, sent: Offset, got: Offset): Answer {
  if (text === undefined) return { ok: false, reason: 'its answer was cut, or too long' };
  if (statusCode !== 200) return { ok: false, reason: `it answered with HTTP ${statusCode}` };
  return { ok: true, text, sent, got };
}

/** The whole body, or nothing. */
async function read(response: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > ANSWER_LIMIT_BYTES) return undefined;
      chunks.push(chunk);
    }
  } catch {
    return undefined;
  }
  return response.complete ? Buffer.concat(chunks).toString('utf8') : undefined;
}

function within<T>(limitMs: number, signal: AbortSignal, promise: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const giveUp = () => reject(new Error('it was given up'));
  const timer = setTimeout(giveUp, limitMs);
  signal.addEventListener('abort', giveUp, { once: true });
  return Promise.race([promise, late]).finally(() => {
    clearTimeout(timer);
    signal.removeEventListener('abort', giveUp);
  });
}

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  return (code === undefined ? undefined : networkTrouble(code)?.message) ?? code ?? message;
}
