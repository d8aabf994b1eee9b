import { type Lineage, lineagesOf } from '../lineages.ts';
import type { Final, Offset } from '../model/entry.ts';
import type { ProbeSpec } from '../model/plan.ts';
import { formatDuration } from '../model/quantity.ts';
import type { Window } from '../phases.ts';
import type { Recording } from '../recording.ts';
import { type Measurable, undecidable } from './measured.ts';

interface CountedSpan {
  from: Offset;
  to: Offset;
  count: number;
}

/**
 * A count over a window, summed over the vantage's places. A reading inside it counts in both bounds, one that straddles an edge only in the
 * high one; where the readings' covers leave a hole at one place the high bound is unbounded, whatever slots were missed.
 */
export function measureTotal(
  recording: Recording,
  probe: ProbeSpec,
  value: string,
  window: Window,
  asOf?: Offset,
): Measurable {
  const unit = probe.values[value]?.unit ?? '1';
  const places = lineagesOf(recording, probe.at).map((lineage) =>
    countAt(recording, probe, value, window, lineage, asOf),
  );
  const readings = sum(places.map(({ readings }) => readings));
  if (readings === 0)
    return undecidable('no-samples', `no reading of ${probe.name}.${value} covers any of this phase`, unit);
  const holes = places.flatMap(({ hole }) => (hole ? [hole] : []));
  const low = sum(places.map((place) => place.low));
  return {
    decidable: true,
    low,
    high: holes.length > 0 ? Number.POSITIVE_INFINITY : sum(places.map((place) => place.high)),
    point: low,
    unit,
    counts: { good: readings, bad: 0, missing: holes.length },
    ...(holes[0] && { wideBecause: { reason: 'hole-in-counts' as const, text: holeText(probe, value, holes[0]) } }),
    notes: [],
  };
}

/** The least that any of the vantage's places counted for certain: where one saw no traffic, its silence says nothing. */
export function leastCounted(recording: Recording, probe: ProbeSpec, value: string, window: Window): number {
  const places = lineagesOf(recording, probe.at).filter(({ from }) => from < window.to);
  const lows = places.map((lineage) => countAt(recording, probe, value, window, lineage).low);
  return lows.length === 0 ? 0 : Math.min(...lows);
}

interface Counted {
  readings: number;
  low: number;
  high: number;
  hole?: [Offset, Offset] | undefined;
}

/** What one place counted. Its clock leaves open where in the window an edge of a reading lies. */
function countAt(
  recording: Recording,
  probe: ProbeSpec,
  value: string,
  window: Window,
  lineage: Lineage,
  asOf?: Offset,
): Counted {
  const [behind, ahead] = lineage.clock;
  const widest = { from: window.from + behind, to: window.countsTo + ahead };
  const spans = spansOf(recording, probe, value, widest, lineage);
  const inside = (span: CountedSpan) => span.from >= window.from + ahead && span.to <= window.countsTo + behind;
  const until = asOf === undefined ? window.to : Math.min(window.to, asOf - probe.intervalMs - probe.timeoutMs);
  return {
    readings: spans.length,
    low: sum(spans.filter(inside).map(({ count }) => count)),
    high: sum(spans.map(({ count }) => count)),
    hole: firstHole(spans, Math.max(widest.from, lineage.from), until + ahead),
  };
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

function holeText(probe: ProbeSpec, value: string, hole: [Offset, Offset]): string {
  return `no reading of ${probe.name}.${value} accounts for ${formatDuration(hole[1] - hole[0])} from ${formatDuration(hole[0])} on`;
}

interface Span {
  from: Offset;
  to: Offset;
}

function spansOf(
  recording: Recording,
  probe: ProbeSpec,
  value: string,
  within: Span,
  { grids }: Lineage,
): CountedSpan[] {
  const column = recording.column(probe.name, probe.at);
  const instances = new Set(grids.map(({ instance }) => instance));
  const isOurs = [...instances].map((instance) => column.isFrom(instance));
  const spans: CountedSpan[] = [];
  for (let row = 0; row < column.length; row++) {
    const covers = column.covers(row);
    const count = column.value(row, value);
    if (covers && !Number.isNaN(count) && touches(covers, within) && isOurs.some((isFrom) => isFrom(row)))
      spans.push({ from: covers[0], to: covers[1], count });
  }
  for (const final of recording.finals)
    if (isOf(final, probe, instances) && final.values[value] !== undefined && touches(final.covers, within))
      spans.push({ from: final.covers[0], to: final.covers[1], count: final.values[value] });
  return spans.sort((a, b) => a.from - b.from || a.to - b.to);
}

function isOf({ instance, ...final }: Final, probe: ProbeSpec, instances: ReadonlySet<string>): boolean {
  if (final.probe !== probe.name || final.vantage !== probe.at) return false;
  return instance === undefined || instances.has(instance);
}

function touches([from, to]: [Offset, Offset], within: Span): boolean {
  return to > within.from && from < within.to;
}

/** Covers carry three decimals of a millisecond. */
const ROUNDING_MS = 0.01;

function firstHole(spans: CountedSpan[], from: Offset, to: Offset): [Offset, Offset] | undefined {
  let reached = from;
  for (const span of spans) {
    if (span.from > reached + ROUNDING_MS && reached < to) return [reached, Math.min(span.from, to)];
    reached = Math.max(reached, span.to);
  }
  return reached + ROUNDING_MS < to ? [reached, to] : undefined;
}
