import type { Quantity, Unit } from '../../slo/model/plan.ts';
import { parseQuantity } from '../../slo/model/quantity.ts';
import { type Path, showValue } from '../diagnostic.ts';
import type { Work } from '../work.ts';
import { unitInWords } from './subjects.ts';

/** What a quantity must be: in a unit, or (a query's value) whatever the query makes of it. */
export type Wanted = Unit | 'of a query';

/** Reads a quantity and checks that its unit fits. Zero fits every unit. */
export function resolveQuantity(work: Work, raw: unknown, wanted: Wanted, path: Path): Quantity | undefined {
  const parsed = parseQuantity(raw);
  if (!parsed.ok) {
    const allowed = wanted === 'of a query' ? PLAIN_FOR_QUERY : unitInWords(wanted);
    work.problems.error(path, parsed.problem, { found: showValue(raw), allowed });
    return undefined;
  }
  const { quantity } = parsed;
  if (quantity.value === 0 && wanted !== 'of a query') return { ...quantity, unit: baseOf(wanted) };
  if (fits(quantity.unit, wanted)) return quantity;
  tellMisfit(work, raw, quantity, wanted, path);
  return undefined;
}

const PLAIN_FOR_QUERY = 'a plain number in the unit of the query, a percentage or a size';

function fits(unit: Unit, wanted: Wanted): boolean {
  return wanted === 'of a query' ? unit !== 'ms' : unit === baseOf(wanted);
}

function baseOf(unit: Unit): Unit {
  return unit === 's' ? 'ms' : unit;
}

function tellMisfit(work: Work, raw: unknown, quantity: Quantity, wanted: Wanted, path: Path): void {
  if (wanted === 'of a query') {
    const hint = `the value of a query has no unit; if it is in seconds, write ${quantity.value / 1000}`;
    work.problems.error(path, 'expected a plain number', { found: showValue(raw), allowed: PLAIN_FOR_QUERY, hint });
    return;
  }
  const message = quantity.unit === '1' ? 'a unit is missing' : 'this unit does not fit what is measured';
  const hint = quantity.unit === '1' ? hintFor(quantity.value, wanted) : undefined;
  work.problems.error(path, message, { found: showValue(raw), allowed: unitInWords(wanted), hint });
}

function hintFor(value: number, wanted: Unit): string | undefined {
  if (wanted === 'ratio') return `did you mean ${value <= 1 ? Number((value * 100).toPrecision(12)) : value}%?`;
  if (wanted === 'ms' || wanted === 's') return `did you mean ${value}ms or ${value}s?`;
  return wanted === 'bytes' ? `did you mean ${value}B?` : undefined;
}
