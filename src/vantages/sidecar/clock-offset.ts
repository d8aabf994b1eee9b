import type { Offset } from '../../slo/model/entry.ts';

/** The four moments of one exchange: two on the run's clock, and between them two on the process's. */
export interface ExchangeTimes {
  sent: Offset;
  received: number;
  answered: number;
  got: Offset;
}

/** Faster than this no clock drifts that is kept in step: the kernel slews by at most so much. */
const DRIFT = 500e-6;

/** Told a little wider than known, so that not each exchange has news. */
const SLACK_MS = 1;

/** A span of offsets: what is to be added to a time of the process to have it on the run's clock. */
type Span = [low: number, high: number];

/** Times are told to the microsecond. */
const ROUNDING_MS = 0.002;

/** What an exchange shows: it was received after it was sent, and got after it was answered; meanwhile the clock may have drifted. */
function spanOf({ sent, received, answered, got }: ExchangeTimes): Span {
  const loose = DRIFT * Math.max(0, got - sent) + ROUNDING_MS;
  return [sent - received - loose, got - answered + loose];
}

/** What is left of it after so long. */
function aged([low, high]: Span, ageMs: number): Span {
  return [low - DRIFT * ageMs, high + DRIFT * ageMs];
}

/**
 * The offset of a process's clock. It is pinned once, so that the process's slots stay on their grid, and the bounds say how far the pinned
 * one may be off; each exchange narrows what is known of now, or shows that the clock drifted or stepped.
 */
export class ClockOffset {
  /** Added to every time of the process. */
  readonly pinned: number;
  #known: Span;
  #knownAt: Offset;
  #bounds: Span;

  /** From some exchanges in quick succession; at least one. */
  constructor(exchanges: readonly ExchangeTimes[]) {
    const { got } = exchanges.at(-1)!;
    const spans = exchanges.map((exchange) => aged(spanOf(exchange), got - exchange.got));
    const together: Span = [Math.max(...spans.map(([low]) => low)), Math.min(...spans.map(([, high]) => high))];
    this.#known = together[0] <= together[1] ? together : spans.at(-1)!;
    this.#knownAt = got;
    this.pinned = roundToMicroseconds((this.#known[0] + this.#known[1]) / 2);
    this.#bounds = this.#wideEnough(this.#known);
  }

  /** How far a translated time may be ahead of the run's clock; negative: behind it. */
  get bounds(): [Offset, Offset] {
    return [...this.#bounds];
  }

  toRun(time: number): Offset {
    return roundToMicroseconds(time + this.pinned);
  }

  toProcess(offset: Offset): number {
    return roundToMicroseconds(offset - this.pinned);
  }

  /** Takes one more exchange. `steppedMs`: the process's clock jumped ahead by so much. `widened`: the bounds are others than before. */
  learn(exchange: ExchangeTimes): { steppedMs?: number; widened: boolean } {
    const seen = spanOf(exchange);
    const ageMs = Math.max(0, exchange.got - this.#knownAt);
    const expected = aged(this.#known, ageMs);
    const both: Span = [Math.max(seen[0], expected[0]), Math.min(seen[1], expected[1])];
    const stepped = both[0] > both[1];
    const steppedMs = seen[1] < expected[0] ? expected[0] - seen[1] : expected[1] - seen[0];
    // What contradicts itself shows a step between question and answer: either side of it may hold.
    this.#known = stepped ? [Math.min(...seen), Math.max(...seen)] : both;
    this.#knownAt = exchange.got;
    // Between two exchanges it may have gone astray and come back half-way.
    const astray = (DRIFT * ageMs) / 2;
    const widened = this.#mustCover([this.#known[0] - astray, this.#known[1] + astray]);
    return stepped ? { steppedMs, widened } : { widened };
  }

  #mustCover(span: Span): boolean {
    const [behind, ahead] = this.#aheadBy(span);
    if (behind >= this.#bounds[0] && ahead <= this.#bounds[1]) return false;
    const wide = this.#wideEnough(span);
    this.#bounds = [Math.min(this.#bounds[0], wide[0]), Math.max(this.#bounds[1], wide[1])];
    return true;
  }

  #aheadBy([low, high]: Span): Span {
    return [this.pinned - high, this.pinned - low];
  }

  #wideEnough(span: Span): Span {
    const [behind, ahead] = this.#aheadBy(span);
    return [roundToMicroseconds(Math.min(0, behind - SLACK_MS)), roundToMicroseconds(Math.max(0, ahead + SLACK_MS))];
  }
}

function roundToMicroseconds(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
