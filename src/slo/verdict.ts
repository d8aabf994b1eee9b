import type { Measured } from './indicators/measured.ts';
import { decidingInterval } from './indicators/time-to-recover.ts';
import type { Bound, Indicator } from './model/plan.ts';
import { formatValue } from './model/quantity.ts';
import type { AppliedTarget, ReasonCode, Verdict } from './model/report.ts';

/** A verdict with the one reason for it. */
export interface Judged {
  verdict: Verdict;
  reason: ReasonCode;
  text: string;
  margin?: number;
}

/**
 * Bounds against a limit: `atLeast` passes when the low bound reaches it, fails when the high one does not; `atMost` mirrored. No rounding
 * before comparing.
 */
export function compare(low: number, high: number, op: Bound['op'], limitLow: number, limitHigh: number): Verdict {
  if (op === 'atLeast') return low >= limitHigh ? 'pass' : high < limitLow ? 'fail' : 'inconclusive';
  return high <= limitLow ? 'pass' : low > limitHigh ? 'fail' : 'inconclusive';
}

/** Judges a measured indicator against a limit and says why in one line. */
export function judgeMeasured(measured: Measured, indicator: Indicator, target: AppliedTarget): Judged {
  const verdict = compare(measured.low, measured.high, target.op, target.low, target.high);
  const margin = marginOf(measured, target);
  const judged = { verdict, ...reasonOf(verdict, measured, indicator, target) };
  return Number.isFinite(margin) ? { ...judged, margin } : judged;
}

function marginOf(measured: Measured, target: AppliedTarget): number {
  return target.op === 'atLeast' ? measured.low - target.high : target.low - measured.high;
}

function reasonOf(
  verdict: Verdict,
  measured: Measured,
  indicator: Indicator,
  target: AppliedTarget,
): { reason: ReasonCode; text: string } {
  const limit = `${target.op === 'atLeast' ? 'at least' : 'at most'} ${target.text}`;
  if (verdict === 'pass' && measured.notAffected)
    return { reason: 'not-affected', text: 'not affected: never bad since the request' };
  if (verdict === 'pass') return { reason: 'met', text: `${rangeText(measured)}, ${limit} asked` };
  if (verdict === 'fail')
    return { reason: 'missed', text: `${rangeText(measured)}, ${limit} asked${missText(measured, indicator)}` };
  return inconclusiveReason(measured, indicator, target, limit);
}

function missText(measured: Measured, indicator: Indicator): string {
  const unrecovered = indicator.kind === 'timeToRecover' && measured.high === Number.POSITIVE_INFINITY;
  const mostly = measured.mostly === undefined ? '' : `; mostly: ${measured.mostly}`;
  const named = measured.named === undefined ? '' : `; ${measured.named}`;
  return `${unrecovered ? ': not recovered by the end' : ''}${mostly}${named}`;
}

function inconclusiveReason(
  measured: Measured,
  indicator: Indicator,
  target: AppliedTarget,
  limit: string,
): { reason: ReasonCode; text: string } {
  const range = rangeText(measured);
  if (measured.wideBecause)
    return { reason: measured.wideBecause.reason, text: `${range}, ${limit} asked: ${measured.wideBecause.text}` };
  if (indicator.kind === 'timeToRecover' || indicator.kind === 'timeToImpact')
    return { reason: 'limit-inside-interval', text: `${range}, ${limit} asked: ${undecidedTime(measured, target)}` };
  if (measured.counts.missing > 0)
    return {
      reason: 'missing-samples',
      text: `${range}, ${limit} asked: ${measured.counts.missing} slots are missing`,
    };
  return { reason: 'limit-inside-interval', text: `${range}, ${limit} asked: the limit lies inside the interval` };
}

function undecidedTime(measured: Measured, target: AppliedTarget): string {
  if (measured.high === Number.POSITIVE_INFINITY) return 'the phase ended before it could be decided';
  return `a probe interval of at most ${decidingInterval(measured, target.low)} would decide it`;
}

/** `12.1s..12.4s`, or one value where both bounds agree. */
export function rangeText({ low, high, unit }: Pick<Measured, 'low' | 'high' | 'unit'>): string {
  const lowText = low === Number.NEGATIVE_INFINITY ? 'unbounded' : formatValue(low, unit);
  const highText = high === Number.POSITIVE_INFINITY ? 'unbounded' : formatValue(high, unit);
  return lowText === highText ? lowText : `${lowText}..${highText}`;
}
