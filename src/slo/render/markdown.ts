import { formatDuration } from '../model/quantity.ts';
import type { Report } from '../model/report.ts';
import { baselineSection, deliverySection, proberSection, probeSection } from './markdown-appendix.ts';
import { experimentSections } from './markdown-experiments.ts';
import { table } from './markdown-table.ts';
import {
  ABOUT_WHAT_IS_LEFT,
  headline,
  marginText,
  measuredText,
  rangeText,
  targetOrigin,
  targetText,
} from './phrases.ts';
import { codeSpan, escapeMarkdown } from './text.ts';

/** `report.md`: fit for a ticket. The verdict first, then why, then the numbers, then how to judge the recording again. */
export function renderMarkdown(report: Report): string {
  const sections = [
    `# ${headline(report)}: ${escapeMarkdown(report.plan)}`,
    `**${escapeMarkdown(report.summary)}**`,
    ...warnings(report),
    facts(report),
    objectives(report),
    ...reasons(report),
    ...experimentSections(report),
    ...baselineSection(report),
    ...probeSection(report),
    ...proberSection(report),
    ...deliverySection(report),
    again(),
  ];
  return `${sections.join('\n\n')}\n`;
}

function warnings(report: Report): string[] {
  const left = report.experiments.flatMap(({ experiment, leftBehind }) =>
    leftBehind === undefined
      ? []
      : [`The fault of ${escapeMarkdown(experiment)} may still be there: ${escapeMarkdown(leftBehind)}`],
  );
  const aborted = report.aborted === undefined ? [] : [`The run was aborted: ${escapeMarkdown(report.aborted)}`];
  const cut = report.cut === undefined ? [] : [`The recording is cut: ${escapeMarkdown(report.cut)}`];
  const untouched = report.injectedAnything ? [] : ['No fault was injected in this run.'];
  const advice = left.length === 0 ? [] : [ABOUT_WHAT_IS_LEFT];
  const lines = [...left, ...advice, ...aborted, ...cut, ...untouched];
  return lines.length === 0 ? [] : [lines.map((line) => `> ${line}`).join('\n>\n')];
}

function facts(report: Report): string {
  const labels = Object.entries(report.labels).map(([name, value]) => codeSpan(`${name}=${value}`));
  const lines = [
    `- Run: ${codeSpan(report.run)}`,
    `- Time: ${timeText(report)}`,
    `- Plan digest: ${codeSpan(report.digest)}, seed ${report.seed}, steadfast ${escapeMarkdown(report.version)}`,
    ...(labels.length > 0 ? [`- Labels: ${labels.join(', ')}`] : []),
  ];
  return lines.join('\n');
}

function timeText({ startedAt, endedAt }: Report): string {
  if (endedAt === undefined) return `${escapeMarkdown(startedAt)}, end not recorded`;
  const lengthMs = Date.parse(endedAt) - Date.parse(startedAt);
  const length = Number.isFinite(lengthMs) ? ` (${formatDuration(lengthMs)})` : '';
  return `${escapeMarkdown(startedAt)} to ${escapeMarkdown(endedAt)}${length}`;
}

function objectives(report: Report): string {
  if (report.objectives.length === 0) return '## Objectives\n\nNo objectives were judged, so nothing is proven.';
  const rows = report.objectives.map((result) => [
    result.verdict === 'pass' ? 'pass' : `**${result.verdict}**`,
    escapeMarkdown(result.objective),
    escapeMarkdown(result.experiment),
    result.phase,
    result.severity,
    measuredText(result),
    targetText(result.target),
    marginText(result),
    escapeMarkdown(result.text),
  ]);
  const headings = ['Verdict', 'Objective', 'Experiment', 'Phase', 'Severity', 'Measured', 'Limit', 'Margin', 'Why'];
  return `## Objectives\n\n${table(headings, rows)}`;
}

/** What the table has no room for: how each was measured, on how much, against what, and notes. */
function reasons(report: Report): string[] {
  if (report.objectives.length === 0) return [];
  const items = report.objectives.map((result) => {
    const details = [
      escapeMarkdown(result.indicator),
      ...measurementFacts(result),
      ...result.notes.map(escapeMarkdown),
    ];
    return `- ${escapeMarkdown(result.objective)} (${escapeMarkdown(result.experiment)}): ${details.join('; ')}`;
  });
  return [`### How they were measured\n\n${items.join('\n')}`];
}

function measurementFacts({ measurement, target }: Report['objectives'][number]): string[] {
  const origin = targetOrigin(target);
  const against = origin === undefined ? [] : [`limit: ${escapeMarkdown(origin)}`];
  if (!measurement) return against;
  const { good, bad, missing, seen, confidence } = measurement;
  const sample = `${good} good, ${bad} bad, ${missing} missing, traffic ${seen}`;
  if (!confidence) return [sample, ...against];
  const level = rangeText(confidence.level, confidence.level, 'ratio');
  const range = rangeText(confidence.low, confidence.high, measurement.unit);
  return [sample, `${level} confidence interval ${range}`, ...against];
}

function again(): string {
  return [
    '## Judge again',
    '',
    'The recording lies in the folder of the run. The same recording and plan always give the same report; in that folder:',
    '',
    '```sh',
    'steadfast judge .',
    '```',
    '',
    'With `--plan PLAN` the objectives of another plan are applied to what was recorded here.',
  ].join('\n');
}
