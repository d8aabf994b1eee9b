import type { ObjectiveResult, Report, Verdict } from '../model/report.ts';
import { ABOUT_WHAT_IS_LEFT, findingsOf, headline, measuredText, spoken, targetText } from './phrases.ts';
import { oneLine } from './text.ts';
import { columns, pad, shorten, wrap } from './width.ts';

export interface TableStyle {
  /** Columns of the terminal; 100 where there is none. */
  width: number;
  colour: boolean;
}

const RESET = '\u001b[0m';
const COLOURS: Record<Verdict, string> = { pass: '\u001b[32m', fail: '\u001b[31m', inconclusive: '\u001b[33m' };
const BOLD = '\u001b[1m';
const DIM = '\u001b[2m';
const HEADINGS = ['VERDICT', 'OBJECTIVE', 'EXPERIMENT', 'PHASE', 'MEASURED', 'LIMIT'];
const GAP = '  ';
const LEAST_REASON_WIDTH = 36;
const LONGEST_CELL = 32;

/** The verdict table for a terminal. Only ASCII is added to the user's own names; without colour there are no escapes. */
export function renderTable(report: Report, wanted: Partial<TableStyle> = {}): string {
  // A terminal that does not know its size says 0.
  const style = { width: wanted.width || 100, colour: wanted.colour ?? false };
  const rows = report.objectives.map(cellsOf);
  const widths = fitted(rows, style.width);
  const lines = [
    title(report, style),
    '',
    ...(rows.length > 0 ? objectiveLines(report.objectives, rows, widths, style) : ['No objectives were judged.']),
    '',
    ...footer(report, style),
  ];
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

function title(report: Report, style: TableStyle): string {
  return `${paint(headline(report), COLOURS[report.verdict] + BOLD, style)}  ${oneLine(report.plan)}: ${summaryOf(report)}`;
}

/** The summary without the verdict that it may begin with, which stands before it already. */
function summaryOf({ summary, verdict }: Report): string {
  const text = oneLine(summary);
  return text.startsWith(`${verdict}: `) ? text.slice(verdict.length + 2) : text;
}

function cellsOf(result: ObjectiveResult): string[] {
  const verdict = result.severity === 'warning' ? `${result.verdict} (warning)` : result.verdict;
  const cells = [
    verdict,
    result.objective,
    result.experiment,
    result.phase,
    measuredText(result),
    targetText(result.target),
  ];
  return cells.map((cell) => oneLine(cell));
}

/** Each column as wide as its content. What is too wide for the terminal is taken from the names first, never from numbers. */
function fitted(rows: string[][], width: number): number[] {
  const widths = HEADINGS.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => Math.min(LONGEST_CELL, columns(row[column] ?? '')))),
  );
  const shrinkable = [1, 2];
  while (lineWidth(widths) > width) {
    const widest = shrinkable.reduce((left, right) => (widths[left]! >= widths[right]! ? left : right));
    if (widths[widest]! <= HEADINGS[widest]!.length) break;
    widths[widest]! -= 1;
  }
  return widths;
}

function lineWidth(widths: number[]): number {
  return widths.reduce((sum, width) => sum + width, 0) + GAP.length * (widths.length - 1);
}

function objectiveLines(results: ObjectiveResult[], rows: string[][], widths: number[], style: TableStyle): string[] {
  const beside = style.width - lineWidth(widths) - GAP.length;
  const reasonWidth =
    beside >= LEAST_REASON_WIDTH && results.some((result) => remarksOn(result).length > 0) ? beside : 0;
  const heading = HEADINGS.map((text, column) => pad(text, widths[column]!)).join(GAP);
  const lines = [paint(reasonWidth > 0 ? `${heading}${GAP}WHY` : heading.trimEnd(), DIM, style)];
  for (const [index, result] of results.entries())
    lines.push(...rowLines(result, rows[index]!, widths, reasonWidth, style));
  return lines;
}

function rowLines(
  result: ObjectiveResult,
  cells: string[],
  widths: number[],
  reasonWidth: number,
  style: TableStyle,
): string[] {
  const fixed = cells.map((cell, column) => pad(shorten(cell, widths[column]!), widths[column]!));
  const coloured = [paint(fixed[0]!, COLOURS[result.verdict], style), ...fixed.slice(1)].join(GAP);
  const remarks = remarksOn(result);
  if (reasonWidth === 0) {
    const below = remarks.flatMap((remark) => wrap(remark, Math.max(20, style.width - 4)));
    return [coloured, ...below.map((line) => `    ${line}`)];
  }
  const [first = '', ...rest] = remarks.flatMap((remark) => wrap(remark, reasonWidth));
  const indent = ' '.repeat(lineWidth(widths) + GAP.length);
  return [`${coloured}${GAP}${first}`, ...rest.map((line) => indent + line)];
}

/** The columns say all of it where the limit was simply met. */
function remarksOn({ reason, text, notes }: ObjectiveResult): string[] {
  return [...(reason === 'met' ? [] : [text]), ...notes].map(oneLine);
}

function footer(report: Report, style: TableStyle): string[] {
  const lines = report.experiments
    .filter((experiment) => experiment.status !== 'ran' || experiment.proof.state !== 'proven')
    .map(
      ({ experiment, status, reason, proof }) =>
        `${experiment}: ${status === 'ran' ? proof.text : `${spoken(status)}, ${reason ?? proof.text}`}`,
    );
  if (report.aborted !== undefined) lines.push(`aborted: ${report.aborted}`);
  if (report.cut !== undefined) lines.push(`recording cut: ${report.cut}`);
  const failed = report.deliveries.filter(({ state }) => state === 'failed');
  lines.push(
    ...failed.map(
      ({ exporter, target, reason }) => `not delivered: ${exporter} ${target}: ${reason ?? 'no reason given'}`,
    ),
  );
  const leftBehind = report.experiments.flatMap(({ experiment, leftBehind: why }) =>
    why === undefined ? [] : [paint(oneLine(`FAULT LEFT BEHIND by ${experiment}: ${why}`), COLOURS.fail + BOLD, style)],
  );
  if (leftBehind.length > 0) leftBehind.push(ABOUT_WHAT_IS_LEFT);
  const findings = report.experiments.flatMap((experiment) =>
    findingsOf(experiment).map((text) => paint(oneLine(`finding, ${experiment.experiment}: ${text}`), BOLD, style)),
  );
  return [...lines.map(oneLine), ...findings, ...leftBehind, `run ${oneLine(report.run)}`];
}

function paint(text: string, codes: string, style: TableStyle): string {
  return style.colour ? codes + text + RESET : text;
}
