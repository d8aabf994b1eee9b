import { isFields, type ManifestPath } from '../manifest.ts';
import { type Findings, shown } from './findings.ts';

/** What may stand at a place of a manifest, as the API's own schema has it. */
export type Shape =
  | { is: 'text'; words?: readonly string[] }
  | { is: 'whole'; least?: number; most?: number; orNothing?: true }
  | { is: 'truth' }
  | { is: 'list'; of: Shape }
  | { is: 'names'; to: Shape }
  | { is: 'map'; keys: Readonly<Record<string, Shape>>; needed: readonly string[] }
  | { is: 'anything' };

export const text: Shape = { is: 'text' };
export const truth: Shape = { is: 'truth' };
export const anything: Shape = { is: 'anything' };
export const texts: Shape = { is: 'list', of: text };
export const textByName: Shape = { is: 'names', to: text };

export function oneOf(...words: string[]): Shape {
  return { is: 'text', words };
}

export function whole(least?: number, most?: number): Shape {
  return { is: 'whole', ...(least !== undefined && { least }), ...(most !== undefined && { most }) };
}

/** A key that ends in `*` is needed. */
export function map(keys: Record<string, Shape>): Shape {
  const entries = Object.entries(keys);
  return {
    is: 'map',
    keys: Object.fromEntries(entries.map(([key, shape]) => [key.replace('*', ''), shape])),
    needed: entries.filter(([key]) => key.endsWith('*')).map(([key]) => key.slice(0, -1)),
  };
}

/** Keys that people write where there is none of that name, and what they want instead. */
const MEANT: Readonly<Record<string, { message: string; hint: string }>> = {
  scheduler: {
    message:
      '`scheduler` is of Chaos Mesh 1.x: 2.x refuses it, and a lenient client loses it without a word and strikes once',
    hint: 'leave it out: the plan says when; in Chaos Mesh itself an object of kind Schedule does this',
  },
  suspend: {
    message: 'a template of type Suspend has no field of its own for how long',
    hint: 'deadline: 30s, beside templateType',
  },
};

/** Tells what the API server would not take, or would drop without a word: unknown fields, wrong types, missing ones. */
export function checkShape(value: unknown, shape: Shape, path: ManifestPath, what: string, findings: Findings): void {
  if (shape.is === 'anything') return;
  if (shape.is === 'map') {
    checkMap(value, shape, path, what, findings);
    return;
  }
  if (shape.is === 'list') {
    checkList(value, shape.of, path, what, findings);
    return;
  }
  if (shape.is === 'names') {
    checkNames(value, shape.to, path, what, findings);
    return;
  }
  if (shape.is === 'text') {
    checkText(value, shape.words, path, findings);
    return;
  }
  if (shape.is === 'truth') {
    if (typeof value !== 'boolean') findings.error(path, 'expected true or false', { found: shown(value) });
    return;
  }
  if (value !== null || !shape.orNothing) checkWhole(value, shape, path, findings);
}

function checkMap(
  value: unknown,
  { keys, needed }: Extract<Shape, { is: 'map' }>,
  path: ManifestPath,
  what: string,
  findings: Findings,
): void {
  if (!isFields(value)) {
    findings.error(path, 'expected a map', { found: shown(value) });
    return;
  }
  for (const [key, inner] of Object.entries(value)) {
    const shape = Object.hasOwn(keys, key) ? keys[key] : undefined;
    if (shape) checkShape(inner, shape, [...path, key], what, findings);
    else tellUnknown(key, Object.keys(keys), [...path, key], what, findings);
  }
  for (const key of needed)
    if (value[key] === undefined) findings.error([...path, key], 'this is missing', { allowed: expected(keys[key]!) });
}

function tellUnknown(key: string, known: string[], path: ManifestPath, what: string, findings: Findings): void {
  const meant = Object.hasOwn(MEANT, key) ? MEANT[key] : undefined;
  const sameButForCase = known.find((each) => each.toLowerCase() === key.toLowerCase());
  const hint = meant?.hint ?? (sameButForCase === undefined ? undefined : `did you mean ${sameButForCase}?`);
  findings.error(path, meant?.message ?? `${what} has no field of this name here`, {
    found: key,
    allowed: known.toSorted().join(', '),
    ...(hint !== undefined && { hint }),
  });
}

function checkList(value: unknown, of: Shape, path: ManifestPath, what: string, findings: Findings): void {
  if (!Array.isArray(value)) {
    findings.error(path, 'expected a list', { found: shown(value) });
    return;
  }
  for (const [index, item] of value.entries()) checkShape(item, of, [...path, index], what, findings);
}

function checkNames(value: unknown, to: Shape, path: ManifestPath, what: string, findings: Findings): void {
  if (!isFields(value)) {
    findings.error(path, 'expected a map', { found: shown(value) });
    return;
  }
  for (const [key, inner] of Object.entries(value)) checkShape(inner, to, [...path, key], what, findings);
}

function checkText(value: unknown, words: readonly string[] | undefined, path: ManifestPath, findings: Findings): void {
  if (typeof value !== 'string') {
    const scalar = typeof value === 'number' || typeof value === 'boolean';
    const hint = scalar ? { hint: `put it in quotes: "${value}"` } : {};
    findings.error(path, 'expected a text', { found: shown(value), ...hint });
    return;
  }
  if (words && !words.includes(value))
    findings.error(path, 'this is not one of the known words', { found: shown(value), allowed: words.join(', ') });
}

function checkWhole(
  value: unknown,
  { least, most }: Extract<Shape, { is: 'whole' }>,
  path: ManifestPath,
  findings: Findings,
): void {
  if (typeof value === 'number' && Number.isInteger(value) && value >= (least ?? value) && value <= (most ?? value))
    return;
  const hint = typeof value === 'string' && /^-?\d+$/.test(value) ? { hint: 'leave out the quotes' } : {};
  findings.error(path, 'expected a whole number', {
    found: shown(value),
    ...((least !== undefined || most !== undefined) && { allowed: range(least, most) }),
    ...hint,
  });
}

function range(least: number | undefined, most: number | undefined): string {
  if (most === undefined) return `at least ${least}`;
  return least === undefined ? `at most ${most}` : `${least} to ${most}`;
}

function expected(shape: Shape): string {
  if (shape.is === 'text') return shape.words?.join(', ') ?? 'a text';
  if (shape.is === 'whole') return 'a whole number';
  return shape.is === 'list' ? 'a list' : 'a map';
}
