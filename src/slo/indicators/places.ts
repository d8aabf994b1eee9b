import { type Measurable, type Measured, type Undecidable, undecidable } from './measured.ts';

/** The service has recovered where it has at each of the vantage's places. */
export function slowestOf(places: readonly Measurable[]): Measurable {
  return together(places, Math.max);
}

/** The service was hit as soon as it was at one of the vantage's places. */
export function quickestOf(places: readonly Measurable[]): Measurable {
  return together(places, Math.min);
}

/** Of a place of which nothing is known, nothing is known of all. */
function together(places: readonly Measurable[], pick: (...values: number[]) => number): Measurable {
  const [only, another] = places;
  if (only === undefined) return undecidable('no-slots', 'the vantage has no place', 'ms');
  if (another === undefined) return only;
  const unknown = places.find((place): place is Undecidable => !place.decidable);
  const counts = countsOf(places);
  if (unknown) return { ...unknown, counts, text: `at one of ${places.length} instances: ${unknown.text}` };
  const measured = places.filter((place): place is Measured => place.decidable);
  const { notAffected: _, wideBecause: __, ...first } = measured[0]!;
  const wide = measured.find(({ wideBecause }) => wideBecause)?.wideBecause;
  const mostly = measured.find((place) => place.mostly !== undefined)?.mostly;
  return {
    ...first,
    low: pick(...measured.map(({ low }) => low)),
    high: pick(...measured.map(({ high }) => high)),
    counts,
    ...(mostly !== undefined && { mostly }),
    ...(wide && { wideBecause: wide }),
    ...(measured.every(({ notAffected }) => notAffected) && { notAffected: true as const }),
    notes: [...new Set(measured.flatMap(({ notes }) => notes))],
  };
}

function countsOf(places: readonly Measurable[]) {
  const sum = (name: 'good' | 'bad' | 'missing') => places.reduce((total, { counts }) => total + counts[name], 0);
  return { good: sum('good'), bad: sum('bad'), missing: sum('missing') };
}
