import { readFile } from 'node:fs/promises';
import type { Admin, AdminOptions } from '@platformatic/kafka';
import type { Config } from './config.ts';

type Library = typeof import('@platformatic/kafka');

/** A client of the brokers that is made anew when the old one went silent. It only asks: no group is joined, nothing is created. */
export class Link {
  readonly #library: Library;
  readonly #options: AdminOptions;
  #admin: Admin;

  private constructor(library: Library, options: AdminOptions) {
    this.#library = library;
    this.#options = options;
    this.#admin = new library.Admin(options);
  }

  /** Does not contact the brokers. Rejects only where a file of the config cannot be read. */
  static async open(config: Config, timeoutMs: number): Promise<Link> {
    const library = await import('@platformatic/kafka');
    return new Link(library, {
      clientId: 'steadfast',
      bootstrapBrokers: config.brokers,
      autocreateTopics: false,
      retries: 0,
      connectTimeout: timeoutMs,
      requestTimeout: timeoutMs,
      ...(await tlsOf(config)),
      ...saslOf(config),
    });
  }

  /** Asks until the signal aborts; then the connections are cut, since the client knows no other way to stop. */
  async call<T>(signal: AbortSignal, work: (admin: Admin) => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    const admin = this.#admin;
    const stopped = Promise.withResolvers<never>();
    const stop = () => {
      stopped.reject(signal.reason);
      this.#replace(admin);
    };
    signal.addEventListener('abort', stop, { once: true });
    const working = work(admin);
    working.catch(() => {});
    try {
      return await Promise.race([working, stopped.promise]);
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  close(): Promise<void> {
    return cut(this.#admin);
  }

  #replace(silent: Admin): void {
    if (silent !== this.#admin) return;
    this.#admin = new this.#library.Admin(this.#options);
    void cut(silent);
  }
}

/** The client's own way to close waits for what is not yet written, which on a silent connection is for ever. */
async function cut(admin: Admin): Promise<void> {
  for (const [, connection] of [...admin.connections]) connection.socket?.destroy();
  await admin.close().catch(() => {});
}

async function tlsOf({ tls }: Config): Promise<Pick<AdminOptions, 'tls' | 'tlsServerName'>> {
  if (tls === undefined || tls === false) return {};
  if (tls === true) return { tls: {}, tlsServerName: true };
  const { caFile, certFile, keyFile, serverName } = tls;
  return {
    tlsServerName: serverName ?? true,
    tls: {
      ...(caFile && { ca: await readFile(caFile) }),
      ...(certFile && { cert: await readFile(certFile) }),
      ...(keyFile && { key: await readFile(keyFile) }),
    },
  };
}

function saslOf({ sasl }: Config): Pick<AdminOptions, 'sasl'> {
  if (!sasl) return {};
  if (sasl.mechanism === 'OAUTHBEARER')
    return { sasl: { mechanism: sasl.mechanism, token: () => readSecret(sasl.tokenFile) } };
  const { mechanism, username, passwordFile } = sasl;
  return { sasl: { mechanism, username, password: () => readSecret(passwordFile) } };
}

async function readSecret(file: string): Promise<string> {
  return (await readFile(file, 'utf8')).trim();
}
