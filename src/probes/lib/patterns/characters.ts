import { allBut, type CharSet, DIGITS, SPACE, WORD } from './char-set.ts';
import { type Cursor, PatternError } from './cursor.ts';

const CLASSES: Record<string, CharSet> = {
  d: DIGITS,
  D: allBut(DIGITS),
  w: WORD,
  W: allBut(WORD),
  s: SPACE,
  S: allBut(SPACE),
};

const CONTROLS: Record<string, number> = { t: 0x09, n: 0x0a, v: 0x0b, f: 0x0c, r: 0x0d };

const HEX = /x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})/y;

/** Reads what follows a backslash. */
export function readEscape(cursor: Cursor): CharSet {
  HEX.lastIndex = cursor.at;
  const hex = HEX.exec(cursor.text);
  if (hex) {
    cursor.at += hex[0].length;
    return one(Number.parseInt(hex[1] ?? hex[2]!, 16));
  }
  const char = cursor.text[cursor.at++];
  if (char === undefined) throw new PatternError('a "\\" at the end');
  const set = CLASSES[char];
  if (set) return set;
  const control = CONTROLS[char];
  if (control !== undefined) return one(control);
  if (/[1-9]/.test(char)) throw new PatternError(`"\\${char}" refers back, which cannot be matched in one pass`);
  if (/[a-zA-Z0]/.test(char)) throw new PatternError(`"\\${char}" is not known`);
  return one(char.charCodeAt(0));
}

/** Reads what follows a `[`, up to its `]`. */
export function readClass(cursor: Cursor): { set: CharSet; negated: boolean } {
  const negated = cursor.text[cursor.at] === '^';
  if (negated) cursor.at++;
  const ranges: (readonly [number, number])[] = [];
  while (cursor.text[cursor.at] !== ']') {
    const from = readMember(cursor);
    const isRange = cursor.text[cursor.at] === '-' && cursor.text[cursor.at + 1] !== ']';
    if (!isRange) ranges.push(...from);
    else {
      cursor.at++;
      ranges.push(rangeOf(from, readMember(cursor)));
    }
  }
  cursor.at++;
  return { set: ranges, negated };
}

function readMember(cursor: Cursor): CharSet {
  const char = cursor.text[cursor.at++];
  if (char === undefined) throw new PatternError('a "[" without its "]"');
  if (char !== '\\') return one(char.charCodeAt(0));
  if (cursor.text[cursor.at] !== 'b') return readEscape(cursor);
  cursor.at++;
  return one(0x08);
}

function rangeOf(from: CharSet, to: CharSet): readonly [number, number] {
  const [first, last] = [single(from), single(to)];
  if (first === undefined || last === undefined)
    throw new PatternError('a range in "[]" between what are not characters');
  if (last < first) throw new PatternError('a range in "[]" whose ends are the wrong way round');
  return [first, last];
}

function single(set: CharSet): number | undefined {
  const [range] = set;
  return set.length === 1 && range && range[0] === range[1] ? range[0] : undefined;
}

function one(code: number): CharSet {
  return [[code, code]];
}
