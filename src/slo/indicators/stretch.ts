import { BAD, GOOD } from '../column.ts';
import type { GoodRule } from '../model/plan.ts';
import { type SlotView, slotState } from '../slot-view.ts';

/** The states of a view's slots with missing ones taken as `missingAs`. */
export function statesOf(view: SlotView, rule: GoodRule | undefined, missingAs: number): Uint8Array {
  const states = new Uint8Array(view.rows.length);
  for (let index = 0; index < states.length; index++) {
    const state = slotState(view, index, rule);
    states[index] = state === GOOD || state === BAD ? state : missingAs;
  }
  return states;
}

/** Index of the last slot that ends a run of at least `failureThreshold` bad ones; -1 where nothing breaks. */
export function lastBreak(states: Uint8Array, failureThreshold: number): number {
  let found = -1;
  eachBadRun(states, (first, last) => {
    if (last - first + 1 >= failureThreshold) found = last;
  });
  return found;
}

/** Index of the first slot of the first run of at least `failureThreshold` bad ones; -1 where there is none. */
export function firstBreak(states: Uint8Array, failureThreshold: number): number {
  let found = -1;
  eachBadRun(states, (first, last) => {
    if (found < 0 && last - first + 1 >= failureThreshold) found = first;
  });
  return found;
}

function eachBadRun(states: Uint8Array, visit: (first: number, last: number) => void): void {
  let first = -1;
  for (let index = 0; index <= states.length; index++) {
    const bad = index < states.length && states[index] === BAD;
    if (bad && first < 0) first = index;
    if (!bad && first >= 0) {
      visit(first, index - 1);
      first = -1;
    }
  }
}

/** Index of the first good slot after `from`; -1 where fewer than `needed` good ones follow. */
export function firstGoodOf(states: Uint8Array, from: number, needed: number): number {
  let first = -1;
  let count = 0;
  for (let index = from; index < states.length; index++) {
    if (states[index] !== GOOD) continue;
    if (first < 0) first = index;
    if (++count >= needed) return first;
  }
  return -1;
}

/** The earliest end among the slots of a state from an index on; samples overlap, so a later one may end before an earlier. */
export function earliestEnd(view: SlotView, states: Uint8Array, state: number, from: number): number {
  let earliest = Number.POSITIVE_INFINITY;
  for (let index = from; index < states.length; index++)
    if (states[index] === state) earliest = Math.min(earliest, view.column.ended(view.rows[index]!));
  return earliest;
}
