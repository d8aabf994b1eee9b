import type { DriverType } from '../../chaos/contract.ts';
import type { Experiment } from '../../slo/model/plan.ts';
import type { Path } from '../diagnostic.ts';
import { canonicalJson } from '../digest.ts';
import { namesOf, type Work } from '../work.ts';

const LONGEST_NAME = 63;

/** The experiments that `steps:` makes of one; without it, the one itself. */
export function stepsOf(
  work: Work,
  type: DriverType,
  experiment: Experiment,
  shares: readonly number[] | undefined,
  path: Path,
): Experiment[] {
  if (shares === undefined) return [experiment];
  const at = [...path, 'steps'];
  if (!type.atIntensity) {
    work.problems.error(at, `the faults of ${type.type} have no intensity that could grow`, {
      hint: 'an experiment for each fault',
    });
    return [];
  }
  checkGrowth(work, shares, at);
  const steps: Experiment[] = [];
  for (const [index, share] of shares.entries()) {
    const config = configAt(work, type, experiment.config, share, [...at, index]);
    const name = stepName(experiment.name, share);
    checkName(work, name, [...at, index]);
    const before = steps.at(-1);
    const after = before?.name;
    if (config && before && share > before.step!.share && canonicalJson(config.config) === canonicalJson(before.config))
      work.problems.error([...at, index], 'rounded, this is no stronger than the step before', { hint: 'fewer steps' });
    if (config)
      steps.push({ ...experiment, ...config, name, step: { of: experiment.name, share, ...(after && { after }) } });
  }
  return steps;
}

/** What a step is called: `cpu-25pct`; a part of a percent has a hyphen in place of the point. */
function stepName(experiment: string, share: number): string {
  const percent = Number((share * 100).toPrecision(12));
  return `${experiment}-${String(percent).replace('.', '-')}pct`;
}

function checkGrowth(work: Work, shares: readonly number[], at: Path): void {
  for (const [index, share] of shares.entries())
    if (index > 0 && share <= shares[index - 1]!)
      work.problems.error([...at, index], 'each step is to be stronger than the one before');
}

function configAt(
  work: Work,
  type: DriverType,
  config: unknown,
  share: number,
  at: Path,
): { config: unknown } | undefined {
  try {
    const scaled = type.atIntensity!(config, share);
    if ('config' in scaled) return scaled;
    work.problems.error(at, `there is no such step: ${scaled.problem}`);
    return undefined;
  } catch (error) {
    // A masked config may not be what the type takes for granted, and is not run again.
    if (work.masked) return { config };
    throw error;
  }
}

function checkName(work: Work, name: string, at: Path): void {
  if (name.length > LONGEST_NAME)
    work.problems.error(at, 'the name of this step would be too long', {
      found: name,
      allowed: `at most ${LONGEST_NAME} characters`,
    });
  if (namesOf(work, 'experiments').includes(name))
    work.problems.error(at, 'the name of this step is taken by another experiment', { found: name });
}
