import { type ClockBounds, clockOf, lineagesOf } from '../lineages.ts';
import type { Final, Outcome } from '../model/entry.ts';
import type { ProbeSpec } from '../model/plan.ts';
import type { Window } from '../phases.ts';
import type { Recording } from '../recording.ts';
import { isWhole, type Span, wholeSpans } from '../whole-spans.ts';
import { type Ended, endedIn } from './ended.ts';
import { asCounts, boundsOf, countFates } from './fates.ts';
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

/** One of the two probes, with what it told. */
interface Side {
  name: string;
  told: Final[];
  clock: ClockBounds;
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
  const [one, two] = [sideOf(recording, followed), sideOf(recording, other)];
  const silent = [one, two].find(({ told }) => told.every(({ whole }) => whole === undefined));
  if (silent) return undecidable('no-samples', `${silent.name} did not tell what ended`, 'ratio');
  const ended = endedIn(window, one.told, one.clock);
  const names = new Set(two.told.flatMap(({ ends }) => ends ?? []).map((fields) => nameOf(template, fields)));
  const compare = comparison(names, wholeSpans(two.told, two.clock), ended.sharedKeys);
  const [certain, perhaps] = [ended.certain.map(compare), ended.perhaps.map(compare)];
  const counts = countFates(certain);
  if (certain.length === 0) return undecidable('no-traffic', nothingText(one, perhaps), 'ratio', asCounts(counts));
  const hides = hiddenText(one, window);
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
    ...(missing.length > 0 && { named: `not in ${two.name}: ${namesOf(missing, NAMED_IN_TEXT)}` }),
    ...(bounds.low < bounds.high && { wideBecause: whyWide(certain, perhaps, hides, two) }),
    notes: notesOn(missing, certain, names, two),
  };
}

function sideOf(recording: Recording, { name, at }: ProbeSpec): Side {
  const told = recording.finals.filter(({ probe, vantage }) => probe === name && vantage === at);
  return { name, told, clock: clockOf(lineagesOf(recording, at)) };
}

/** By name; a name that several share is there for one of them, and nobody knows for which. */
function comparison(names: ReadonlySet<string>, spans: readonly Span[], shared: ReadonlySet<string>) {
  return (one: Ended): Compared => {
    if (names.has(one.key)) return { ...one, outcome: shared.has(one.key) ? 'unknown' : 'good' };
    return { ...one, outcome: isWhole(spans, [one.begunFrom, one.endedTo]) ? 'bad' : 'unknown' };
  };
}

function nameOf(template: string, fields: readonly string[]): string {
  return template.replace(/\$(\d+)/g, (whole, number) => fields[Number(number) - 1] ?? whole);
}

/** Why there may be more that ended than is known of. */
function hiddenText({ name, told, clock }: Side, { from, to, countsTo }: Window): string | undefined {
  const nameless = told
    .filter(({ covers }) => covers[1] > from && covers[0] < countsTo)
    .flatMap(({ lives }) => lives ?? [])
    .find(({ key }) => key === undefined);
  if (nameless) return `${name} does not know all that ended: ${nameless.reason ?? 'of some it knows no name'}`;
  return isWhole(wholeSpans(told, clock), [from, to])
    ? undefined
    : `${name} does not account for all that ended in this phase`;
}

/** Where no name fits, it may be the template that is wrong. */
function notesOn(
  missing: readonly Compared[],
  all: readonly Compared[],
  names: ReadonlySet<string>,
  { name }: Side,
): string[] {
  if (missing.length === 0) return [];
  const named = `not in ${name}: ${namesOf(missing, NAMED_IN_NOTE)}`;
  const [first] = names;
  if (first === undefined || missing.length < all.length) return [named];
  return [named, `no name in ${name} fits, such as ${shortened(first)}: is "key" right?`];
}

function nothingText({ name }: Side, perhaps: readonly Compared[]): string {
  const text = `${name} saw nothing end in this phase`;
  return perhaps.length === 0 ? text : `${text} for certain; ${perhaps.length} may have ended in it`;
}

function whyWide(
  certain: readonly Compared[],
  perhaps: readonly Compared[],
  hides: string | undefined,
  other: Side,
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
  const names = all.slice(0, most).map(({ key }) => shortened(key));
  return `${names.join(', ')}${all.length > most ? ` and ${all.length - most} more` : ''}`;
}

function shortened(name: string): string {
  return name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}…` : name;
}
