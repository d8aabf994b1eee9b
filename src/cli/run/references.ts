import type { QueryClient } from '../../clients/query.ts';
import type { Clock } from '../../scheduler/clock.ts';
import type { Reference } from '../../slo/model/entry.ts';
import type { Plan } from '../../slo/model/plan.ts';
import { experimentTimes } from '../../slo/phases.ts';
import { expectationOf } from '../../slo/proof.ts';
import type { Recording } from '../../slo/recording.ts';
import { collectBaselines, collectObjectiveQueries } from '../../sources/collect.ts';

/** Asks a run's sources at the moments at which the answers are needed. */
export interface ReferenceCollector {
  before(signal: AbortSignal): Promise<Reference[]>;
  /** What the gate must know: the steady phase, as far as it went. */
  atGate(experiment: string, signal: AbortSignal): Promise<Reference[]>;
  after(experiment: string, signal: AbortSignal): Promise<Reference[]>;
}

export function referenceCollector(
  plan: Plan,
  recording: Recording,
  clients: ReadonlyMap<string, QueryClient>,
  clock: Clock,
): ReferenceCollector {
  const startUnixMs = () => Date.parse(recording.header!.startedAt);
  const collect = (experiment: string, only: Plan['objectives'], signal: AbortSignal) => {
    const { phases } = experimentTimes(recording, experiment, clock.now());
    const windowOf = (objective: Plan['objectives'][number]) => phases[objective.phase];
    return collectObjectiveQueries({ ...plan, objectives: only }, experiment, windowOf, clients, startUnixMs(), signal);
  };
  return {
    before: (signal) => collectBaselines(plan, clients, startUnixMs(), signal),
    atGate: (experiment, signal) =>
      collect(
        experiment,
        plan.objectives.filter(({ phase }) => phase === 'steady'),
        signal,
      ),
    after: (experiment, signal) => collect(experiment, [...plan.objectives, ...expectations(plan)], signal),
  };
}

function expectations(plan: Plan): Plan['objectives'] {
  return plan.experiments.flatMap((experiment) => expectationOf(experiment) ?? []);
}
