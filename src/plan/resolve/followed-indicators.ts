import type { Path } from '../diagnostic.ts';
import { showValue } from '../diagnostic.ts';
import { indicators } from '../schema/objective.ts';
import { validate } from '../validate.ts';
import type { Work } from '../work.ts';
import type { ResolvedIndicator } from './resolved-indicator.ts';
import { probeNamed, type Subjects } from './subjects.ts';

const WHO_FOLLOWS = 'probes of type temporal-workflow do, with "watch"';
const WHO_READS_ENDS = 'probes of type kafka-stream do, with "complete"';

/** Reads `inFlight:`. */
export function resolveInFlight(
  work: Work,
  raw: unknown,
  path: Path,
  subjects: Subjects,
): ResolvedIndicator | undefined {
  const shape = validate(indicators.inFlight, raw, path, work.problems);
  const named = probeNamed(work, raw, 'inFlight', path, subjects);
  if (!shape || !named) return undefined;
  if (named.follows === false) {
    work.problems.error([...path, 'inFlight'], 'this probe does not follow what is in flight', { hint: WHO_FOLLOWS });
    return undefined;
  }
  return { indicator: { kind: 'inFlight', probe: shape.inFlight }, wanted: 'ratio' };
}

/** Reads `completeness:`, which compares what two probes tell. */
export function resolveCompleteness(
  work: Work,
  raw: unknown,
  path: Path,
  subjects: Subjects,
): ResolvedIndicator | undefined {
  const shape = validate(indicators.completeness, raw, path, work.problems);
  const followed = probeNamed(work, raw, 'completeness', path, subjects);
  const other = probeNamed(work, raw, 'in', path, subjects);
  if (!shape || !followed || !other) return undefined;
  if (followed.follows === false)
    work.problems.error([...path, 'completeness'], 'this probe does not follow anything to its end', {
      found: showValue(shape.completeness),
      hint: WHO_FOLLOWS,
    });
  if (other.endFields === 0)
    work.problems.error([...path, 'in'], 'this probe does not read the ends of anything', {
      found: showValue(shape.in),
      hint: WHO_READS_ENDS,
    });
  const key = shape.key ?? '$1';
  if (other.endFields) checkKey(work, key, other.endFields, [...path, ...(shape.key === undefined ? [] : ['key'])]);
  if (followed.follows === false || other.endFields === 0) return undefined;
  return { indicator: { kind: 'completeness', probe: shape.completeness, in: shape.in, key }, wanted: 'ratio' };
}

/** A name that leaves a field out would be that of several; one that uses a field that is not there, of none. */
function checkKey(work: Work, key: string, fields: number, path: Path): void {
  const used = new Set([...key.matchAll(/\$(\d+)/g)].map(([, number]) => Number(number)));
  const known = Array.from({ length: fields }, (_, index) => index + 1);
  if (used.size === fields && known.every((field) => used.has(field))) return;
  const all = known.map((field) => `$${field}`);
  work.problems.error(path, 'the key does not name each field of the identity, and no other', {
    found: showValue(key),
    allowed: `a text with ${all.join(', ')}`,
    hint: `such as run-${all.join('-')}`,
  });
}
