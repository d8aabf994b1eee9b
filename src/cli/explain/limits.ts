import type { Plan, StopCondition } from '../../slo/model/plan.ts';
import { formatDuration } from '../../slo/model/quantity.ts';

/** What bounds the harm that a run may do. */
export function limitsInWords({ limits }: Plan): string[] {
  const { maxFaultMs, maxTargets, namespaces, abortWhen } = limits;
  return [
    `a fault is removed ${formatDuration(maxFaultMs)} after its request at the latest, and the run then aborted`,
    `an experiment touches ${maxTargets} ${maxTargets === 1 ? 'target' : 'targets'} at most`,
    ...(namespaces.length > 0 ? [`only in ${namespaces.join(', ')}`] : []),
    ...abortWhen.map(stopInWords),
  ];
}

function stopInWords({ query, source, above, below, forMs }: StopCondition): string {
  const limits = [above !== undefined && `above ${above}`, below !== undefined && `below ${below}`];
  const breach = limits.filter((limit) => limit !== false).join(' or ');
  return `stops when ${query} (${source}) is ${breach}, or says nothing, for ${formatDuration(forMs)}`;
}
