import type { PhaseName } from '../model/plan.ts';
import { formatDuration } from '../model/quantity.ts';
import type { ExperimentResult, Report } from '../model/report.ts';
import { findingsOf, offsetText, spanText, spoken } from './phrases.ts';
import { escapeMarkdown } from './text.ts';

const PHASES: readonly PhaseName[] = ['steady', 'fault', 'recovery', 'impact', 'run'];

/** One section for each experiment: what became of it, its proof, its phases, what was seen of the fault. */
export function experimentSections(report: Report): string[] {
  return report.experiments.map((experiment) =>
    [
      `## Experiment ${escapeMarkdown(experiment.experiment)}`,
      [...statusLines(experiment), ...phaseLines(experiment), ...timingLines(experiment)].join('\n'),
      ...evidence(experiment),
    ].join('\n\n'),
  );
}

function statusLines(experiment: ExperimentResult): string[] {
  const { driver, oneShot, status, reason, proof, leftBehind } = experiment;
  const why = reason === undefined ? '' : `: ${escapeMarkdown(reason)}`;
  const lines = [
    `- Status: ${spoken(status)}${why}`,
    `- Driver: ${escapeMarkdown(driver)}${oneShot ? ', one-shot' : ''}`,
    `- Fault: ${spoken(proof.state)}; ${escapeMarkdown(proof.text)}`,
  ];
  for (const finding of findingsOf(experiment)) lines.push(`- **Finding: ${escapeMarkdown(finding)}**`);
  return leftBehind === undefined ? lines : [...lines, `- **Left behind: ${escapeMarkdown(leftBehind)}**`];
}

function phaseLines({ phases }: ExperimentResult): string[] {
  return PHASES.flatMap((name) => {
    const span = phases[name];
    return span ? [`- Phase ${name}: ${spanText(span)}`] : [];
  });
}

function timingLines({ injectionMs, removalMs }: ExperimentResult): string[] {
  const injection = injectionMs === undefined ? [] : [`- Injection took ${formatDuration(injectionMs)}`];
  const removal = removalMs === undefined ? [] : [`- Removal took ${formatDuration(removalMs)}`];
  return [...injection, ...removal];
}

function evidence(experiment: ExperimentResult): string[] {
  if (experiment.evidence.length === 0) return [];
  const items = experiment.evidence.map((fact) => {
    const kind = fact.of === 'mechanism' ? mechanismWord(fact.holds) : fact.of;
    return `- ${offsetText(fact.at)} ${kind}: ${escapeMarkdown(fact.text)}${valuesText(fact.values)}`;
  });
  return [`### Evidence of the fault\n\n${items.join('\n')}`];
}

function mechanismWord(holds: boolean | undefined): string {
  if (holds === undefined) return 'mechanism';
  return holds ? 'in effect' : 'not in effect';
}

function valuesText(values: Record<string, number> | undefined): string {
  const pairs = Object.entries(values ?? {}).sort(([left], [right]) => (left < right ? -1 : 1));
  if (pairs.length === 0) return '';
  return ` (${pairs.map(([name, value]) => `${escapeMarkdown(name)} ${Number(value.toFixed(3))}`).join(', ')})`;
}
