import type { Offset } from '../../slo/model/entry.ts';
import type { FinalReading, ProbeContext, ProbeSession, Reading } from '../contract.ts';
import { pagesOf, wholeOn } from '../lib/pages.ts';
import type { Config } from './config.ts';
import type { Followed } from './followed.ts';
import type { Link } from './link.ts';
import { pause } from './side-by-side.ts';
import { WatchBook } from './watch-book.ts';
import { Watcher } from './watcher.ts';

/** Of each slot's time: what is not answered by then is said not to be answered, while that can still be recorded. */
const SHARE_FOR_LOOKING = 0.9;
const DRAIN_ROUND_MS = 500;
/** Visibility is taken to show within so long what began and what ended. */
const VISIBLE_WITHIN_MS = 1000;

/** Follows the application's own workflows, and starts none. */
export class WatchSession implements ProbeSession {
  readonly #config: Config;
  readonly #context: ProbeContext;
  readonly #link: Link;
  readonly #book: WatchBook;
  readonly #watcher: Watcher;
  #drainedUntil: Offset;
  /** When the first look since the last drain began. */
  #begunAt: Offset | undefined;
  /** What ended before was told, as far as it was known. */
  #toldTo: Offset;
  #closing: Promise<void> | undefined;

  constructor(config: Config, context: ProbeContext, link: Link) {
    this.#config = config;
    this.#context = context;
    this.#link = link;
    this.#drainedUntil = context.now();
    this.#toldTo = this.#drainedUntil;
    this.#book = new WatchBook(this.#drainedUntil);
    this.#watcher = new Watcher(config, context, link, this.#book);
  }

  async sample(signal: AbortSignal): Promise<Reading> {
    this.#begunAt ??= this.#context.now();
    const limitMs = this.#context.timeoutMs * SHARE_FOR_LOOKING;
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(limitMs)]);
    const [listing, polled] = await Promise.all([this.#watcher.list(deadline), this.#watcher.pollers(deadline)]);
    const whole = await this.#watcher.lookAtAll(this.#book.open, deadline);
    if (deadline.aborted) this.#link.renewIfSilentFor(limitMs);
    const values = this.#levels();
    if (typeof polled !== 'boolean') return { outcome: 'bad', values, reason: polled.reason };
    if (listing) return { outcome: 'unknown', values, reason: `visibility does not tell: ${listing.reason}` };
    if (!whole) return { outcome: 'unknown', values, reason: 'not each workflow could be looked at' };
    return this.#counted(values, polled);
  }

  /** Waits for those that are followed, and tells of each what became of it. */
  async drain(signal: AbortSignal): Promise<FinalReading[]> {
    await this.#listToTheEnd(signal);
    await this.#followToTheEnd(signal);
    const now = this.#context.now();
    const tail: FinalReading = this.#book.counts.take(now);
    const [from, begun] = [this.#drainedUntil, this.#begunAt ?? now];
    this.#drainedUntil = now;
    this.#begunAt = undefined;
    // What is before the first look may be before the experiment: there is nothing to count there.
    const head: FinalReading = { covers: [from, begun], values: { stillRunning: 0 } };
    return [tail, head, ...this.#closeBooks([begun, now])];
  }

  close(): Promise<void> {
    this.#closing ??= this.#link.close();
    return this.#closing;
  }

  #levels(): Record<string, number> {
    const seen = this.#book.open.filter(({ lastLook }) => lastLook === 'running');
    const attempts = Math.max(1, ...seen.map((followed) => followed.attempts));
    return { running: seen.length, ...(seen.length > 0 && { attempts }) };
  }

  #counted(levels: Record<string, number>, polled: boolean): Reading {
    const { covers, values } = this.#book.counts.take(this.#context.now());
    const { reason, waitedMs } = this.#book.takeNews();
    const all = { ...levels, ...values, ...(waitedMs !== undefined && { scheduleToStartMs: waitedMs }) };
    const why = polled ? reason : `no worker polls task queue ${this.#config.taskQueue}`;
    return why === undefined
      ? { outcome: 'good', values: all, covers }
      : { outcome: 'bad', values: all, covers, reason: why };
  }

  /** Finds whoever was there when the drain began, also where visibility shows it only later. */
  async #listToTheEnd(signal: AbortSignal): Promise<void> {
    const trouble = await this.#watcher.list(signal);
    await this.#watcher.lookAtAll(this.#book.open, signal);
    if (trouble) return;
    await pause(VISIBLE_WITHIN_MS, signal);
    if (!signal.aborted) await this.#watcher.list(signal);
  }

  /** Round after round, until all that were followed at the beginning have ended or the signal aborts. */
  async #followToTheEnd(signal: AbortSignal): Promise<void> {
    const followed = new Set(this.#book.open);
    const open = () => this.#book.open.filter((one) => followed.has(one));
    while (open().length > 0 && !signal.aborted) {
      await this.#watcher.lookAtAll(open(), signal);
      if (open().length > 0) await pause(DRAIN_ROUND_MS, signal);
    }
  }

  #closeBooks(covers: [Offset, Offset]): FinalReading[] {
    const { open } = this.#book;
    const unsure = open.find(({ lastLook }) => lastLook !== 'running');
    const { lives, stories, overlooked } = this.#book.tell(covers[1]);
    const reason = overlooked ?? (unsure && `what became of some could not be learnt: ${whyUnsure(unsure)}`);
    const listed = this.#takeListed();
    const span = overlooked === undefined ? listed : undefined;
    const first = {
      values: unsure ? {} : { stillRunning: open.length },
      ...(reason !== undefined && { reason }),
      ...(stories.length > 0 && { detail: { workflows: stories } }),
    };
    const pages = pagesOf(lives);
    return pages.map((those, page) => {
      const told = page === 0 ? first : { values: {} };
      return { covers, ...told, lives: those, ...wholeOn(page, pages.length, span) };
    });
  }

  /** Whatever ended in this time is known: it ran when visibility was asked, or was listed since. What it shows later than that is missed. */
  #takeListed(): [Offset, Offset] {
    const from = this.#toldTo;
    this.#toldTo = Math.max(from, (this.#watcher.listedAt ?? from) - VISIBLE_WITHIN_MS);
    return [from, this.#toldTo];
  }
}

function whyUnsure({ lastLook }: Followed): string {
  return typeof lastLook === 'object' ? lastLook.reason : 'there was no time to ask';
}
