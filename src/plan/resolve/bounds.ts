import type { Bound, Indicator, Target } from '../../slo/model/plan.ts';
import type { Path } from '../diagnostic.ts';
import { didYouMean } from '../did-you-mean.ts';
import { comparisons } from '../schema/objective.ts';
import { validate } from '../validate.ts';
import { checkKnown, isRecord, namesOf, type Work } from '../work.ts';
import { resolveQuantity, type Wanted } from './quantities.ts';
import type { ResolvedIndicator } from './resolved-indicator.ts';

const OPS = ['atLeast', 'atMost'] as const;

/** Reads `atLeast:` or `atMost:` of an entry; the indicator says which unit it must have. */
export function resolveBound(
  work: Work,
  entry: Record<string, unknown>,
  path: Path,
  indicator: ResolvedIndicator | undefined,
): Bound | undefined {
  const present = OPS.filter((op) => entry[op] !== undefined);
  const [op] = present;
  if (present.length !== 1 || !op) {
    const message = present.length === 0 ? 'there is no limit' : 'two limits in one objective';
    const hint = present.length === 2 ? 'write two objectives' : undefined;
    work.problems.error(path, message, { allowed: 'either "atLeast" or "atMost"', hint });
    return undefined;
  }
  if (!indicator) return undefined;
  const target = resolveTarget(work, entry[op], indicator, [...path, op]);
  return target && { op, target };
}

function resolveTarget(
  work: Work,
  raw: unknown,
  { indicator, wanted }: ResolvedIndicator,
  path: Path,
): Target | undefined {
  if (isRecord(raw)) return resolveComparison(work, raw, indicator, wanted, path);
  const quantity = resolveQuantity(work, raw, wanted, path);
  if (!quantity) return undefined;
  if (wanted === 'ratio' && quantity.value > 1)
    work.problems.error(path, 'a share cannot be more than 100%', { found: quantity.text });
  return { kind: 'constant', quantity };
}

function resolveComparison(
  work: Work,
  raw: Record<string, unknown>,
  indicator: Indicator,
  wanted: Wanted,
  path: Path,
): Target | undefined {
  const kind = comparisonKind(work, raw, path);
  if (!kind) return undefined;
  if (typeof raw['baseline'] === 'string')
    checkKnown(work, 'baseline', raw['baseline'], namesOf(work, 'baselines'), [...path, 'baseline']);
  const shape = validate<ComparisonShape>(comparisons[kind], raw, path, work.problems);
  if (!shape || !checkComparable(work, indicator, kind, path)) return undefined;
  if (shape.times === undefined && shape.plus === undefined)
    work.problems.error(path, 'this does not say how far from it is still fine', {
      allowed: '"times" (1.2), "plus" (100ms), or both',
    });
  const plus = shape.plus === undefined ? undefined : resolveQuantity(work, shape.plus, wanted, [...path, 'plus']);
  const factors = { times: shape.times ?? 1, ...(plus && { plus }) };
  return kind === 'steady' ? { kind, ...factors } : { kind, baseline: shape.baseline!, ...factors };
}

interface ComparisonShape {
  baseline?: string;
  times?: number | undefined;
  plus?: string | number | undefined;
}

function comparisonKind(work: Work, raw: Record<string, unknown>, path: Path): keyof typeof comparisons | undefined {
  const kinds = ['baseline', 'steady'] as const;
  const present = kinds.filter((kind) => Object.hasOwn(raw, kind));
  if (present.length === 1) return present[0];
  const meant = Object.keys(raw)
    .map((key) => didYouMean(key, kinds))
    .find((word) => word !== undefined);
  work.problems.error(path, present.length > 1 ? 'two things to compare with' : 'this names nothing to compare with', {
    found: Object.keys(raw).slice(0, 5).join(', ') || 'an empty map',
    allowed: 'a quantity, {baseline: NAME, ..} or {steady: true, ..}',
    hint: present.length === 0 && meant ? `did you mean ${meant}?` : undefined,
  });
  return undefined;
}

const WHY_ALONE: Partial<Record<Indicator['kind'], string>> = {
  total: 'a total depends on the length of its phase',
  completeness: 'anything less than all of it is a loss',
};

/** A total grows with the length of a phase, and times to recover or impact exist only around a fault. */
function checkComparable(work: Work, indicator: Indicator, with_: 'baseline' | 'steady', path: Path): boolean {
  if (indicator.kind === 'ratio' || indicator.kind === 'quantile' || indicator.kind === 'query') return true;
  const why = WHY_ALONE[indicator.kind] ?? 'it exists only around a fault';
  work.problems.error(
    path,
    `${indicator.kind} cannot be compared with ${with_ === 'steady' ? 'the steady phase' : 'a baseline'}: ${why}`,
    {
      allowed: 'a constant',
    },
  );
  return false;
}
