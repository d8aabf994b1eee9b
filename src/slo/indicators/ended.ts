import type { ClockBounds } from '../lineages.ts';
import type { Final, Life, Offset } from '../model/entry.ts';
import type { Window } from '../phases.ts';

/** What ended by a name, in times of the run, as wide as the clock leaves them. */
export interface Ended {
  key: string;
  /** It began not before, and ended not after. */
  begunFrom: Offset;
  endedTo: Offset;
}

interface EndedInWindow {
  certain: Ended[];
  perhaps: Ended[];
  /** Names that more than one of all that were followed has. */
  sharedKeys: ReadonlySet<string>;
}

/**
 * What ended in a window. As counts do, what ends while the books are closed belongs to the window that reaches the end; but only what was seen
 * before: what is seen only then is of no phase, even if it may have begun a moment before. The one that reads ends need not wait for it.
 */
export function endedIn(window: Window, told: readonly Final[], clock: ClockBounds): EndedInWindow {
  const all = followedIn(told);
  const certain: Ended[] = [];
  const perhaps: Ended[] = [];
  for (const one of all) {
    const within = placeIn(window, one, clock);
    if (within !== 'outside') (within === 'certain' ? certain : perhaps).push(endedOf(one, clock));
  }
  return { certain, perhaps, sharedKeys: sharedKeys(all) };
}

/** Everything that is known of one, from whatever place and at whatever time it was told. */
interface Known {
  key: string;
  seen: [Offset, Offset];
  began: Offset;
  ended?: [Offset, Offset];
  /** It was there when it was last seen, and not only listed. */
  wasSeen: boolean;
}

function followedIn(told: readonly Final[]): Known[] {
  const known = new Map<string, Known>();
  for (const final of told)
    for (const life of final.lives ?? [])
      if (life.key !== undefined) known.set(life.id, joined(known.get(life.id), { ...life, key: life.key }));
  return [...known.values()].sort((a, b) => endOf(a) - endOf(b) || (a.key < b.key ? -1 : 1));
}

function joined(before: Known | undefined, { key, seen, within, ended, outcome }: Life & { key: string }): Known {
  const known: Known = {
    key,
    seen: before ? [Math.min(before.seen[0], seen[0]), Math.max(before.seen[1], seen[1])] : seen,
    began: Math.max(before?.began ?? Number.NEGATIVE_INFINITY, within[0] ?? Number.NEGATIVE_INFINITY),
    wasSeen: outcome !== 'unknown',
  };
  if (ended) known.ended = [ended[0] ?? Number.NEGATIVE_INFINITY, ended[1]];
  else if (before?.ended) known.ended = before.ended;
  return known;
}

function endOf({ ended }: Known): Offset {
  return ended?.[1] ?? Number.POSITIVE_INFINITY;
}

function endedOf({ key, began, ended }: Known, [behind, ahead]: ClockBounds): Ended {
  return { key, begunFrom: began - ahead, endedTo: ended ? ended[1] - behind : Number.POSITIVE_INFINITY };
}

/** Recorded times may be ahead of the run's clock, or behind it, by what the vantage's clock leaves open. */
function placeIn(
  { from, to, countsTo }: Window,
  { seen, began, ended, wasSeen }: Known,
  [behind, ahead]: ClockBounds,
): 'certain' | 'perhaps' | 'outside' {
  // It may have ended since it was last seen; if that was after the window, it did not end in it.
  if (!ended) return began - ahead <= to && (!wasSeen || seen[1] - ahead < to) ? 'perhaps' : 'outside';
  const [earliest, latest] = [ended[0] - ahead, ended[1] - behind];
  const wasThere = latest <= to || seen[0] - behind <= to;
  if (earliest >= from && latest <= countsTo && wasThere) return 'certain';
  const mayHaveBeenThere = earliest <= to || seen[0] - ahead <= to;
  return latest >= from && earliest <= countsTo && mayHaveBeenThere ? 'perhaps' : 'outside';
}

function sharedKeys(all: readonly Known[]): Set<string> {
  const seen = new Set<string>();
  return new Set(all.map(({ key }) => key).filter((key) => seen.size === seen.add(key).size));
}
