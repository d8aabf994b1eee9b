import type { BaselineResult, ProbeHealth, Report } from '../model/report.ts';
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
