import type { ClockBounds } from './lineages.ts';
import type { Final, Offset } from './model/entry.ts';

export type Span = readonly [from: Offset, to: Offset];

/** Covers carry three decimals of a millisecond. */
const ROUNDING_MS = 0.01;

/**
 * The times of which nothing is left out in what a probe told, whatever its clock leaves open; what joins at one place is one. A telling of which a
 * page is missing says nothing about any time.
 */
export function wholeSpans(told: readonly Final[], [behind, ahead]: ClockBounds): Span[] {
  const places = Map.groupBy(told, ({ instance }) => instance);
  return [...places.values()]
    .flatMap((finals) => joined(spansOf(finals)))
    .map(([from, to]): Span => [from - behind, to - ahead])
    .filter(([from, to]) => from < to);
}

/** Whether one of them reaches over the whole of a time. */
export function isWhole(spans: readonly Span[], [from, to]: Span): boolean {
  return spans.some((span) => span[0] <= from + ROUNDING_MS && span[1] >= to - ROUNDING_MS);
}

function spansOf(finals: readonly Final[]): Span[] {
  const tellings = Map.groupBy(
    finals.flatMap(({ whole }) => whole ?? []),
    ({ span, pages }) => JSON.stringify([span, pages]),
  );
  return [...tellings.values()]
    .filter((pages) => new Set(pages.map(({ page }) => page)).size === pages[0]!.pages)
    .map((pages) => pages[0]!.span);
}

function joined(spans: readonly Span[]): Span[] {
  const all: [Offset, Offset][] = [];
  for (const [from, to] of spans.toSorted((a, b) => a[0] - b[0])) {
    const last = all.at(-1);
    if (last && from <= last[1] + ROUNDING_MS) last[1] = Math.max(last[1], to);
    else all.push([from, to]);
  }
  return all;
}
