import { BAD, GOOD } from '../column.ts';
import type { GoodRule } from '../model/plan.ts';
import { formatDuration } from '../model/quantity.ts';
import type { Moment } from '../phases.ts';
import { countSlots, keepSlots, MISSING, mostFrequentReason, type SlotView, slotState } from '../slot-view.ts';
import { clockNotes } from './clock-note.ts';
import { type Measurable, type Measured, undecidable } from './measured.ts';
import { noSlots } from './no-slots.ts';
import { earliestEnd, firstGoodOf, lastBreak, statesOf } from './stretch.ts';
import { forgivenNote, forgives } from './tolerance.ts';

export interface Thresholds {
  good?: GoodRule;
  successThreshold: number;
  failureThreshold: number;
}

/**
 * The time from `origin` (recovered; one-shot: injected) to the start of the last good stretch, which reaches the end of the window, as an
 * interval. `due` holds all slots since the request, so that what was bad before the origin is known too; but without an answer since then
 * nothing is known. The low bound takes missing slots as good, the high one as bad; those that are forgiven are left out.
 */
export function measureTimeToRecover(
  due: SlotView,
  origin: Moment,
  thresholds: Thresholds,
  tolerateMissing: number,
): Measurable {
  const counts = countSlots(due, thresholds.good);
  const recovery = keepSlots(due, (index) => due.dues[index]! - due.clock[1] >= origin.latest);
  if (recovery.rows.length === 0) return { ...noSlots(recovery, 'ms'), counts };
  const inRecovery = countSlots(recovery, thresholds.good);
  if (inRecovery.good + inRecovery.bad === 0)
    return undecidable('no-samples', `none of the ${recovery.rows.length} due slots was answered`, 'ms', counts);
  const forgiven = forgives(inRecovery, tolerateMissing);
  const view = forgiven ? withoutForgiven(due, origin, thresholds.good) : due;
  const low = lowBound(view, origin, thresholds);
  const high = highBound(view, origin, thresholds);
  const measured: Measured = {
    decidable: true,
    low: low.ms,
    high: Math.max(low.ms, high.ms),
    unit: 'ms',
    counts,
    mostly: mostFrequentReason(view, thresholds.good),
    notes: clockNotes(view),
  };
  const missing = missingBetween(view, low.index, high.index, thresholds.good);
  if (missing > 0) {
    const between = high.index - low.index - 1;
    const text = `of ${between} slots between the last bad and the first good one ${missing} are missing`;
    measured.wideBecause = { reason: 'missing-samples', text };
  }
  if (counts.missing === 0 && neverBad(view, thresholds)) measured.notAffected = true;
  if (forgiven) measured.notes.push(forgivenNote(inRecovery, tolerateMissing));
  return measured;
}

/** Tolerance speaks of the recovery phase: what is missing before it stays missing. */
function withoutForgiven(view: SlotView, origin: Moment, rule: GoodRule | undefined): SlotView {
  return keepSlots(
    view,
    (index) => view.dues[index]! - view.clock[1] < origin.latest || slotState(view, index, rule) !== MISSING,
  );
}

function neverBad(view: SlotView, { good, successThreshold, failureThreshold }: Thresholds): boolean {
  const states = statesOf(view, good, BAD);
  return lastBreak(states, failureThreshold) < 0 && firstGoodOf(states, 0, successThreshold) >= 0;
}

/** A bound and the slot that sets it. */
interface Edge {
  index: number;
  ms: number;
}

/** The service was bad at some moment of the last breaking bad sample, thus it recovered after that sample's start. */
function lowBound(view: SlotView, origin: Moment, { good, failureThreshold }: Thresholds): Edge {
  const index = lastBreak(statesOf(view, good, GOOD), failureThreshold);
  if (index < 0) return { index, ms: 0 };
  const started = view.column.started(view.rows[index]!) - view.clock[1];
  return { index, ms: Math.max(0, started - view.lookbackMs - origin.latest) };
}

/**
 * The service was good at some moment of each good sample of the stretch, thus it had recovered by the earliest end among them; with
 * overlapping samples that need not be the first one's.
 */
function highBound(view: SlotView, origin: Moment, thresholds: Thresholds): Edge {
  const states = statesOf(view, thresholds.good, BAD);
  const broken = lastBreak(states, thresholds.failureThreshold);
  const index = firstGoodOf(states, broken + 1, thresholds.successThreshold);
  if (index < 0) return { index: states.length, ms: Number.POSITIVE_INFINITY };
  return { index, ms: Math.max(0, earliestEnd(view, states, GOOD, index) - view.clock[0] - origin.earliest) };
}

function missingBetween(view: SlotView, after: number, before: number, rule: GoodRule | undefined): number {
  let missing = 0;
  for (let index = after + 1; index < before; index++) if (slotState(view, index, rule) === MISSING) missing++;
  return missing;
}

/** The probe interval that would decide a limit which lies inside the interval. */
export function decidingInterval(measured: Measured, limitMs: number): string {
  const nearest = Math.min(limitMs - measured.low, measured.high - limitMs);
  return formatDuration(Math.max(1, Math.floor(nearest)));
}
