import type { BaselineSpec, Unit, ValueDeclaration } from '../../slo/model/plan.ts';
import { type Path, showValue } from '../diagnostic.ts';
import { didYouMean } from '../did-you-mean.ts';
import { checkKnown, isRecord, namesOf, type Placed, type Work } from '../work.ts';
import type { KnownProbe } from './probes.ts';

/** What indicators and limits may speak of. */
export interface Subjects {
  probes: Map<string, KnownProbe>;
  baselines: Placed<BaselineSpec>[];
}

/** Finds a probe by name, and tells if there is none. */
export function findProbe(work: Work, subjects: Subjects, name: string, path: Path): KnownProbe | undefined {
  const dot = name.indexOf('.');
  const known = namesOf(work, 'probes');
  if (dot < 0 || !known.includes(name.slice(0, dot)))
    return checkKnown(work, 'probe', name, known, path) ? subjects.probes.get(name) : undefined;
  work.problems.error(path, "expected a probe's name without a value", {
    found: showValue(name),
    hint: `write ${name.slice(0, dot)}; which values are good is what "good" says`,
  });
  return undefined;
}

/** The probe that stands under a key of an indicator. */
export function probeNamed(
  work: Work,
  raw: unknown,
  key: string,
  path: Path,
  subjects: Subjects,
): KnownProbe | undefined {
  const name = isRecord(raw) ? raw[key] : undefined;
  return typeof name === 'string' ? findProbe(work, subjects, name, [...path, key]) : undefined;
}

export interface FoundValue {
  probe: string;
  value: string;
  declaration: ValueDeclaration;
}

/** Finds `PROBE.VALUE`, and tells if there is no such thing. */
export function findValue(work: Work, subjects: Subjects, text: string, path: Path): FoundValue | undefined {
  const dot = text.indexOf('.');
  const probe = dot < 0 ? text : text.slice(0, dot);
  if (!checkKnown(work, 'probe', probe, namesOf(work, 'probes'), path)) return undefined;
  const values = subjects.probes.get(probe)?.values;
  if (!values) return undefined;
  const value = dot < 0 ? undefined : text.slice(dot + 1);
  const declaration = value !== undefined && Object.hasOwn(values, value) ? values[value] : undefined;
  if (value !== undefined && declaration) return { probe, value, declaration };
  work.problems.error(path, value === undefined ? 'expected PROBE.VALUE' : 'the probe has no such value', {
    found: showValue(text),
    allowed: listValues(probe, values),
    hint: hintFor(probe, value, values),
  });
  return undefined;
}

function listValues(probe: string, values: Record<string, ValueDeclaration>): string {
  const names = Object.keys(values).map((value) => `${probe}.${value}`);
  return names.length > 0 ? names.sort().join(', ') : `nothing: ${probe} has no values`;
}

function hintFor(
  probe: string,
  value: string | undefined,
  values: Record<string, ValueDeclaration>,
): string | undefined {
  const meant = value === undefined ? undefined : didYouMean(value, Object.keys(values));
  return meant === undefined ? undefined : `did you mean ${probe}.${meant}?`;
}

/** A unit in words. */
export function unitInWords(unit: Unit): string {
  if (unit === 'ms' || unit === 's') return 'a duration, such as 200ms or 30s';
  if (unit === 'ratio') return 'a percentage, such as 99.9%';
  if (unit === 'bytes') return 'a size, such as 10MB';
  return 'a plain number';
}
