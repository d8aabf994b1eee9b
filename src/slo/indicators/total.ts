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
 * A count over a window. A reading inside it counts in both bounds, one that straddles an edge only in the high one; where the readings'
 * covers leave a hole the high bound is unbounded, whatever slots were missed.
 */
export function measureTotal(
  recording: Recording,
  probe: ProbeSpec,
  value: string,
  window: Window,
  asOf?: Offset,
): Measurable {
  const spans = spansOf(recording, probe, value, window);
  const unit = probe.values[value]?.unit ?? '1';
  if (spans.length === 0)
    return undecidable('no-samples', `no reading of ${probe.name}.${value} covers any of this phase`, unit);
  let low = 0;
  let high = 0;
  for (const span of spans) {
    if (span.from >= window.from && span.to <= window.countsTo) low += span.count;
    high += span.count;
  }
  const until = asOf === undefined ? window.to : Math.min(window.to, asOf - probe.intervalMs - probe.timeoutMs);
  const hole = firstHole(spans, window.from, until);
  return {
    decidable: true,
    low,
    high: hole ? Number.POSITIVE_INFINITY : high,
    point: low,
    unit,
    counts: { good: spans.length, bad: 0, missing: hole ? 1 : 0 },
    ...(hole && { wideBecause: { reason: 'hole-in-counts' as const, text: holeText(probe, value, hole) } }),
    notes: [],
  };
}

function holeText(probe: ProbeSpec, value: string, hole: [Offset, Offset]): string {
  return `no reading of ${probe.name}.${value} accounts for ${formatDuration(hole[1] - hole[0])} from ${formatDuration(hole[0])} on`;
}

function spansOf(recording: Recording, probe: ProbeSpec, value: string, window: Window): CountedSpan[] {
  const column = recording.column(probe.name, probe.at);
  const spans: CountedSpan[] = [];
  for (let row = 0; row < column.length; row++) {
    const covers = column.covers(row);
    const count = column.value(row, value);
    if (covers && !Number.isNaN(count) && touches(covers, window))
      spans.push({ from: covers[0], to: covers[1], count });
  }
  for (const final of recording.finals)
    if (isOf(final, probe) && final.values[value] !== undefined && touches(final.covers, window))
      spans.push({ from: final.covers[0], to: final.covers[1], count: final.values[value] });
  return spans.sort((a, b) => a.from - b.from || a.to - b.to);
}

function isOf(final: Final, probe: ProbeSpec): boolean {
  return final.probe === probe.name && final.vantage === probe.at;
}

function touches([from, to]: [Offset, Offset], window: Window): boolean {
  return to > window.from && from < window.countsTo;
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
