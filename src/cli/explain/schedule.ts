import { phaseLengthMs, slotsIn } from '../../plan/phase-lengths.ts';
import type { Registries } from '../../plan/registries.ts';
import type { Experiment, PhaseName, Plan } from '../../slo/model/plan.ts';
import { formatDuration, formatValue } from '../../slo/model/quantity.ts';
import { aligned } from './columns.ts';

const IN_ORDER = ['steady', 'fault', 'recovery'] as const satisfies PhaseName[];

/** What happens when, counted from the first slot and as if injecting and removing took no time. */
export function schedule(plan: Plan, registries: Registries): string[] {
  const rows: string[][] = [];
  let at = 0;
  let since = '';
  for (const experiment of plan.experiments) {
    for (const phase of IN_ORDER) {
      const lengthMs = phaseLengthMs(phase, experiment);
      rows.push([
        `${since}+${formatDuration(at)}`,
        experiment.name,
        phase,
        lengthMs === undefined ? untilWhen(experiment, plan) : formatDuration(lengthMs),
        [...whatBreaks(phase, experiment, registries), slotsInPhase(plan, lengthMs)].join('; '),
      ]);
      at += lengthMs ?? 0;
      // From here on nobody knows when by the clock.
      if (phase === 'fault' && experiment.endsByItself) [at, since] = [0, `end of ${experiment.name} `];
    }
    const { settleMs } = experiment.phases;
    if (settleMs > 0)
      rows.push([
        `${since}+${formatDuration(at)}`,
        experiment.name,
        'settle',
        formatDuration(settleMs),
        'for what is in flight, at most',
      ]);
  }
  return aligned(rows);
}

function untilWhen({ endsByItself }: Experiment, { limits }: Plan): string {
  return endsByItself
    ? `until it ends by itself, ${formatDuration(limits.maxFaultMs)} at most`
    : 'until all is replaced';
}

function whatBreaks(phase: PhaseName, { driver, config, step }: Experiment, registries: Registries): string[] {
  if (phase !== 'fault') return [];
  const what = registries.drivers.get(driver)?.describe(config);
  return [what === undefined ? driver : `${driver}: ${what}`, ...stepInWords(step)];
}

function stepInWords(step: Experiment['step']): string[] {
  if (!step) return [];
  const share = `${formatValue(step.share, 'ratio')} of the intensity of ${step.of}`;
  return [step.after === undefined ? share : `${share}, only if all of ${step.after} passed`];
}

function slotsInPhase(plan: Plan, lengthMs: number | undefined): string {
  if (lengthMs === undefined) return 'as many slots as that takes';
  return `slots: ${plan.probes.map(({ name, intervalMs }) => `${name} ${slotsIn(lengthMs, intervalMs)}`).join(', ')}`;
}
