/** Ranges of UTF-16 code units, both ends included. */
export type CharSet = readonly (readonly [number, number])[];

const LAST = 0xffff;

export const DIGITS: CharSet = [[0x30, 0x39]];
export const WORD: CharSet = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
];
export const SPACE: CharSet = [
  [0x09, 0x0d],
  [0x20, 0x20],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
];
/** What `.` does not match. */
export const LINE_ENDS: CharSet = [
  [0x0a, 0x0a],
  [0x0d, 0x0d],
  [0x2028, 0x2029],
];

export function isIn(set: CharSet, code: number): boolean {
  for (const [from, to] of set) if (code >= from && code <= to) return true;
  return false;
}

export function allBut(set: CharSet): CharSet {
  const rest: [number, number][] = [];
  let next = 0;
  for (const [from, to] of [...set].sort(([one], [other]) => one - other)) {
    if (from > next) rest.push([next, from - 1]);
    next = Math.max(next, to + 1);
  }
  if (next <= LAST) rest.push([next, LAST]);
  return rest;
}

/** With the letters of ASCII in both cases. */
export function inBothCases(set: CharSet): CharSet {
  const other = (from: number, to: number, first: number, last: number, by: number): CharSet =>
    from <= last && to >= first ? [[Math.max(from, first) + by, Math.min(to, last) + by]] : [];
  return set.flatMap(([from, to]) => [
    [from, to] as const,
    ...other(from, to, 0x41, 0x5a, 32),
    ...other(from, to, 0x61, 0x7a, -32),
  ]);
}
