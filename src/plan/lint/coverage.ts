import type { Draft } from './lint.ts';

/** Warns where a plan leaves out what a reader would take for granted. */
export function checkCoverage({ work, objectives, experiments, plan }: Draft): void {
  const at = ['spec', 'objectives'];
  const judged = objectives.map(({ value }) => value);
  const ofRecovery = judged.filter(({ phase }) => phase === 'recovery' || phase === 'impact' || phase === 'run');
  const hint = 'such as {phase: recovery, indicator: {timeToRecover: PROBE}, atMost: 30s}';
  if (ofRecovery.length === 0) work.problems.warning(at, 'no objective looks at the recovery', { hint });
  for (const { value, path } of experiments)
    if (ofRecovery.length > 0 && !ofRecovery.some((objective) => objective.experiments?.includes(value.name) ?? true))
      work.problems.warning([...path, 'name'], 'no objective looks at the recovery of this experiment', { hint });
  if (!judged.some(({ phase, severity }) => phase === 'steady' && severity === 'critical'))
    work.problems.warning(
      at,
      'no critical objective looks at the steady phase, so that a sick system is broken further',
      {
        hint: 'such as {phase: steady, indicator: {ratio: PROBE}, atLeast: 100%}',
      },
    );
  for (const baseline of plan.baselines) {
    const used = judged.some(
      ({ bound }) => bound.target.kind === 'baseline' && bound.target.baseline === baseline.name,
    );
    const index = plan.baselines.indexOf(baseline);
    if (!used) work.problems.warning(['spec', 'baselines', index, 'name'], 'no objective compares with this baseline');
  }
}
