import { phaseLengthMs, slotsIn } from '../../plan/phase-lengths.ts';
import type { Registries } from '../../plan/registries.ts';
import type { Experiment, PhaseName, Plan } from '../../slo/model/plan.ts';
import { formatDuration } from '../../slo/model/quantity.ts';
import { aligned } from './columns.ts';

const IN_ORDER = ['steady', 'fault', 'recovery'] as const satisfies PhaseName[];

/** What happens when, counted from the first slot and as if injecting and removing took no time. */
export function schedule(plan: Plan, registries: Registries): string[] {
  const rows: string[][] = [];
  let at = 0;
  for (const experiment of plan.experiments) {
    for (const phase of IN_ORDER) {
      const lengthMs = phaseLengthMs(phase, experiment);
      rows.push([
        `+${formatDuration(at)}`,
        experiment.name,
        phase,
        lengthMs === undefined ? 'until all is replaced' : formatDuration(lengthMs),
        [...whatBreaks(phase, experiment, registries), slotsInPhase(plan, lengthMs)].join('; '),
      ]);
      at += lengthMs ?? 0;
    }
    const { settleMs } = experiment.phases;
    if (settleMs > 0)
      rows.push([
        `+${formatDuration(at)}`,
        experiment.name,
        'settle',
        formatDuration(settleMs),
        'for what is in flight, at most',
      ]);
  }
  return aligned(rows);
}

function whatBreaks(phase: PhaseName, { driver, config }: Experiment, registries: Registries): string[] {
  if (phase !== 'fault') return [];
  const what = registries.drivers.get(driver)?.describe(config);
  return [what === undefined ? driver : `${driver}: ${what}`];
}

function slotsInPhase(plan: Plan, lengthMs: number | undefined): string {
  if (lengthMs === undefined) return 'as many slots as that takes';
  return `slots: ${plan.probes.map(({ name, intervalMs }) => `${name} ${slotsIn(lengthMs, intervalMs)}`).join(', ')}`;
}
