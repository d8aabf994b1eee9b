import { type Entry, type Life, TIMELINE_SCHEMA, type Whole } from './entry.ts';

type Fields = Record<string, unknown>;
type Check = (value: unknown) => boolean;

/** What is wrong with the shape of a parsed line, or `undefined`: then it is an `Entry`. Written by hand, since it sees every sample. */
export function problemOfEntry(line: unknown): string | undefined {
  if (typeof line !== 'object' || line === null) return 'it is not an object';
  const fields = line as Fields;
  const type = fields['type'];
  if (type === 'sample') return isSample(fields) ? undefined : 'it is not a whole sample';
  if (typeof type !== 'string' || !Object.hasOwn(RARE_ENTRIES, type)) return 'its type is not known';
  for (const [name, holds] of Object.entries(RARE_ENTRIES[type as RareType]))
    if (!holds(fields[name])) return `its "${name}" is missing or wrong`;
  return undefined;
}

function isSample(fields: Fields): boolean {
  return (
    isText(fields['probe']) &&
    isText(fields['vantage']) &&
    isAbsentOr(fields['instance'], isText) &&
    isSlot(fields['slot']) &&
    isNumber(fields['due']) &&
    isNumber(fields['started']) &&
    isNumber(fields['ended']) &&
    isReading(fields) &&
    isAbsentOr(fields['starvedMs'], isNumber) &&
    isAbsentOr(fields['covers'], isSpan) &&
    isAbsentOr(fields['parts'], isPartList)
  );
}

function isReading(fields: Fields): boolean {
  return isJudgement(fields) && isNumbersByName(fields['values']);
}

function isJudgement(fields: Fields): boolean {
  const outcome = fields['outcome'];
  if (outcome !== 'good' && outcome !== 'bad' && outcome !== 'unknown') return false;
  return isAbsentOr(fields['reason'], isText);
}

function isPartList(value: unknown): boolean {
  return (
    Array.isArray(value) && value.every((part) => isObject(part) && isTextsByName(part['labels']) && isReading(part))
  );
}

function isNumbersByName(value: unknown): boolean {
  if (!isObject(value)) return false;
  for (const name in value) if (typeof value[name] !== 'number') return false;
  return true;
}

function isTextsByName(value: unknown): boolean {
  return isObject(value) && Object.values(value).every(isText);
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

/** JSON knows no NaN and no infinity, except by overflow: 1e999. */
function isNumber(value: unknown): boolean {
  return Number.isFinite(value);
}

function isSlot(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSpan(value: unknown): boolean {
  return Array.isArray(value) && value.length === 2 && isNumber(value[0]) && isNumber(value[1]);
}

/** What a probe followed, as a final reading tells it. */
export function isLifeList(value: unknown): value is Life[] {
  return Array.isArray(value) && value.every(isLife);
}

function isLife(value: unknown): boolean {
  if (!isObject(value) || !isText(value['id'])) return false;
  const { within } = value as { within?: unknown };
  const isOpenSpan = Array.isArray(within) && within.length === 2 && within.every((at) => at === null || isNumber(at));
  return (
    isSpan(value['seen']) &&
    isOpenSpan &&
    isJudgement(value) &&
    isAbsentOr(value['key'], isText) &&
    isAbsentOr(value['ended'], isSpanPerhapsUnbegun)
  );
}

function isSpanPerhapsUnbegun(value: unknown): boolean {
  return Array.isArray(value) && value.length === 2 && (value[0] === null || isNumber(value[0])) && isNumber(value[1]);
}

/** Natural keys, as a final reading tells them. */
export function isKeyList(value: unknown): value is string[][] {
  return Array.isArray(value) && value.every((key) => Array.isArray(key) && key.length > 0 && key.every(isText));
}

/** Of which time a final reading leaves nothing out. */
export function isWhole(value: unknown): value is Whole {
  if (!isObject(value) || !isSpan(value['span'])) return false;
  const { page, pages } = value as { page?: unknown; pages?: unknown };
  return isSlot(page) && isSlot(pages) && (page as number) >= 1 && (page as number) <= (pages as number);
}

function isSeriesList(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.every((series) => isObject(series) && isTextsByName(series['labels']) && isPoints(series['values']))
  );
}

function isPoints(value: unknown): boolean {
  return Array.isArray(value) && value.every((point) => Array.isArray(point) && isNumber(point[0]) && isText(point[1]));
}

function isEvidenceList(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => isObject(item) && isText(item['text']) && isEvidenceKind(item));
}

function isEvidenceKind(item: Fields): boolean {
  return (
    (item['of'] === 'mechanism' || item['of'] === 'note' || item['of'] === 'finding') &&
    isAbsentOr(item['holds'], isBoolean) &&
    isAbsentOr(item['values'], isNumbersByName)
  );
}

function isBoolean(value: unknown): boolean {
  return typeof value === 'boolean';
}

function isAbsentOr(value: unknown, holds: Check): boolean {
  return value === undefined || holds(value);
}

function optional(holds: Check): Check {
  return (value) => isAbsentOr(value, holds);
}

function oneOf(...allowed: readonly string[]): Check {
  return (value) => allowed.includes(value as string);
}

type RareType = Exclude<Entry['type'], 'sample'>;

const RARE_ENTRIES: Record<RareType, Record<string, Check>> = {
  header: {
    schema: oneOf(TIMELINE_SCHEMA),
    run: isText,
    plan: isText,
    digest: isText,
    seed: isNumber,
    version: isText,
    startedAt: isText,
  },
  gap: { probe: isText, vantage: isText, instance: optional(isText), slot: isSlot, due: isNumber, reason: isText },
  final: {
    probe: isText,
    vantage: isText,
    instance: optional(isText),
    covers: isSpan,
    values: isNumbersByName,
    reason: optional(isText),
    lives: optional(isLifeList),
    ends: optional(isKeyList),
    whole: optional(isWhole),
  },
  chaos: {
    experiment: isText,
    fault: optional(isText),
    oneShot: optional((value) => value === true),
    at: isNumber,
    notBefore: optional(isNumber),
    state: oneOf(
      'started',
      'requested',
      'injected',
      'recovering',
      'recovered',
      'failed',
      'left-behind',
      'observed',
      'quiesced',
      'ended',
    ),
    reason: optional(isText),
    evidence: optional(isEvidenceList),
  },
  gate: { experiment: isText, at: isNumber, open: isBoolean, reason: optional(isText) },
  reference: {
    of: isText,
    source: isText,
    query: isText,
    start: isText,
    end: isText,
    step: isNumber,
    series: isSeriesList,
    error: optional(isText),
    warnings: optional((value) => Array.isArray(value) && value.every(isText)),
  },
  vantage: {
    vantage: isText,
    instance: isText,
    boot: isText,
    slotZero: isNumber,
    clock: isSpan,
    replaces: optional(isText),
  },
  prober: {
    vantage: isText,
    instance: optional(isText),
    of: oneOf('stalled', 'throttled', 'clock-step'),
    from: isNumber,
    to: isNumber,
    ms: isNumber,
  },
  end: { at: isNumber, cause: oneOf('completed', 'aborted'), reason: optional(isText) },
};
