import { isIn, WORD } from './char-set.ts';
import { compile, type Program } from './program.ts';
import { type Assertion, parsePattern } from './syntax.ts';

/** Tells whether a text holds something that a pattern describes. */
export interface Matcher {
  /** Takes time in proportion to the text, whatever the text and the pattern are. */
  test(text: string): boolean;
}

/**
 * A matcher for a regular expression, written as in JavaScript. It follows all ways through the pattern at once instead of trying one after the
 * other, so no line of a log can keep it busy. Throws `PatternError`.
 */
export function createMatcher(pattern: string, ignoreCase = false): Matcher {
  const program = compile(parsePattern(pattern), ignoreCase);
  let states = createStates(program);
  return {
    test(text) {
      let state = states.first;
      for (let index = 0; index < text.length; index++) {
        state = states.after(state, text.charCodeAt(index));
        if (state.matched) return true;
        if (states.isFull()) {
          const kept = state;
          states = createStates(program);
          state = states.like(kept);
        }
      }
      return states.matchesAtEnd(state);
    },
  };
}

/** Steps in which the program may be at once, between two characters. */
interface State {
  steps: readonly number[];
  atStart: boolean;
  afterWord: boolean;
  matched: boolean;
  next: (State | undefined)[];
  atEnd?: boolean;
}

/** States are made as texts need them, and kept. */
const MOST_STATES = 1_000;

interface States {
  first: State;
  after(state: State, code: number): State;
  matchesAtEnd(state: State): boolean;
  like(state: State): State;
  isFull(): boolean;
}

function createStates(program: Program): States {
  const known = new Map<string, State>();
  const kinds = program.kinds;
  const stateOf = (steps: readonly number[], atStart: boolean, afterWord: boolean, matched: boolean): State => {
    const key = `${steps.join()}|${atStart}|${afterWord}|${matched}`;
    const state = known.get(key) ?? { steps, atStart, afterWord, matched, next: [] };
    known.set(key, state);
    return state;
  };
  const compute = (state: State, code: number): State => {
    const isWord = isIn(WORD, code);
    const reached = closure(program, state, { beforeWord: isWord, atEnd: false });
    if (reached.has(0)) return stateOf([], false, isWord, true);
    const moved = new Set<number>();
    for (const index of reached) {
      const step = program.steps[index]!;
      if (step.kind === 'chars' && isIn(step.set, code)) moved.add(step.next);
    }
    return stateOf([...moved].sort(ascending), false, isWord, false);
  };
  return {
    first: stateOf([], true, false, false),
    after(state, code) {
      const alike = kinds[code]!;
      const seen = state.next[alike];
      if (seen) return seen;
      const made = compute(state, code);
      state.next[alike] = made;
      return made;
    },
    matchesAtEnd(state) {
      state.atEnd ??= state.matched || closure(program, state, { beforeWord: false, atEnd: true }).has(0);
      return state.atEnd;
    },
    like: ({ steps, atStart, afterWord, matched }) => stateOf(steps, atStart, afterWord, matched),
    isFull: () => known.size >= MOST_STATES,
  };
}

interface Ahead {
  beforeWord: boolean;
  atEnd: boolean;
}

/** All steps that are reached without taking a character. A match may begin anywhere, so the program also begins anew in each state. */
function closure({ steps, start }: Program, state: State, ahead: Ahead): Set<number> {
  const reached = new Set<number>();
  const open = [...state.steps, start];
  for (let index = open.pop(); index !== undefined; index = open.pop()) {
    if (reached.has(index)) continue;
    reached.add(index);
    const step = steps[index]!;
    if (step.kind === 'either') open.push(...step.next);
    else if (step.kind === 'assert' && holds(step.assertion, state, ahead)) open.push(step.next);
  }
  return reached;
}

function holds(assertion: Assertion, { atStart, afterWord }: State, { beforeWord, atEnd }: Ahead): boolean {
  if (assertion === 'start') return atStart;
  if (assertion === 'end') return atEnd;
  return (afterWord !== beforeWord) === (assertion === 'boundary');
}

function ascending(one: number, other: number): number {
  return one - other;
}
