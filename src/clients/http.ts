import { readFile } from 'node:fs/promises';
import type { Agent as HttpAgent } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import type { AxiosInstance, AxiosRequestConfig, AxiosResponse } from 'axios';
import { describeTrouble, gaveUp, type HttpTrouble, timedOut, unwantedStatus } from './http-trouble.ts';

export type { HttpTrouble, HttpTroubleCode } from './http-trouble.ts';

/** Who is called and how. Credentials never appear in answers or errors. */
export interface HttpClientOptions {
  /** Scheme, host and an optional path prefix; the path of each request is appended to it as it stands. */
  baseUrl: string;
  /** For one request with everything that belongs to it, unless the request says otherwise. */
  timeoutMs: number;
  /** After decompression. Default 16 MiB. */
  maxResponseBytes?: number;
  /** Default 0: a redirect is an answer. Credentials do not follow to another origin. */
  maxRedirects?: number;
  /** Default true. False opens a fresh connection for each request, as a probe that measures the way to the service must. */
  keepAlive?: boolean;
  /** PEM. Read once, when the client is created. */
  caFile?: string | undefined;
  clientCertFile?: string | undefined;
  clientKeyFile?: string | undefined;
  /** Read again for each request, since tokens rotate. */
  bearerTokenFile?: string | undefined;
  /** Sent with each request; values are taken for secrets. */
  headers?: Record<string, string> | undefined;
}

export interface HttpRequest {
  /** Default GET. */
  method?: string;
  /** Appended to `baseUrl`; with its query string. Default empty. */
  path?: string;
  headers?: Record<string, string>;
  body?: string;
  timeoutMs?: number;
  /** Which statuses make the answer `ok`. Default 200 to 299. */
  acceptStatus?: (status: number) => boolean;
  /** The request may be sent twice without harm: it is, when a kept connection turns out to be dead. Default for GET and HEAD. */
  repeatable?: boolean;
}

export interface HttpAnswer {
  ok: true;
  status: number;
  headers: Record<string, string>;
  body: string;
  /** Of the body, after decompression. */
  bytes: number;
}

/** HTTP whose trouble is data. */
export interface HttpClient {
  /** The base URL without credentials, for messages. */
  readonly address: string;
  /** Never rejects. Ends at the request's time-out or when the signal aborts, whichever comes first, and then really stops. */
  request(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer | HttpTrouble>;
  /** Ends what is in flight and closes every connection. */
  close(): void;
}

const DEFAULT_MAX_RESPONSE_BYTES = 16 * 1024 * 1024;

/** The one place where HTTP clients are made. Rejects only where a certificate or key file cannot be read. */
export async function createHttpClient(options: HttpClientOptions): Promise<HttpClient> {
  const agents = await makeAgents(options.keepAlive ?? true, await readTlsFiles(options));
  const axios = (await import('axios')).default.create({
    ...agents,
    proxy: false,
    maxRedirects: options.maxRedirects ?? 0,
    maxContentLength: options.maxResponseBytes ?? DEFAULT_MAX_RESPONSE_BYTES,
    responseType: 'arraybuffer',
    transformResponse: [(data) => data],
    validateStatus: () => true,
    beforeRedirect: dropCredentialsElsewhere(options),
  });
  const closed = new AbortController();
  return {
    address: withoutCredentials(options.baseUrl),
    request: (request, signal) => send(axios, options, request, AbortSignal.any([signal, closed.signal])),
    close() {
      closed.abort();
      agents.httpAgent.destroy();
      agents.httpsAgent.destroy();
    },
  };
}

async function send(
  axios: AxiosInstance,
  options: HttpClientOptions,
  request: HttpRequest,
  signal: AbortSignal,
): Promise<HttpAnswer | HttpTrouble> {
  const credentials = await readCredentials(options);
  if (!credentials.ok) return credentials;
  const timeoutMs = request.timeoutMs ?? options.timeoutMs;
  const deadline = AbortSignal.timeout(Math.max(1, Math.ceil(timeoutMs)));
  const config = requestConfig(options, request, credentials.headers, AbortSignal.any([signal, deadline]));
  try {
    if (signal.aborted) return gaveUp();
    const response = await sendTwiceIfStale(axios, config, request);
    return toAnswer(response, request, Object.values(credentials.headers));
  } catch (error) {
    if (signal.aborted) return gaveUp();
    if (deadline.aborted) return timedOut(timeoutMs);
    const maxResponseBytes = options.maxResponseBytes ?? DEFAULT_MAX_RESPONSE_BYTES;
    return describeTrouble(error, { timeoutMs, maxResponseBytes });
  }
}

function requestConfig(
  options: HttpClientOptions,
  request: HttpRequest,
  credentials: Record<string, string>,
  signal: AbortSignal,
): AxiosRequestConfig {
  return {
    method: request.method ?? 'GET',
    url: options.baseUrl + (request.path ?? ''),
    headers: { 'User-Agent': 'steadfast', ...credentials, ...request.headers },
    ...(request.body === undefined ? {} : { data: request.body }),
    timeout: Math.ceil(request.timeoutMs ?? options.timeoutMs),
    signal,
  };
}

/** A server may close a kept connection in the moment we use it; that says nothing about the server. */
async function sendTwiceIfStale(
  axios: AxiosInstance,
  config: AxiosRequestConfig,
  request: HttpRequest,
): Promise<AxiosResponse<Buffer>> {
  try {
    return await axios.request<Buffer>(config);
  } catch (error) {
    const { code, request: sent, response } = error as { code?: string; request?: unknown; response?: unknown };
    const reused = (sent as { reusedSocket?: boolean } | undefined)?.reusedSocket === true;
    const stale = reused && response === undefined && (code === 'ECONNRESET' || code === 'EPIPE');
    if (!stale || !isRepeatable(request)) throw error;
    return axios.request<Buffer>(config);
  }
}

function isRepeatable(request: HttpRequest): boolean {
  return request.repeatable ?? /^(GET|HEAD)$/i.test(request.method ?? 'GET');
}

function toAnswer(response: AxiosResponse<Buffer>, request: HttpRequest, secrets: string[]): HttpAnswer | HttpTrouble {
  const body = Buffer.isBuffer(response.data) ? response.data.toString('utf8') : '';
  const accepted = (request.acceptStatus ?? isSuccess)(response.status);
  if (!accepted) return unwantedStatus(response.status, body, (text) => mask(text, secrets));
  const headers = Object.fromEntries(Object.entries(response.headers).map(([name, value]) => [name, String(value)]));
  return { ok: true, status: response.status, headers, body, bytes: response.data?.length ?? 0 };
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

function mask(text: string, secrets: string[]): string {
  const words = secrets.flatMap((secret) => [secret, secret.replace(/^Bearer /, '')]).filter((word) => word.length > 3);
  return words.reduce((masked, word) => masked.replaceAll(word, '***'), text);
}

type Credentials = { ok: true; headers: Record<string, string> };

async function readCredentials(options: HttpClientOptions): Promise<Credentials | HttpTrouble> {
  if (!options.bearerTokenFile) return { ok: true, headers: { ...options.headers } };
  try {
    const token = (await readFile(options.bearerTokenFile, 'utf8')).trim();
    if (/^[\x21-\x7e]+$/.test(token))
      return { ok: true, headers: { ...options.headers, Authorization: `Bearer ${token}` } };
    return { ok: false, code: 'credentials', message: 'the bearer token file does not hold a token' };
  } catch {
    return { ok: false, code: 'credentials', message: 'the bearer token file cannot be read' };
  }
}

interface TlsFiles {
  ca?: string;
  cert?: string;
  key?: string;
}

async function readTlsFiles(options: HttpClientOptions): Promise<TlsFiles> {
  const files: TlsFiles = {};
  if (options.caFile) files.ca = await readPem(options.caFile);
  if (options.clientCertFile) files.cert = await readPem(options.clientCertFile);
  if (options.clientKeyFile) files.key = await readPem(options.clientKeyFile);
  return files;
}

async function readPem(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new Error(`cannot read ${path}: ${(error as NodeJS.ErrnoException).code ?? 'unknown error'}`);
  }
}

interface Agents {
  httpAgent: HttpAgent;
  httpsAgent: HttpsAgent;
}

/** Loads Node's HTTP late: it takes longer to load than a command without network takes in all. */
async function makeAgents(keepAlive: boolean, tls: TlsFiles): Promise<Agents> {
  const [http, https] = await Promise.all([import('node:http'), import('node:https')]);
  const pool = { keepAlive, maxFreeSockets: 4 };
  return { httpAgent: new http.Agent(pool), httpsAgent: new https.Agent({ ...pool, ...tls }) };
}

type BeforeRedirect = NonNullable<AxiosRequestConfig['beforeRedirect']>;

function dropCredentialsElsewhere(options: HttpClientOptions): BeforeRedirect {
  const origin = new URL(options.baseUrl).origin;
  const names = new Set(['authorization', ...Object.keys(options.headers ?? {}).map((name) => name.toLowerCase())]);
  return (next) => {
    if (URL.canParse(next['href']) && new URL(next['href']).origin === origin) return;
    for (const name of Object.keys(next['headers'] ?? {})) {
      if (names.has(name.toLowerCase())) delete next['headers'][name];
    }
  };
}

function withoutCredentials(text: string): string {
  const url = new URL(text);
  url.username = '';
  url.password = '';
  url.search = '';
  return url.href.replace(/\/$/, '');
}
