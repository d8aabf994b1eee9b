import type { Draft } from './lint.ts';

/** Warns where a plan leaves out what a reader would take for granted. */
export function checkCoverage({ work, objectives, plan }: Draft): void {
  const at = ['spec', 'objectives'];
  const judged = objectives.map(({ value }) => value);
  if (!judged.some(({ phase }) => phase === 'recovery' || phase === 'impact' || phase === 'run'))
    work.problems.warning(at, 'no objective looks at the recovery', {
      hint: 'such as {phase: recovery, indicator: {timeToRecover: PROBE}, atMost: 30s}',
    });
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
