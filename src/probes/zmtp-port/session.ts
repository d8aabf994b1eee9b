import { performance } from 'node:perf_hooks';
import type { SamplePart } from '../../slo/model/entry.ts';
import type { ProbeContext, ProbeSession, Reading } from '../contract.ts';
import { type Opening, openConnection } from '../lib/zmtp/connection.ts';
import { type Address, addressOf } from '../lib/zmtp/endpoint.ts';
import type { Security } from '../lib/zmtp/handshake.ts';
import { readSecurity } from '../lib/zmtp/security-config.ts';
import { AddressBook } from './address-book.ts';
import type { ZmtpPortConfig } from './config.ts';
import { HostNames, type LookUp } from './host-names.ts';
import { OUR_TYPE, type PeerType } from './peer-type.ts';
import { absentParts, readingOf, type Visit } from './reading.ts';
import { type Target, targetsOf } from './target.ts';

/** One handshake, without the endpoint that it was for. */
type Attempt = Pick<SamplePart, 'outcome' | 'values' | 'reason'>;

/** What one sample has for all its handshakes. */
interface Round {
  security: Security;
  signal: AbortSignal;
}

/** Each sample makes connections of its own, so samples may overlap; all that lives between them is which addresses names had. */
export class ZmtpPortSession implements ProbeSession {
  readonly #config: ZmtpPortConfig;
  readonly #targets: Target[];
  readonly #books = new Map<Target, AddressBook>();
  readonly #names: HostNames;
  readonly #attemptMs: number;
  readonly #closing = new AbortController();

  constructor(config: ZmtpPortConfig, context: Pick<ProbeContext, 'timeoutMs'>, lookUp?: LookUp) {
    this.#config = config;
    this.#targets = targetsOf(config);
    for (const target of this.#targets)
      if (target.addresses) this.#books.set(target, new AddressBook(target.addresses));
    this.#names = new HostNames(lookUp);
    this.#attemptMs = attemptMs(context.timeoutMs);
  }

  async sample(signal: AbortSignal): Promise<Reading> {
    const security = await readSecurity(this.#config).catch(() => undefined);
    if (!security) return { outcome: 'unknown', values: {}, reason: 'the password file cannot be read' };
    const round = { security, signal: AbortSignal.any([signal, this.#closing.signal]) };
    const [first] = this.#targets;
    if (this.#config.endpoint !== undefined && first && !first.addresses)
      return this.#attempt(first.peer, addressOf(first.endpoint), this.#attemptMs, round);
    return readingOf(await Promise.all(this.#targets.map((target) => this.#visit(target, round))));
  }

  async close(): Promise<void> {
    this.#closing.abort();
  }

  async #visit(target: Target, round: Round): Promise<Visit> {
    const book = this.#books.get(target);
    if (book) return this.#visitEach(target, book, round);
    const { endpoint, peer } = target;
    const attempt = await this.#attempt(peer, addressOf(endpoint), this.#attemptMs, round);
    return { parts: [{ labels: { endpoint }, ...attempt }] };
  }

  /** Every address that the name has now, and those that are missing. */
  async #visitEach({ endpoint, peer, addresses }: Target, book: AddressBook, round: Round): Promise<Visit> {
    const { host, port } = addressOf(endpoint);
    const started = performance.now();
    const lookup = await this.#names.find(host, addresses?.family ?? 0, this.#attemptMs, round.signal);
    const lookupMs = performance.now() - started;
    const page = book.read(lookup);
    const leftMs = Math.max(1, this.#attemptMs - lookupMs);
    const asked = page.addresses.map(async (address): Promise<SamplePart> => {
      const attempt = await this.#attempt(peer, { host: address, port }, leftMs, round, lookupMs);
      return { labels: { endpoint, address }, ...attempt };
    });
    const parts = [...absentParts(endpoint, page), ...(await Promise.all(asked))];
    return { parts, addresses: 'failure' in lookup ? undefined : lookup.addresses.length };
  }

  async #attempt(
    peer: PeerType | undefined,
    address: Address,
    timeoutMs: number,
    { security, signal }: Round,
    lookupMs?: number,
  ): Promise<Attempt> {
    const socketType = peer ? OUR_TYPE[peer] : 'SUB';
    const options = { ...address, socketType, ...(peer && { peers: [peer] }), security, timeoutMs, brief: true };
    const opening = await openConnection(options, { message() {}, closed() {} }, signal);
    if (opening.ok) opening.connection.close();
    return attemptOf(opening, lookupMs);
  }
}

/** A little less than the sample's own time-out, so that the answer says at which step the peer fell silent. */
function attemptMs(timeoutMs: number): number {
  return Math.max(1, timeoutMs - Math.min(50, Math.max(5, timeoutMs * 0.05)));
}

/** `lookupMs` where the name was looked up before. */
function attemptOf(opening: Opening, lookupMs = opening.times.lookupMs): Attempt {
  const values: Record<string, number> = { ...opening.times, ...(lookupMs !== undefined && { lookupMs }) };
  if (!opening.ok) {
    const cannotTell = opening.failure.code === 'local' || opening.failure.code === 'stopped';
    return { outcome: cannotTell ? 'unknown' : 'bad', values, reason: opening.failure.reason };
  }
  values['totalMs'] = Object.values(values).reduce((sum, step) => sum + step, 0);
  return { outcome: 'good', values };
}
