import type { Limits } from '../../slo/model/plan.ts';
import type { Work } from '../work.ts';
import type { ReadFault } from './experiments.ts';

/** Lets each driver's type say what is wrong with a config beyond its schema. A recorded plan was run; nobody mends it. */
export function lintConfigs(work: Work, faults: readonly ReadFault[], limits: Limits): void {
  if (work.masked) return;
  for (const { type, config, experiment, durationMs, expected, path } of faults)
    for (const finding of type.lint?.(config, { experiment, durationMs, limits, expected }) ?? []) {
      const { severity, message, found, allowed, hint } = finding;
      work.problems[severity]([...path, 'config', ...finding.path], message, { found, allowed, hint });
    }
}
