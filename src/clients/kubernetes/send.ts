import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Access, Credentials } from './access.ts';
import type { KubeTrouble } from './client.ts';
import { connectionTrouble, gaveUp, statusTrouble, timedOut, tooLarge } from './trouble.ts';

/** One request, as it goes over the wire. */
export interface Outgoing {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  path: string;
  body?: string;
  contentType?: string;
  timeoutMs: number;
  maxBytes: number;
}

export type Answer = { ok: true; body: string } | KubeTrouble;

/** Sends it once, and a second time with fresh credentials where the server does not know us any more. Never rejects. */
export async function send(access: Access, outgoing: Outgoing, signal: AbortSignal): Promise<Answer> {
  const answer = await sendWith(access, outgoing, signal, false);
  return !answer.ok && answer.status === 401 ? sendWith(access, outgoing, signal, true) : answer;
}

async function sendWith(access: Access, outgoing: Outgoing, signal: AbortSignal, anew: boolean): Promise<Answer> {
  if (signal.aborted) return gaveUp();
  const deadline = AbortSignal.timeout(Math.ceil(outgoing.timeoutMs));
  const both = AbortSignal.any([signal, deadline]);
  try {
    const credentials = await readCredentials(access, anew, both);
    return 'headers' in credentials ? await exchange(access, outgoing, credentials, both) : credentials;
  } catch (error) {
    if (signal.aborted) return gaveUp();
    return deadline.aborted ? timedOut(outgoing.timeoutMs) : connectionTrouble(error);
  }
}

/** Why not, where they cannot be read. A program that makes them may take for ever: rejects when the signal aborts. */
export async function readCredentials(
  access: Access,
  anew: boolean,
  signal: AbortSignal,
): Promise<Credentials | KubeTrouble> {
  signal.throwIfAborted();
  const { promise: givenUp, reject } = Promise.withResolvers<never>();
  const giveUp = () => reject(signal.reason);
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    return await Promise.race([access.credentials(anew).catch(noCredentials), givenUp]);
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}

function noCredentials({ message }: Error): KubeTrouble {
  return { ok: false, code: 'credentials', message: `the credentials for the API server cannot be read: ${message}` };
}

async function exchange(
  access: Access,
  outgoing: Outgoing,
  credentials: Credentials,
  signal: AbortSignal,
): Promise<Answer> {
  const response = await respond(access, outgoing, credentials, signal);
  const body = await readBody(response, outgoing.maxBytes);
  if (body === undefined) return tooLarge(outgoing.maxBytes);
  const status = response.statusCode ?? 0;
  if (status >= 200 && status < 300) return { ok: true, body };
  return statusTrouble(status, body, response.headers['retry-after'], hiding(credentials));
}

/** The beginning of the answer: its body is still to come. */
export async function respond(
  access: Access,
  { method, path, body, contentType }: Pick<Outgoing, 'method' | 'path' | 'body' | 'contentType'>,
  { headers, agent }: Credentials,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const { request } = access.server.protocol === 'http:' ? await import('node:http') : await import('node:https');
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const sent: ClientRequest = request(new URL(access.server.pathname.replace(/\/$/, '') + path, access.server), {
    method,
    agent,
    signal,
    headers: {
      'User-Agent': 'steadfast',
      Accept: 'application/json',
      ...headers,
      ...(body === undefined ? {} : { 'Content-Type': contentType, 'Content-Length': Buffer.byteLength(body) }),
    },
  });
  sent.on('response', resolve).on('error', reject);
  sent.end(body);
  return promise;
}

/** `undefined` where it is longer than allowed. */
export async function readBody(response: IncomingMessage, maxBytes: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) {
      response.destroy();
      return undefined;
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Our own credentials do not belong into messages, whoever writes them. */
export function hiding({ headers }: Credentials): (text: string) => string {
  const secrets = Object.values(headers)
    .flatMap((value) => [value, value.replace(/^(Bearer|Basic) /, '')])
    .filter((value) => value.length > 3);
  return (text) => secrets.reduce((masked, secret) => masked.replaceAll(secret, '***'), text);
}
