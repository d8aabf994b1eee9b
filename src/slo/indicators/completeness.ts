import { type ClockBounds, clockOf, lineagesOf } from '../lineages.ts';
import type { Final, Outcome } from '../model/entry.ts';
import type { ProbeSpec } from '../model/plan.ts';
import type { Window } from '../phases.ts';
import type { Recording } from '../recording.ts';
import { isWhole, wholeSpans } from '../whole-spans.ts';
import { type Ended, endedIn } from './ended.ts';
import { asCounts, boundsOf, countFates, type Fates } from './fates.ts';
import { type Measurable, type Measured, undecidable } from './measured.ts';

/** More than may be hidden in what is left out: enough that nothing passes, and that what is certainly missing still is. */
const HIDDEN = 1_000_000;
const NAMED_IN_TEXT = 3;
const NAMED_IN_NOTE = 50;
const LONGEST_NAME = 120;

/** Something that ended, and whether its end was seen by the other probe too. */
interface Compared extends Ended {
  outcome: Outcome;
}

/**
 * Of what one probe saw end in a window, the share whose end another probe saw too, whenever that was. What is not there is missing only where the
 * other probe left nothing out of the time in which it can have come; else nobody knows.
 */
export function measureCompleteness(
  recording: Recording,
  followed: ProbeSpec,
  other: ProbeSpec,
  template: string,
  window: Window,
): Measurable {
  const [told, toldByOther] = [finalsOf(recording, followed), finalsOf(recording, other)];
  for (const [finals, { name }] of [[told, followed] as const, [toldByOther, other] as const])
    if (finals.every(({ whole }) => whole === undefined))
      return undecidable('no-samples', `${name} did not tell what ended`, 'ratio');
  const ended = endedIn(window, told, clockOf(lineagesOf(recording, followed.at)));
  const compare = comparison(toldByOther, template, clockOf(lineagesOf(recording, other.at)), ended.sharedKeys);
  const certain = ended.certain.map(compare);
  const perhaps = ended.perhaps.map(compare);
  const counts = countFates(certain);
  if (certain.length === 0) return undecidable('no-traffic', nothingText(followed, perhaps), 'ratio', asCounts(counts));
  const hides = hiddenText(followed, told, window, clockOf(lineagesOf(recording, followed.at)));
  return measured(counts, certain, perhaps, hides, other);
}

function measured(
  counts: Fates,
  certain: Compared[],
  perhaps: Compared[],
  hides: string | undefined,
  other: ProbeSpec,
): Measured {
  const maybe = countFates(perhaps);
  if (hides !== undefined) maybe.unknown += HIDDEN;
  const bounds = boundsOf(counts, maybe);
  const decided = counts.good + counts.bad;
  const missing = certain.filter(({ outcome }) => outcome === 'bad');
  return {
    decidable: true,
    ...bounds,
    ...(decided > 0 && { point: counts.good / decided }),
    unit: 'ratio',
    counts: asCounts(counts),
    ...(missing.length > 0 && { named: `not in ${other.name}: ${namesOf(missing, NAMED_IN_TEXT)}` }),
    ...(bounds.low < bounds.high && { wideBecause: whyWide(certain, perhaps, hides, other) }),
    notes: missing.length > NAMED_IN_TEXT ? [`not in ${other.name}: ${namesOf(missing, NAMED_IN_NOTE)}`] : [],
  };
}

function finalsOf({ finals }: Recording, { name, at }: ProbeSpec): Final[] {
  return finals.filter(({ probe, vantage }) => probe === name && vantage === at);
}

/** By name; a name that several share is there for one of them, and nobody knows for which. */
function comparison(told: readonly Final[], template: string, clock: ClockBounds, shared: ReadonlySet<string>) {
  const names = new Set(told.flatMap(({ ends }) => ends ?? []).map((fields) => nameOf(template, fields)));
  const spans = wholeSpans(told, clock);
  return (one: Ended): Compared => {
    if (names.has(one.key)) return { ...one, outcome: shared.has(one.key) ? 'unknown' : 'good' };
    return { ...one, outcome: isWhole(spans, [one.begunFrom, one.endedTo]) ? 'bad' : 'unknown' };
  };
}

function nameOf(template: string, fields: readonly string[]): string {
  return template.replace(/\$(\d+)/g, (whole, number) => fields[Number(number) - 1] ?? whole);
}

/** Why there may be more that ended than is known of. */
function hiddenText(
  { name }: ProbeSpec,
  told: readonly Final[],
  { from, to, countsTo }: Window,
  clock: ClockBounds,
): string | undefined {
  const nameless = told.filter(
    ({ covers, lives }) =>
      covers[1] > from && covers[0] < countsTo && (lives ?? []).some(({ key }) => key === undefined),
  );
  const why = nameless.flatMap(({ lives }) => lives ?? []).find(({ key }) => key === undefined);
  if (why) return `${name} does not know all that ended: ${why.reason ?? 'of some it knows no name'}`;
  return isWhole(wholeSpans(told, clock), [from, to])
    ? undefined
    : `${name} does not account for all that ended in this phase`;
}

function nothingText({ name }: ProbeSpec, perhaps: readonly Compared[]): string {
  const text = `${name} saw nothing end in this phase`;
  return perhaps.length === 0 ? text : `${text} for certain; ${perhaps.length} may have ended in it`;
}

function whyWide(
  certain: readonly Compared[],
  perhaps: readonly Compared[],
  hides: string | undefined,
  other: ProbeSpec,
): NonNullable<Measured['wideBecause']> {
  if (hides !== undefined) return { reason: 'missing-samples', text: hides };
  const unknown = certain.filter(({ outcome }) => outcome === 'unknown');
  const open = unknown.length > 0 ? unknown : perhaps.filter(({ outcome }) => outcome !== 'good');
  const names = namesOf(open, NAMED_IN_TEXT);
  if (unknown.length > 0)
    return { reason: 'missing-samples', text: `${other.name} cannot tell whether it has the end of ${names}` };
  return { reason: 'limit-inside-interval', text: `it is not certain that these ended in this phase: ${names}` };
}

function namesOf(all: readonly Ended[], most: number): string {
  const names = all
    .slice(0, most)
    .map(({ key }) => (key.length > LONGEST_NAME ? `${key.slice(0, LONGEST_NAME)}…` : key));
  return `${names.join(', ')}${all.length > most ? ` and ${all.length - most} more` : ''}`;
}
