import type { Offset, SamplePart } from '../../slo/model/entry.ts';
import type { FinalReading, Reading } from '../contract.ts';
import { CountWindow, withHoles } from '../lib/count-window.ts';
import type { Tally } from './tally.ts';

/** What a look at all logs brought. */
export interface Looked {
  tally: Tally;
  parts: SamplePart[];
  /** Why not all could be read now. */
  unread?: string | undefined;
}

const MAX_SHOWN_PARTS = 50;

/** Keeps the counts until they may be told: those of a look that could not read all wait for one that can, since what came late came in that time too. */
export class LogBook {
  readonly #counts: CountWindow<string>;
  /** What the counts that wait do not account for. */
  #lost = new Set<string>();

  constructor(names: readonly string[], now: Offset) {
    this.#counts = new CountWindow(names, now);
  }

  lose(reason: string): void {
    this.#lost.add(reason);
  }

  add({ counts }: Tally): void {
    for (const [name, count] of counts) this.#counts.add(name, count);
  }

  /** `mayTake`: the reading will be recorded for certain. */
  read(looked: Looked, now: Offset, mayTake: boolean): Reading {
    const { tally, parts, unread } = looked;
    const reason = unread ?? [...this.#lost].sort()[0];
    const known: Reading = tally.forbidden
      ? { outcome: 'bad', values: {}, reason: 'a line that is forbidden' }
      : { outcome: reason === undefined ? 'good' : 'unknown', values: {}, ...(reason !== undefined && { reason }) };
    return {
      ...known,
      ...(unread === undefined && mayTake && this.#take(now)),
      ...(parts.length > 0 && { parts: worstOf(parts) }),
      ...(tally.examples.length > 0 && { detail: { examples: tally.examples } }),
    };
  }

  /** At the end nothing more is waited for. */
  end({ unread }: Pick<Looked, 'unread'>, now: Offset): FinalReading {
    if (unread !== undefined) this.lose(unread);
    const reason = [...this.#lost].sort()[0];
    const { covers, values } = this.#take(now);
    return { covers, values, ...(reason !== undefined && { reason }) };
  }

  #take(now: Offset): { covers: [Offset, Offset]; values: Record<string, number> } {
    const { covers, values } = this.#counts.take(now);
    const isWhole = this.#lost.size === 0;
    this.#lost.clear();
    const seconds = (covers[1] - covers[0]) / 1000;
    const rate = isWhole && seconds > 0 && { errorLinesPerSecond: (values['errorLines'] ?? 0) / seconds };
    return { covers: isWhole ? covers : withHoles(covers), values: { ...values, ...rate } };
  }
}

function worstOf(parts: readonly SamplePart[]): SamplePart[] {
  const rank = { bad: 0, unknown: 1, good: 2 };
  return parts.toSorted((one, other) => rank[one.outcome] - rank[other.outcome]).slice(0, MAX_SHOWN_PARTS);
}
