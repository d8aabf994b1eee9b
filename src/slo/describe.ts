import type { Indicator, Objective } from './model/plan.ts';
import { statName } from './stats/statistic.ts';

/** An indicator as one phrase. */
export function describeIndicator(indicator: Indicator): string {
  switch (indicator.kind) {
    case 'ratio':
      return `share of good ${indicator.probe} samples`;
    case 'quantile':
      return indicator.q >= 1
        ? `maximum of ${indicator.probe}.${indicator.value}`
        : `${Number((indicator.q * 100).toFixed(4))}th percentile of ${indicator.probe}.${indicator.value}`;
    case 'total':
      return `total of ${indicator.probe}.${indicator.value}`;
    case 'inFlight':
      return `share of what ${indicator.probe} saw in flight at the fault that ended well`;
    case 'completeness':
      return `share of what ${indicator.probe} saw end whose end is in ${indicator.in}`;
    case 'timeToRecover':
      return `time until ${indicator.probe} recovers`;
    case 'timeToImpact':
      return `time until ${indicator.probe} is affected`;
    case 'query':
      return `${statName(indicator.stat)} of ${indicator.query}`;
  }
}

/** Whether an objective speaks of an experiment. */
export function appliesTo(objective: Objective, experiment: string): boolean {
  return objective.experiments === undefined || objective.experiments.includes(experiment);
}
