import type { Admin, AdminOptions, Connection } from '@platformatic/kafka';
import type { Address, Answers } from './answers.ts';

type Library = typeof import('@platformatic/kafka');
type RequestName = keyof Answers;
type Implementation = { api: { async(connection: Connection, ...args: unknown[]): Promise<unknown> } };

/**
 * Requests to single brokers, in the newest form that both sides know. Where a broker answers some items with an error the whole answer is
 * given, with the code at the item: what the client's own methods make of it would let one item hide all others.
 */
export class Requests {
  readonly #library: Library;
  readonly #admin: Admin;
  readonly #bootstrap: readonly Address[];
  #known: readonly Address[] = [];
  #newest: Promise<Map<string, number>> | undefined;

  constructor(library: Library, options: AdminOptions, brokers: readonly string[]) {
    this.#library = library;
    this.#admin = new library.Admin({ ...options, bootstrapBrokers: [...brokers] });
    this.#bootstrap = brokers.map(addressOf);
  }

  get connections(): Admin['connections'] {
    return this.#admin.connections;
  }

  close(): Promise<void> {
    return this.#admin.close();
  }

  /** Kafka's name for an error code. */
  codeName(code: number): string {
    return this.#library.protocolErrorsCodesById[code] ?? `UNKNOWN_${code}`;
  }

  /** Further brokers that may be asked what any broker knows. */
  learnBrokers(brokers: readonly Address[]): void {
    this.#known = brokers;
  }

  /** The newest version of a request that both sides know; undefined where there is none. */
  async versionOf(name: RequestName): Promise<number | undefined> {
    this.#newest ??= this.#negotiate();
    const versions = await this.#newest.catch((error: unknown) => {
      this.#newest = undefined;
      throw error;
    });
    return versions.get(name);
  }

  async send<Name extends RequestName>(to: Address, name: Name, ...args: unknown[]): Promise<Answers[Name]> {
    return this.#ask(await this.#admin.connections.get(to), name, args);
  }

  /** Asks the first broker that lets us in. */
  async sendToAny<Name extends RequestName>(name: Name, ...args: unknown[]): Promise<Answers[Name]> {
    const brokers = [...this.#bootstrap, ...this.#known];
    return this.#ask(await this.#admin.connections.getFirstAvailable(brokers), name, args);
  }

  async #ask<Name extends RequestName>(connection: Connection, name: Name, args: unknown[]): Promise<Answers[Name]> {
    const version = await this.versionOf(name);
    if (version === undefined) throw new Error(`the brokers know no form of ${name} that we know`);
    try {
      return (await this.#implementation(name, version)!.api.async(connection, ...args)) as Answers[Name];
    } catch (error) {
      if (error instanceof this.#library.ResponseError && 'response' in error) return error.response as Answers[Name];
      throw error;
    }
  }

  async #negotiate(): Promise<Map<string, number>> {
    const newest = new Map<string, number>();
    for (const { name, minVersion, maxVersion } of await this.#admin.listApis())
      for (let version = maxVersion; version >= minVersion && !newest.has(name); version--)
        if (this.#implementation(name, version)) newest.set(name, version);
    return newest;
  }

  #implementation(name: string, version: number): Implementation | undefined {
    const key = `${name[0]!.toLowerCase()}${name.slice(1)}V${version}`;
    return (this.#library as unknown as Record<string, Implementation | undefined>)[key];
  }
}

function addressOf(broker: string): Address {
  const colon = broker.lastIndexOf(':');
  return { host: broker.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(broker.slice(colon + 1)) };
}
