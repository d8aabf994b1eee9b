import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { ZmtpFailure } from '../lib/zmtp/failure.ts';
import { connectFailure, lookupTimeout } from '../lib/zmtp/socket-trouble.ts';
import { isTimeout, stopped } from '../lib/zmtp/stage.ts';
import type { Lookup } from './address-book.ts';

/** Gives the addresses of a host name as the machine's own resolver sees them; `family` 0 stands for both kinds. */
export type LookUp = (host: string, family: 0 | 4 | 6) => Promise<string[]>;

/** The machine's resolver says so where a name exists and has no address, or none of the kind. */
const NO_ADDRESS = new Set(['ENOTFOUND', 'EAI_ADDRFAMILY', 'EAI_NODATA', 'EAI_NONAME']);

/** Looks host names up, each anew whenever it is asked for. */
export class HostNames {
  readonly #lookUp: LookUp;
  /** A look-up cannot be given up: while one hangs, a second would only take another of the process's few threads. */
  readonly #underWay = new Map<string, Promise<Lookup>>();

  constructor(lookUp: LookUp = byTheSystem) {
    this.#lookUp = lookUp;
  }

  /** The addresses of a host. Trouble, and that the time ran out, is an answer, never a rejection. */
  find(host: string, family: 0 | 4 | 6, limitMs: number, signal: AbortSignal): Promise<Lookup> {
    if (isIP(host) !== 0) return Promise.resolve({ addresses: [host] });
    const key = `${family} ${host}`;
    const looking = this.#underWay.get(key) ?? this.#begin(host, family).finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, looking);
    return within(looking, limitMs, signal);
  }

  async #begin(host: string, family: 0 | 4 | 6): Promise<Lookup> {
    try {
      const addresses = await this.#lookUp(host, family);
      return { addresses: [...new Set(addresses)].sort() };
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      return NO_ADDRESS.has(code ?? '') ? { addresses: [] } : { failure: connectFailure(error) };
    }
  }
}

async function byTheSystem(host: string, family: 0 | 4 | 6): Promise<string[]> {
  const found = await lookup(host, { all: true, family });
  return found.map(({ address }) => address);
}

function within(looking: Promise<Lookup>, limitMs: number, signal: AbortSignal): Promise<Lookup> {
  const { promise, resolve } = Promise.withResolvers<Lookup>();
  const fail = (failure: ZmtpFailure) => resolve({ failure });
  const timer = setTimeout(() => fail(lookupTimeout), limitMs);
  const stop = () => fail(isTimeout(signal.reason) ? lookupTimeout : stopped);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  void looking.then(resolve);
  return promise.finally(() => {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  });
}
