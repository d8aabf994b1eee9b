import type { Indicator, Objective } from '../../slo/model/plan.ts';
import { formatDuration } from '../../slo/model/quantity.ts';
import { lookbackMs } from '../../slo/promql-lookback.ts';
import { phaseLengthMs } from '../phase-lengths.ts';
import type { Placed } from '../work.ts';
import { type Draft, experimentsOf } from './lint.ts';

/** Warns where a query looks back over more time than its phase has, so that it always sees another phase too. */
export function checkLookbacks(draft: Draft): void {
  for (const objective of draft.objectives) {
    const query = queryOf(draft, objective.value.indicator);
    if (query !== undefined && objective.value.phase !== 'steady') checkQuery(draft, objective, query);
  }
}

function queryOf(draft: Draft, indicator: Indicator): string | undefined {
  if (indicator.kind === 'query') return indicator.query;
  return draft.plan.probes.find(({ name }) => name === indicator.probe)?.promql;
}

function checkQuery(draft: Draft, { value: objective, path }: Placed<Objective>, query: string): void {
  const lookback = lookbackMs(query);
  for (const experiment of experimentsOf(draft, objective)) {
    const lengthMs = phaseLengthMs(objective.phase, experiment);
    if (lengthMs === undefined || lookback <= lengthMs) continue;
    const message = `its query looks back further than phase ${objective.phase} of ${experiment.name} lasts: inconclusive`;
    draft.work.problems.warning([...path, 'indicator'], message, {
      found: formatDuration(lookback),
      allowed: `at most ${formatDuration(lengthMs)}`,
      hint: 'a shorter range in the query or a longer phase',
    });
  }
}
