import { stringify } from 'yaml';
import type { Path } from './diagnostic.ts';
import { MASK, type Mask, maskExcept } from './mask.ts';
import { isRecord } from './work.ts';

/**
 * Names, references to them and words of ours: the recorded plan must load again, and a password that happens to be a part of a name must not
 * make a stranger of it.
 */
const KEPT = new Set([
  ...['apiVersion', 'kind', 'name', 'type', 'at', 'driver', 'source', 'baseline', 'experiments', 'phase', 'severity'],
  ...['ratio', 'quantile', 'total', 'inFlight', 'completeness', 'in', 'key', 'timeToRecover', 'timeToImpact', 'stat'],
]);
const FOREIGN = new Set(['config', 'labels']);

/** A document's values with every secret replaced. */
export function maskedValues(values: unknown, places: readonly Path[], mask: Mask): unknown {
  const copy = structuredClone(values);
  for (const place of places) hide(copy, place);
  return maskExcept(copy, mask, KEPT, FOREIGN);
}

function hide(value: unknown, place: Path): void {
  const holder = place
    .slice(0, -1)
    .reduce<unknown>((at, step) => (at as Record<string | number, unknown>)[step], value);
  const last = place.at(-1);
  if (last !== undefined && (isRecord(holder) || Array.isArray(holder)))
    (holder as Record<string | number, unknown>)[last] = MASK;
}

/** One YAML document that loads again without the environment. Comments and anchors are gone. */
export function resolvedYaml(maskedPlan: unknown): string {
  return stringify(escapeReferences(maskedPlan), { aliasDuplicateObjects: false, lineWidth: 0 });
}

const REFERENCE = `\${`;

/** What reads like a reference to the environment is text by now. */
function escapeReferences(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll(REFERENCE, () => `$${REFERENCE}`);
  if (Array.isArray(value)) return value.map(escapeReferences);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, escapeReferences(inner)]));
}
