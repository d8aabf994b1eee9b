import { type ClockBounds, clockOf, lineagesOf } from '../lineages.ts';
import type { Final, Life } from '../model/entry.ts';
import type { ProbeSpec } from '../model/plan.ts';
import type { Moment, Window } from '../phases.ts';
import type { Recording } from '../recording.ts';
import { asCounts, boundsOf, countFates, type Fates } from './fates.ts';
import { type Measurable, type Measured, undecidable } from './measured.ts';

/** What was in flight when the fault struck: for certain, or perhaps. */
interface InFlight {
  certain: Life[];
  perhaps: Life[];
}

/**
 * The share of what was in flight when the fault struck that ended as it should. What was in flight only perhaps is left out where that
 * makes the bound wider, and what became of nobody knows what is bad in the low bound and good in the high one.
 */
export function measureInFlight(recording: Recording, probe: ProbeSpec, window: Window, struck: Moment): Measurable {
  const clock = clockOf(lineagesOf(recording, probe.at));
  const told = recording.finals.filter((final) => isOf(final, probe) && touches(final, window));
  if (told.every(({ lives }) => lives === undefined))
    return undecidable('no-samples', `nothing tells what became of what ${probe.name} saw in flight`, 'ratio');
  const inFlight = inFlightAt(struck, followedBy(told, window, clock), clock);
  const certain = countFates(inFlight.certain);
  if (inFlight.certain.length === 0)
    return undecidable('no-traffic', nothingText(probe, inFlight), 'ratio', asCounts(certain));
  const bounds = boundsOf(certain, countFates(inFlight.perhaps));
  const decided = certain.good + certain.bad;
  const mostly = mostFrequent(inFlight.certain);
  return {
    decidable: true,
    ...bounds,
    ...(decided > 0 && { point: certain.good / decided }),
    unit: 'ratio',
    counts: asCounts(certain),
    ...(mostly !== undefined && { mostly }),
    ...(bounds.low < bounds.high && { wideBecause: whyWide(certain, inFlight.perhaps) }),
    notes: [],
  };
}

/** Each once, by what was told last of it; what is known of it is not taken back by who did not learn it. */
function followedBy(told: readonly Final[], window: Window, [behind]: ClockBounds): Life[] {
  const lives = new Map<string, Life>();
  for (const final of told.toSorted((a, b) => a.covers[1] - b.covers[1])) {
    const reachesTheEnd = final.covers[1] - behind >= window.to;
    for (const life of final.lives ?? []) {
      const known = lives.get(life.id);
      const word = reachesTheEnd ? life : asOfThen(life);
      lives.set(life.id, known ? joined(known, word) : word);
    }
  }
  return [...lives.values()];
}

function touches({ covers: [from, to] }: Final, window: Window): boolean {
  return to > window.from && from < window.countsTo;
}

/** Who stopped waiting before the end does not know whether it ended by then. */
function asOfThen(life: Life): Life {
  return life.within[1] === null ? { ...life, outcome: 'unknown' } : life;
}

function isOf({ probe, vantage }: Final, { name, at }: ProbeSpec): boolean {
  return probe === name && vantage === at;
}

function joined(before: Life, after: Life): Life {
  const word = after.outcome === 'unknown' && before.outcome !== 'unknown' ? before : after;
  const begin = [before.within[0], after.within[0]].filter((at) => at !== null);
  return {
    ...word,
    seen: [Math.min(before.seen[0], after.seen[0]), Math.max(before.seen[1], after.seen[1])],
    within: [begin.length === 0 ? null : Math.max(...begin), word.within[1]],
  };
}

/** Recorded times may be ahead of the run's clock, or behind it, by what the vantage's clock leaves open. */
function inFlightAt(struck: Moment, lives: readonly Life[], [behind, ahead]: ClockBounds): InFlight {
  const isCertain = ({ seen }: Life) => seen[0] - behind <= struck.earliest && seen[1] - ahead >= struck.latest;
  const isPossible = ({ within: [began, ended] }: Life) =>
    (began ?? Number.NEGATIVE_INFINITY) - ahead <= struck.latest &&
    (ended ?? Number.POSITIVE_INFINITY) - behind >= struck.earliest;
  return {
    certain: lives.filter(isCertain),
    perhaps: lives.filter((life) => !isCertain(life) && isPossible(life)),
  };
}

function nothingText({ name }: ProbeSpec, { perhaps }: InFlight): string {
  const text = `${name} saw nothing in flight when the fault struck`;
  return perhaps.length === 0 ? text : `${text} for certain; ${perhaps.length} may have been`;
}

function whyWide({ unknown }: Fates, perhaps: readonly Life[]): NonNullable<Measured['wideBecause']> {
  if (unknown > 0) return { reason: 'missing-samples', text: `what became of ${unknown} could not be learnt` };
  return { reason: 'limit-inside-interval', text: `${perhaps.length} more may have been in flight` };
}

/** Of those that did not end well, what is said most often; of two said as often, the one said first. */
function mostFrequent(lives: readonly Life[]): string | undefined {
  const counts = new Map<string, number>();
  for (const { outcome, reason } of lives)
    if (outcome !== 'good' && reason !== undefined) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].reduce<[string, number] | undefined>(
    (most, each) => (most && most[1] >= each[1] ? most : each),
    undefined,
  )?.[0];
}
