import type { Offset } from '../../slo/model/entry.ts';
import type { VantageContext, VantagePreparation, VantageReader } from '../contract.ts';
import { readDrained } from './answers.ts';
import type { Boot } from './boot.ts';
import { Crew } from './crew.ts';
import { Follower } from './follower.ts';
import { type Met, meet, strangeness } from './meet.ts';
import type { Network } from './network.ts';
import { askDrain } from './paths.ts';

const LOOK_AGAIN_MS = 500;
/** So long a process may be out of reach before that is a problem. */
const PATIENCE_MS = 5000;
const RESOLVE_EVERY_MS = 2000;
const SETTLE_LOOK_MS = 50;
/** A clock that is less certain leaves counts open, however long a drain waits. */
const LONGEST_MARGIN_MS = 1000;
/** Then the same is asked again: a drain is asked for by its time, so that a repeated question begins no other. */
const DRAIN_ANSWER_MS = 15_000;

/** Reads every process behind a vantage's name. */
export class SidecarReader implements VantageReader {
  readonly #context: VantageContext;
  readonly #network: Network;
  readonly #crew: Crew;
  readonly #closed = new AbortController();
  readonly #followers = new Map<string, Follower>();
  #listening = false;
  #found: Met[] = [];

  constructor(context: VantageContext, network: Network) {
    this.#context = context;
    this.#network = network;
    this.#crew = new Crew(context);
  }

  async prepare(signal: AbortSignal): Promise<VantagePreparation> {
    const until = this.#context.now() + PATIENCE_MS;
    for (;;) {
      const { met, problems, lasting } = await this.#lookAround(signal);
      this.#found = met;
      const instances = met.map(({ answer }) => answer.header.instance);
      if (problems.length === 0 || lasting || this.#context.now() >= until) return { instances, problems };
      await this.#context.sleep(LOOK_AGAIN_MS, signal);
    }
  }

  start(): void {
    if (this.#listening || this.#closed.signal.aborted) return;
    this.#listening = true;
    for (const met of this.#found) {
      this.#crew.join(met, 'first');
      this.#follow(met.address);
    }
    void this.#watchAddresses().catch(() => undefined);
  }

  async settledBefore(offset: Offset, signal: AbortSignal): Promise<void> {
    const both = AbortSignal.any([signal, this.#closed.signal]);
    while (!both.aborted && this.#crew.inReach().some(({ settledTo }) => settledTo < offset))
      await this.#context.sleep(SETTLE_LOOK_MS, both).catch(() => undefined);
  }

  async drain(patienceMs: number, signal: AbortSignal): Promise<void> {
    const both = AbortSignal.any([signal, this.#closed.signal]);
    await Promise.all(this.#crew.inReach().map((boot) => this.#drainForCertain(boot, patienceMs, both)));
  }

  async close(): Promise<void> {
    this.#closed.abort();
    this.#network.close();
  }

  /** Every process behind the name, and what speaks against a run. */
  async #lookAround(signal: AbortSignal): Promise<{ met: Met[]; problems: string[]; lasting: boolean }> {
    const { vantage } = this.#context;
    const addresses = await this.#network.resolve(signal);
    const found = await Promise.all(
      addresses.map(async (address) => ({ address, met: await meet(this.#network, this.#context, address, signal) })),
    );
    const met = onePerBoot(found.flatMap(({ met }) => (typeof met === 'string' ? [] : [met])));
    const lasting = [...met.flatMap((one) => strangeness(one, this.#context) ?? []), ...sameNames(met)];
    const silent = found.flatMap(({ address, met: one }) =>
      typeof one === 'string' && !isOtherFamily(address, met) ? [`nobody answers at ${address}: ${one}`] : [],
    );
    const none = addresses.length === 0 ? ['its name leads to no address, or cannot be looked up'] : [];
    const problems = [...lasting, ...silent, ...none].map((problem) => `vantage ${vantage}: ${problem}`);
    return { met, problems, lasting: lasting.length > 0 };
  }

  async #watchAddresses(): Promise<void> {
    const { signal } = this.#closed;
    for (;;) {
      await this.#context.sleep(RESOLVE_EVERY_MS, signal);
      const addresses = await this.#network.resolve(signal);
      // An empty answer is a name server in trouble more often than a vantage without processes.
      if (addresses.length === 0) continue;
      this.#crew.addressesAre(addresses);
      for (const address of addresses) this.#follow(address);
    }
  }

  #follow(address: string): void {
    const { signal } = this.#closed;
    if (signal.aborted || this.#followers.has(address)) return;
    const follower = new Follower(this.#context, this.#network, this.#crew, address);
    this.#followers.set(address, follower);
    void follower
      .run(signal)
      .catch(() => undefined)
      .finally(() => this.#followers.delete(address));
  }

  /** Keeps as far from the moments before and after as the clock is uncertain: else nobody could say on which side of them the counts lie. */
  async #drainForCertain(boot: Boot, patienceMs: number, signal: AbortSignal): Promise<void> {
    await this.#context.sleep(uncertaintyMs(boot), signal).catch(() => undefined);
    await this.#drainOne(boot, this.#context.now(), patienceMs, signal);
    await this.#context.sleep(uncertaintyMs(boot), signal).catch(() => undefined);
  }

  /** Asks until a drain that began after `from` is over, and what it brought was recorded. */
  async #drainOne(boot: Boot, from: Offset, patienceMs: number, signal: AbortSignal): Promise<void> {
    const after = Math.max(0, boot.clock.toProcess(from));
    const question = askDrain(this.#context, after, patienceMs, DRAIN_ANSWER_MS);
    while (!signal.aborted && this.#crew.inReach().includes(boot)) {
      const answer = boot.address === undefined ? undefined : await this.#network.ask(boot.address, question, signal);
      const drained = answer?.ok ? readDrained(answer.text) : undefined;
      if (drained && drained.boot !== boot.header.boot) return;
      if (drained) return this.#untilRecorded(boot, drained.cursor, signal);
      await this.#context.sleep(LOOK_AGAIN_MS, signal).catch(() => undefined);
    }
  }

  async #untilRecorded(boot: Boot, cursor: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted && boot.cursor < cursor)
      await this.#context.sleep(SETTLE_LOOK_MS, signal).catch(() => undefined);
  }
}

function uncertaintyMs({ clock }: Boot): number {
  const [behind, ahead] = clock.bounds;
  return Math.min(LONGEST_MARGIN_MS, ahead - behind);
}

/** A process may be reached at several addresses. */
function onePerBoot(all: Met[]): Met[] {
  return [...new Map(all.toReversed().map((met) => [met.answer.header.boot, met])).values()].toReversed();
}

/** In a recording, processes are told apart by their names. */
function sameNames(all: Met[]): string[] {
  const names = all.map(({ answer }) => answer.header.instance);
  const twice = new Set(names.filter((name, index) => names.indexOf(name) < index));
  return [...twice].map((name) => `several processes call themselves ${name}: give each a POD_NAME of its own`);
}

/** A name may lead to addresses of a family on which nobody listens. */
function isOtherFamily(address: string, met: Met[]): boolean {
  const isV6 = (text: string) => text.includes(':');
  return met.length > 0 && met.every((one) => isV6(one.address) !== isV6(address));
}
