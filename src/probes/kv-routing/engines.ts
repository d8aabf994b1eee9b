import type { HttpClient } from '../../clients/http.ts';
import type { Offset } from '../../slo/model/entry.ts';
import type { Config } from './config.ts';

/** An engine that can be asked past the gateway. */
export interface Engine {
  /** What the gateway calls it. */
  target: string;
  client: HttpClient;
  /** It says with each answer what came from the cache: its counters need not be read. */
  tellsCached: boolean;
  /** It did not answer when it was last asked. */
  down: boolean;
  /** When it answered again after it had been down. */
  backAt?: Offset;
}

export type Found = { ok: true; engine: Engine } | { ok: false; reason: string };

const MOST_ENGINES = 32;
/** A header decides where we connect to: nothing in it may end the host or begin a path. */
const HARMLESS_TARGET = /^[A-Za-z0-9._:[\]-]{1,255}$/;

/** The engines that are known: those of the config, or else those that the gateway named. */
export class Engines {
  readonly #config: Config;
  readonly #connect: (baseUrl: string) => Promise<HttpClient>;
  readonly #known = new Map<string, Engine>();
  #closed = false;

  constructor(config: Config, connect: (baseUrl: string) => Promise<HttpClient>) {
    this.#config = config;
    this.#connect = connect;
  }

  all(): Engine[] {
    return [...this.#known.values()];
  }

  answering(): Engine[] {
    return this.all().filter(({ down }) => !down);
  }

  get(target: string): Engine | undefined {
    return this.#known.get(target);
  }

  async meetConfigured(): Promise<void> {
    for (const target of Object.keys(this.#config.engines ?? {})) await this.meet(target);
  }

  /** The engine of that name, whether or not it was known. */
  async meet(target: string): Promise<Found> {
    const known = this.#known.get(target);
    if (known) return { ok: true, engine: known };
    const url = this.#urlOf(target);
    if (url === undefined) return { ok: false, reason: 'the gateway names an engine whose address is not known' };
    if (!this.#makeRoom()) return { ok: false, reason: `the gateway names more than ${MOST_ENGINES} engines` };
    return this.#add(target, url);
  }

  close(): void {
    this.#closed = true;
    for (const { client } of this.#known.values()) client.close();
    this.#known.clear();
  }

  async #add(target: string, url: string): Promise<Found> {
    const client = await this.#connect(url).catch(() => undefined);
    if (!client) return { ok: false, reason: 'the files of engineAccess cannot be read' };
    const meanwhile = this.#known.get(target);
    if (meanwhile || this.#closed) {
      client.close();
      return meanwhile ? { ok: true, engine: meanwhile } : { ok: false, reason: 'the probe was closed' };
    }
    const engine: Engine = { target, client, tellsCached: false, down: false };
    this.#known.set(target, engine);
    return { ok: true, engine };
  }

  #urlOf(target: string): string | undefined {
    const { engines, engineUrl } = this.#config;
    if (engines) return Object.hasOwn(engines, target) ? withoutSlash(engines[target]!) : undefined;
    if (!HARMLESS_TARGET.test(target)) return undefined;
    const url = engineUrl.replaceAll('{target}', target);
    return URL.canParse(url) ? withoutSlash(url) : undefined;
  }

  /** Engines come and go with their addresses: one that is down makes room for a new one. */
  #makeRoom(): boolean {
    if (this.#known.size < MOST_ENGINES) return true;
    const gone = this.all().find(({ down }) => down);
    if (!gone) return false;
    gone.client.close();
    return this.#known.delete(gone.target);
  }
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
