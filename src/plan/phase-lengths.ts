import type { Experiment, PhaseName } from '../slo/model/plan.ts';

/** How long a phase lasts if all goes well; unknown where the fault decides, by its effect or its own end. */
export function phaseLengthMs(phase: PhaseName, experiment: Experiment): number | undefined {
  const { steadyMs, recoveryMs } = experiment.phases;
  if (phase === 'steady') return steadyMs;
  if (phase === 'recovery') return recoveryMs;
  if (phase === 'fault') return experiment.oneShot || experiment.endsByItself ? undefined : experiment.durationMs;
  if (phase === 'impact') return experiment.durationMs + recoveryMs;
  return steadyMs + experiment.durationMs + recoveryMs;
}

/** How many slots of an interval a span surely holds. */
export function slotsIn(lengthMs: number, intervalMs: number): number {
  return Math.floor(lengthMs / intervalMs);
}

/** How many answers a quantile needs before its extremes mean something; the maximum needs one. */
export function answersNeeded(q: number): number {
  return q >= 1 ? 1 : Math.ceil(Number((10 / (1 - q)).toPrecision(12)));
}
