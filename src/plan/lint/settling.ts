import { type Draft, experimentsOf } from './lint.ts';

/** Warns where work in flight is judged, and nobody waits for it. */
export function checkSettling(draft: Draft): void {
  for (const { value: objective, path } of draft.objectives) {
    if (objective.indicator.kind !== 'inFlight') continue;
    const hasty = experimentsOf(draft, objective).find(({ phases }) => phases.settleMs === 0);
    if (hasty)
      draft.work.problems.warning(
        [...path, 'indicator'],
        `what still runs when the recovery phase of ${hasty.name} ends is called bad at once`,
        { hint: 'phases: {settle: 2m} waits for it' },
      );
  }
}
