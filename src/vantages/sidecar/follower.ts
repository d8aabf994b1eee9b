import type { VantageContext } from '../contract.ts';
import { isOfBefore } from './allowance.ts';
import { readTimeline, type TimelineAnswer } from './answers.ts';
import type { Boot } from './boot.ts';
import type { Crew } from './crew.ts';
import { meet, strangeness } from './meet.ts';
import type { Network } from './network.ts';
import { askNews } from './paths.ts';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2000;
/** Between two looks at an address that leads to a process which is followed elsewhere, or must not be listened to. */
const IDLE_MS = 2000;
/** What is told is fetched in pieces of this length at the least, so that probes at short intervals do not cost an exchange each. */
const PACE_MS = 200;

/** Follows whoever answers at one address, for as long as the name leads there or somebody answers. */
export class Follower {
  readonly #context: VantageContext;
  readonly #network: Network;
  readonly #crew: Crew;
  readonly #address: string;
  #boot: Boot | undefined;
  #failures = 0;
  #complained: string | undefined;

  constructor(context: VantageContext, network: Network, crew: Crew, address: string) {
    this.#context = context;
    this.#network = network;
    this.#crew = crew;
    this.#address = address;
  }

  async run(signal: AbortSignal): Promise<void> {
    this.#boot = this.#crew.inReach().find(({ address }) => address === this.#address);
    while (!signal.aborted) {
      const pauseMs = this.#boot ? await this.#hear(this.#boot, signal) : await this.#findSomebody(signal);
      if (this.#failures > 0 && !this.#crew.isListed(this.#address)) return;
      await this.#context.sleep(pauseMs, signal);
    }
  }

  async #findSomebody(signal: AbortSignal): Promise<number> {
    const met = await meet(this.#network, this.#context, this.#address, signal);
    if (typeof met === 'string') return this.#failed(met);
    this.#failures = 0;
    const strange = strangeness(met, this.#context);
    if (strange !== undefined) return this.#complain(strange);
    const known = this.#crew.bootOf(met.answer.header.boot);
    if (known?.answers && known.address !== undefined && known.address !== this.#address) return IDLE_MS;
    if (!known && this.#crew.isFull)
      return this.#complain('more processes of a vantage came and went than can be followed');
    this.#boot = known ?? this.#crew.join(met, 'later');
    this.#boot.address = this.#address;
    this.#crew.hears(this.#boot);
    return 0;
  }

  async #hear(boot: Boot, signal: AbortSignal): Promise<number> {
    if (!this.#isMine(boot)) return this.#stepBack();
    const { cursor } = boot;
    const answer = await this.#network.ask(this.#address, askNews(this.#context, boot.header.boot, cursor), signal);
    if (!answer.ok) return this.#failed(answer.reason);
    const told = readTimeline(answer.text, this.#context.vantage, this.#context.probes);
    if (typeof told === 'string') return this.#failed(told);
    if (told.header.boot !== boot.header.boot) return this.#leave(boot);
    // Meanwhile it was perhaps heard at another of its addresses: nothing is to be recorded twice.
    if (signal.aborted || !this.#isMine(boot) || boot.cursor !== cursor) return 0;
    this.#failures = 0;
    this.#crew.hears(boot);
    const { sent, got } = answer;
    this.#learnClock(boot, { sent, received: told.header.received, answered: told.end.sent, got });
    const isCatchingUp = this.#recordNews(boot, told) && told.end.settledTo === undefined;
    return isCatchingUp ? 0 : PACE_MS;
  }

  /** Returns whether there was anything to record. */
  #recordNews(boot: Boot, { header, entries, refused, end }: TimelineAnswer): boolean {
    const { context, instance } = { context: this.#context, instance: boot.instance };
    if (header.fallenOut > 0)
      context.log.warn(
        { instance, entries: header.fallenOut },
        'samples of a vantage fell out of its memory: they are missing',
      );
    const news = entries.map((told) => boot.translated(told)).filter((entry) => !isOfBefore(entry));
    const taken = news.filter((entry) => boot.takes(entry, context.now()));
    const unfit = refused + news.length - taken.length;
    if (unfit > 0) context.log.warn({ instance, refused: unfit }, 'a vantage told what does not fit the plan');
    for (const entry of taken) context.record(entry);
    boot.cursor = Math.max(boot.cursor, end.cursor);
    if (end.settledTo !== undefined) boot.settledTo = Math.max(boot.settledTo, boot.clock.toRun(end.settledTo));
    return taken.length > 0;
  }

  #learnClock(boot: Boot, exchange: Parameters<Boot['clock']['learn']>[0]): void {
    const { steppedMs, widened } = boot.clock.learn(exchange);
    const { instance } = boot;
    if (steppedMs !== undefined) this.#context.log.warn({ instance, steppedMs }, 'the clock of a vantage stepped');
    if (widened) this.#crew.retell(boot);
  }

  /** It is heard at one address at a time. */
  #isMine(boot: Boot): boolean {
    return boot.address === this.#address;
  }

  #stepBack(): number {
    this.#boot = undefined;
    return IDLE_MS;
  }

  /** Somebody else answers at the address now. */
  #leave(boot: Boot): number {
    this.#boot = undefined;
    if (!this.#isMine(boot)) return 0;
    boot.answers = false;
    boot.address = undefined;
    return 0;
  }

  #failed(reason: string): number {
    if (this.#boot && this.#isMine(this.#boot)) this.#boot.answers = false;
    const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#failures++);
    if (this.#failures === 1) this.#context.log.info({ address: this.#address, reason }, 'a vantage is out of reach');
    return pauseMs * (0.75 + 0.5 * this.#context.random());
  }

  #complain(strange: string): number {
    if (this.#complained !== strange) this.#context.log.warn({ address: this.#address }, strange);
    this.#complained = strange;
    return IDLE_MS;
  }
}
