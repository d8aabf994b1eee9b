import type { Unit } from '../model/plan.ts';
import { formatDuration, formatValue } from '../model/quantity.ts';
import type { AppliedTarget, ExperimentResult, ObjectiveResult, PhaseSpan, Report } from '../model/report.ts';

/** What was measured, as `low..high` or one value. A miss is never rounded until it looks like the limit. */
export function measuredText(result: ObjectiveResult): string {
  const { measurement, target } = result;
  if (!measurement) return '-';
  const limits = target ? [target.low, target.high] : [];
  return rangeText(measurement.low, measurement.high, measurement.unit, limits);
}

/** The limit with its sign, such as `<= 30s`. */
export function targetText(target: AppliedTarget | undefined): string {
  if (!target) return '-';
  return `${target.op === 'atMost' ? '<=' : '>='} ${rangeText(target.low, target.high, target.unit)}`;
}

/** What the limit was derived from, where that says more than its value. */
export function targetOrigin(target: AppliedTarget | undefined): string | undefined {
  if (!target) return undefined;
  const bare = target.text.replace(/^(<=|>=|at most|at least)\s*/, '');
  return bare === '' || bare === rangeText(target.low, target.high, target.unit) ? undefined : target.text;
}

/** The margin with its sign: positive is on the good side. */
export function marginText(result: ObjectiveResult): string {
  if (result.margin === undefined || !Number.isFinite(result.margin)) return '-';
  const unit = result.measurement?.unit ?? result.target?.unit ?? '1';
  const text = valueText(result.margin, unit, [0]);
  return result.margin > 0 ? `+${text}` : text;
}

export function rangeText(low: number | null, high: number | null, unit: Unit, limits: number[] = []): string {
  const lowText = valueText(low, unit, limits);
  const highText = valueText(high, unit, limits);
  return lowText === highText ? lowText : `${lowText}..${highText}`;
}

function valueText(value: number | null, unit: Unit, limits: number[]): string {
  const text = formatValue(value, unit);
  const misleads = value !== null && limits.some((limit) => limit !== value && formatValue(limit, unit) === text);
  return misleads ? exactText(value, unit) : text;
}

function exactText(value: number, unit: Unit): string {
  if (unit === 'ratio') return `${value * 100}%`;
  if (unit === 'bytes') return `${value}B`;
  return unit === '1' ? String(value) : `${value}${unit}`;
}

/** A moment of the run in seconds from its start, to the millisecond, as the recording has it. */
export function offsetText(ms: number): string {
  const seconds = Math.round(ms) / 1000;
  return seconds < 0 ? `${seconds}s` : `+${seconds}s`;
}

export function spanText(span: PhaseSpan): string {
  return `${offsetText(span.from)} .. ${offsetText(span.to)} (${formatDuration(span.to - span.from)})`;
}

/** The outcome as one word; an aborted or cut run says so beside its verdict. */
export function headline(report: Report): string {
  const verdict = report.verdict.toUpperCase();
  if (report.experiments.some((experiment) => experiment.leftBehind !== undefined))
    return `${verdict}, FAULT LEFT BEHIND`;
  if (report.aborted !== undefined) return `${verdict}, ABORTED`;
  return report.cut === undefined ? verdict : `${verdict}, RECORDING CUT`;
}

/** A word of the report's vocabulary as people write it: `not-proven` becomes `not proven`. */
export function spoken(word: string): string {
  return word.replaceAll('-', ' ');
}

/** What of an experiment's evidence a person must look at. */
export function findingsOf({ evidence }: ExperimentResult): string[] {
  return evidence.filter(({ of }) => of === 'finding').map(({ text }) => text);
}

/** What a person does about a fault that may still be there. */
export const ABOUT_WHAT_IS_LEFT =
  'Mend what keeps it there, then run `steadfast sweep`: it removes the fault, or says what is still there.';
