import type { LoadedPlan } from '../../plan/load.ts';
import type { Registries } from '../../plan/registries.ts';
import { DEFAULT_BUDGETS } from '../../scheduler/budgets.ts';
import type { Plan } from '../../slo/model/plan.ts';
import { formatDuration } from '../../slo/model/quantity.ts';
import { oneLine } from '../../slo/render/text.ts';
import { aligned } from './columns.ts';
import { limitsInWords } from './limits.ts';
import { longestRunMs, usualRunMs } from './longest.ts';
import { floorsInWords, notesOf, objectiveInWords } from './objectives.ts';
import { schedule } from './schedule.ts';

/** A plan as a person would tell it. */
export function explainPlan({ plan, file }: LoadedPlan, registries: Registries): string {
  const usual = [formatDuration(usualRunMs(plan)), ...ownEnds(plan)].join(' and ');
  const longest = formatDuration(longestRunMs(plan, DEFAULT_BUDGETS));
  const sections = [
    section(`Plan ${plan.name}`, [`${file}, seed ${plan.seed}, ${plan.digest}`]),
    section(`Schedule: ${usual} if all goes well, at the longest ${longest}`, schedule(plan, registries)),
    section('Vantages', vantages(plan, registries)),
    section('Probes', probes(plan, registries)),
    section('Objectives', aligned(plan.objectives.map((objective) => objectiveInWords(objective)))),
    section('How fine this can be decided', floorsInWords(plan)),
    section('Why these limits', notesOf(plan)),
    section('Limits', limitsInWords(plan)),
    section('Baselines', baselines(plan)),
    section(
      'Results go to',
      plan.exporters.map(({ type }) => type),
    ),
  ];
  return sections.filter((text) => text !== '').join('\n');
}

/** What the faults that end by themselves add, which the plan does not know. */
function ownEnds({ experiments }: Plan): string[] {
  return experiments.filter(({ endsByItself }) => endsByItself).map(({ name }) => `as long as ${name} takes`);
}

function section(title: string, lines: string[]): string {
  return lines.length === 0 ? '' : `${title}\n${lines.map((line) => `  ${oneLine(line)}\n`).join('')}`;
}

/** A run needs every process of each: without, it injects nothing. */
function vantages(plan: Plan, registries: Registries): string[] {
  return aligned(
    plan.vantages.map(({ name, type }) => {
      const there = plan.probes.filter(({ at }) => at === name).map((probe) => probe.name);
      const use = there.length === 0 ? 'no probe is at it, so it is not read' : `for ${there.join(', ')}`;
      return [name, type, use, registries.vantages.get(type)?.summary ?? ''];
    }),
  );
}

function probes(plan: Plan, registries: Registries): string[] {
  return aligned(
    plan.probes.map((probe) => [
      probe.name,
      probe.type,
      ...(plan.vantages.length > 0 ? [`at ${probe.at}`] : []),
      `every ${formatDuration(probe.intervalMs)}, given up after ${formatDuration(probe.timeoutMs)} (then ${probe.onTimeout})`,
      registries.probes.get(probe.type)?.summary ?? '',
    ]),
  );
}

function baselines(plan: Plan): string[] {
  return plan.baselines.map(({ name, source, query, lastMs, stat, minPoints }) => {
    const what = typeof stat === 'object' ? `quantile ${stat.quantile}` : stat;
    const window = lastMs === 0 ? 'just before the run' : `over ${formatDuration(lastMs)} before the run`;
    return `${name}: ${what} of ${query} from ${source} ${window}, of at least ${minPoints} points`;
  });
}
