import type { Offset, VantageBoot } from './model/entry.ts';
import type { Recording } from './recording.ts';

/** How far recorded times may be ahead of the run's clock; negative: behind it. */
export type ClockBounds = readonly [behind: Offset, ahead: Offset];

/** The slots of one boot of a vantage's process. */
export interface Grid {
  instance: string;
  slotZero: Offset;
  /** Where the next boot takes over. */
  until: Offset;
  clock: ClockBounds;
}

/** One place at a vantage, held by one process after another; at any time only one of them is due to answer. */
export interface Lineage {
  grids: Grid[];
  /** From here on its slots are due. */
  from: Offset;
  clock: ClockBounds;
}

/**
 * The places of a vantage. A boot ends the grid of its own instance, or of the one that it replaces, and of no other. The place that was
 * there first reaches back without end, since a late boot makes no slot less due.
 */
export function lineagesOf(recording: Recording, vantage: string): Lineage[] {
  const lineages = new Map<string, VantageBoot[]>();
  for (const boot of bootsOf(recording, vantage)) {
    const own = lineages.get(boot.instance) ?? (boot.replaces === undefined ? undefined : lineages.get(boot.replaces));
    const boots = own ?? [];
    boots.push(boot);
    lineages.set(boot.instance, boots);
  }
  return [...new Set(lineages.values())]
    .map(asLineage)
    .map((lineage, index) => (index === 0 ? fromEver(lineage) : lineage));
}

/** Each boot once, in the order of time: all bounds ever told of its clock hold together, of its place what was told last. */
function bootsOf(recording: Recording, vantage: string): VantageBoot[] {
  const boots = new Map<string, VantageBoot>();
  for (const told of recording.boots) {
    if (told.vantage !== vantage) continue;
    const key = JSON.stringify([told.instance, told.boot]);
    const known = boots.get(key);
    boots.set(key, known ? { ...told, slotZero: known.slotZero, clock: hull(known.clock, told.clock) } : told);
  }
  return [...boots.values()].sort((a, b) => a.slotZero - b.slotZero);
}

function asLineage(boots: VantageBoot[]): Lineage {
  const grids = boots.map(({ instance, slotZero, clock }, index): Grid => {
    return { instance, slotZero, until: boots[index + 1]?.slotZero ?? Number.POSITIVE_INFINITY, clock };
  });
  return { grids, from: grids[0]!.slotZero, clock: clockOf(grids) };
}

function fromEver(lineage: Lineage): Lineage {
  return { ...lineage, from: Number.NEGATIVE_INFINITY };
}

/** The bounds that hold for all of them. */
export function clockOf(parts: readonly { clock: ClockBounds }[]): ClockBounds {
  return parts.length === 0 ? [0, 0] : parts.map(({ clock }) => clock).reduce(hull);
}

function hull(a: ClockBounds, b: ClockBounds): [Offset, Offset] {
  return [Math.min(a[0], b[0]), Math.max(a[1], b[1])];
}
