import type { FinalReading, Reading } from '../probes/contract.ts';
import type { SamplePart } from '../slo/model/entry.ts';
import { isKeyList, isLifeList, isWhole } from '../slo/model/entry-shape.ts';
import type { ValueDeclaration } from '../slo/model/plan.ts';

type Declared = Readonly<Record<string, ValueDeclaration>>;

const DETAIL_LIMIT_CHARS = 64 * 1024;
const PARTS_LIMIT = 1000;
const LIVES_LIMIT = 1000;
const ENDS_LIMIT = 1000;

/** What is wrong with a probe's reading, or `undefined`. A reading that breaks its contract must never count as good. */
export function problemOfReading(reading: Reading, declared: Declared): string | undefined {
  if (typeof reading !== 'object' || reading === null) return 'it returned no reading';
  return (
    problemOfBody(reading, declared) ??
    problemOfParts(reading.parts, declared) ??
    problemOfCovers(reading.covers) ??
    problemOfMissingCovers(reading, declared) ??
    problemOfDetail(reading.detail)
  );
}

/** The same for what a drain brought. */
export function problemOfFinal(final: FinalReading, declared: Declared): string | undefined {
  if (typeof final !== 'object' || final === null) return 'it returned no reading';
  if (final.covers === undefined) return 'the final reading has no covers';
  return (
    problemOfCovers(final.covers) ??
    problemOfReason(final.reason) ??
    problemOfValues(final.values, declared) ??
    problemOfLives(final.lives) ??
    problemOfEnds(final) ??
    problemOfDetail(final.detail)
  );
}

function problemOfBody(body: Pick<SamplePart, 'outcome' | 'values' | 'reason'>, declared: Declared) {
  const { outcome } = body;
  if (outcome !== 'good' && outcome !== 'bad' && outcome !== 'unknown') return `unknown outcome "${String(outcome)}"`;
  return problemOfReason(body.reason) ?? problemOfValues(body.values, declared);
}

function problemOfReason(reason: unknown): string | undefined {
  return reason === undefined || typeof reason === 'string' ? undefined : 'the reason is not a text';
}

function problemOfValues(values: Record<string, number>, declared: Declared): string | undefined {
  if (typeof values !== 'object' || values === null) return 'the values are missing';
  for (const name in values) {
    if (!Object.hasOwn(declared, name)) return `value "${name}" is not declared`;
    if (!Number.isFinite(values[name])) return `value "${name}" is not a finite number`;
  }
  return undefined;
}

function problemOfParts(parts: readonly SamplePart[] | undefined, declared: Declared): string | undefined {
  if (parts === undefined) return undefined;
  if (!Array.isArray(parts)) return 'the parts are not a list';
  if (parts.length > PARTS_LIMIT) return `it has ${parts.length} parts, more than ${PARTS_LIMIT}`;
  for (const part of parts) {
    if (typeof part !== 'object' || part === null) return 'a part is not a reading';
    if (!hasTextLabels(part.labels)) return 'the labels of a part are not texts';
    const problem = problemOfBody(part, declared);
    if (problem) return problem;
  }
  return undefined;
}

function problemOfLives(lives: unknown): string | undefined {
  if (lives === undefined) return undefined;
  if (!isLifeList(lives)) return 'the lives are not what was followed';
  return lives.length <= LIVES_LIMIT ? undefined : `it has ${lives.length} lives, more than ${LIVES_LIMIT}`;
}

function problemOfEnds({ ends, whole }: FinalReading): string | undefined {
  if (whole !== undefined && !isWhole(whole)) return 'of which time it is whole is not told as it should be';
  if (ends === undefined) return undefined;
  if (!isKeyList(ends)) return 'the ends are not keys';
  return ends.length <= ENDS_LIMIT ? undefined : `it has ${ends.length} ends, more than ${ENDS_LIMIT}`;
}

function hasTextLabels(labels: unknown): boolean {
  if (typeof labels !== 'object' || labels === null) return false;
  return Object.values(labels).every((value) => typeof value === 'string');
}

function problemOfCovers(covers: unknown): string | undefined {
  if (covers === undefined) return undefined;
  if (!Array.isArray(covers) || covers.length !== 2 || !covers.every(Number.isFinite)) return 'covers is not a span';
  return covers[0] <= covers[1] ? undefined : 'covers ends before it begins';
}

function problemOfMissingCovers(reading: Reading, declared: Declared): string | undefined {
  if (reading.covers !== undefined) return undefined;
  for (const name in reading.values)
    if (declared[name]?.kind === 'count') return `"${name}" counts, but the reading does not say what it covers`;
  return undefined;
}

function problemOfDetail(detail: unknown): string | undefined {
  if (detail === undefined) return undefined;
  try {
    const text = JSON.stringify(detail);
    if (text === undefined) return 'the detail cannot be recorded';
    return text.length > DETAIL_LIMIT_CHARS ? `the detail is longer than ${DETAIL_LIMIT_CHARS} characters` : undefined;
  } catch {
    return 'the detail cannot be recorded';
  }
}
