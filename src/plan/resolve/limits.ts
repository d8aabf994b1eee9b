import type { Experiment, Limits, StopCondition } from '../../slo/model/plan.ts';
import { formatDuration } from '../../slo/model/quantity.ts';
import type { Path } from '../diagnostic.ts';
import * as schema from '../schema/faults.ts';
import { SECOND_MS } from '../schema/words.ts';
import { validate } from '../validate.ts';
import { checkKnown, isRecord, namesOf, type Work } from '../work.ts';
import type { Experiments, ReadFault } from './experiments.ts';

const INJECTION_MARGIN_MS = 60 * SECOND_MS;
const USUAL_PATIENCE_MS = 10 * SECOND_MS;

/** Reads `spec.limits`. */
export function resolveLimits(work: Work, { specs, faults }: Experiments): Limits {
  const raw = work.spec['limits'];
  const shape = raw === undefined ? undefined : validate(schema.limits, raw, ['spec', 'limits'], work.problems);
  const experiments = specs.map(({ value }) => value);
  const maxFaultMs = shape?.maxFault ?? usualMaxFaultMs(experiments, faults);
  checkMaxFault(work, maxFaultMs, experiments);
  for (const fault of faults) checkOwnEnd(work, maxFaultMs, shape?.maxFault !== undefined, fault);
  return {
    maxFaultMs,
    maxTargets: shape?.maxTargets ?? 1,
    namespaces: shape?.namespaces ?? [],
    abortWhen: stopConditions(work, raw),
  };
}

function usualMaxFaultMs(experiments: readonly Experiment[], faults: readonly ReadFault[]): number {
  const longest = Math.max(0, ...experiments.map(({ durationMs }) => durationMs));
  const ownEnds = faults.map(({ ending }) => (ending.kind === 'ends-by-itself' ? (ending.longestMs ?? 0) : 0));
  return Math.max(2 * longest, ...ownEnds) + INJECTION_MARGIN_MS;
}

function checkOwnEnd(work: Work, maxFaultMs: number, isWritten: boolean, { ending, experiment }: ReadFault): void {
  if (ending.kind !== 'ends-by-itself') return;
  const { longestMs } = ending;
  if (longestMs === undefined && !isWritten)
    work.problems.error(['spec', 'limits', 'maxFault'], 'this is missing', {
      allowed: 'the longest that a fault may take, such as 10m',
      hint: `experiment ${experiment} ends by itself, and its config does not show when`,
    });
  if (longestMs !== undefined && longestMs >= maxFaultMs)
    work.problems.error(
      ['spec', 'limits', 'maxFault'],
      `experiment ${experiment} would be cut off before its own end`,
      {
        found: formatDuration(maxFaultMs),
        allowed: `more than the ${formatDuration(longestMs)} that it may take`,
        hint: 'leave time for the injection too: maxFault counts from the request',
      },
    );
}

function checkMaxFault(work: Work, maxFaultMs: number, experiments: readonly Experiment[]): void {
  for (const { name, durationMs, step } of experiments) {
    if (durationMs < maxFaultMs || step?.after !== undefined) continue;
    work.problems.error(['spec', 'limits', 'maxFault'], `experiment ${step?.of ?? name} could never end in time`, {
      found: formatDuration(maxFaultMs),
      allowed: `more than its duration of ${formatDuration(durationMs)}`,
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
