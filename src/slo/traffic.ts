import type { Measurable } from './indicators/measured.ts';
import { leastCounted } from './indicators/total.ts';
import { probeOf } from './instrument.ts';
import type { Scope } from './measure.ts';
import type { Indicator, Objective, ProbeSpec } from './model/plan.ts';

/** Whether enough happened in the phase for silence not to look like success. */
export interface Traffic {
  seen: number;
  enough: boolean;
  /** Which count shows the traffic, for the sentence. */
  text: string;
}

/**
 * The no-traffic rule: an objective on lag, loss, order or work in flight is only decidable when the probe's traffic count advanced in that phase,
 * at least by `atLeastSeen`. Elsewhere `atLeastSeen` speaks of answers.
 */
export function trafficOf(
  objective: Pick<Objective, 'indicator' | 'atLeastSeen'>,
  measured: Measurable,
  scope: Scope,
): Traffic {
  const needed = objective.atLeastSeen ?? 1;
  const { kind } = objective.indicator;
  if (kind === 'inFlight') return certainTraffic(measured, needed, 'in flight when the fault struck');
  if (kind === 'completeness') return certainTraffic(measured, needed, 'ended in this phase');
  const probe = probeOf(scope.plan, objective.indicator);
  const counter = probe && trafficCounter(probe, objective.indicator);
  if (!probe || !counter) {
    const seen = measured.counts.good + measured.counts.bad;
    return { seen, enough: seen >= needed, text: `${seen} answers seen, at least ${needed} needed` };
  }
  const seen = leastCounted(scope.recording, probe, counter, scope.window);
  return { seen, enough: seen >= needed, text: `${probe.name}.${counter} shows ${seen}, at least ${needed} needed` };
}

/** What was there for certain, whatever became of it. */
function certainTraffic({ counts: { good, bad, missing } }: Measurable, needed: number, what: string): Traffic {
  const seen = good + bad + missing;
  return { seen, enough: seen >= needed, text: `${seen} ${what}, at least ${needed} needed` };
}

function trafficCounter(probe: ProbeSpec, indicator: Indicator): string | undefined {
  for (const value of valuesOf(indicator)) {
    const counter = probe.values[value]?.needsTraffic;
    if (counter !== undefined) return counter;
  }
  return undefined;
}

function valuesOf(indicator: Indicator): string[] {
  if (indicator.kind === 'quantile' || indicator.kind === 'total') return [indicator.value];
  return 'good' in indicator ? Object.keys(indicator.good ?? {}) : [];
}
