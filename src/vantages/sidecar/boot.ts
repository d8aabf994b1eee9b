import type { Final, Life, Offset, VantageBoot } from '../../slo/model/entry.ts';
import type { ProbeSpec } from '../../slo/model/plan.ts';
import type { WireHeader } from '../lib/wire.ts';
import { Allowance } from './allowance.ts';
import type { Told } from './answers.ts';
import type { ClockOffset } from './clock-offset.ts';

/** A clock that claims to be further ahead tells of slots that are of no use. */
const MOST_AHEAD_MS = 60_000;

/** One life of one of the vantage's processes, as far as it has told of itself. */
export class Boot {
  readonly header: WireHeader;
  /** How it is called in the recording: by its own name, and more where another process bears the same. */
  readonly instance: string;
  readonly clock: ClockOffset;
  /** Everything before was recorded. */
  cursor: number;
  /** Every slot that was due before was recorded; on the run's clock. */
  settledTo: Offset = Number.NEGATIVE_INFINITY;
  /** Where it is reached; nowhere when its last address came to lead elsewhere or nowhere. */
  address: string | undefined;
  /** Whether the last exchange with it came about. */
  answers = true;
  /** It was there when the run began. */
  readonly wasFirst: boolean;
  replaces: string | undefined;
  readonly #vantage: string;
  readonly #allowance: Allowance;

  constructor(
    { vantage, probes }: { vantage: string; probes: readonly ProbeSpec[] },
    found: { header: WireHeader; instance: string; clock: ClockOffset; cursor: number; address: string },
    wasFirst: boolean,
  ) {
    this.#vantage = vantage;
    this.header = found.header;
    this.instance = found.instance;
    this.clock = found.clock;
    this.cursor = found.cursor;
    this.address = found.address;
    this.wasFirst = wasFirst;
    this.#allowance = new Allowance(probes, this.slotZero);
  }

  get slotZero(): Offset {
    return this.clock.toRun(this.header.slotZero);
  }

  /** What the recording holds of it. */
  entry(): VantageBoot {
    const { instance, slotZero } = this;
    const { boot } = this.header;
    const entry: VantageBoot = {
      type: 'vantage',
      vantage: this.#vantage,
      ...{ instance, boot, slotZero, clock: this.clock.bounds },
    };
    return this.replaces === undefined ? entry : { ...entry, replaces: this.replaces };
  }

  /** Whether an entry of it, on the run's clock, is to be recorded: by then it may have told so much. */
  takes(entry: Told, now: Offset): boolean {
    return this.#allowance.takes(entry, now + Math.min(MOST_AHEAD_MS, this.clock.bounds[1]));
  }

  /** An entry of it with every time on the run's clock. */
  translated(told: Told): Told {
    const from = { ...told, vantage: this.#vantage, instance: this.instance };
    const toRun = (time: number) => this.clock.toRun(time);
    if (from.type === 'gap') return { ...from, due: toRun(from.due) };
    if (from.type === 'prober') return { ...from, from: toRun(from.from), to: toRun(from.to) };
    if (from.type === 'final') return translatedFinal(from, toRun);
    const times = { due: toRun(from.due), started: toRun(from.started), ended: toRun(from.ended) };
    const sample = { ...from, ...times };
    return from.covers ? { ...sample, covers: [toRun(from.covers[0]), toRun(from.covers[1])] } : sample;
  }
}

function translatedFinal(final: Final, toRun: (time: number) => Offset): Final {
  const toRunIfKnown = (time: Offset | null) => (time === null ? null : toRun(time));
  const translated: Final = { ...final, covers: [toRun(final.covers[0]), toRun(final.covers[1])] };
  if (final.whole)
    translated.whole = { ...final.whole, span: [toRun(final.whole.span[0]), toRun(final.whole.span[1])] };
  if (!final.lives) return translated;
  const lives = final.lives.map(
    (life): Life => ({
      ...life,
      seen: [toRun(life.seen[0]), toRun(life.seen[1])],
      within: [toRunIfKnown(life.within[0]), toRunIfKnown(life.within[1])],
      ...(life.ended && { ended: [toRunIfKnown(life.ended[0]), toRun(life.ended[1])] as Life['ended'] & {} }),
    }),
  );
  return { ...translated, lives };
}
