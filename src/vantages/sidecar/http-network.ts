import type { LookupAddress } from 'node:dns';
import { readFile } from 'node:fs/promises';
import type { ClientRequest, Agent as HttpAgent, IncomingMessage } from 'node:http';
import { networkTrouble } from '../../clients/network-trouble.ts';
import type { Offset } from '../../slo/model/entry.ts';
import type { Answer, Network, Question } from './network.ts';

const DEFAULT_PORT = '9780';
const LOOKUP_LIMIT_MS = 5000;
const ANSWER_LIMIT_BYTES = 4 * 1024 * 1024;

/** Where a vantage's processes are, and what lets us in there. */
interface Way {
  url: string;
  tokenFile?: string | undefined;
}

/** Asks over HTTP, each address by itself, on connections that are kept. */
export async function openHttpNetwork({ url, tokenFile }: Way, now: () => Offset): Promise<Network> {
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
    async ask(address, question, signal) {
      const credentials = tokenFile === undefined ? {} : await readCredentials(tokenFile);
      if (typeof credentials === 'string') return { ok: false, reason: credentials };
      const to = {
        host: address,
        port,
        agent,
        headers: { Host: host, 'User-Agent': 'steadfast', ...credentials },
      };
      const { method, path } = question;
      return exchange((done) => request({ ...to, method, path }, done), question, now, signal);
    },
    close: () => agent.destroy(),
  };
}

/** The header that lets us in, or why there is none. */
async function readCredentials(tokenFile: string): Promise<{ Authorization: string } | string> {
  const text = await readFile(tokenFile, 'utf8').catch((error: NodeJS.ErrnoException) => error);
  if (typeof text !== 'string') return `the token file cannot be read: ${text.code}`;
  const token = text.trim();
  return /^[\x21-\x7e]+$/.test(token) ? { Authorization: `Bearer ${token}` } : 'the token file does not hold a token';
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
  if (statusCode === 401)
    return { ok: false, reason: 'it wants a token that we do not have (HTTP 401): see `tokenFile`' };
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
