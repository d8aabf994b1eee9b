import type { GoodRule, Indicator, Quantity } from '../../slo/model/plan.ts';
import type { Path } from '../diagnostic.ts';
import { didYouMean } from '../did-you-mean.ts';
import { type IndicatorKind, indicators } from '../schema/objective.ts';
import { validate } from '../validate.ts';
import { checkKnown, isRecord, namesOf, type Work } from '../work.ts';
import { resolveCompleteness, resolveInFlight } from './followed-indicators.ts';
import type { KnownProbe } from './probes.ts';
import { resolveQuantity, type Wanted } from './quantities.ts';
import type { ResolvedIndicator } from './resolved-indicator.ts';
import { findValue, probeNamed, type Subjects } from './subjects.ts';

const KINDS = Object.keys(indicators) as IndicatorKind[];
const SUCCESS_THRESHOLD = 3;
const FAILURE_THRESHOLD = 1;

/** Reads `indicator:`. */
export function resolveIndicator(
  work: Work,
  raw: unknown,
  path: Path,
  subjects: Subjects,
): ResolvedIndicator | undefined {
  const kind = kindOf(work, raw, path);
  if (kind === 'ratio') return resolveRatio(work, raw, path, subjects);
  if (kind === 'quantile') return resolveQuantile(work, raw, path, subjects);
  if (kind === 'total') return resolveTotal(work, raw, path, subjects);
  if (kind === 'inFlight') return resolveInFlight(work, raw, path, subjects);
  if (kind === 'completeness') return resolveCompleteness(work, raw, path, subjects);
  if (kind === 'query') return resolveQuery(work, raw, path);
  return kind && resolveTransition(work, kind, raw, path, subjects);
}

function kindOf(work: Work, raw: unknown, path: Path): IndicatorKind | undefined {
  const allowed = KINDS.join(', ');
  if (!isRecord(raw)) {
    const message = raw === undefined ? 'this is missing' : 'expected a map with one indicator';
    work.problems.error(path, message, { allowed });
    return undefined;
  }
  const present = KINDS.filter((kind) => Object.hasOwn(raw, kind));
  if (present.length === 1) return present[0];
  const meant = Object.keys(raw)
    .map((key) => didYouMean(key, KINDS))
    .find((word) => word !== undefined);
  work.problems.error(path, present.length > 1 ? 'more than one indicator' : 'this names no indicator', {
    found: Object.keys(raw).slice(0, 5).join(', ') || 'an empty map',
    allowed: `one of ${allowed}`,
    hint: present.length === 0 && meant ? `did you mean ${meant}?` : undefined,
  });
  return undefined;
}

function resolveRatio(work: Work, raw: unknown, path: Path, subjects: Subjects): ResolvedIndicator | undefined {
  const shape = validate(indicators.ratio, raw, path, work.problems);
  const named = probeNamed(work, raw, 'ratio', path, subjects);
  if (!shape || !named) return undefined;
  const good = resolveGood(work, shape.good, named, [...path, 'good']);
  return { indicator: { kind: 'ratio', probe: shape.ratio, ...(good && { good }) }, wanted: 'ratio' };
}

function resolveTransition(
  work: Work,
  kind: 'timeToRecover' | 'timeToImpact',
  raw: unknown,
  path: Path,
  subjects: Subjects,
): ResolvedIndicator | undefined {
  const schema = indicators[kind];
  const shape = validate<TransitionShape>(schema, raw, path, work.problems);
  const named = probeNamed(work, raw, kind, path, subjects);
  if (!shape || !named) return undefined;
  const good = resolveGood(work, shape.good, named, [...path, 'good']);
  const successThreshold = shape.successThreshold ?? SUCCESS_THRESHOLD;
  const failureThreshold = shape.failureThreshold ?? FAILURE_THRESHOLD;
  const probe = (raw as Record<string, string>)[kind]!;
  return { indicator: { kind, probe, ...(good && { good }), successThreshold, failureThreshold }, wanted: 'ms' };
}

type RawGood = Record<string, { atMost?: string | number | undefined; atLeast?: string | number | undefined }>;

interface TransitionShape {
  good?: RawGood | undefined;
  successThreshold?: number | undefined;
  failureThreshold?: number | undefined;
}

function resolveQuantile(work: Work, raw: unknown, path: Path, subjects: Subjects): ResolvedIndicator | undefined {
  const shape = validate(indicators.quantile, raw, path, work.problems);
  const found = valueNamed(work, raw, 'quantile', path, subjects);
  if (!found) return undefined;
  if (found.declaration.kind === 'count') {
    const hint = `total: ${found.probe}.${found.value}`;
    work.problems.error([...path, 'quantile'], 'a quantile needs a level, and this value is a count', { hint });
    return undefined;
  }
  if (!shape) return undefined;
  const { probe, value, declaration } = found;
  return { indicator: { kind: 'quantile', probe, value, q: shape.q }, wanted: declaration.unit };
}

function resolveTotal(work: Work, raw: unknown, path: Path, subjects: Subjects): ResolvedIndicator | undefined {
  const shape = validate(indicators.total, raw, path, work.problems);
  const found = valueNamed(work, raw, 'total', path, subjects);
  if (!found) return undefined;
  if (found.declaration.kind === 'level') {
    const hint = `quantile: ${found.probe}.${found.value} with q: 1 for its maximum`;
    work.problems.error([...path, 'total'], 'a total needs a count, and this value is a level', { hint });
    return undefined;
  }
  const { probe, value, declaration } = found;
  return shape && { indicator: { kind: 'total', probe, value }, wanted: declaration.unit };
}

function resolveQuery(work: Work, raw: unknown, path: Path): ResolvedIndicator | undefined {
  const shape = validate(indicators.query, raw, path, work.problems);
  const source = isRecord(raw) ? raw['source'] : undefined;
  if (typeof source === 'string') checkKnown(work, 'source', source, namesOf(work, 'sources'), [...path, 'source']);
  if (!shape) return undefined;
  const { query, stat, step } = shape;
  const indicator: Indicator = {
    kind: 'query',
    query,
    source: shape.source,
    stat,
    ...(step !== undefined && { stepMs: step }),
  };
  return { indicator, wanted: 'of a query' };
}

function valueNamed(work: Work, raw: unknown, key: string, path: Path, subjects: Subjects) {
  const text = isRecord(raw) ? raw[key] : undefined;
  return typeof text === 'string' ? findValue(work, subjects, text, [...path, key]) : undefined;
}

function resolveGood(work: Work, raw: RawGood | undefined, probe: KnownProbe, path: Path): GoodRule | undefined {
  const values = probe.values;
  if (!raw || !values) return undefined;
  if (Object.keys(raw).length === 0)
    work.problems.error(path, 'this rule names no value', { allowed: Object.keys(values).join(', ') });
  const rules = Object.entries(raw).map(([value, limits]): [string, GoodRule[string]] => {
    const at = [...path, value];
    const declaration = Object.hasOwn(values, value) ? values[value] : undefined;
    if (!declaration) tellUnknownValue(work, value, Object.keys(values), at);
    return [value, declaration ? limitsOf(work, limits, declaration.unit, at) : {}];
  });
  return Object.fromEntries(rules);
}

function tellUnknownValue(work: Work, value: string, known: string[], path: Path): void {
  const meant = didYouMean(value, known);
  work.problems.error(path, 'the probe has no such value', {
    allowed: known.length > 0 ? known.sort().join(', ') : 'nothing: the probe has no values',
    hint: meant && `did you mean ${meant}?`,
    atKey: true,
  });
}

function limitsOf(work: Work, raw: RawGood[string], unit: Wanted, path: Path): GoodRule[string] {
  if (raw.atMost === undefined && raw.atLeast === undefined)
    work.problems.error(path, 'this value has no limit', { allowed: '"atMost", "atLeast", or both' });
  const limit = (key: 'atMost' | 'atLeast'): Quantity | undefined =>
    raw[key] === undefined ? undefined : resolveQuantity(work, raw[key], unit, [...path, key]);
  const [atMost, atLeast] = [limit('atMost'), limit('atLeast')];
  return { ...(atMost && { atMost }), ...(atLeast && { atLeast }) };
}
