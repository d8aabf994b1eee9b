import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Client, ConnectionOptions } from '@temporalio/client';
import type { Config } from './config.ts';
import { OwnSockets } from './own-sockets.ts';

type Library = typeof import('@temporalio/client');

/**
 * gRPC waits up to two minutes between attempts to connect, which would be measured as the service's own recovery. One refused call must not be
 * hidden by retries either: it is what the sample is for.
 */
const IMPATIENT: ConnectionOptions = {
  interceptors: [],
  channelArgs: {
    'grpc.initial_reconnect_backoff_ms': 50,
    'grpc.min_reconnect_backoff_ms': 50,
    'grpc.max_reconnect_backoff_ms': 250,
    'grpc.keepalive_permit_without_calls': 1,
    'grpc.keepalive_time_ms': 15_000,
    'grpc.keepalive_timeout_ms': 5_000,
    'grpc.use_local_subchannel_pool': 1,
    'grpc.enable_http_proxy': 0,
    'grpc.max_receive_message_length': 32 * 1024 * 1024,
  },
};

/** At most so often is a silent connection given up. */
const RENEWAL_PAUSE_MS = 1000;

const WARM_UP_LIMIT_MS = 5000;

/** A connection to Temporal that is made anew when the old one went silent. */
export class Link {
  readonly #library: Library;
  readonly #options: ConnectionOptions;
  readonly #namespace: string;
  #line: Line;
  #connectedAt: number;
  #answeredAt = Number.NEGATIVE_INFINITY;

  private constructor(library: Library, options: ConnectionOptions, namespace: string) {
    this.#library = library;
    this.#options = options;
    this.#namespace = namespace;
    this.#line = this.#connect();
    this.#connectedAt = performance.now();
  }

  /** Does not contact the server. Rejects only where a file of the config cannot be read. */
  static async open(config: Config): Promise<Link> {
    const library = await import('@temporalio/client');
    const options = { ...IMPATIENT, ...(await accessOf(config)), address: config.address };
    const link = new Link(library, options, config.namespace);
    link.#warmUp();
    return link;
  }

  /** Runs calls with a client until the signal aborts; then the calls are cancelled and this rejects with the signal's reason. */
  async call<T>(signal: AbortSignal, work: (client: Client) => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    const line = this.#line;
    const stopped = Promise.withResolvers<never>();
    const stop = () => stopped.reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    const { client, sockets } = line;
    const working = sockets.run(() => client.connection.withAbortSignal(signal, () => work(client)));
    const answered = () => {
      if (line === this.#line) this.#answeredAt = performance.now();
    };
    working.then(answered, () => {});
    try {
      return await Promise.race([working, stopped.promise]);
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  /**
   * Makes a new connection if the present one has not answered for so long. After a partition an old TCP connection stays silent for as long as
   * its retransmission timer has grown, while a new one works at once, as a client that comes anew sees it.
   */
  renewIfSilentFor(ms: number): void {
    const now = performance.now();
    if (now - this.#answeredAt < ms || now - this.#connectedAt < Math.min(ms, RENEWAL_PAUSE_MS)) return;
    const old = this.#line;
    this.#line = this.#connect();
    this.#connectedAt = now;
    this.#answeredAt = Number.NEGATIVE_INFINITY;
    void hangUp(old);
  }

  /** The first canary is not to be charged with the making of the connection. */
  #warmUp(): void {
    const signal = AbortSignal.timeout(WARM_UP_LIMIT_MS);
    this.call(signal, (client) => client.workflowService.getSystemInfo({})).catch(() => {});
  }

  close(): Promise<void> {
    return hangUp(this.#line);
  }

  #connect(): Line {
    const sockets = new OwnSockets();
    const client = sockets.run(() => {
      const connection = this.#library.Connection.lazy(this.#options);
      return new this.#library.Client({ connection, namespace: this.#namespace });
    });
    return { client, sockets };
  }
}

/** One connection and what it rests on. */
interface Line {
  client: Client;
  sockets: OwnSockets;
}

async function hangUp({ client, sockets }: Line): Promise<void> {
  await client.connection.close().catch(() => {});
  sockets.destroy();
}

async function accessOf({ tls, apiKeyFile }: Config): Promise<ConnectionOptions> {
  const options: ConnectionOptions = {};
  if (apiKeyFile) options.apiKey = await keyReader(apiKeyFile);
  if (typeof tls !== 'object') return { ...options, tls: tls ?? apiKeyFile !== undefined };
  const { caFile, certFile, keyFile, serverName } = tls;
  return {
    ...options,
    tls: {
      ...(serverName && { serverNameOverride: serverName }),
      ...(caFile && { serverRootCACertificate: await readFile(caFile) }),
      ...(certFile && keyFile && { clientCertPair: { crt: await readFile(certFile), key: await readFile(keyFile) } }),
    },
  };
}

/** The library asks for the key without waiting; a key that cannot be read just now is the last one that could. */
async function keyReader(path: string): Promise<() => string> {
  let last = (await readFile(path, 'utf8')).trim();
  return () => {
    try {
      last = readFileSync(path, 'utf8').trim();
    } catch {
      return last;
    }
    return last;
  };
}
