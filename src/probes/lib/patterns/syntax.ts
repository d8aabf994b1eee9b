import { allBut, type CharSet, LINE_ENDS } from './char-set.ts';
import { readClass, readEscape } from './characters.ts';
import { type Cursor, PatternError } from './cursor.ts';

export type Assertion = 'start' | 'end' | 'boundary' | 'no-boundary';

/** A regular expression, taken apart. */
export type Pattern =
  | { kind: 'chars'; set: CharSet; negated?: boolean }
  | { kind: 'assert'; assertion: Assertion }
  | { kind: 'sequence'; parts: Pattern[] }
  | { kind: 'either'; options: Pattern[] }
  | { kind: 'repeat'; part: Pattern; min: number; max: number };

const MOST_DEPTH = 50;
const MOST_REPETITIONS = 1000;

/** Takes a regular expression apart. What could not be matched in one pass over a text (references back, looks around) is refused. */
export function parsePattern(text: string): Pattern {
  const cursor: Cursor = { text, at: 0 };
  const pattern = readEither(cursor, 0);
  if (cursor.at < text.length) throw new PatternError('a ")" without its "("');
  return pattern;
}

function readEither(cursor: Cursor, depth: number): Pattern {
  if (depth > MOST_DEPTH) throw new PatternError(`groups more than ${MOST_DEPTH} deep`);
  const options = [readSequence(cursor, depth)];
  while (cursor.text[cursor.at] === '|') {
    cursor.at++;
    options.push(readSequence(cursor, depth));
  }
  return options.length === 1 ? options[0]! : { kind: 'either', options };
}

function readSequence(cursor: Cursor, depth: number): Pattern {
  const parts: Pattern[] = [];
  while (cursor.at < cursor.text.length && !'|)'.includes(cursor.text[cursor.at]!)) {
    const part = readAtom(cursor, depth);
    parts.push(readRepetition(cursor, part));
  }
  return { kind: 'sequence', parts };
}

function readAtom(cursor: Cursor, depth: number): Pattern {
  const char = cursor.text[cursor.at++]!;
  if (char === '(') return readGroup(cursor, depth);
  if (char === '[') return { kind: 'chars', ...readClass(cursor) };
  if (char === '.') return { kind: 'chars', set: allBut(LINE_ENDS) };
  if (char === '^') return { kind: 'assert', assertion: 'start' };
  if (char === '$') return { kind: 'assert', assertion: 'end' };
  if ('*+?'.includes(char)) throw new PatternError(`nothing to repeat before "${char}"`);
  if (char !== '\\') return oneChar(char.charCodeAt(0));
  const next = cursor.text[cursor.at];
  if (next === 'b' || next === 'B') {
    cursor.at++;
    return { kind: 'assert', assertion: next === 'b' ? 'boundary' : 'no-boundary' };
  }
  return { kind: 'chars', set: readEscape(cursor) };
}

function oneChar(code: number): Pattern {
  return { kind: 'chars', set: [[code, code]] };
}

function readGroup(cursor: Cursor, depth: number): Pattern {
  if (cursor.text[cursor.at] === '?') {
    if (cursor.text[cursor.at + 1] !== ':')
      throw new PatternError('of groups that begin with "(?" only "(?:" is known: no looks around, no names');
    cursor.at += 2;
  }
  const inner = readEither(cursor, depth + 1);
  if (cursor.text[cursor.at++] !== ')') throw new PatternError('a "(" without its ")"');
  return inner;
}

const BOUNDS = /\{(\d{1,5})(?:(,)(\d{1,5})?)?\}/y;

function readRepetition(cursor: Cursor, part: Pattern): Pattern {
  const bounds = readBounds(cursor);
  if (!bounds) return part;
  if (part.kind === 'assert') throw new PatternError('what has no length cannot be repeated');
  // Whether it takes as few as it can decides where a match ends, and not whether there is one.
  if (cursor.text[cursor.at] === '?') cursor.at++;
  const next = cursor.text[cursor.at];
  if (next !== undefined && '*+?'.includes(next)) throw new PatternError(`nothing to repeat before "${next}"`);
  const [min, max] = bounds;
  if (max < min) throw new PatternError('a repetition whose limits are the wrong way round');
  return { kind: 'repeat', part, min, max };
}

function readBounds(cursor: Cursor): [number, number] | undefined {
  const char = cursor.text[cursor.at];
  const simple = { '*': [0, Number.POSITIVE_INFINITY], '+': [1, Number.POSITIVE_INFINITY], '?': [0, 1] } as const;
  if (char === '*' || char === '+' || char === '?') {
    cursor.at++;
    return [...simple[char]];
  }
  BOUNDS.lastIndex = cursor.at;
  const found = BOUNDS.exec(cursor.text);
  if (!found) return undefined;
  cursor.at += found[0].length;
  const min = Number(found[1]);
  const max = found[2] === undefined ? min : found[3] === undefined ? Number.POSITIVE_INFINITY : Number(found[3]);
  if (min > MOST_REPETITIONS || (max > MOST_REPETITIONS && max !== Number.POSITIVE_INFINITY))
    throw new PatternError(`a repetition of more than ${MOST_REPETITIONS}`);
  return [min, max];
}
