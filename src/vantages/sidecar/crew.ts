import type { VantageContext } from '../contract.ts';
import { Boot } from './boot.ts';
import type { Met } from './meet.ts';

/** More than ever come and go in a run, restarts included. */
const MOST_BOOTS = 500;

/** The processes of a vantage that were ever met in this run, and who took whose place. */
export class Crew {
  readonly #context: VantageContext;
  readonly #boots = new Map<string, Boot>();
  /** The last boot of each instance. */
  readonly #current = new Map<string, Boot>();
  #addresses: ReadonlySet<string> | undefined;

  constructor(context: VantageContext) {
    this.#context = context;
  }

  bootOf(id: string): Boot | undefined {
    return this.#boots.get(id);
  }

  /** Those that are to be waited for: not those whose place was taken, nor those that are gone for good. */
  inReach(): Boot[] {
    return [...this.#current.values()].filter((boot) => !this.#isGone(boot));
  }

  /** Whether no other process can be taken in any more. */
  get isFull(): boolean {
    return this.#boots.size >= MOST_BOOTS;
  }

  /** Takes in a process and records its boot. One that came later tells all that it still has. */
  join({ address, answer, clock }: Met, when: 'first' | 'later'): Boot {
    const { header, end } = answer;
    const instance = this.#nameFor(header.instance, header.boot);
    const cursor = when === 'first' ? end.cursor : 0;
    const boot = new Boot(this.#context, { header, instance, clock, cursor, address }, when === 'first');
    const earlier = this.#current.get(instance);
    if (earlier) earlier.address = undefined;
    this.#boots.set(header.boot, boot);
    this.#current.set(instance, boot);
    this.#record(boot);
    if (earlier) this.#giveBack(instance);
    this.#seatNewcomers();
    return boot;
  }

  /** It answers, perhaps again. */
  hears(boot: Boot): void {
    if (!boot.answers) this.#giveBack(boot.instance);
    boot.answers = true;
  }

  /** Tells of a boot again, since its clock is less certain than was told. */
  retell(boot: Boot): void {
    this.#record(boot);
  }

  addressesAre(addresses: readonly string[]): void {
    this.#addresses = new Set(addresses);
    this.#seatNewcomers();
  }

  isListed(address: string): boolean {
    return this.#addresses === undefined || this.#addresses.has(address);
  }

  /** Another process that answers by the same name at the same time is another place. */
  #nameFor(instance: string, boot: string): string {
    const earlier = this.#current.get(instance);
    return earlier && !this.#isGone(earlier) && earlier.answers && earlier.address !== undefined
      ? `${instance}#${boot}`
      : instance;
  }

  #isGone(boot: Boot): boolean {
    if (boot.address === undefined) return true;
    return !boot.answers && !this.isListed(boot.address);
  }

  /** A process that came later takes the place of the one that has been gone for longest and began before it. */
  #seatNewcomers(): void {
    const replaced = new Set([...this.#boots.values()].map(({ replaces }) => replaces));
    const gone = [...this.#current.values()]
      .filter((boot) => this.#isGone(boot) && !replaced.has(boot.instance))
      .sort((a, b) => a.settledTo - b.settledTo);
    const newcomers = [...this.#current.values()].filter((boot) => this.#isNewcomer(boot));
    for (const old of gone) {
      const index = newcomers.findIndex((boot) => boot.slotZero > old.slotZero && boot.slotZero >= old.settledTo);
      const [taker] = index < 0 ? [] : newcomers.splice(index, 1);
      if (!taker) continue;
      taker.replaces = old.instance;
      this.#record(taker);
    }
  }

  /** One that was thought gone is there: what it tells counts, and whoever took its place is one more. */
  #giveBack(instance: string): void {
    for (const taker of this.#boots.values()) {
      if (taker.replaces !== instance) continue;
      taker.replaces = undefined;
      this.#record(taker);
    }
  }

  #isNewcomer(boot: Boot): boolean {
    if (boot.wasFirst || boot.replaces !== undefined || this.#isGone(boot)) return false;
    return [...this.#boots.values()].filter(({ instance }) => instance === boot.instance).length === 1;
  }

  #record(boot: Boot): void {
    this.#context.record(boot.entry());
  }
}
