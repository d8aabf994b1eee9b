import type { Indicator } from '../../slo/model/plan.ts';
import type { Draft } from './lint.ts';

/** The more values there are, the greater their greatest: extremes of sides of unequal length cannot be compared fairly. */
export function checkExtremes(draft: Draft): void {
  for (const { value: objective, path } of draft.objectives) {
    const { bound, indicator } = objective;
    if (bound.target.kind === 'constant' || !isExtreme(indicator)) continue;
    draft.work.problems.warning(
      [...path, 'indicator'],
      'an extreme is compared with what has another number of values',
      {
        found: 'a maximum or minimum',
        hint: 'compare a median or another quantile, or limit the extreme by a constant',
      },
    );
  }
}

function isExtreme(indicator: Indicator): boolean {
  if (indicator.kind === 'quantile') return indicator.q === 1;
  return indicator.kind === 'query' && (indicator.stat === 'max' || indicator.stat === 'min');
}
