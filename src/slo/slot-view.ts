import { BAD, type Column, GAP, GOOD } from './column.ts';
import { type ClockBounds, clockOf, type Grid, type Lineage, lineagesOf } from './lineages.ts';
import type { Offset } from './model/entry.ts';
import type { GoodRule, Plan, ProbeSpec, Unit } from './model/plan.ts';
import { inUnit } from './model/quantity.ts';
import type { Window } from './phases.ts';
import { lookbackMs } from './promql-lookback.ts';
import type { Recording } from './recording.ts';
import { type SlotRange, slotDue, slotsDueBetween } from './slots.ts';

/** No usable answer for a slot: nothing recorded, a gap, an unknown outcome, or two answers that contradict each other. */
export const MISSING = -1;

/** The slots of one probe that fall due in a window, whether or not anything was recorded for them: for each place in the order of time. */
export interface SlotView {
  probe: ProbeSpec;
  column: Column;
  dues: Float64Array;
  /** The row of the column that answers the slot, or `MISSING`. */
  rows: Int32Array;
  /** How far back a sample's query looks, in ms. */
  lookbackMs: number;
  /** Slots left out because their lookback reaches out of the window. */
  reachingOut: number;
  /** Places of which slots were due in the window, none of them for certain, since their clock is known no better. */
  unplaced: number;
  /** How far the times of samples may be ahead of the run's clock. */
  clock: ClockBounds;
}

export interface ViewOptions {
  /** For a run that still goes on: slots whose deadline has not passed by then are not yet due an answer. */
  asOf?: Offset;
  /** Keep slots that reach out of the window by their lookback or by their clock's uncertainty (a time to recover widens its interval instead). */
  keepReachingOut?: boolean;
}

/** The due slots of a window at all places of the vantage together, computed from the plan and the grids, with what was recorded for each. */
export function viewSlots(
  plan: Plan,
  recording: Recording,
  probe: ProbeSpec,
  window: Window,
  options: ViewOptions = {},
): SlotView {
  return viewTogether(recording, probe, viewPlaces(plan, recording, probe, window, options));
}

/** The slots of several places of the probe's vantage in one view. */
export function viewTogether(recording: Recording, probe: ProbeSpec, places: readonly SlotView[]): SlotView {
  if (places.length === 1) return places[0]!;
  return {
    ...emptyView(recording, probe),
    dues: Float64Array.from(places.flatMap(({ dues }) => [...dues])),
    rows: Int32Array.from(places.flatMap(({ rows }) => [...rows])),
    reachingOut: places.reduce((sum, { reachingOut }) => sum + reachingOut, 0),
    unplaced: places.reduce((sum, { unplaced }) => sum + unplaced, 0),
    clock: clockOf(places),
  };
}

/** The same for each place of the vantage by itself. */
export function viewPlaces(
  plan: Plan,
  recording: Recording,
  probe: ProbeSpec,
  window: Window,
  options: ViewOptions = {},
): SlotView[] {
  const view = emptyView(recording, probe);
  return lineagesOf(recording, probe.at).map((lineage) => {
    const grids = lineage.grids.map((grid) => reachingBack(grid, lineage, probe, window.from));
    const pieces = grids.flatMap((grid) => pieceOf(plan, view, grid, window, options) ?? []);
    const reachingOut = pieces.reduce((sum, piece) => sum + piece.reachingOut, 0);
    const isUnplaced = pieces.length === 0 && grids.some((grid) => slotsOf(plan, probe, grid, window) !== undefined);
    return { ...view, ...joined(pieces), reachingOut, unplaced: isUnplaced ? 1 : 0, clock: lineage.clock };
  });
}

function emptyView(recording: Recording, probe: ProbeSpec): SlotView {
  return {
    probe,
    column: recording.column(probe.name, probe.at),
    dues: new Float64Array(0),
    rows: new Int32Array(0),
    lookbackMs: probe.promql === undefined ? 0 : lookbackMs(probe.promql),
    reachingOut: 0,
    unplaced: 0,
    clock: [0, 0],
  };
}

type Piece = Pick<SlotView, 'dues' | 'rows' | 'reachingOut'>;

/** The slots that one boot of the vantage brings into the window. */
function pieceOf(plan: Plan, view: SlotView, grid: Grid, window: Window, options: ViewOptions): Piece | undefined {
  const { probe, column } = view;
  const inside = options.keepReachingOut ? window : certainlyInside(window, grid.clock);
  const range = slotsOf(plan, probe, grid, inside);
  if (!range) return undefined;
  const firstDue = slotDue(plan.seed, probe, grid.slotZero, range.first);
  const dues = new Float64Array(range.last - range.first + 1);
  for (let index = 0; index < dues.length; index++) dues[index] = firstDue + index * probe.intervalMs;
  const { rows, recorded } = rowsOfSlots(column, dues, probe.intervalMs, grid.instance);
  const earliest = options.keepReachingOut ? inside.from : inside.from + view.lookbackMs;
  const first = dues.findIndex((due) => due >= earliest);
  const reachingOut = first < 0 ? dues.length : first;
  const { asOf } = options;
  if (asOf === undefined) return { dues: dues.subarray(reachingOut), rows: rows.subarray(reachingOut), reachingOut };
  const isSettled = (_: number, index: number): boolean =>
    index >= reachingOut && (recorded[index] === 1 || dues[index]! + probe.timeoutMs < asOf);
  return { dues: dues.filter(isSettled), rows: rows.filter(isSettled), reachingOut };
}

function slotsOf(plan: Plan, probe: ProbeSpec, grid: Grid, { from, to }: Edges): SlotRange | undefined {
  const [first, last] = [Math.max(from, grid.slotZero), Math.min(to, grid.until)];
  return slotsDueBetween(probe, plan.seed, grid.slotZero, first, last);
}

type Edges = Pick<Window, 'from' | 'to'>;

/** Where the clock leaves open on which side of an edge a slot was due, it counts on neither. */
function certainlyInside({ from, to }: Window, [behind, ahead]: ClockBounds): Edges {
  return { from: from + ahead, to: to + behind };
}

function joined(pieces: readonly Piece[]): Pick<SlotView, 'dues' | 'rows'> {
  if (pieces.length === 1) return pieces[0]!;
  return {
    dues: Float64Array.from(pieces.flatMap(({ dues }) => [...dues])),
    rows: Int32Array.from(pieces.flatMap(({ rows }) => [...rows])),
  };
}

/** The grid of the place that was there first, carried on to before its boot. */
function reachingBack(grid: Grid, lineage: Lineage, { intervalMs }: ProbeSpec, from: Offset): Grid {
  if (lineage.from === grid.slotZero || grid !== lineage.grids[0]) return grid;
  const slotsBefore = Math.max(0, Math.ceil((grid.slotZero - from) / intervalMs));
  return { ...grid, slotZero: grid.slotZero - slotsBefore * intervalMs };
}

/** Slots are found by their due time: a row that was due at no slot of the plan counts for nothing. */
function rowsOfSlots(
  column: Column,
  dues: Float64Array,
  intervalMs: number,
  instance: string,
): {
  rows: Int32Array;
  /** 1 where the recording speaks of the slot, if only to say why it is missing. */
  recorded: Uint8Array;
} {
  const rows = new Int32Array(dues.length).fill(MISSING);
  const recorded = new Uint8Array(rows.length);
  const order = column.rowsByDue();
  const isOurs = column.isFrom(instance);
  const base = dues[0]!;
  for (let index = lowerBound(column, order, base - 0.5); index < order.length; index++) {
    const row = order[index]!;
    const due = column.due(row);
    const position = Math.round((due - base) / intervalMs);
    if (position >= rows.length) break;
    if (!isOurs(row)) continue;
    if (Math.abs(dues[position]! - due) > 0.5) continue;
    if (recorded[position] === 0) rows[position] = column.code(row) === GAP ? MISSING : row;
    else if (rows[position] !== MISSING && column.code(rows[position]!) !== column.code(row)) rows[position] = MISSING;
    recorded[position] = 1;
  }
  return { rows, recorded };
}

function lowerBound(column: Column, order: Int32Array, due: Offset): number {
  let low = 0;
  let high = order.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (column.due(order[middle]!) < due) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The slots of a view that are wanted. */
export function keepSlots(view: SlotView, wanted: (index: number) => boolean): SlotView {
  const isWanted = (_: number, index: number): boolean => wanted(index);
  return { ...view, dues: view.dues.filter(isWanted), rows: view.rows.filter(isWanted) };
}

/** What a slot's answer says: `GOOD`, `BAD`, or `MISSING` where there is no usable answer. With a rule, its values decide. */
export function slotState(view: SlotView, index: number, rule?: GoodRule): number {
  const row = view.rows[index]!;
  if (row === MISSING) return MISSING;
  const code = view.column.code(row);
  if (rule) {
    const byValues = stateByRule(view, row, rule);
    if (byValues === BAD && view.column.starvedMs(row) > 0) return MISSING;
    if (byValues !== MISSING) return byValues;
    return code === BAD ? BAD : MISSING;
  }
  return code === GOOD || code === BAD ? code : MISSING;
}

function stateByRule({ probe, column }: SlotView, row: number, rule: GoodRule): number {
  let state = GOOD;
  for (const name in rule) {
    const values = valuesOfRow(column, row, name);
    const unit = probe.values[name]?.unit ?? '1';
    if (!values.every((value) => Number.isNaN(value) || isWithin(value, rule[name]!, unit))) return BAD;
    if (values.some(Number.isNaN)) state = MISSING;
  }
  return state;
}

/** A sample's own value, or those of its parts; NaN where there is none. */
function valuesOfRow(column: Column, row: number, name: string): number[] {
  const own = column.value(row, name);
  const parts = column.parts(row) ?? [];
  if (!Number.isNaN(own) || parts.length === 0) return [own];
  return parts.map((part) => part.values[name] ?? Number.NaN);
}

function isWithin(value: number, limits: GoodRule[string], unit: Unit): boolean {
  return (
    (limits.atMost === undefined || value <= inUnit(limits.atMost, unit)) &&
    (limits.atLeast === undefined || value >= inUnit(limits.atLeast, unit))
  );
}

/** The value that a slot's answer brought; NaN where there is none. */
export function slotValue(view: SlotView, index: number, name: string): number {
  const row = view.rows[index]!;
  return row === MISSING ? Number.NaN : view.column.value(row, name);
}

/** How many slots were good, bad and missing, and why bad or missing, most frequent first. */
export interface SlotCounts {
  good: number;
  bad: number;
  missing: number;
}

export function countSlots(view: SlotView, rule?: GoodRule): SlotCounts {
  const counts = { good: 0, bad: 0, missing: 0 };
  for (let index = 0; index < view.rows.length; index++) {
    const state = slotState(view, index, rule);
    if (state === GOOD) counts.good++;
    else if (state === BAD) counts.bad++;
    else counts.missing++;
  }
  return counts;
}

/** Why slots were not good, most often; `undefined` where no answer gave a reason. */
export function mostFrequentReason(view: SlotView, rule?: GoodRule): string | undefined {
  const counts = new Map<string, number>();
  for (let index = 0; index < view.rows.length; index++) {
    if (view.rows[index] === MISSING || slotState(view, index, rule) === GOOD) continue;
    const reason = view.column.reason(view.rows[index]!);
    if (reason !== undefined) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))[0]?.[0];
}
