import type { Experiment, Limits, StopCondition } from '../../slo/model/plan.ts';
import { formatDuration } from '../../slo/model/quantity.ts';
import type { Path } from '../diagnostic.ts';
import * as schema from '../schema/faults.ts';
import { SECOND_MS } from '../schema/words.ts';
import { validate } from '../validate.ts';
import { checkKnown, isRecord, namesOf, type Placed, type Work } from '../work.ts';

const INJECTION_MARGIN_MS = 60 * SECOND_MS;
const USUAL_PATIENCE_MS = 10 * SECOND_MS;

/** Reads `spec.limits`. */
export function resolveLimits(work: Work, experiments: Placed<Experiment>[]): Limits {
  const raw = work.spec['limits'];
  const shape = raw === undefined ? undefined : validate(schema.limits, raw, ['spec', 'limits'], work.problems);
  const longest = Math.max(0, ...experiments.map(({ value }) => value.durationMs));
  const maxFaultMs = shape?.maxFault ?? 2 * longest + INJECTION_MARGIN_MS;
  checkMaxFault(work, maxFaultMs, experiments);
  return {
    maxFaultMs,
    maxTargets: shape?.maxTargets ?? 1,
    namespaces: shape?.namespaces ?? [],
    abortWhen: stopConditions(work, raw),
  };
}

function checkMaxFault(work: Work, maxFaultMs: number, experiments: Placed<Experiment>[]): void {
  for (const { value } of experiments) {
    if (value.durationMs < maxFaultMs) continue;
    work.problems.error(['spec', 'limits', 'maxFault'], `experiment ${value.name} could never end in time`, {
      found: formatDuration(maxFaultMs),
      allowed: `more than its duration of ${formatDuration(value.durationMs)}`,
      hint: 'leave time for the injection too: maxFault counts from the request',
    });
  }
}

function stopConditions(work: Work, raw: unknown): StopCondition[] {
  const conditions = isRecord(raw) && Array.isArray(raw['abortWhen']) ? raw['abortWhen'] : [];
  return conditions.flatMap((condition, index) => {
    const resolved = stopConditionOf(work, condition, ['spec', 'limits', 'abortWhen', index]);
    return resolved ? [resolved] : [];
  });
}

function stopConditionOf(work: Work, raw: unknown, path: Path): StopCondition | undefined {
  const shape = validate(schema.stopCondition, raw, path, work.problems);
  if (isRecord(raw) && typeof raw['source'] === 'string')
    checkKnown(work, 'source', raw['source'], namesOf(work, 'sources'), [...path, 'source']);
  if (!shape) return undefined;
  const { query, source, above, below } = shape;
  if (above === undefined && below === undefined)
    work.problems.error(path, 'this condition has no limit', { allowed: '"above", "below", or both' });
  if (above !== undefined && below !== undefined && below >= above)
    work.problems.error([...path, 'below'], 'every value is a breach', {
      found: `below ${below} or above ${above}`,
      allowed: '"below" less than "above"',
    });
  const limits = { ...(above !== undefined && { above }), ...(below !== undefined && { below }) };
  return { query, source, ...limits, forMs: shape.for ?? USUAL_PATIENCE_MS };
}
