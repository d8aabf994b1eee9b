import { allBut, type CharSet, inBothCases, WORD } from './char-set.ts';
import { PatternError } from './cursor.ts';
import type { Assertion, Pattern } from './syntax.ts';

/** One step of a program; numbers are other steps. */
export type Step =
  | { kind: 'chars'; set: CharSet; next: number }
  | { kind: 'assert'; assertion: Assertion; next: number }
  | { kind: 'either'; next: number[] }
  | { kind: 'match' };

/** What a pattern is matched by. */
export interface Program {
  steps: readonly Step[];
  start: number;
  /** For each character the number of its kind: the program treats those of one kind alike. */
  kinds: Uint16Array;
}

const MOST_STEPS = 500;

/** Makes a program of a pattern, from its end to its beginning. */
export function compile(pattern: Pattern, ignoreCase: boolean): Program {
  const steps: Step[] = [{ kind: 'match' }];
  const start = emit(pattern, 0);
  return { steps, start, kinds: kindsOf(steps) };

  function setOf({ set, negated }: Pattern & { kind: 'chars' }): CharSet {
    const whole = ignoreCase ? inBothCases(set) : set;
    return negated ? allBut(whole) : whole;
  }

  function add(step: Step): number {
    if (steps.length >= MOST_STEPS) throw new PatternError('too large: its repetitions multiply');
    return steps.push(step) - 1;
  }

  function emit(part: Pattern, next: number): number {
    if (part.kind === 'chars') return add({ kind: 'chars', set: setOf(part), next });
    if (part.kind === 'assert') return add({ kind: 'assert', assertion: part.assertion, next });
    if (part.kind === 'sequence') return part.parts.reduceRight((after, each) => emit(each, after), next);
    if (part.kind === 'either') return add({ kind: 'either', next: part.options.map((each) => emit(each, next)) });
    return emitRepeat(part, next);
  }

  function emitRepeat({ part, min, max }: Pattern & { kind: 'repeat' }, next: number): number {
    let after = max === Number.POSITIVE_INFINITY ? emitLoop(part, next) : next;
    const optional = max === Number.POSITIVE_INFINITY ? 0 : max - min;
    for (let count = 0; count < optional; count++) after = add({ kind: 'either', next: [emit(part, after), next] });
    for (let count = 0; count < min; count++) after = emit(part, after);
    return after;
  }

  function emitLoop(part: Pattern, next: number): number {
    const again = add({ kind: 'either', next: [next] });
    (steps[again] as { next: number[] }).next.push(emit(part, again));
    return again;
  }
}

function kindsOf(steps: readonly Step[]): Uint16Array {
  const sets = [WORD, ...steps.flatMap((step) => (step.kind === 'chars' ? [step.set] : []))];
  const edges = new Set(sets.flatMap((set) => set.flatMap(([from, to]) => [from, to + 1])));
  const kinds = new Uint16Array(0x10000);
  for (const [index, edge] of [...edges].sort((one, other) => one - other).entries()) kinds.fill(index + 1, edge);
  return kinds;
}
