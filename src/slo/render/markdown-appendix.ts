import { formatDuration } from '../model/quantity.ts';
import type { BaselineResult, ProbeHealth, ProberHealth, Report } from '../model/report.ts';
import { table } from './markdown-table.ts';
import { rangeText } from './phrases.ts';
import { codeSpan, escapeMarkdown } from './text.ts';

export function baselineSection(report: Report): string[] {
  if (report.baselines.length === 0) return [];
  const rows = report.baselines.map((result) => [
    escapeMarkdown(result.baseline),
    baselineValue(result),
    String(result.points),
    codeSpan(result.query, true),
  ]);
  return [`## Baselines\n\n${table(['Baseline', 'Value', 'Points', 'Query'], rows)}`];
}

function baselineValue({ low, high, problem }: BaselineResult): string {
  return problem === undefined ? rangeText(low, high, '1') : `unusable: ${escapeMarkdown(problem)}`;
}

export function probeSection(report: Report): string[] {
  if (report.probes.length === 0) return [];
  const rows = report.probes.map((health) => [
    escapeMarkdown(health.probe),
    escapeMarkdown(health.vantage),
    ...[health.due, health.good, health.bad, health.missing].map(String),
    reasonsText(health),
  ]);
  const headings = ['Probe', 'Vantage', 'Due', 'Good', 'Bad', 'Missing', 'Most frequent reasons'];
  return [`## Probes\n\n${table(headings, rows)}`];
}

/** Only where a prober did not run as it should. */
export function proberSection({ probers }: Report): string[] {
  if (probers === undefined) return [];
  const items = probers.map((health) => {
    const { vantage, instance } = health;
    const place = instance === undefined ? vantage : `${vantage} (${instance})`;
    return `- ${escapeMarkdown(place)}: ${lossesOf(health).join(', ')}`;
  });
  const text = 'Samples of that time are not counted as bad.';
  return [`## Probers that did not run as they should\n\n${text}\n\n${items.join('\n')}`];
}

function lossesOf({ stalls, stalledMs, longestStallMs, throttledMs, clockSteps }: ProberHealth): string[] {
  const times = (count: number) => (count === 1 ? 'once' : `${count} times`);
  const losses: string[] = [];
  if (stalls > 0)
    losses.push(
      `stood still ${times(stalls)}, ${formatDuration(stalledMs)} together, ${formatDuration(longestStallMs)} at the most`,
    );
  if (throttledMs > 0) losses.push(`throttled by a CPU limit for ${formatDuration(throttledMs)}`);
  if (clockSteps > 0) losses.push(`its wall clock was set ${times(clockSteps)}`);
  return losses;
}

function reasonsText({ reasons }: ProbeHealth): string {
  return reasons.map(({ reason, count }) => `${count} x ${escapeMarkdown(reason)}`).join('; ') || '-';
}

export function deliverySection(report: Report): string[] {
  if (report.deliveries.length === 0) return [];
  const items = report.deliveries.map(({ exporter, target, state, reason }) => {
    const why = reason === undefined ? '' : `: ${escapeMarkdown(reason)}`;
    return `- ${escapeMarkdown(exporter)} to ${escapeMarkdown(target)}: ${state === 'failed' ? '**failed**' : state}${why}`;
  });
  return [`## Deliveries\n\n${items.join('\n')}`];
}
